//! Notifications of the desktop: one door that knows what was delivered.
//!
//! On Linux the service on the session bus is asked itself: its answer is the id of the notification, so what it did not take is
//! known and stays in the outbox. Elsewhere the plugin hands notifications over and cannot say whether they were shown.
//!
//! A click opens the page that a notification is about. Where the desktop offers actions, an alert is acknowledged or snoozed
//! from it, as the person before the window would.

use async_trait::async_trait;
use headroom_core::deployment::DeploymentId;
use headroom_engine::notifier::{Delivery, Notification, NotificationAction, Notifier, SNOOZE_MINUTES};
use headroom_engine::operations::{AcknowledgeAlert, Operation, SnoozeAlert};
use tauri::{AppHandle, Manager as _};

use crate::engine_room::EngineRoom;
use crate::window;

#[cfg(target_os = "linux")]
mod bus;

/// What shows notifications on this desktop.
pub(crate) struct DesktopNotifier {
    #[cfg(target_os = "linux")]
    bus: bus::Bus,
    #[cfg(not(target_os = "linux"))]
    app: AppHandle,
}

impl DesktopNotifier {
    /// The notifier of this app; nothing is asked before the first notification.
    pub(crate) fn of(app: &AppHandle) -> Self {
        #[cfg(target_os = "linux")]
        return Self { bus: bus::Bus::of(app) };
        #[cfg(not(target_os = "linux"))]
        return Self { app: app.clone() };
    }
}

#[async_trait]
impl Notifier for DesktopNotifier {
    #[cfg(target_os = "linux")]
    async fn notify(&self, notification: &Notification) -> Delivery {
        self.bus.show(notification).await
    }

    #[cfg(not(target_os = "linux"))]
    async fn notify(&self, notification: &Notification) -> Delivery {
        use tauri_plugin_notification::NotificationExt as _;
        let shown = self.app.notification().builder().title(&notification.title).body(&notification.body).show();
        match shown {
            Ok(()) => Delivery::HandedOver,
            Err(error) => Delivery::Failed(format!("The system did not take the notification: {error}.")),
        }
    }
}

/// What a shown notification is about.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only a service on the bus says what was pressed"))]
#[derive(Debug, Clone)]
struct Subject {
    deployment_id: Option<DeploymentId>,
    alert_id: Option<String>,
}

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only a service on the bus says what was pressed"))]
impl Subject {
    fn of(notification: &Notification) -> Self {
        Self { deployment_id: notification.deployment_id.clone(), alert_id: notification.alert.as_ref().map(|alert| alert.id.clone()) }
    }

    /// Its page in the window.
    fn address(&self) -> String {
        self.deployment_id.as_ref().map_or_else(|| "/alerts".to_owned(), |id| format!("/deployment/{id}"))
    }

    /// Does what a person chose on the notification.
    async fn act(&self, app: &AppHandle, action: NotificationAction) {
        let done = match (action, &self.alert_id) {
            (NotificationAction::Acknowledge, Some(id)) => call(app, &AcknowledgeAlert { alert_id: id.clone() }).await,
            (NotificationAction::Snooze, Some(id)) => call(app, &SnoozeAlert { alert_id: id.clone(), minutes: SNOOZE_MINUTES }).await,
            (NotificationAction::Open | NotificationAction::Acknowledge | NotificationAction::Snooze, _) => {
                window::bring_forward(app, Some(&self.address()));
                Ok(())
            }
        };
        if let Err(message) = done {
            tracing::warn!(message, action = action.key(), "What was chosen on a notification could not be done.");
        }
    }
}

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only a service on the bus says what was pressed"))]
async fn call<O: Operation>(app: &AppHandle, operation: &O) -> Result<(), String> {
    let room = app.state::<EngineRoom>().inner().clone();
    let (engine, caller) = room.engine().await.map_err(|error| error.message)?;
    let input = serde_json::to_value(operation).map_err(|error| error.to_string())?;
    engine.call(&caller, O::NAME, input).await.map(|_| ()).map_err(|error| error.message)
}
