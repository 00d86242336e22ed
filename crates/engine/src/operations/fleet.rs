//! Doors to the whole fleet and to the engine itself.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::{DeploymentId, Pause};
use headroom_store::{DecisionFilter, DecisionId, EventFilter, EventId, Retention};
use serde::{Deserialize, Serialize};

use super::Run;
use crate::caller::Caller;
use crate::engine::{Engine, Inner};
use crate::error::{ErrorCode, WireError};
use crate::new_deployment::SLOWEST_INTERVAL;
use crate::view::{self, DecisionItem, DecisionPage, EngineState, EventView, HistoryPage, Overview};

/// Rows of a page where the caller does not say.
const ROWS: u32 = 50;
/// Rows of a page at most.
const MOST_ROWS: u32 = 500;
/// Characters of a reason at most.
pub(super) const LONGEST_REASON: usize = 500;
/// The setting's name in the store.
const INTERVAL: &str = "evaluation_interval_seconds";
/// The setting's name in the store.
const THEME: &str = "theme";
/// The settings' names in the store.
const SAMPLE_DAYS: &str = "sample_days";
const USAGE_DAYS: &str = "usage_days";
const DECISION_DAYS: &str = "decision_days";
const START_AT_LOGIN: &str = "start_at_login";
const READ_ONLY: &str = "read_only";
const SHORTCUTS: &str = "shortcuts";
/// There are not so many things to do with a key.
const MOST_SHORTCUTS: usize = 100;
/// Characters of what a key does, and of the keys.
const LONGEST_KEYS: usize = 40;

/// Everything the overview shows. At most `MAX_ROWS` deployments.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetOverview {}

/// Whether scaling is on, since when it was last checked, what is wrong.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetEngineState {}

/// The newest decisions, of one deployment or of all; the same in a row is one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListDecisions {
    /// Of this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// Leave out those that are all calm.
    pub only_notable: Option<bool>,
    /// 1–500, 50 where not set.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub before: Option<String>,
}

/// What was done, of one deployment or of all, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetScalingHistory {
    /// Of this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// Of this kind only.
    #[serde(rename = "type")]
    pub event_type: Option<crate::view::EventType>,
    /// Not what was done before.
    pub since: Option<DateTime<Utc>>,
    /// 1–500, 50 where not set.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub before: Option<String>,
}

/// Stop moving anything, anywhere; looking and recording go on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PauseAll {
    /// Why; may be left out.
    pub reason: Option<String>,
}

/// Take back [`PauseAll`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ResumeAll {}

/// The settings as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetSettings {}

/// Change some settings; what is not set stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct UpdateSettings {
    /// Seconds between evaluations, 1–3600.
    pub evaluation_interval_seconds: Option<u32>,
    /// Light, dark, or as the system.
    pub theme: Option<Theme>,
    /// Days that every reading is kept, 1–365.
    pub sample_days: Option<u32>,
    /// Days that five-minute points are kept, 7–1,825.
    pub usage_days: Option<u32>,
    /// Days that decisions are kept, 7–3,650.
    pub decision_days: Option<u32>,
    /// Whether the desktop app starts when its user logs in.
    pub start_at_login: Option<bool>,
    /// Whether the window only shows: nothing is changed from it but this.
    pub read_only: Option<bool>,
    /// Keys that a person chose, by what they do; all of them at once.
    pub shortcuts: Option<BTreeMap<String, String>>,
}

/// The workspace's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Settings {
    /// Seconds between evaluations, where a deployment sets none of its own.
    pub evaluation_interval_seconds: u32,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// Days that every reading is kept.
    pub sample_days: u32,
    /// Days that five-minute points are kept.
    pub usage_days: u32,
    /// Days that decisions are kept.
    pub decision_days: u32,
    /// Whether the desktop app starts when its user logs in.
    pub start_at_login: bool,
    /// Whether the window only shows: nothing is changed from it but this.
    pub read_only: bool,
    /// Keys that a person chose, by what they do.
    pub shortcuts: BTreeMap<String, String>,
}

impl Settings {
    /// How long what is kept.
    pub(crate) fn retention(&self) -> Retention {
        let days = |days: u32| TimeDelta::days(i64::from(days));
        Retention { samples: days(self.sample_days), usage: days(self.usage_days), decisions: days(self.decision_days) }
    }
}

/// How the window is colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Nothing to answer but that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Done {}

impl Run for GetOverview {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<Overview, WireError> {
        let now = engine.0.now();
        Ok(view::overview(&engine.0.fleet.lock(), &engine.0.prices, now))
    }
}

impl Run for GetEngineState {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<EngineState, WireError> {
        Ok(view::engine_state(&engine.0, caller))
    }
}

impl Run for ListDecisions {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<DecisionPage, WireError> {
        let before = cursor(self.before.as_deref())?.map(DecisionId);
        let filter = DecisionFilter { deployment_id: self.deployment_id, only_notable: self.only_notable.unwrap_or(false) };
        let limit = rows(self.limit)?;
        let page = engine.0.read.read(move |read| read.decisions(&filter, before, limit)).await?;
        let names = engine.0.names_of(page.rows.iter().map(|row| &row.deployment_id)).await?;
        let decisions = page.rows.iter().map(|row| DecisionItem::of(row, &names)).collect();
        Ok(DecisionPage { decisions, next_cursor: page.next.map(|id| id.0.to_string()) })
    }
}

impl Run for GetScalingHistory {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<HistoryPage, WireError> {
        let before = cursor(self.before.as_deref())?.map(EventId);
        let filter = EventFilter { deployment_id: self.deployment_id, event_type: self.event_type.map(Into::into) };
        let limit = rows(self.limit)?;
        let mut page = engine.0.read.read(move |read| read.events(&filter, before, limit)).await?;
        if let Some(since) = self.since {
            let asked = page.rows.len();
            page.rows.retain(|row| since <= row.event.created_at);
            // Newest first: once one is older, all that follow are.
            page.next = page.next.filter(|_| page.rows.len() == asked);
        }
        let names = engine.0.names_of(page.rows.iter().map(|row| &row.event.deployment_id)).await?;
        let events = page.rows.iter().map(|row| EventView::of(row, &names)).collect();
        Ok(HistoryPage { events, next_cursor: page.next.map(|id| id.0.to_string()) })
    }
}

impl Run for PauseAll {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let reason = checked_reason(self.reason.unwrap_or_default())?;
        let pause = Pause { reason, by: caller.name.clone(), at: engine.0.now() };
        engine.0.pause_all(Some(pause), caller).await
    }
}

impl Run for ResumeAll {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        engine.0.pause_all(None, caller).await
    }
}

impl Inner {
    async fn pause_all(&self, pause: Option<Pause>, caller: &Caller) -> Result<Done, WireError> {
        let _turn = self.turn.lock().await;
        let action = if pause.is_some() { "pause_all" } else { "resume_all" };
        let audit = self.audit(caller, action, None, serde_json::Value::Null);
        let stored = pause.clone();
        let committed = self
            .write
            .transact(move |write| {
                match &stored {
                    Some(pause) => write.pause_all(pause)?,
                    None => write.resume_all()?,
                }
                write.add_audit(&audit)
            })
            .await?;
        {
            let mut fleet = self.fleet.lock();
            fleet.paused = pause;
            let now = self.now();
            fleet.live.values_mut().for_each(|live| live.next_due = now);
        }
        self.tell_changes(&committed.changes);
        self.wake.notify_one();
        Ok(Done {})
    }
}

impl Run for GetSettings {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<Settings, WireError> {
        Ok(engine.0.read.read(read_settings).await?.settings)
    }
}

impl Run for UpdateSettings {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Settings, WireError> {
        self.require_unlocked(engine)?;
        let mut changed = Vec::new();
        for (name, field, days, allowed) in [
            (SAMPLE_DAYS, "sampleDays", self.sample_days, 1..=365),
            (USAGE_DAYS, "usageDays", self.usage_days, 7..=1_825),
            (DECISION_DAYS, "decisionDays", self.decision_days, 7..=3_650),
        ] {
            let Some(days) = days else { continue };
            if !allowed.contains(&days) {
                let message = format!("Keep it {} to {} days.", allowed.start(), allowed.end());
                return Err(WireError::invalid_field(field, &message));
            }
            changed.push((name, serde_json::json!(days)));
        }
        if let Some(start) = self.start_at_login {
            changed.push((START_AT_LOGIN, serde_json::json!(start)));
        }
        if let Some(read_only) = self.read_only {
            changed.push((READ_ONLY, serde_json::json!(read_only)));
        }
        if let Some(shortcuts) = &self.shortcuts {
            if shortcuts.len() > MOST_SHORTCUTS || shortcuts.iter().any(|(id, keys)| id.len() > LONGEST_KEYS || keys.len() > LONGEST_KEYS) {
                return Err(WireError::invalid_field("shortcuts", "Keep at most 100 shortcuts of at most 40 letters."));
            }
            changed.push((SHORTCUTS, serde_json::json!(shortcuts)));
        }
        if let Some(seconds) = self.evaluation_interval_seconds {
            if !(1..=SLOWEST_INTERVAL).contains(&seconds) {
                return Err(WireError::invalid_field("evaluationIntervalSeconds", "Evaluate every 1 to 3,600 seconds."));
            }
            changed.push((INTERVAL, serde_json::json!(seconds)));
        }
        if let Some(theme) = self.theme {
            changed.push((THEME, serde_json::json!(theme)));
        }
        let _turn = engine.0.turn.lock().await;
        engine.0.put_settings(changed, "update_settings", caller).await?;
        let stored = engine.0.read.read(read_settings).await?;
        engine.0.fleet.lock().set_interval(stored.settings.evaluation_interval_seconds, engine.0.now());
        engine.0.read_only.store(stored.settings.read_only, Ordering::Release);
        engine.0.wake.notify_one();
        Ok(stored.settings)
    }
}

impl UpdateSettings {
    /// While the window only shows, it may still be unlocked, colored and given other keys.
    fn require_unlocked(&self, engine: &Engine) -> Result<(), WireError> {
        let changes_more = self.evaluation_interval_seconds.is_some()
            || self.sample_days.is_some()
            || self.usage_days.is_some()
            || self.decision_days.is_some()
            || self.start_at_login.is_some();
        let unlocks = self.read_only == Some(false);
        if changes_more && !unlocks && engine.0.read_only.load(Ordering::Acquire) { Err(locked()) } else { Ok(()) }
    }
}

/// Why nothing is changed from a window that only shows.
pub(super) fn locked() -> WireError {
    WireError::new(ErrorCode::Forbidden, "Nothing was changed: the window is locked, it only shows. Unlock it in the title bar.")
}

/// The settings, and what else is kept among them.
pub(crate) struct StoredSettings {
    pub(crate) settings: Settings,
    pub(crate) paused: Option<Pause>,
}

/// Reads the settings; what was never set has its default.
pub(crate) fn read_settings(read: &headroom_store::ReadTransaction<'_>) -> Result<StoredSettings, headroom_store::StoreError> {
    Ok(StoredSettings {
        settings: Settings {
            evaluation_interval_seconds: read.setting(INTERVAL)?.unwrap_or(DEFAULT_INTERVAL_SECONDS),
            theme: read.setting(THEME)?.unwrap_or_default(),
            sample_days: read.setting(SAMPLE_DAYS)?.unwrap_or(30),
            usage_days: read.setting(USAGE_DAYS)?.unwrap_or(90),
            decision_days: read.setting(DECISION_DAYS)?.unwrap_or(365),
            start_at_login: read.setting(START_AT_LOGIN)?.unwrap_or_default(),
            read_only: read.setting(READ_ONLY)?.unwrap_or_default(),
            shortcuts: read.setting(SHORTCUTS)?.unwrap_or_default(),
        },
        paused: read.paused_all()?,
    })
}

/// The guide's: 30 seconds.
const DEFAULT_INTERVAL_SECONDS: u32 = 30;

pub(super) fn rows(limit: Option<u32>) -> Result<u32, WireError> {
    match limit {
        None => Ok(ROWS),
        Some(limit @ 1..=MOST_ROWS) => Ok(limit),
        Some(_) => Err(WireError::invalid_field("limit", "Ask for 1 to 500 rows.")),
    }
}

pub(super) fn cursor(before: Option<&str>) -> Result<Option<i64>, WireError> {
    before
        .map(|text| {
            text.parse().map_err(|_| WireError::invalid_field("before", "Give back the `nextCursor` of the page before, as it was."))
        })
        .transpose()
}

/// A reason without spaces around, not too long.
pub(super) fn checked_reason(reason: String) -> Result<String, WireError> {
    let reason = reason.trim().to_owned();
    if reason.chars().count() > LONGEST_REASON {
        return Err(WireError::invalid_field("reason", "Say it in at most 500 characters."));
    }
    Ok(reason)
}
