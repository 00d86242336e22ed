//! What was true around a deployment, as JSON and back.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::decide::{BudgetLimit, Circumstances, Freeze, ManualOverride};
use headroom_core::deployment::DeploymentId;
use headroom_core::units::MoneyPerHour;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use crate::error::{BadValue, Result, StoreError};
use crate::read::ReadTransaction;
use crate::values::{from_json, json, ms};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    freeze: Option<Freeze>,
    manual_override: Option<ManualOverride>,
    response_time_objective_ms: Option<f64>,
    fresh_for_seconds: i64,
    fresh_for_nanoseconds: i32,
    /// Older rows have none; theirs is what `fresh_for` was made from.
    #[serde(default)]
    interval_milliseconds: Option<i64>,
    engine_started_at: DateTime<Utc>,
    budget: Option<BudgetLimit>,
    price_per_instance: MoneyPerHour,
}

pub(crate) fn to_json(circumstances: &Circumstances) -> Result<String> {
    let circumstances = circumstances.clone();
    let written = Written {
        freeze: circumstances.freeze,
        manual_override: circumstances.manual_override,
        response_time_objective_ms: circumstances.response_time_objective_ms,
        fresh_for_seconds: circumstances.fresh_for.num_seconds(),
        fresh_for_nanoseconds: circumstances.fresh_for.subsec_nanos(),
        interval_milliseconds: Some(circumstances.interval.num_milliseconds()),
        engine_started_at: circumstances.engine_started_at,
        budget: circumstances.budget,
        price_per_instance: circumstances.price_per_instance,
    };
    json("circumstances", &written)
}

pub(crate) fn from_text(text: &str) -> Result<Circumstances> {
    let written: Written = from_json("circumstances", text)?;
    let fresh_for = TimeDelta::try_seconds(written.fresh_for_seconds)
        .and_then(|whole| whole.checked_add(&TimeDelta::nanoseconds(i64::from(written.fresh_for_nanoseconds))))
        .ok_or_else(|| StoreError::undecodable("circumstances", BadValue::Unknown(written.fresh_for_seconds.to_string())))?;
    Ok(Circumstances {
        freeze: written.freeze,
        manual_override: written.manual_override,
        response_time_objective_ms: written.response_time_objective_ms,
        fresh_for,
        interval: written.interval_milliseconds.map_or(fresh_for / 2, TimeDelta::milliseconds),
        engine_started_at: written.engine_started_at,
        budget: written.budget,
        price_per_instance: written.price_per_instance,
    })
}

impl ReadTransaction<'_> {
    /// What was true around a deployment at an instant: the last that was written until then, to the millisecond.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was; [`StoreError::Undecodable`].
    pub fn circumstances_at(&self, id: &DeploymentId, at: DateTime<Utc>) -> Result<Option<Circumstances>> {
        let key = self.key(id)?;
        self.db
            .prepare_cached("SELECT body FROM deployment_circumstances WHERE deployment = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1")?
            .query_row(params![key, ms(at)], |row| row.get::<_, String>(0))
            .optional()?
            .map(|text| from_text(&text))
            .transpose()
    }
}
