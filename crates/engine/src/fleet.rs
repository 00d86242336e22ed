//! What is known of every deployment right now. Loaded once at start, written through to the store with every tick.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::decide::{Circumstances, Decision, Freeze, ManualOverride, Memory};
use headroom_core::deployment::{Deployment, DeploymentId, Pause};
use headroom_core::foresight::Foresight;
use headroom_core::health::Change;
use headroom_core::metric::PerMetric;
use headroom_core::observation::Observation;
use headroom_core::policy::Policy;
use headroom_core::trend::Trend;
use headroom_core::units::Instances;
use headroom_store::{IntentId, NewIntent};

use crate::budgets::Budgets;
use crate::day_strip::DayStrip;
use crate::error::{ErrorCode, WireError};
use crate::prices::Prices;
use crate::spending::{Metered, Spending};
use crate::view::Notice;

/// Notices kept per deployment; older ones are in the log.
const NOTICES: usize = 5;
/// Changes kept per deployment: a swing is at least three changes of direction.
const TURNS: usize = 8;
/// How long a notice is shown.
const NOTICE_AGE: TimeDelta = TimeDelta::hours(1);

/// All deployments by id, and what holds for all of them.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) live: BTreeMap<DeploymentId, Live>,
    /// What may be spent, and what is.
    pub(crate) budgets: Budgets,
    /// Set while everything is paused.
    pub(crate) paused: Option<Pause>,
    /// Between evaluations, where a deployment sets none of its own.
    pub(crate) interval_seconds: u32,
    /// When the last tick was written down.
    pub(crate) last_evaluation_at: Option<DateTime<Utc>>,
    /// What is wrong with the engine itself, and what to do.
    pub(crate) problem: Option<String>,
}

/// One deployment as it stands.
#[derive(Debug)]
pub(crate) struct Live {
    /// As stored.
    pub(crate) deployment: Arc<Deployment>,
    /// As its connector takes it.
    pub(crate) runnable: Arc<Deployment>,
    /// As saved. What is decided by is [`Live::in_force`].
    pub(crate) policy: Option<Arc<Policy>>,
    /// What its schedules make of it, for as long as that holds.
    scheduled: Option<Scheduled>,
    pub(crate) memory: Memory,
    /// What is learned to look ahead, where the policy is predictive.
    pub(crate) foresight: Option<Box<Foresight>>,
    /// When that was last kept in the store.
    pub(crate) foresight_kept_at: Option<DateTime<Utc>>,
    pub(crate) manual_override: Option<ManualOverride>,
    /// The newest observation, and what was decided on it where there is a policy.
    pub(crate) observed: Option<Observation>,
    pub(crate) decision: Option<Arc<Decision>>,
    /// The last count that was committed to be ordered.
    pub(crate) target_instances: Option<Instances>,
    /// An order that is out and has not been answered: the deployment is not evaluated meanwhile.
    pub(crate) order: Option<OpenOrder>,
    /// What is true around it, as last written down.
    pub(crate) circumstances: Option<Circumstances>,
    pub(crate) next_due: DateTime<Utc>,
    /// Why the last order failed; cleared by the next one that does not.
    pub(crate) failure: Option<Notice>,
    /// An order has gone through since this engine started.
    pub(crate) obeyed: bool,
    pub(crate) notices: VecDeque<Notice>,
    pub(crate) day: DayStrip,
    /// Where the demand is going, in instances at their trigger.
    pub(crate) trend: Trend,
    pub(crate) spending: Spending,
    /// The newest changes that the policy ordered, the oldest first.
    pub(crate) turns: VecDeque<Change>,
}

/// A policy as its schedules make it, from an instant until another.
#[derive(Debug)]
struct Scheduled {
    saved: Arc<Policy>,
    in_force: Arc<Policy>,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

/// An order that is out, with what its event will say.
#[derive(Debug, Clone)]
pub(crate) struct OpenOrder {
    pub(crate) intent_id: IntentId,
    pub(crate) intent: NewIntent,
    /// Of the decision; 1 for a person's order.
    pub(crate) confidence: f64,
    pub(crate) metrics_snapshot: PerMetric<Option<f64>>,
}

impl Live {
    pub(crate) fn new(deployment: Deployment, runnable: Arc<Deployment>, policy: Option<Policy>, due: DateTime<Utc>) -> Self {
        Self {
            deployment: Arc::new(deployment),
            runnable,
            policy: policy.map(Arc::new),
            scheduled: None,
            memory: Memory::default(),
            foresight: None,
            foresight_kept_at: None,
            manual_override: None,
            observed: None,
            decision: None,
            target_instances: None,
            order: None,
            circumstances: None,
            next_due: due,
            failure: None,
            obeyed: false,
            notices: VecDeque::new(),
            day: DayStrip::default(),
            trend: Trend::default(),
            spending: Spending::default(),
            turns: VecDeque::new(),
        }
    }

    /// Remembers a change that the policy ordered.
    pub(crate) fn turned(&mut self, change: Change) {
        if self.turns.len() == TURNS {
            self.turns.pop_front();
        }
        self.turns.push_back(change);
    }

    /// Remembers something that a person should know.
    pub(crate) fn note(&mut self, message: String, at: DateTime<Utc>) {
        if self.notices.len() == NOTICES {
            self.notices.pop_front();
        }
        self.notices.push_back(Notice { message, at });
    }

    /// What a person should still know, newest first.
    pub(crate) fn notices_at(&self, now: DateTime<Utc>) -> Vec<Notice> {
        let recent = self.notices.iter().filter(|notice| now - notice.at <= NOTICE_AGE);
        let mut notices: Vec<Notice> = self.failure.iter().chain(recent).cloned().collect();
        notices.sort_by_key(|notice| std::cmp::Reverse(notice.at));
        notices.dedup();
        notices
    }

    /// The newest raw readings.
    pub(crate) fn snapshot(&self) -> PerMetric<Option<f64>> {
        self.observed.map_or_else(PerMetric::default, |seen| PerMetric::from_fn(|metric| seen.readings[metric].value()))
    }

    /// The policy that holds at `now`: as saved, with the bounds that its schedules make.
    pub(crate) fn in_force(&self, now: DateTime<Utc>) -> Option<Arc<Policy>> {
        let saved = self.policy.as_ref()?;
        if saved.schedules.is_empty() {
            return Some(saved.clone());
        }
        let known = self
            .scheduled
            .as_ref()
            .filter(|known| Arc::ptr_eq(&known.saved, saved) && known.from <= now && known.until.is_none_or(|until| now < until));
        Some(known.map_or_else(|| Arc::new(saved.at(now).0), |known| known.in_force.clone()))
    }

    /// Follows the policy's schedules to `now`, so that what they make is not worked out at every look.
    pub(crate) fn follow_schedules(&mut self, now: DateTime<Utc>) {
        let Some(saved) = self.policy.clone().filter(|policy| !policy.schedules.is_empty()) else {
            self.scheduled = None;
            return;
        };
        let is_known = self
            .scheduled
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(&known.saved, &saved) && known.from <= now && known.until.is_none_or(|until| now < until));
        if !is_known {
            let (policy, until) = saved.at(now);
            self.scheduled = Some(Scheduled { saved, in_force: Arc::new(policy), from: now, until });
        }
    }

    /// The order of a person that is in force at `now`.
    pub(crate) fn override_at(&self, now: DateTime<Utc>) -> Option<&ManualOverride> {
        self.manual_override.as_ref().filter(|lease| now < lease.until)
    }
}

impl Fleet {
    /// A deployment that is looked after.
    pub(crate) fn live(&self, id: &DeploymentId) -> Result<&Live, WireError> {
        self.live.get(id).ok_or_else(|| unknown(id))
    }

    /// The same, to change it.
    pub(crate) fn live_mut(&mut self, id: &DeploymentId) -> Result<&mut Live, WireError> {
        self.live.get_mut(id).ok_or_else(|| unknown(id))
    }

    /// Sets the interval of all that have none of their own; what was due later than that is due earlier.
    pub(crate) fn set_interval(&mut self, seconds: u32, now: DateTime<Utc>) {
        self.interval_seconds = seconds;
        let latest = now + TimeDelta::seconds(i64::from(seconds));
        for live in self.live.values_mut().filter(|live| live.deployment.interval_seconds.is_none()) {
            live.next_due = live.next_due.min(latest);
        }
    }

    /// Takes over what the ledger has taken.
    pub(crate) fn spent(&mut self, metered: &[(DeploymentId, Metered)], zone: Zone, now: DateTime<Utc>) {
        for (id, metered) in metered {
            let Some(live) = self.live.get_mut(id) else { continue };
            live.spending.add(metered, zone, now);
            self.budgets.add(&live.deployment, &metered.parts, now);
        }
    }

    /// What each guard may share out now.
    pub(crate) fn refresh_guards(&mut self, prices: &Prices, now: DateTime<Utc>) {
        self.budgets.refresh_guards(&self.live, prices, now);
    }

    /// Seconds between two evaluations of a deployment.
    pub(crate) fn interval_seconds(&self, deployment: &Deployment) -> u32 {
        deployment.interval_seconds.unwrap_or(self.interval_seconds)
    }

    /// Why nothing may move at this deployment.
    pub(crate) fn freeze(&self, deployment: &Deployment) -> Option<Freeze> {
        if self.paused.is_some() {
            Some(Freeze::PausedAll)
        } else if deployment.paused.is_some() {
            Some(Freeze::Paused)
        } else {
            None
        }
    }

    /// When the next evaluation is due; none while there is nothing to evaluate.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.live.values().filter(|live| live.order.is_none()).map(|live| live.next_due).min()
    }

    /// The deployments that are due at `now`; also those whose beat is further off than one interval, since the clock was set back.
    pub(crate) fn due(&self, now: DateTime<Utc>) -> Vec<DeploymentId> {
        let is_due = |live: &Live| {
            let latest = now + TimeDelta::seconds(i64::from(self.interval_seconds(&live.deployment)));
            live.order.is_none() && (live.next_due <= now || latest < live.next_due)
        };
        self.live.iter().filter(|(_, live)| is_due(live)).map(|(id, _)| id.clone()).collect()
    }
}

fn unknown(id: &DeploymentId) -> WireError {
    WireError::new(ErrorCode::NotFound, format!("There is no deployment {id}. It may have been removed; read the list again."))
}
