//! Alerts, what was told of them, and what a person wants to be told.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use headroom_core::alert::quiet::QuietHours;
use headroom_core::alert::{AlertKind, AlertLevel, AlertScope};
use headroom_core::calendar::Zone;
use headroom_core::deployment::DeploymentId;
use headroom_store::{AlertRow, NotificationRow, Tells};
use serde::{Deserialize, Serialize};

/// How an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum AlertState {
    /// It is so now, and nobody has taken it on.
    Firing,
    /// It is so now; nothing more is told of it until a time.
    Snoozed,
    /// It is so now, and a person has taken it on.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AlertView {
    /// As the operations take it.
    pub id: String,
    /// What kind.
    pub kind: AlertKind,
    /// The kind in words, for a heading.
    pub kind_words: String,
    /// How far it went.
    pub level: AlertLevel,
    /// It harms now; else it warns.
    pub is_critical: bool,
    /// How it stands.
    pub state: AlertState,
    /// The deployment that it is about, where it is about one.
    pub deployment_id: Option<DeploymentId>,
    /// Its name.
    pub deployment_name: Option<String>,
    /// The budget that it is about, where it is about one.
    pub budget_id: Option<String>,
    /// What and where, in one line.
    pub title: String,
    /// The cause, in a sentence or two.
    pub message: String,
    /// Since when the condition was there.
    pub since: DateTime<Utc>,
    /// When it was said.
    pub fired_at: DateTime<Utc>,
    /// When it was over.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When a person took it on.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who did.
    pub acknowledged_by: Option<String>,
    /// Nothing more is told of it until then.
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// A page of alerts, newest first, and what fires in all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AlertPage {
    /// What fires, in one sentence.
    pub sentence: String,
    /// How many fire.
    pub firing: u32,
    /// How many of these harm now and were taken on by nobody.
    pub critical: u32,
    /// Newest first.
    pub alerts: Vec<AlertView>,
    /// Give it back as `before` for the next page.
    pub next_cursor: Option<String>,
}

/// One message of the notification centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NotificationView {
    /// As the operations take it.
    pub id: String,
    /// What it tells.
    pub tells: NotificationTells,
    /// It tells of something that harms now.
    pub is_critical: bool,
    /// The deployment that it is about, where it is about one.
    pub deployment_id: Option<DeploymentId>,
    /// What and where, in one line.
    pub title: String,
    /// The cause, in a sentence or two.
    pub message: String,
    /// When it was told.
    pub created_at: DateTime<Utc>,
    /// A person has seen it.
    pub is_read: bool,
}

/// What a notification tells of its alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum NotificationTells {
    /// It fires.
    Firing,
    /// It is over.
    Resolved,
    /// It was snoozed and still fires.
    Reminder,
    /// A person tried a channel.
    Test,
}

/// A page of the notification centre, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NotificationPage {
    /// How many in all nobody has seen.
    pub unread: u32,
    /// Newest first.
    pub notifications: Vec<NotificationView>,
    /// Give it back as `before` for the next page.
    pub next_cursor: Option<String>,
}

/// What is told of one kind of alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PreferenceView {
    /// Of which kind.
    pub kind: AlertKind,
    /// The kind in words.
    pub words: String,
    /// Told at all; else it is only recorded.
    pub is_on: bool,
    /// Channels to which it does not go.
    pub muted: Vec<String>,
}

/// The hours of each day in which nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct QuietHoursView {
    /// Where they hold.
    pub is_enabled: bool,
    /// When they begin, by the wall clock: `22:00`.
    pub from: String,
    /// When they end: `07:00`.
    pub to: String,
    /// Whose wall clock: a name of the time zone database.
    pub zone: String,
    /// It is quiet now, until then.
    pub quiet_until: Option<DateTime<Utc>>,
}

/// What a person wants to be told, and when not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AlertSettings {
    /// Every kind there is.
    pub preferences: Vec<PreferenceView>,
    /// When nothing is sent.
    pub quiet_hours: QuietHoursView,
}

impl AlertView {
    pub(crate) fn of(row: &AlertRow, names: &BTreeMap<DeploymentId, String>, now: DateTime<Utc>) -> Self {
        let alert = &row.alert;
        let snoozed_until = row.snoozed_until.filter(|until| now < *until);
        let (acknowledged_at, acknowledged_by) = row.acknowledged.clone().unzip();
        Self {
            id: row.id.0.to_string(),
            kind: alert.key.kind,
            kind_words: alert.key.kind.words().to_owned(),
            level: alert.key.level,
            is_critical: alert.key.level.is_critical(),
            state: match (row.resolved_at, acknowledged_at, snoozed_until) {
                (Some(_), _, _) => AlertState::Resolved,
                (None, Some(_), _) => AlertState::Acknowledged,
                (None, None, Some(_)) => AlertState::Snoozed,
                (None, None, None) => AlertState::Firing,
            },
            deployment_id: alert.deployment_id.clone(),
            deployment_name: alert.deployment_id.as_ref().and_then(|id| names.get(id).cloned()),
            budget_id: match &alert.key.scope {
                AlertScope::Budget(id) => Some(id.clone()),
                AlertScope::Deployment(_) | AlertScope::Workspace => None,
            },
            title: alert.title.clone(),
            message: alert.message.clone(),
            since: alert.since,
            fired_at: alert.fired_at,
            resolved_at: row.resolved_at,
            acknowledged_at,
            acknowledged_by,
            snoozed_until,
        }
    }
}

impl NotificationView {
    pub(crate) fn of(row: &NotificationRow) -> Self {
        let tells = match row.tells {
            Tells::Firing => NotificationTells::Firing,
            Tells::Resolved => NotificationTells::Resolved,
            Tells::Reminder => NotificationTells::Reminder,
            Tells::Test => NotificationTells::Test,
        };
        Self {
            id: row.id.0.to_string(),
            tells,
            is_critical: row.tells != Tells::Resolved && row.level.is_some_and(AlertLevel::is_critical),
            deployment_id: row.deployment_id.clone(),
            title: row.title.clone(),
            message: row.message.clone(),
            created_at: row.created_at,
            is_read: row.read_at.is_some(),
        }
    }
}

impl QuietHoursView {
    /// Where none were ever set: off, over the night of `zone`.
    pub(crate) fn of(hours: Option<QuietHours>, zone: Zone, now: DateTime<Utc>) -> Self {
        // Both know the same names.
        let zone: Tz = zone.name().parse().unwrap_or(Tz::UTC);
        let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        let hours = hours.unwrap_or(QuietHours { is_enabled: false, from: time(22), to: time(7), zone });
        Self {
            is_enabled: hours.is_enabled,
            from: hours.from.format("%H:%M").to_string(),
            to: hours.to.format("%H:%M").to_string(),
            zone: hours.zone.name().to_owned(),
            quiet_until: hours.end(now),
        }
    }
}

/// What fires, in one sentence.
pub(crate) fn sentence(firing: u32, critical: u32, worst: Option<&AlertRow>) -> String {
    let Some(worst) = worst.filter(|_| firing > 0) else { return "Nothing is wrong.".to_owned() };
    let title = &worst.alert.title;
    match (firing, critical) {
        (1, _) => format!("{title}."),
        (firing, 0) => format!("{firing} alerts fire. The newest: {title}."),
        (firing, critical) => format!("{firing} alerts fire, {critical} of them critical and taken on by nobody: {title}."),
    }
}
