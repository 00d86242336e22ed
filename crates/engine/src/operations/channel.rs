//! Doors to the channels: where notifications go besides the centre.

use headroom_connectors::notifier::{Delivery, Notification, NotificationAction, NotificationEvent};
use headroom_store::{NewNotification, Tells};
use serde::{Deserialize, Serialize};

use super::Run;
use crate::caller::Caller;
use crate::channels::{ChannelKind, DESKTOP};
use crate::deliver::deliver;
use crate::engine::{Engine, new_id};
use crate::error::{ErrorCode, WireError};
use crate::view::{ChannelList, ChannelTest, ChannelView};

/// Every channel, and how it does.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListChannels {}

/// Send a test over a channel at once, also in quiet hours and while it is switched off.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TestChannel {
    /// Which.
    pub channel_id: String,
}

impl Run for ListChannels {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<ChannelList, WireError> {
        let has_desktop = engine.0.alerts.desktop.is_some();
        let rows = engine.0.read.read(|read| read.channels::<ChannelKind>()).await?;
        let shown = rows.into_iter().filter(|row| row.channel.id != DESKTOP || has_desktop);
        Ok(ChannelList { channels: shown.map(ChannelView::of).collect() })
    }
}

impl Run for TestChannel {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<ChannelTest, WireError> {
        let id = self.channel_id;
        let Some((channel, notifier)) = engine.channel(&id).await else {
            return Err(WireError::new(ErrorCode::NotFound, format!("There is no channel {id}. Read the list again.")));
        };
        let now = engine.0.now();
        let title = "Test from Headroom".to_owned();
        let message = format!("{} sent this to see whether alerts arrive at “{}”. They do.", caller.name, channel.name);
        let delivery = match notifier {
            Err(error) => Delivery::Failed(error),
            Ok(notifier) => {
                let notification = Notification {
                    delivery_id: new_id("dlv"),
                    sent_at: now,
                    event: NotificationEvent::Test,
                    title: title.clone(),
                    body: message.clone(),
                    is_critical: false,
                    deployment_id: None,
                    alert: None,
                    actions: vec![NotificationAction::Open],
                };
                deliver(notifier, notification).await
            }
        };
        let (is_sent, words) = match delivery {
            Delivery::Delivered(_) => (true, "It arrived.".to_owned()),
            Delivery::HandedOver => (true, "It was handed over; whether it was shown is not said.".to_owned()),
            Delivery::Failed(error) => (false, error),
        };
        let audit = engine.0.audit(caller, "test_channel", None, serde_json::json!({ "channelId": id, "isSent": is_sent }));
        let error = (!is_sent).then(|| words.clone());
        let committed = engine
            .0
            .write
            .transact(move |write| {
                write.note_channel_test(&id, error.as_deref(), now)?;
                if error.is_none() {
                    let told = NewNotification { alert: None, tells: Tells::Test, title, message, created_at: now, deliveries: Vec::new() };
                    write.add_notification(&told)?;
                }
                write.add_audit(&audit)
            })
            .await?;
        engine.0.tell_changes(&committed.changes);
        Ok(ChannelTest { is_sent, words })
    }
}
