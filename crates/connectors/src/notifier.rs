//! The door through which people are told: the desktop, a webhook, a chat, a mailbox.
//!
//! A notifier is given one notification at a time and says what became of it. It repeats nothing by itself: the outbox of the
//! engine does, with the same delivery id at every attempt, so that a receiver can drop what it has.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use headroom_core::alert::{AlertKind, AlertLevel};
use headroom_core::deployment::DeploymentId;
use serde::Serialize;

/// Something that can tell a person.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Tells it, in bounded time, and answers whether it arrived. Never panics for what is in the notification.
    async fn notify(&self, notification: &Notification) -> Delivery;
}

/// What is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// The same at every attempt of one delivery.
    pub delivery_id: String,
    /// When this attempt is made.
    pub sent_at: DateTime<Utc>,
    /// What is told of the alert.
    pub event: NotificationEvent,
    /// What and where, in one line. Plain text, never markup.
    pub title: String,
    /// The cause, in a sentence or two. Plain text, never markup.
    pub body: String,
    /// Something is harmed now.
    pub is_critical: bool,
    /// The deployment that a click opens; none: the alerts.
    pub deployment_id: Option<DeploymentId>,
    /// The alert, for the actions; none for a test or a group.
    pub alert: Option<NotifiedAlert>,
    /// What a person can do at once, where the receiver can offer it.
    pub actions: Vec<NotificationAction>,
}

/// The alert behind a notification, for receivers that read it by program.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotifiedAlert {
    /// As the operations take it.
    pub id: String,
    /// What kind.
    pub kind: AlertKind,
    /// How far it went.
    pub level: AlertLevel,
    /// About what: `deployment:dep_1`, `budget:bud_1`.
    pub scope: String,
    /// The deployment's name.
    pub deployment_name: Option<String>,
    /// When it was first said.
    pub fired_at: DateTime<Utc>,
    /// When it was over.
    pub resolved_at: Option<DateTime<Utc>>,
    /// The numbers behind it.
    pub detail: serde_json::Value,
}

/// What a notification tells of its alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum NotificationEvent {
    /// It fires.
    #[serde(rename = "alert.firing")]
    Firing,
    /// It is over.
    #[serde(rename = "alert.resolved")]
    Resolved,
    /// It was snoozed and still fires.
    #[serde(rename = "alert.reminder")]
    Reminder,
    /// Several at once.
    #[serde(rename = "alert.group")]
    Group,
    /// A person tries the channel.
    #[serde(rename = "test")]
    Test,
}

/// What a person can do at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationAction {
    /// Open what it is about.
    Open,
    /// Take it on: nothing more is told of it.
    Acknowledge,
    /// Tell nothing more of it for [`SNOOZE_MINUTES`].
    Snooze,
}

/// How long the action of a notification snoozes.
pub const SNOOZE_MINUTES: u32 = 60;

impl NotificationAction {
    /// What it is called on a bus: `open`, `acknowledge`, `snooze`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledge => "acknowledge",
            Self::Snooze => "snooze",
        }
    }

    /// What its button says.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Acknowledge => "Acknowledge",
            Self::Snooze => "Snooze 1 h",
        }
    }
}

/// What became of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has it, and calls it so.
    Delivered(String),
    /// It was handed on to somebody who does not say whether it arrived.
    HandedOver,
    /// It did not arrive: what happened, and what to do. No secret is in it.
    Failed(String),
}
