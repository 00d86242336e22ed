//! Doors to the ledger: what things have cost, and how each figure comes about.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::deployment::DeploymentId;
use headroom_store::{CostOf, CostTable, Grain};
use serde::{Deserialize, Serialize};

use super::Run;
use crate::caller::Caller;
use crate::engine::{Engine, Inner};
use crate::error::WireError;
use crate::range::{CostRange, Range};
use crate::view::{self, CostDetail, CostsView};

/// A range up to here opens to its hours, a longer one to its days.
const MOST_BY_HOUR: TimeDelta = TimeDelta::days(2);
/// A ledger that begins on the first day of the range before knows enough of it to compare.
const BEGINNING: TimeDelta = TimeDelta::days(1);
/// The longest range: what was asked for is drawn day by day.
const LONGEST_RANGE: TimeDelta = TimeDelta::days(3 * 366);

/// What a range of time has cost: by deployment, day and resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetCosts {
    /// Which range; this month where not set.
    pub range: Option<CostRange>,
    /// Its first instant, instead of `range`. Taken down to its quarter hour.
    pub from: Option<DateTime<Utc>>,
    /// Its end, with `from`; now where not set.
    pub to: Option<DateTime<Utc>>,
    /// Of this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// Of what has this tag now only.
    pub tag: Option<String>,
}

/// How an amount comes about: formulas, rate rows and hours.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetCostDetail {
    /// Which range; this month where not set.
    pub range: Option<CostRange>,
    /// Its first instant, instead of `range`. Taken down to its quarter hour.
    pub from: Option<DateTime<Utc>>,
    /// Its end, with `from`; now where not set.
    pub to: Option<DateTime<Utc>>,
    /// Of this deployment; of all where not set.
    pub deployment_id: Option<DeploymentId>,
}

impl Run for GetCosts {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<CostsView, WireError> {
        let inner = &*engine.0;
        let (now, prices) = (inner.now(), inner.prices.list());
        let range = asked(self.range, self.from, self.to, prices.zone(), now)?;
        let only = inner.covered(self.deployment_id.as_ref(), self.tag.as_deref())?;
        let (from, end, asked_before) = (range.from, range.open_end(), range.before(prices.zone()));
        let (table, before) = inner
            .read
            .read(move |read| {
                let table = read.cost_table(only.as_ref(), from, end, Grain::Day)?;
                let begins = read.ledger_begins()?;
                let known = asked_before.filter(|before| begins.is_some_and(|begins| begins <= before.from + BEGINNING));
                let before: Option<BTreeMap<DeploymentId, CostOf>> = match known {
                    Some(before) => Some(read.cost_table(only.as_ref(), before.from, Some(before.to), Grain::Day)?.deployments),
                    None => None,
                };
                Ok((table, before))
            })
            .await?;
        let names = inner.names_of(table.deployments.keys()).await?;
        let fleet = inner.fleet.lock();
        Ok(view::costs(&fleet, prices.book().currency(), prices.zone(), &range, &view::CostsRead { table, before, names }, now))
    }
}

impl Run for GetCostDetail {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<CostDetail, WireError> {
        let inner = &*engine.0;
        let (now, prices) = (inner.now(), inner.prices.list());
        let range = asked(self.range, self.from, self.to, prices.zone(), now)?;
        let is_by_hour = range.to - range.from <= MOST_BY_HOUR;
        let id = self.deployment_id;
        let (asked, from, end) = (id.clone(), range.from, range.open_end());
        let (priced, table) = inner
            .read
            .read(move |read| {
                let only = asked.as_ref().map(|id| BTreeSet::from([id.clone()]));
                let grain = if is_by_hour { Grain::Hour } else { Grain::Day };
                let priced = read.priced_by(asked.as_ref(), from, end)?;
                let table: CostTable = read.cost_table(only.as_ref(), from, end, grain)?;
                Ok((priced, table))
            })
            .await?;
        let name = match &id {
            Some(id) => inner.names_of(std::iter::once(id)).await?.remove(id),
            None => None,
        };
        Ok(view::cost_detail(prices.book().currency(), &range, name.as_deref(), &priced, &table, is_by_hour))
    }
}

/// The range that was asked for.
fn asked(
    range: Option<CostRange>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    zone: Zone,
    now: DateTime<Utc>,
) -> Result<Range, WireError> {
    match (from, to) {
        (None, None) => Ok(range.unwrap_or_default().at(zone, now)),
        (None, Some(_)) => Err(WireError::invalid_field("from", "Say where the range begins.")),
        (Some(from), to) => {
            let to = to.unwrap_or(now);
            if to <= from {
                return Err(WireError::invalid_field("to", "The range must end after it begins."));
            }
            if to - from > LONGEST_RANGE {
                return Err(WireError::invalid_field("from", "Ask for at most three years."));
            }
            Ok(Range::between(from, to, zone, now))
        }
    }
}

impl Inner {
    /// The deployments that a question is about; none where it is about all.
    fn covered(&self, id: Option<&DeploymentId>, tag: Option<&str>) -> Result<Option<BTreeSet<DeploymentId>>, WireError> {
        let fleet = self.fleet.lock();
        match (id, tag) {
            (Some(id), _) => Ok(Some(BTreeSet::from([id.clone()]))),
            (None, Some(tag)) => {
                let tagged = fleet.live.values().filter(|live| live.deployment.tags.iter().any(|own| own == tag));
                Ok(Some(tagged.map(|live| live.deployment.id.clone()).collect()))
            }
            (None, None) => Ok(None),
        }
    }
}
