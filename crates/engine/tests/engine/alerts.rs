//! Alerts: said once, with the right words, over restarts; held in quiet hours; delivered to a desktop that this file plays.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::alert::AlertKind;
use headroom_core::deployment::DeploymentId;
use headroom_engine::caller::Origin;
use headroom_engine::error::ErrorCode;
use headroom_engine::notifier::{Delivery, Notification, NotificationEvent, Notifier};
use headroom_engine::operations::{
    AcknowledgeAlert, GetAlertSettings, ListAlerts, ListChannels, ListNotifications, MarkNotificationsRead, Role, SavePolicy,
    SetAlertPreference, SetQuietHours, SnoozeAlert, TestChannel,
};
use headroom_engine::view::{AlertPage, AlertState, AlertView, NotificationPage, NotificationTells};
use serde_json::json;
use tokio::sync::watch;

use crate::house::{House, Open, caller, cpu_policy, seconds, trials, within};

trials![
    at_the_maximum_is_told_once_after_five_minutes_and_over_restarts,
    missing_readings_are_told_with_what_is_missing,
    a_breached_objective_is_told_with_both_numbers,
    a_swinging_count_is_told_with_its_counts,
    a_failed_order_is_told_at_once,
    what_was_raised_before_a_crash_is_delivered_once_after_it,
    a_desktop_that_fails_is_tried_again_and_its_error_is_kept_until_then,
    quiet_hours_hold_and_then_deliver,
    an_acknowledged_alert_is_not_told_any_more,
    a_snoozed_alert_is_told_again_when_it_still_fires,
    what_a_person_switched_off_is_recorded_and_not_told,
    many_at_once_are_one_notification,
    notifications_are_read_once_seen,
    a_test_arrives_at_once_also_in_quiet_hours,
    wrong_input_is_refused_with_what_to_do,
];

/// A desktop that keeps what it is shown.
#[derive(Clone)]
pub struct Desktop(Arc<watch::Sender<Shown>>);

#[derive(Default)]
struct Shown {
    notifications: Vec<Notification>,
    /// What it answers instead of showing.
    fault: Option<String>,
    /// Notifications that it did not take.
    refused: usize,
}

#[async_trait]
impl Notifier for Desktop {
    async fn notify(&self, notification: &Notification) -> Delivery {
        let mut answer = Delivery::Delivered("1".to_owned());
        self.0.send_modify(|shown| match &shown.fault {
            Some(fault) => {
                shown.refused += 1;
                answer = Delivery::Failed(fault.clone());
            }
            None => shown.notifications.push(notification.clone()),
        });
        answer
    }
}

impl Desktop {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Shown::default())))
    }

    fn fails(&self, fault: Option<&str>) {
        self.0.send_modify(|shown| shown.fault = fault.map(str::to_owned));
    }

    /// Waits until it has shown so many in all, and gives them.
    pub async fn shows(&self, count: usize) -> Vec<Notification> {
        let mut shown = self.0.subscribe();
        let shown = within("a notification", shown.wait_for(|shown| shown.notifications.len() >= count)).await.expect("a desktop");
        assert_eq!(shown.notifications.len(), count, "{:?}", shown.notifications);
        shown.notifications.clone()
    }

    async fn refuses(&self, count: usize) {
        let mut shown = self.0.subscribe();
        let _ = within("a refusal", shown.wait_for(|shown| shown.refused >= count)).await.expect("a desktop");
    }

    fn count(&self) -> usize {
        self.0.borrow().notifications.len()
    }
}

fn house_with_desktop() -> (House, Desktop) {
    let desktop = Desktop::new();
    let mut house = House::new();
    house.desktop = Some(Arc::new(desktop.clone()));
    (house, desktop)
}

/// An engine whose worker delivers; evaluations are the test's.
async fn opened(house: &House) -> Open {
    let open = house.open().await;
    open.engine.start_delivering();
    open
}

/// Adds a deployment that wants more than its maximum, and evaluates it until that is said.
pub async fn reach_the_maximum(open: &Open, house: &House, name: &str) -> DeploymentId {
    let id = open.add(name, &house.recording(&format!("{name}.csv"), "timestamp_s,cpu\n0,95\n"), 3).await;
    let mut draft = cpu_policy();
    draft["maxInstances"] = json!(3);
    open.save(&id, draft).await;
    tick_for(open, 300).await;
    id
}

/// Evaluates now, and every 30 s until so many seconds have passed.
async fn tick_for(open: &Open, time: i64) {
    open.tick().await;
    for _ in 0..time / 30 {
        open.tick_after(30).await;
    }
}

async fn alerts(open: &Open) -> AlertPage {
    open.ask(ListAlerts::default()).await.expect("alerts")
}

async fn told(open: &Open) -> NotificationPage {
    open.ask(ListNotifications::default()).await.expect("notifications")
}

/// The one alert there is.
async fn only_alert(open: &Open) -> AlertView {
    let mut page = alerts(open).await;
    assert_eq!(page.alerts.len(), 1, "{page:?}");
    page.alerts.remove(0)
}

fn words(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

async fn at_the_maximum_is_told_once_after_five_minutes_and_over_restarts() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,95\n"), 3).await;
    let mut draft = cpu_policy();
    draft["maxInstances"] = json!(3);
    open.save(&id, draft).await;
    tick_for(&open, 270).await;
    assert_eq!(alerts(&open).await.sentence, "Nothing is wrong.");
    open.tick_after(30).await;
    let shown = desktop.shows(1).await.remove(0);
    assert_eq!(words(&shown.title), "web has been at its maximum of 3 for 5 min");
    assert!(words(&shown.body).contains("95 %"), "{}", shown.body);
    assert_eq!((shown.event, shown.is_critical, shown.deployment_id.as_ref()), (NotificationEvent::Firing, false, Some(&id)));
    let alert = only_alert(&open).await;
    assert_eq!((alert.kind, alert.state, alert.deployment_name.as_deref()), (AlertKind::AtMaximum, AlertState::Firing, Some("web")));
    assert_eq!(alert.fired_at - alert.since, TimeDelta::minutes(5));
    open.close().await;

    // It goes on over a restart, and is not told again.
    let open = opened(&house).await;
    tick_for(&open, 600).await;
    assert_eq!(only_alert(&open).await.state, AlertState::Firing);
    // Two minutes of room: over, which the desktop is not told.
    open.ask(SavePolicy { deployment_id: id.clone(), draft: serde_json::from_value(json!({ "maxInstances": 1_000 })).expect("a draft") })
        .await
        .expect("saved");
    tick_for(&open, 180).await;
    assert_eq!(only_alert(&open).await.state, AlertState::Resolved);
    let page = told(&open).await;
    let tells: Vec<_> = page.notifications.iter().map(|notification| notification.tells).collect();
    assert_eq!(tells, [NotificationTells::Resolved, NotificationTells::Firing]);
    open.close().await;
    assert_eq!(desktop.count(), 1);
}

async fn missing_readings_are_told_with_what_is_missing() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    let id = open.add("web", &house.recording("gone.csv", "timestamp_s,cpu\n0,50\n60,unreachable\n3600,50\n"), 3).await;
    open.save(&id, cpu_policy()).await;
    tick_for(&open, 300).await;
    let shown = desktop.shows(1).await.remove(0);
    assert!(words(&shown.title).starts_with("Readings of web have been missing for 2 min"), "{}", shown.title);
    assert_eq!(words(&shown.body), "There is no reading of CPU: the source did not answer. Nothing is scaled down meanwhile.");
    open.close().await;
}

async fn a_breached_objective_is_told_with_both_numbers() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    let file = house.recording("slow.csv", "timestamp_s,cpu,response_time\n0,50,900\n");
    let input = json!({ "name": "web", "file": file, "instances": 3, "responseTimeMs": 500.0 });
    let add: headroom_engine::operations::AddReplayDeployment = serde_json::from_value(input).expect("an input");
    let id = open.ask(add).await.expect("added").deployment.id;
    open.save(&id, cpu_policy()).await;
    tick_for(&open, 120).await;
    let shown = desktop.shows(1).await.remove(0);
    assert_eq!(words(&shown.title), "web has been outside its objective for 2 min");
    assert!(words(&shown.body).contains("900 ms") && words(&shown.body).contains("500 ms"), "{}", shown.body);
    assert!(shown.is_critical);
    assert_eq!((alerts(&open).await.firing, alerts(&open).await.critical), (1, 1));
    open.close().await;
}

async fn a_swinging_count_is_told_with_its_counts() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    // Up and down again, every two minutes.
    let rows: String = (0..20).map(|step| format!("{},{}\n", step * 120, if step % 2 == 0 { 95 } else { 5 })).collect();
    let id = open.add("web", &house.recording("swing.csv", &format!("timestamp_s,cpu\n{rows}")), 3).await;
    let mut draft = cpu_policy();
    draft["cooldownPeriod"] = json!(60);
    open.save(&id, draft).await;
    tick_for(&open, 1_800).await;
    let shown = desktop.shows(1).await.remove(0);
    assert_eq!(shown.title, "web swings up and down");
    assert!(shown.body.contains(" → "), "{}", shown.body);
    open.close().await;
}

async fn a_failed_order_is_told_at_once() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    let program = std::env::current_exe().expect("this program has a path").display().to_string();
    let check = headroom_core::deployment::HealthCheck::Http { path: "/healthz".to_owned() };
    let input = json!({ "name": "own", "argv": [program, "sample-service", "--port", "{port}"], "health": check });
    let added = within("a start", open.engine.call(&crate::house::person(), "add_local_deployment", input)).await.expect("added");
    let id: DeploymentId = serde_json::from_value(added["deployment"]["id"].clone()).expect("an id");
    // A machine takes 200 instances of a deployment at most, and this policy wants 300.
    let mut draft = cpu_policy();
    (draft["minInstances"], draft["maxInstances"]) = (json!(300), json!(400));
    open.save(&id, draft).await;
    tick_for(&open, 60).await;
    let shown = desktop.shows(1).await.remove(0);
    assert_eq!(shown.title, "own could not be scaled");
    assert!(shown.body.contains("200") && shown.is_critical, "{}", shown.body);
    open.close().await;

    // After a restart nobody knows whether the next order goes through, so it is neither over nor told again.
    let open = opened(&house).await;
    assert_eq!(only_alert(&open).await.state, AlertState::Firing);
    tick_for(&open, 120).await;
    assert_eq!(only_alert(&open).await.state, AlertState::Firing);
    // Inside what the machine takes an order goes through, and it is over.
    open.save(&id, json!({ "minInstances": 1, "maxInstances": 10 })).await;
    open.scale(&id, 1, "as it was", Some(0)).await.expect("scaled");
    open.tick_after(30).await;
    assert_eq!(only_alert(&open).await.state, AlertState::Resolved);
    open.ask(headroom_engine::operations::RemoveDeployment { deployment_id: id }).await.expect("removed");
    open.close().await;
    assert_eq!(desktop.count(), 1);
}

async fn what_was_raised_before_a_crash_is_delivered_once_after_it() {
    let (house, desktop) = house_with_desktop();
    // This engine raises and never delivers: its worker does not run.
    let open = house.open().await;
    reach_the_maximum(&open, &house, "web").await;
    open.close().await;
    assert_eq!(desktop.count(), 0);
    let open = opened(&house).await;
    let shown = desktop.shows(1).await;
    assert_eq!(words(&shown[0].title), "web has been at its maximum of 3 for 5 min");
    open.close().await;
    let open = opened(&house).await;
    tick_for(&open, 120).await;
    open.close().await;
    assert_eq!(desktop.count(), 1);
}

async fn a_desktop_that_fails_is_tried_again_and_its_error_is_kept_until_then() {
    let (house, desktop) = house_with_desktop();
    desktop.fails(Some("No notification service answers."));
    let open = opened(&house).await;
    reach_the_maximum(&open, &house, "web").await;
    desktop.refuses(1).await;
    // It waits 5 s, then 15 s.
    for (wait, attempts) in [(5, 2), (15, 3)] {
        open.clock.advance(seconds(wait));
        desktop.refuses(attempts).await;
    }
    desktop.fails(None);
    open.clock.advance(seconds(60));
    let shown = desktop.shows(1).await.remove(0);
    assert!(!shown.delivery_id.is_empty());
    open.close().await;
}

async fn quiet(open: &Open, is_enabled: bool) {
    let hours = SetQuietHours { is_enabled, from: "14:00".to_owned(), to: "15:00".to_owned(), zone: "Europe/Berlin".to_owned() };
    open.ask(hours).await.expect("set");
}

async fn quiet_hours_hold_and_then_deliver() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    // Noon in UTC is 14:00 in Berlin's summer.
    quiet(&open, true).await;
    let settings = open.ask(GetAlertSettings {}).await.expect("settings");
    assert_eq!(settings.quiet_hours.quiet_until.map(|at| at.to_rfc3339()).as_deref(), Some("2026-06-10T13:00:00+00:00"));
    reach_the_maximum(&open, &house, "web").await;
    assert_eq!(told(&open).await.unread, 1, "the centre has it");
    // Up to the last second nothing is shown, also by another engine.
    open.clock.set(instant("2026-06-10T12:59:59Z"));
    open.close().await;
    let open = opened(&house).await;
    open.tick().await;
    assert_eq!(desktop.count(), 0);
    open.clock.set(instant("2026-06-10T13:00:00Z"));
    assert_eq!(words(&desktop.shows(1).await[0].title), "web has been at its maximum of 3 for 5 min");
    open.close().await;
    assert_eq!(desktop.count(), 1);
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

async fn an_acknowledged_alert_is_not_told_any_more() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    quiet(&open, true).await;
    reach_the_maximum(&open, &house, "web").await;
    let alert = only_alert(&open).await;
    open.ask(AcknowledgeAlert { alert_id: alert.id.clone() }).await.expect("taken on");
    let alert = only_alert(&open).await;
    assert_eq!((alert.state, alert.acknowledged_by.as_deref()), (AlertState::Acknowledged, Some("Ada")));
    quiet(&open, false).await;
    // A second alert shows that the worker has come by.
    reach_the_maximum(&open, &house, "shop").await;
    assert_eq!(words(&desktop.shows(1).await[0].title), "shop has been at its maximum of 3 for 5 min");
    open.close().await;
}

async fn a_snoozed_alert_is_told_again_when_it_still_fires() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    reach_the_maximum(&open, &house, "web").await;
    desktop.shows(1).await;
    let alert = only_alert(&open).await;
    open.ask(SnoozeAlert { alert_id: alert.id, minutes: 60 }).await.expect("snoozed");
    let alert = only_alert(&open).await;
    assert_eq!((alert.state, alert.snoozed_until), (AlertState::Snoozed, Some(open.clock_now() + TimeDelta::hours(1))));
    open.clock.advance(seconds(3_600));
    let shown = desktop.shows(2).await.remove(1);
    assert_eq!(
        (shown.event, words(&shown.title).as_str()),
        (NotificationEvent::Reminder, "Still: web has been at its maximum of 3 for 5 min")
    );
    assert_eq!(only_alert(&open).await.state, AlertState::Firing);
    open.close().await;
}

async fn what_a_person_switched_off_is_recorded_and_not_told() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    let preference =
        |kind, is_on, muted: &[&str]| SetAlertPreference { kind, is_on, muted: muted.iter().map(|id| (*id).to_owned()).collect() };
    open.ask(preference(AlertKind::AtMaximum, false, &[])).await.expect("set");
    open.ask(preference(AlertKind::ReadingsMissing, true, &["desktop"])).await.expect("set");
    let gone = open.add("gone", &house.recording("gone.csv", "timestamp_s,cpu\n0,unreachable\n"), 3).await;
    open.save(&gone, cpu_policy()).await;
    reach_the_maximum(&open, &house, "web").await;
    let kinds: Vec<_> = alerts(&open).await.alerts.iter().map(|alert| alert.kind).collect();
    assert_eq!(kinds, [AlertKind::AtMaximum, AlertKind::ReadingsMissing]);
    let page = told(&open).await;
    assert_eq!(page.notifications.len(), 1, "only what is on is told: {page:?}");
    assert!(page.notifications[0].title.starts_with("Readings of gone"), "{page:?}");
    // Kept over a restart.
    open.close().await;
    let open = opened(&house).await;
    let settings = open.ask(GetAlertSettings {}).await.expect("settings");
    let kept: Vec<_> = settings.preferences.iter().filter(|preference| !preference.is_on).map(|preference| preference.kind).collect();
    assert_eq!(kept, [AlertKind::AtMaximum]);
    // Switched on again, the next episode is told.
    open.ask(preference(AlertKind::AtMaximum, true, &[])).await.expect("set");
    reach_the_maximum(&open, &house, "shop").await;
    assert_eq!(words(&desktop.shows(1).await[0].title), "shop has been at its maximum of 3 for 5 min");
    open.close().await;
}

async fn many_at_once_are_one_notification() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    quiet(&open, true).await;
    for name in ["a", "b", "c", "d"] {
        reach_the_maximum(&open, &house, name).await;
    }
    open.clock.set(instant("2026-06-10T13:00:00Z"));
    let shown = desktop.shows(1).await.remove(0);
    assert_eq!((shown.event, shown.title.as_str()), (NotificationEvent::Group, "4 alerts"));
    assert_eq!(shown.body.lines().count(), 4, "{}", shown.body);
    open.close().await;
    assert_eq!(desktop.count(), 1);
}

async fn notifications_are_read_once_seen() {
    let house = House::new();
    let open = house.open().await;
    reach_the_maximum(&open, &house, "web").await;
    reach_the_maximum(&open, &house, "shop").await;
    let page = told(&open).await;
    assert_eq!((page.unread, page.notifications.len()), (2, 2));
    let newest = page.notifications[0].id.clone();
    open.ask(MarkNotificationsRead { ids: Some(vec![newest]) }).await.expect("marked");
    let page = told(&open).await;
    assert_eq!((page.unread, page.notifications[0].is_read, page.notifications[1].is_read), (1, true, false));
    open.ask(MarkNotificationsRead { ids: Some(Vec::new()) }).await.expect("none marked");
    assert_eq!(told(&open).await.unread, 1);
    open.ask(MarkNotificationsRead { ids: None }).await.expect("all marked");
    open.close().await;
    let open = house.open().await;
    assert_eq!(told(&open).await.unread, 0, "also after a restart");
    open.close().await;
}

async fn a_test_arrives_at_once_also_in_quiet_hours() {
    let (house, desktop) = house_with_desktop();
    let open = opened(&house).await;
    quiet(&open, true).await;
    let desktop_id = || TestChannel { channel_id: "desktop".to_owned() };
    desktop.fails(Some("No notification service answers."));
    let test = open.ask(desktop_id()).await.expect("tried");
    assert_eq!((test.is_sent, test.words.as_str()), (false, "No notification service answers."));
    let channel = open.ask(ListChannels {}).await.expect("channels").channels.remove(0);
    assert_eq!((channel.error.as_deref(), channel.failed_at), (Some("No notification service answers."), Some(open.clock_now())));
    desktop.fails(None);
    assert!(open.ask(desktop_id()).await.expect("tried").is_sent);
    let shown = desktop.shows(1).await.remove(0);
    assert_eq!((shown.event, shown.title.as_str()), (NotificationEvent::Test, "Test from Headroom"));
    let channel = open.ask(ListChannels {}).await.expect("channels").channels.remove(0);
    assert_eq!((channel.error, channel.delivered_at, channel.waiting), (None, Some(open.clock_now()), 0));
    assert_eq!(told(&open).await.notifications[0].tells, NotificationTells::Test);
    open.close().await;
    // Without a desktop there is none to test.
    let house = House::new();
    let open = house.open().await;
    assert_eq!(open.ask(ListChannels {}).await.expect("channels").channels, []);
    assert_eq!(open.ask(desktop_id()).await.expect_err("none").code, ErrorCode::NotFound);
    open.close().await;
}

async fn wrong_input_is_refused_with_what_to_do() {
    let house = House::new();
    let open = house.open().await;
    let hours = |from: &str, to: &str, zone: &str| SetQuietHours {
        is_enabled: true,
        from: from.to_owned(),
        to: to.to_owned(),
        zone: zone.to_owned(),
    };
    for (name, input, field) in [
        ("no time", hours("22", "07:00", "UTC"), "from"),
        ("no hour", hours("22:00", "24:00", "UTC"), "to"),
        ("no span", hours("22:00", "22:00", "UTC"), "to"),
        ("no zone", hours("22:00", "07:00", "Mars/Olympus"), "zone"),
    ] {
        let error = open.ask(input).await.expect_err(name);
        assert_eq!((error.code, error.errors[0].field.as_str()), (ErrorCode::Invalid, field), "{name}: {error}");
    }
    for id in ["7", "x", ""] {
        let error = open.ask(AcknowledgeAlert { alert_id: id.to_owned() }).await.expect_err("no such alert");
        assert_eq!(error.code, ErrorCode::NotFound, "{error}");
    }
    let error = open.ask(SnoozeAlert { alert_id: "7".to_owned(), minutes: 20_000 }).await.expect_err("too long");
    assert_eq!(error.errors[0].field, "minutes");
    let error = open.ask(MarkNotificationsRead { ids: Some(vec!["x".to_owned()]) }).await.expect_err("no ids");
    assert_eq!(error.errors[0].field, "ids");
    let unknown = SetAlertPreference { kind: AlertKind::AtMaximum, is_on: true, muted: vec!["chn_gone".to_owned()] };
    assert_eq!(open.ask(unknown).await.expect_err("no such channel").errors[0].field, "muted");
    let viewer = caller(Role::Viewer, Origin::Api);
    let error = open.ask_as(&viewer, hours("22:00", "07:00", "UTC")).await.expect_err("not theirs");
    assert_eq!(error.code, ErrorCode::Forbidden);
    open.close().await;
}
