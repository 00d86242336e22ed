//! The notification service of the session bus (`org.freedesktop.Notifications`, Desktop Notifications Specification 1.3).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use headroom_engine::notifier::{Delivery, Notification, NotificationAction};
use tauri::AppHandle;
use tokio::sync::Mutex as AsyncMutex;
use zbus::zvariant::Value;

use super::Subject;

/// A service that is started by the first call needs a moment; one that hangs holds nothing up.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// Notifications whose buttons still work; what is older was pushed off every screen long ago.
const REMEMBERED: usize = 200;

/// What the specification says the service offers.
#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    /// Shows a notification and answers its id.
    #[expect(clippy::too_many_arguments, reason = "the specification's own")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    /// What it can do: `actions`, `body-markup`.
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    /// A person pressed something.
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
}

/// The way to the service; made at the first notification.
pub(super) struct Bus {
    app: AppHandle,
    /// None before the first notification, and after the bus was lost.
    service: AsyncMutex<Option<NotificationsProxy<'static>>>,
    shown: Arc<Mutex<Shown>>,
}

/// What can still be pressed, the oldest first.
#[derive(Default)]
struct Shown(VecDeque<(u32, Subject)>);

impl Bus {
    pub(super) fn of(app: &AppHandle) -> Self {
        Self { app: app.clone(), service: AsyncMutex::new(None), shown: Arc::default() }
    }

    /// Shows it, and answers what the service did.
    pub(super) async fn show(&self, notification: &Notification) -> Delivery {
        match tokio::time::timeout(ANSWERS_WITHIN, self.ask(notification)).await {
            Ok(Ok(id)) => Delivery::Delivered(id.to_string()),
            Ok(Err(error)) => Delivery::Failed(words(&error)),
            Err(_elapsed) => {
                Delivery::Failed(format!("The desktop's notification service did not answer within {} s.", ANSWERS_WITHIN.as_secs()))
            }
        }
    }

    async fn ask(&self, notification: &Notification) -> zbus::Result<u32> {
        let service = self.connected().await?;
        let asked = self.ask_service(&service, notification).await;
        if asked.as_ref().is_err_and(|error| !matches!(error, zbus::Error::MethodError(..))) {
            // The bus itself is gone, or was restarted: found anew at the next attempt.
            *self.service.lock().await = None;
        }
        asked
    }

    async fn connected(&self) -> zbus::Result<NotificationsProxy<'static>> {
        let mut service = self.service.lock().await;
        if let Some(service) = &*service {
            return Ok(service.clone());
        }
        let found = connect(self.app.clone(), self.shown.clone()).await?;
        *service = Some(found.clone());
        Ok(found)
    }

    async fn ask_service(&self, service: &NotificationsProxy<'static>, notification: &Notification) -> zbus::Result<u32> {
        let offers = service.get_capabilities().await?;
        let offers = |what: &str| offers.iter().any(|offer| offer == what);
        let mut actions = Vec::new();
        if offers("actions") {
            // A click on the notification itself.
            actions.extend(["default", NotificationAction::Open.label()]);
            actions.extend(notification.actions.iter().flat_map(|action| [action.key(), action.label()]));
        }
        // Names and reasons come from people: where the service reads markup, none of theirs may be any.
        let body = if offers("body-markup") { escaped(&notification.body) } else { notification.body.clone() };
        let urgency: u8 = if notification.is_critical { 2 } else { 1 };
        let hints = HashMap::from([("urgency", Value::U8(urgency)), ("desktop-entry", Value::from("headroom"))]);
        let id = service.notify("Headroom", 0, "headroom", &notification.title, &body, &actions, hints, -1).await?;
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).add(id, Subject::of(notification));
        Ok(id)
    }
}

impl Shown {
    fn add(&mut self, id: u32, subject: Subject) {
        self.0.retain(|(known, _)| *known != id);
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((id, subject));
    }

    fn find(&self, id: u32) -> Option<Subject> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, subject)| subject.clone())
    }
}

/// Finds the service on the session bus, and listens to what is pressed.
async fn connect(app: AppHandle, shown: Arc<Mutex<Shown>>) -> zbus::Result<NotificationsProxy<'static>> {
    let connection = zbus::Connection::session().await?;
    let service = NotificationsProxy::new(&connection).await?;
    let mut pressed = service.receive_action_invoked().await?;
    tauri::async_runtime::spawn(async move {
        while let Some(signal) = pressed.next().await {
            let Ok(arguments) = signal.args() else { continue };
            // Everybody's are heard; only ours are known.
            let subject = shown.lock().unwrap_or_else(PoisonError::into_inner).find(arguments.id);
            if let (Some(subject), Some(action)) = (subject, action(&arguments.action_key)) {
                subject.act(&app, action).await;
            }
        }
    });
    Ok(service)
}

fn action(key: &str) -> Option<NotificationAction> {
    use NotificationAction::{Acknowledge, Open, Snooze};
    if key == "default" {
        return Some(Open);
    }
    [Open, Acknowledge, Snooze].into_iter().find(|action| action.key() == key)
}

/// Text that stands as it is where markup is read.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn words(error: &zbus::Error) -> String {
    let nobody = ["org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"];
    match error {
        zbus::Error::MethodError(name, _, _) if nobody.contains(&name.as_str()) => {
            "This desktop has no notification service. Start one, for example dunst; what is told stays in the notification centre."
                .to_owned()
        }
        other => format!("The desktop's notification service did not take it: {other}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(id: &str) -> Subject {
        Subject { deployment_id: Some(headroom_core::deployment::DeploymentId(id.to_owned())), alert_id: None }
    }

    #[test]
    fn what_people_wrote_is_never_markup() {
        assert_eq!(escaped("<b>shop</b> & <img src='x'>"), "&lt;b&gt;shop&lt;/b&gt; &amp; &lt;img src='x'&gt;");
    }

    #[test]
    fn the_newest_notifications_can_be_pressed_and_their_number_is_bounded() {
        let mut shown = Shown::default();
        for id in 0..=REMEMBERED as u32 {
            shown.add(id, subject(&format!("dep_{id}")));
        }
        assert!(shown.find(0).is_none());
        assert_eq!(shown.find(1).map(|subject| subject.address()).as_deref(), Some("/deployment/dep_1"));
        // A service that starts anew counts from 1 again.
        shown.add(1, subject("dep_new"));
        assert_eq!(shown.find(1).map(|subject| subject.address()).as_deref(), Some("/deployment/dep_new"));
    }

    #[test]
    fn a_click_opens_and_buttons_do_what_they_say() {
        assert_eq!(action("default"), Some(NotificationAction::Open));
        assert_eq!(action("acknowledge"), Some(NotificationAction::Acknowledge));
        assert_eq!(action("snooze"), Some(NotificationAction::Snooze));
        assert_eq!(action("pause_all"), None);
    }
}
