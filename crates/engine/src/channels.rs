//! The channels: what each kind is made of. Secrets are not in them.

use std::sync::Arc;

use headroom_connectors::notifier::Notifier;
use headroom_store::ChannelDraft;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// The channel that is always there.
pub(crate) const DESKTOP: &str = "desktop";

/// What kind of channel it is, with its addresses and without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ChannelKind {
    /// Native notifications on this desktop.
    Desktop,
    /// JSON by POST, signed. The whole address is a secret, since it may hold a token.
    Webhook {
        /// Scheme and host of the address, to show.
        host: String,
        /// Whether deliveries are signed.
        is_signed: bool,
    },
    /// An incoming webhook of Slack, or of what understands the same. The whole address is a secret.
    Slack {
        /// Scheme and host of the address, to show.
        host: String,
    },
    /// Mail by SMTP.
    Email {
        /// The server.
        server: String,
        /// Its port.
        port: u16,
        /// How the connection is protected.
        security: MailSecurity,
        /// The name to log in with; none: no login.
        username: Option<String>,
        /// From whom.
        from: String,
        /// To whom.
        to: Vec<String>,
    },
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum MailSecurity {
    /// Begins in the open and must be protected before anything is said; usually port 587.
    Starttls,
    /// Protected from the first byte; usually port 465.
    Tls,
    /// Not at all: only to a server on this machine.
    None,
}

impl Engine {
    /// What tells on a channel, or why it cannot; none when nothing may go there any more.
    pub(crate) async fn notifier_of(&self, id: &str) -> Option<Result<Arc<dyn Notifier>, String>> {
        let (channel, notifier) = self.channel(id).await?;
        channel.is_enabled.then_some(notifier)
    }

    /// A channel and what tells on it, or why it cannot; none where there is no such channel.
    pub(crate) async fn channel(&self, id: &str) -> Option<(ChannelDraft<ChannelKind>, Result<Arc<dyn Notifier>, String>)> {
        let channel = self.0.alerts.room.lock().await.routes.channels.iter().find(|row| row.channel.id == id).cloned()?.channel;
        let notifier = match channel.body {
            ChannelKind::Desktop => self.0.alerts.desktop.clone().map(Ok)?,
            ChannelKind::Webhook { .. } | ChannelKind::Slack { .. } | ChannelKind::Email { .. } => return None,
        };
        Some((channel, notifier))
    }
}
