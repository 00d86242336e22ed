//! Doors to alerts: what fires, what was told, what a person wants to be told.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use headroom_core::alert::AlertKind;
use headroom_core::alert::quiet::QuietHours;
use headroom_core::deployment::DeploymentId;
use headroom_store::{AlertFilter, AlertId, NotificationId};
use serde::{Deserialize, Serialize};

use super::fleet::{cursor, rows};
use super::{Done, Run};
use crate::alerts::{KindPreference, PREFERENCES, QUIET_HOURS};
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::{ErrorCode, WireError};
use crate::view::{self, AlertPage, AlertSettings, AlertView, NotificationPage, NotificationView, PreferenceView, QuietHoursView};

/// A snooze at most: longer than that it is taken on instead.
const LONGEST_SNOOZE_MINUTES: u32 = 7 * 24 * 60;
/// Notifications that are marked at once; a page has fewer.
const MOST_MARKED: usize = 500;

/// Alerts, newest first, and what fires in all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListAlerts {
    /// Only those that fire, or only those that are over.
    pub is_firing: Option<bool>,
    /// Of this kind only.
    pub kind: Option<AlertKind>,
    /// About this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// 1–500, 50 where not set.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub before: Option<String>,
}

/// The notification centre: what was told, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListNotifications {
    /// 1–500, 50 where not set.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub before: Option<String>,
}

/// Take an alert on: nothing more is told of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AcknowledgeAlert {
    /// Which.
    pub alert_id: String,
}

/// Tell nothing more of an alert for a while. If it still fires then, it is told again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SnoozeAlert {
    /// Which.
    pub alert_id: String,
    /// 1 minute to 7 days; 0 ends a snooze.
    pub minutes: u32,
}

/// Mark notifications as seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct MarkNotificationsRead {
    /// Which; all where not set.
    pub ids: Option<Vec<String>>,
}

/// What a person wants to be told, and when not.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetAlertSettings {}

/// Choose whether one kind of alert is told, and where it is not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SetAlertPreference {
    /// Of which kind.
    pub kind: AlertKind,
    /// Told at all; else it is only recorded.
    pub is_on: bool,
    /// Channels to which it does not go.
    pub muted: Vec<String>,
}

/// Choose the hours of each day in which nothing is sent. What is held is sent when they end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SetQuietHours {
    /// Where they hold.
    pub is_enabled: bool,
    /// When they begin, by the wall clock: `22:00`.
    pub from: String,
    /// When they end: `07:00`; before `from` it is the next morning.
    pub to: String,
    /// Whose wall clock: a name of the time zone database, `Europe/Berlin`.
    pub zone: String,
}

impl Run for ListAlerts {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<AlertPage, WireError> {
        let before = cursor(self.before.as_deref())?.map(AlertId);
        let filter = AlertFilter { is_firing: self.is_firing, kind: self.kind, deployment_id: self.deployment_id };
        let limit = rows(self.limit)?;
        let (page, (firing, critical), worst) =
            engine.0.read.read(move |read| Ok((read.alerts(&filter, before, limit)?, read.firing_alerts()?, read.worst_alert()?))).await?;
        let names = engine.0.names_of(page.rows.iter().filter_map(|row| row.alert.deployment_id.as_ref())).await?;
        let now = engine.0.now();
        Ok(AlertPage {
            sentence: view::sentence(firing, critical, worst.as_ref()),
            firing,
            critical,
            alerts: page.rows.iter().map(|row| AlertView::of(row, &names, now)).collect(),
            next_cursor: page.next.map(|id| id.0.to_string()),
        })
    }
}

impl Run for ListNotifications {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<NotificationPage, WireError> {
        let before = cursor(self.before.as_deref())?.map(NotificationId);
        let limit = rows(self.limit)?;
        let (page, unread) = engine.0.read.read(move |read| Ok((read.notifications(before, limit)?, read.unread_notifications()?))).await?;
        Ok(NotificationPage {
            unread,
            notifications: page.rows.iter().map(NotificationView::of).collect(),
            next_cursor: page.next.map(|id| id.0.to_string()),
        })
    }
}

impl Run for AcknowledgeAlert {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let (id, by, now) = (alert_id(&self.alert_id)?, caller.name.clone(), engine.0.now());
        let audit = engine.0.audit(caller, "acknowledge_alert", None, serde_json::json!({ "alertId": self.alert_id }));
        let committed =
            engine.0.write.transact(move |write| write.acknowledge_alert(id, &by, now).and_then(|()| write.add_audit(&audit))).await?;
        engine.0.tell_changes(&committed.changes);
        Ok(Done {})
    }
}

impl Run for SnoozeAlert {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let id = alert_id(&self.alert_id)?;
        if self.minutes > LONGEST_SNOOZE_MINUTES {
            return Err(WireError::invalid_field("minutes", "Snooze for at most 7 days, or acknowledge it."));
        }
        let until: Option<DateTime<Utc>> = (self.minutes > 0).then(|| engine.0.now() + TimeDelta::minutes(i64::from(self.minutes)));
        let detail = serde_json::json!({ "alertId": self.alert_id, "until": until });
        let audit = engine.0.audit(caller, "snooze_alert", None, detail);
        let committed = engine.0.write.transact(move |write| write.snooze_alert(id, until).and_then(|()| write.add_audit(&audit))).await?;
        engine.0.tell_changes(&committed.changes);
        // When to look again has changed.
        engine.0.alerts.wake.notify_one();
        Ok(Done {})
    }
}

impl Run for MarkNotificationsRead {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<Done, WireError> {
        let now = engine.0.now();
        let ids = match self.ids {
            None => Vec::new(),
            Some(ids) if ids.is_empty() => return Ok(Done {}),
            Some(ids) if ids.len() > MOST_MARKED => {
                return Err(WireError::invalid_field("ids", "Mark at most 500 at once, or all."));
            }
            Some(ids) => {
                let parsed = ids.iter().map(|id| id.parse().map(NotificationId)).collect::<Result<Vec<_>, _>>();
                parsed.map_err(|_| WireError::invalid_field("ids", "Give the ids as the list gave them."))?
            }
        };
        let committed = engine.0.write.transact(move |write| write.mark_read(&ids, now)).await?;
        engine.0.tell_changes(&committed.changes);
        Ok(Done {})
    }
}

impl Run for GetAlertSettings {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<AlertSettings, WireError> {
        let routes = engine.0.alerts.room.lock().await.routes.clone();
        let preferences = AlertKind::ALL.into_iter().map(|kind| {
            let kept = routes.preferences.iter().find(|preference| preference.kind == kind);
            PreferenceView {
                kind,
                words: kind.words().to_owned(),
                is_on: kept.is_none_or(|kept| kept.is_on),
                muted: kept.map_or_else(Vec::new, |kept| kept.muted.clone()),
            }
        });
        Ok(AlertSettings {
            preferences: preferences.collect(),
            quiet_hours: QuietHoursView::of(routes.quiet, engine.0.prices.list().zone(), engine.0.now()),
        })
    }
}

impl Run for SetAlertPreference {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        if !AlertKind::ALL.contains(&self.kind) {
            return Err(WireError::invalid_field("kind", "A test is always told."));
        }
        let mut room = engine.0.alerts.room.lock().await;
        let is_known = |id: &String| room.routes.channels.iter().any(|row| row.channel.id == *id);
        if !self.muted.iter().all(is_known) {
            return Err(WireError::invalid_field("muted", "One of these channels is not there any more. Read the list again."));
        }
        let mut preferences = room.routes.preferences.clone();
        preferences.retain(|preference| preference.kind != self.kind);
        preferences.push(KindPreference { kind: self.kind, is_on: self.is_on, muted: self.muted });
        engine.0.put_settings(vec![(PREFERENCES, serde_json::json!(preferences))], "set_alert_preference", caller).await?;
        room.routes.preferences = preferences;
        Ok(Done {})
    }
}

impl Run for SetQuietHours {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let time = |field: &str, text: &str| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| WireError::invalid_field(field, "Give a time of day from 00:00 to 23:59, as 22:00."))
        };
        let zone = self.zone.parse().map_err(|_| {
            let message = format!("“{}” is no time zone that is known. Give its name as Europe/Berlin.", self.zone);
            WireError::invalid_field("zone", &message)
        })?;
        let hours = QuietHours { is_enabled: self.is_enabled, from: time("from", &self.from)?, to: time("to", &self.to)?, zone };
        if hours.is_enabled && hours.from == hours.to {
            return Err(WireError::invalid_field(
                "to",
                "Quiet hours that end when they begin are none. Choose another end, or switch them off.",
            ));
        }
        let mut room = engine.0.alerts.room.lock().await;
        engine.0.put_settings(vec![(QUIET_HOURS, serde_json::json!(hours))], "set_quiet_hours", caller).await?;
        room.routes.quiet = Some(hours);
        // What was held may be due now.
        engine.0.alerts.wake.notify_one();
        Ok(Done {})
    }
}

fn alert_id(text: &str) -> Result<AlertId, WireError> {
    let unknown = || WireError::new(ErrorCode::NotFound, format!("There is no alert {text}. Read the list again."));
    text.parse().map(AlertId).map_err(|_| unknown())
}
