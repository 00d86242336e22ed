//! The worker that empties the outbox. One attempt a channel at a time, channels beside one another; nothing of it is on the way of
//! an evaluation.
//!
//! A delivery that does not arrive is tried again after growing waits, [`MOST_ATTEMPTS`] times; then it is given up, visibly, and a
//! person can send it again by saving the channel. Attempts keep their delivery id, also over a crash between sending and writing
//! that down, so that a receiver can drop the second one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_connectors::notifier::{Delivery, Notification, NotificationAction, NotificationEvent, NotifiedAlert, Notifier};
use headroom_core::alert::AlertLevel;
use headroom_store::{Attempt, DeliveryRow, StoreError, Tells};
use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::channels::DESKTOP;
use crate::engine::{Engine, stopped};

/// Deliveries that are read at once.
const BATCH: u32 = 200;
/// Waits between attempts; the last one repeats. A receiver that restarts is met soon, one that is gone is not hammered.
const WAITS_SECONDS: [i64; 6] = [5, 15, 60, 300, 900, 3_600];
/// With the waits above, two days.
const MOST_ATTEMPTS: u32 = 50;
/// A notifier that has not answered by then has failed; its own limits are shorter.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(30);
/// At the end, attempts in flight have so long to be answered.
const LAST_ATTEMPTS: Duration = Duration::from_secs(5);
/// Never more than one desktop notification in this time.
const DESKTOP_EVERY: TimeDelta = TimeDelta::seconds(60);
/// When more than so many wait for the desktop, they are one.
const GROUPED_AFTER: usize = 3;
/// Titles that a grouped notification names.
const NAMED_IN_GROUP: usize = 5;
/// Nothing is due: look again after this, for snoozes and periods that ended.
const LONGEST_NAP: TimeDelta = TimeDelta::seconds(60);
/// Snoozes that end at once.
const MOST_REMINDERS: u32 = 100;

/// What the worker knows while it runs.
#[derive(Default)]
struct Desk {
    /// Channels with an attempt in flight.
    busy: HashSet<String>,
    /// Channels that just failed are left alone until then.
    resting: BTreeMap<String, DateTime<Utc>>,
}

impl Engine {
    /// Starts the worker; it ends with the engine's shutdown. What is cut off then is delivered by the next engine.
    pub fn start_delivering(&self) {
        let engine = self.clone();
        self.spawn(async move { engine.keep_delivering().await });
    }

    async fn keep_delivering(&self) {
        let inner = &*self.0;
        let mut stopping = inner.stopping.subscribe();
        let desk = Arc::new(Mutex::new(Desk::default()));
        let mut attempts = JoinSet::new();
        loop {
            let now = inner.now();
            while attempts.try_join_next().is_some() {}
            let next = match self.deliver_due(&desk, &mut attempts, now).await {
                Ok(next) => next.map_or(now + LONGEST_NAP, |next| next.min(now + LONGEST_NAP)),
                Err(error) => {
                    tracing::warn!(target: "ResourceOptimizerService", %error, "the outbox could not be read; it is tried again");
                    now + LONGEST_NAP
                }
            };
            tokio::select! {
                () = inner.clock.wait_until(next) => {}
                () = inner.alerts.wake.notified() => {}
                () = stopped(&mut stopping) => break,
            }
        }
        // What is being told is written down, or it would be told again; who hangs is not waited for.
        let _ = tokio::time::timeout(LAST_ATTEMPTS, async { while attempts.join_next().await.is_some() {} }).await;
        attempts.shutdown().await;
    }

    /// Starts an attempt on every channel that something is due for; answers when to look again.
    async fn deliver_due(
        &self,
        desk: &Arc<Mutex<Desk>>,
        attempts: &mut JoinSet<()>,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let inner = &*self.0;
        self.end_snoozes(now).await?;
        let quiet_until = inner.alerts.room.lock().await.routes.quiet.and_then(|quiet| quiet.end(now));
        let (waiting, last_shown) = inner.read.read(|read| Ok((read.waiting_channels()?, read.last_delivered_at(DESKTOP)?))).await?;
        if let Some(end) = quiet_until {
            return Ok(if waiting.is_empty() { None } else { Some(end) });
        }
        let mut due = Vec::new();
        let mut next: Option<DateTime<Utc>> = None;
        {
            let mut desk = desk.lock();
            for (channel, first_at) in waiting {
                if desk.busy.contains(&channel) {
                    continue;
                }
                let mut at = first_at.max(desk.resting.get(&channel).copied().unwrap_or(first_at));
                if let Some(last) = last_shown.filter(|last| channel == DESKTOP && *last <= now) {
                    at = at.max(last + DESKTOP_EVERY);
                }
                if at <= now {
                    desk.busy.insert(channel.clone());
                    due.push(channel);
                } else {
                    next = Some(next.map_or(at, |next| next.min(at)));
                }
            }
        }
        for channel in due {
            let (engine, desk) = (self.clone(), desk.clone());
            attempts.spawn(async move {
                let asked = channel.clone();
                let rests_until = match engine.0.read.read(move |read| read.due_deliveries(&asked, now, BATCH)).await {
                    Ok(rows) => engine.work_off(&channel, rows, now).await,
                    Err(error) => {
                        tracing::warn!(target: "ResourceOptimizerService", %error, "the outbox could not be read; it is tried again");
                        Some(now + LONGEST_NAP)
                    }
                };
                {
                    let mut desk = desk.lock();
                    desk.busy.remove(&channel);
                    match rests_until {
                        Some(until) => _ = desk.resting.insert(channel, until),
                        None => _ = desk.resting.remove(&channel),
                    }
                }
                engine.0.alerts.wake.notify_one();
            });
        }
        Ok(next)
    }

    /// Carries what is due to one channel, in order, until one does not arrive: then the channel rests. Each is written down at once.
    async fn work_off(&self, channel: &str, rows: Vec<DeliveryRow>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Some(notifier) = self.notifier_of(channel).await else {
            for row in rows {
                self.record(row.id, Attempt::Cancelled, now).await;
            }
            return None;
        };
        let notifier = match notifier {
            Ok(notifier) => notifier,
            Err(error) => Arc::new(Unready(error)),
        };
        let parcels = if channel == DESKTOP { desktop_parcels(rows) } else { rows.into_iter().map(|row| vec![row]).collect() };
        for parcel in parcels {
            if *self.0.stopping.borrow() {
                return None;
            }
            let notification = self.notification_of(&parcel, now).await;
            let delivery = deliver(notifier.clone(), notification).await;
            let mut rests_until = None;
            for row in parcel {
                let attempt = attempt_of(&delivery, row.attempts, now);
                if let Attempt::Retry { next_at, .. } = &attempt {
                    rests_until = Some(*next_at);
                }
                self.record(row.id, attempt, now).await;
            }
            if rests_until.is_some() {
                return rests_until;
            }
        }
        None
    }

    async fn record(&self, delivery: String, attempt: Attempt, at: DateTime<Utc>) {
        if let Attempt::Retry { error, .. } | Attempt::GivenUp { error } = &attempt {
            tracing::warn!(target: "ResourceOptimizerService", delivery, error, "a notification did not arrive");
        }
        match self.0.write.transact(move |write| write.record_attempt(&delivery, &attempt, at)).await {
            Ok(committed) => self.0.tell_changes(&committed.changes),
            // It stays in the outbox, and is sent again with the same id.
            Err(error) => tracing::error!(target: "ResourceOptimizerService", %error, "a delivery could not be written down"),
        }
    }

    /// Tells alerts again whose snooze has ended, and ends those whose period has.
    async fn end_snoozes(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (ended, expires) =
            self.0.read.read(move |read| Ok((read.snoozes_ended(now, MOST_REMINDERS)?, read.has_expired_alerts(now)?))).await?;
        if ended.is_empty() && !expires {
            return Ok(());
        }
        let telling = self.0.alerts.telling(now).await;
        let committed = self
            .0
            .write
            .transact(move |write| {
                write.expire_alerts(now)?;
                ended.iter().filter(|row| row.alert.expires_at.is_none_or(|at| now < at)).try_for_each(|row| telling.remind(write, row))
            })
            .await?;
        self.0.tell_changes(&committed.changes);
        Ok(())
    }

    /// A parcel as it is told: one notification, or several as one.
    async fn notification_of(&self, parcel: &[DeliveryRow], now: DateTime<Utc>) -> Notification {
        let [row] = parcel else { return group_of(parcel, now) };
        let told = &row.notification;
        let alert = match told.alert {
            Some(id) => self.0.read.read(move |read| read.alert(id)).await.ok(),
            None => None,
        };
        let name = told.deployment_id.as_ref().and_then(|id| self.0.fleet.lock().live.get(id).map(|live| live.deployment.name.clone()));
        let is_over = told.tells == Tells::Resolved;
        let actions = match (is_over, &alert) {
            (false, Some(_)) => vec![NotificationAction::Open, NotificationAction::Acknowledge, NotificationAction::Snooze],
            _ => vec![NotificationAction::Open],
        };
        Notification {
            delivery_id: row.id.clone(),
            sent_at: now,
            event: event_of(told.tells),
            title: told.title.clone(),
            body: told.message.clone(),
            is_critical: !is_over && told.level.is_some_and(AlertLevel::is_critical),
            deployment_id: told.deployment_id.clone(),
            alert: alert.map(|row| NotifiedAlert {
                id: row.id.0.to_string(),
                kind: row.alert.key.kind,
                level: row.alert.key.level,
                scope: row.alert.key.scope.to_string(),
                deployment_name: name,
                fired_at: row.alert.fired_at,
                resolved_at: row.resolved_at,
                detail: row.alert.detail,
            }),
            actions,
        }
    }
}

/// A channel that cannot be used as it is configured.
struct Unready(String);

#[async_trait::async_trait]
impl Notifier for Unready {
    async fn notify(&self, _notification: &Notification) -> Delivery {
        Delivery::Failed(self.0.clone())
    }
}

/// Asks a notifier, and trusts it neither to keep its time nor to stay alive.
pub(crate) async fn deliver(notifier: Arc<dyn Notifier>, notification: Notification) -> Delivery {
    let asked = tokio::spawn(async move { notifier.notify(&notification).await });
    let abort = asked.abort_handle();
    match tokio::time::timeout(ATTEMPT_LIMIT, asked).await {
        Ok(Ok(delivery)) => delivery,
        Ok(Err(_panicked)) => Delivery::Failed("The channel failed while it delivered. See the log.".to_owned()),
        Err(_elapsed) => {
            abort.abort();
            Delivery::Failed(format!("The channel did not answer within {} s.", ATTEMPT_LIMIT.as_secs()))
        }
    }
}

fn attempt_of(delivery: &Delivery, attempts_before: u32, now: DateTime<Utc>) -> Attempt {
    match delivery {
        Delivery::Delivered(receipt) => Attempt::Delivered { receipt: receipt.clone() },
        Delivery::HandedOver => Attempt::HandedOver,
        Delivery::Failed(error) if attempts_before + 1 >= MOST_ATTEMPTS => Attempt::GivenUp { error: error.clone() },
        Delivery::Failed(error) => {
            let wait = WAITS_SECONDS.get(attempts_before as usize).or(WAITS_SECONDS.last()).copied().unwrap_or_default();
            Attempt::Retry { next_at: now + TimeDelta::seconds(wait), error: error.clone() }
        }
    }
}

/// The one notification that the desktop is shown now: the worst, or all in one when more than [`GROUPED_AFTER`] wait.
fn desktop_parcels(mut rows: Vec<DeliveryRow>) -> Vec<Vec<DeliveryRow>> {
    if rows.len() > GROUPED_AFTER {
        return vec![rows];
    }
    rows.sort_by_key(|row| !row.notification.level.is_some_and(AlertLevel::is_critical));
    rows.truncate(1);
    rows.into_iter().map(|row| vec![row]).collect()
}

fn group_of(parcel: &[DeliveryRow], now: DateTime<Utc>) -> Notification {
    let mut lines: Vec<&str> = parcel.iter().take(NAMED_IN_GROUP).map(|row| row.notification.title.as_str()).collect();
    let more = format!("and {} more", parcel.len().saturating_sub(NAMED_IN_GROUP));
    if parcel.len() > NAMED_IN_GROUP {
        lines.push(&more);
    }
    Notification {
        delivery_id: parcel.first().map(|row| row.id.clone()).unwrap_or_default(),
        sent_at: now,
        event: NotificationEvent::Group,
        title: format!("{} alerts", parcel.len()),
        body: lines.join("\n"),
        is_critical: parcel.iter().any(|row| row.notification.level.is_some_and(AlertLevel::is_critical)),
        deployment_id: None,
        alert: None,
        actions: vec![NotificationAction::Open],
    }
}

fn event_of(tells: Tells) -> NotificationEvent {
    match tells {
        Tells::Firing => NotificationEvent::Firing,
        Tells::Resolved => NotificationEvent::Resolved,
        Tells::Reminder => NotificationEvent::Reminder,
        Tells::Test => NotificationEvent::Test,
    }
}
