//! Where notifications go, and how that does.

use chrono::{DateTime, Utc};
use headroom_store::ChannelRow;
use serde::{Deserialize, Serialize};

use crate::channels::ChannelKind;

/// One channel and how it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChannelView {
    /// As the operations take it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is, with its addresses and without its secrets.
    pub settings: ChannelKind,
    /// Switched off, nothing goes there.
    pub is_enabled: bool,
    /// When something last arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When something last did not arrive.
    pub failed_at: Option<DateTime<Utc>>,
    /// Why not, and what to do; none once something arrived again.
    pub error: Option<String>,
    /// How much waits for it.
    pub waiting: u32,
}

/// Every channel there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChannelList {
    /// By name.
    pub channels: Vec<ChannelView>,
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChannelTest {
    /// The receiver has it, or it was handed on to one that does not say.
    pub is_sent: bool,
    /// What happened, and what to do where it did not arrive.
    pub words: String,
}

impl ChannelView {
    pub(crate) fn of(row: ChannelRow<ChannelKind>) -> Self {
        Self {
            id: row.channel.id,
            name: row.channel.name,
            settings: row.channel.body,
            is_enabled: row.channel.is_enabled,
            delivered_at: row.delivered_at,
            failed_at: row.failed_at,
            error: row.error,
            waiting: row.waiting,
        }
    }
}
