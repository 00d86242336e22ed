//! Alerts: what the conditions of a tick and the levels of a budget raise, written down in one transaction with what is told of it
//! and where that has to go. `deliver.rs` carries it there.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use headroom_connectors::notifier::Notifier;
use headroom_core::alert::quiet::QuietHours;
use headroom_core::alert::track::{Track, Turn, step};
use headroom_core::alert::{AlertKey, AlertKind, AlertScope};
use headroom_core::budget::{Budget, BudgetId, BudgetLevel, BudgetScope, Period};
use headroom_core::deployment::DeploymentId;
use headroom_core::units::Money;
use headroom_store::{
    AlertId, AlertRow, ChannelRow, NewAlert, NewDelivery, NewNotification, ReadTransaction, StoreError, Tells, WriteTransaction,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Notify};

use crate::channels::{ChannelKind, DESKTOP};
use crate::conditions::{said, signal};
use crate::engine::{Engine, new_id};
use crate::event::{AlertNews, Event};

/// The settings' names in the store.
pub(crate) const PREFERENCES: &str = "alert_preferences";
pub(crate) const QUIET_HOURS: &str = "alert_quiet_hours";

/// What the engine keeps for its alerts.
pub(crate) struct Alerts {
    /// Held by whoever raises or resolves, so that what is remembered and what is written stay one.
    pub(crate) room: Mutex<Room>,
    /// Wakes the worker that delivers.
    pub(crate) wake: Notify,
    /// What shows notifications on this desktop.
    pub(crate) desktop: Option<Arc<dyn Notifier>>,
}

/// What the machines remember, and where what they raise goes.
#[derive(Debug, Default)]
pub(crate) struct Room {
    tracks: BTreeMap<(AlertKind, DeploymentId), Track>,
    pub(crate) routes: Routes,
}

/// Where notifications go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes {
    pub(crate) channels: Vec<ChannelRow<ChannelKind>>,
    pub(crate) preferences: Vec<KindPreference>,
    pub(crate) quiet: Option<QuietHours>,
    has_desktop: bool,
}

/// What a person wants to be told of one kind of alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct KindPreference {
    /// Of which kind.
    pub kind: AlertKind,
    /// Told at all; else it is only recorded.
    pub is_on: bool,
    /// Channels to which it does not go.
    pub muted: Vec<String>,
}

/// A budget's level that is to be told. Whether it is due was decided by [`headroom_core::budget::BudgetMemory`].
#[derive(Debug, Clone, Copy)]
pub struct BudgetNews<'a> {
    /// Which budget, as it is now.
    pub budget: &'a Budget,
    /// The period that it is told in; the alert is over with it.
    pub period: &'a Period,
    /// How far it went.
    pub level: BudgetLevel,
    /// Observed and estimated.
    pub spent: Money,
    /// What happened, how much is left and when it runs out, in a sentence or two.
    pub message: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

/// What is to be written in a transaction and told after it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Telling {
    raise: Vec<NewAlert>,
    resolve: Vec<(AlertKind, AlertScope)>,
    tracks: Vec<(AlertKind, AlertScope, Option<Track>)>,
    routes: Routes,
    now: DateTime<Utc>,
}

/// What a transaction has really raised and resolved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told(Vec<Event>);

impl Alerts {
    pub(crate) fn new(desktop: Option<Arc<dyn Notifier>>) -> Self {
        Self { room: Mutex::new(Room::default()), wake: Notify::new(), desktop }
    }

    /// An empty telling with the routes of now.
    pub(crate) async fn telling(&self, now: DateTime<Utc>) -> Telling {
        Telling { routes: self.room.lock().await.routes.clone(), now, ..Telling::default() }
    }
}

impl Telling {
    pub(crate) fn is_empty(&self) -> bool {
        self.raise.is_empty() && self.resolve.is_empty() && self.tracks.is_empty()
    }

    /// Raises an alert.
    pub(crate) fn raise(&mut self, alert: NewAlert) {
        self.raise.push(alert);
    }

    /// A budget's level. What was told of the budget before is over: the newest level stands for it.
    pub(crate) fn raise_budget(&mut self, news: &BudgetNews<'_>) {
        let BudgetNews { budget, period, level, spent, message, now } = *news;
        let key = AlertKey::of_budget(budget, level, period);
        let percentage = budget.share_of(spent) * 100.0;
        let deployment_id = match &budget.scope {
            BudgetScope::Deployment { deployment_id } => Some(deployment_id.clone()),
            BudgetScope::All | BudgetScope::Tag { .. } => None,
        };
        let percent = headroom_core::decide::words::number(percentage, 0);
        let what = match level {
            BudgetLevel::Forecast => "is on its way over its limit".to_owned(),
            BudgetLevel::Exceeded => "is spent".to_owned(),
            BudgetLevel::Threshold(_) | BudgetLevel::Beyond(_) | BudgetLevel::Warning | BudgetLevel::Critical => {
                format!("is {percent} % spent")
            }
        };
        self.resolve.push((key.kind, key.scope.clone()));
        self.raise.push(NewAlert {
            key,
            deployment_id,
            title: format!("Budget {} {what}", budget.name),
            message: message.to_owned(),
            detail: serde_json::json!({
                "budgetId": budget.id, "spent": spent, "limit": budget.monthly_limit, "percentage": percentage,
            }),
            since: now,
            fired_at: now,
            expires_at: Some(period.end),
        });
    }

    /// What was told of a budget does not hold any more: its limit was raised, or it is gone.
    pub(crate) fn resolve_budget(&mut self, budget_id: &BudgetId) {
        self.resolve.push((AlertKind::Budget, AlertScope::Budget(budget_id.0.clone())));
    }

    /// What was told of a kind and scope is over.
    pub(crate) fn resolve(&mut self, kind: AlertKind, scope: AlertScope) {
        self.resolve.push((kind, scope));
    }

    /// Writes all of it: alerts, what is told of them, where that has to go, what the machines remember.
    pub(crate) fn write(&self, write: &mut WriteTransaction<'_>) -> Result<Told, StoreError> {
        let mut told = Told::default();
        for (kind, scope) in &self.resolve {
            for row in write.resolve_alerts(*kind, scope, None, self.now)? {
                // A budget's older level is replaced by the newer one, which says it all.
                if *kind != AlertKind::Budget && row.acknowledged.is_none() && row.snoozed_until.is_none_or(|until| until <= self.now) {
                    let title = format!("Over: {}", row.alert.title);
                    self.notify(write, &row.alert, row.id, Tells::Resolved, title, &over(&row, self.now))?;
                }
                told.0.push(news(&row.alert, row.id, false, self.now));
            }
        }
        for alert in &self.raise {
            let Some(id) = write.raise_alert(alert)? else { continue };
            self.notify(write, alert, id, Tells::Firing, alert.title.clone(), &alert.message)?;
            told.0.push(news(alert, id, true, self.now));
            told.0.extend(budget_event(alert));
        }
        for (kind, scope, track) in &self.tracks {
            match track {
                Some(track) => write.set_alert_track(*kind, scope, track)?,
                None => write.clear_alert_track(*kind, scope)?,
            }
        }
        Ok(told)
    }

    fn notify(
        &self,
        write: &mut WriteTransaction<'_>,
        alert: &NewAlert,
        id: AlertId,
        tells: Tells,
        title: String,
        message: &str,
    ) -> Result<(), StoreError> {
        let channels = self.routes.channels_for(alert.key.kind, tells);
        let Some(channels) = channels else { return Ok(()) };
        let deliveries = channels.map(|channel| NewDelivery { id: new_id("dlv"), channel, next_at: self.now });
        let deliveries = deliveries.collect();
        let message = message.to_owned();
        write.add_notification(&NewNotification { alert: Some(id), tells, title, message, created_at: self.now, deliveries }).map(|_| ())
    }

    /// Tells an alert again: its snooze has ended and it still fires.
    pub(crate) fn remind(&self, write: &mut WriteTransaction<'_>, row: &AlertRow) -> Result<(), StoreError> {
        write.snooze_alert(row.id, None)?;
        self.notify(write, &row.alert, row.id, Tells::Reminder, format!("Still: {}", row.alert.title), &row.alert.message)
    }
}

impl Routes {
    /// Where a notification goes; none when nothing of this kind is to be told.
    fn channels_for(&self, kind: AlertKind, tells: Tells) -> Option<impl Iterator<Item = String>> {
        let preference = self.preferences.iter().find(|preference| preference.kind == kind);
        if preference.is_some_and(|preference| !preference.is_on) {
            return None;
        }
        let has_desktop = self.has_desktop && tells != Tells::Resolved;
        let wanted = move |channel: &&ChannelRow<ChannelKind>| {
            let id = &channel.channel.id;
            channel.channel.is_enabled
                && (id != DESKTOP || has_desktop)
                && preference.is_none_or(|preference| !preference.muted.contains(id))
        };
        let found: Vec<String> = self.channels.iter().filter(wanted).map(|channel| channel.channel.id.clone()).collect();
        Some(found.into_iter())
    }

    pub(crate) fn read(read: &ReadTransaction<'_>, has_desktop: bool) -> Result<Self, StoreError> {
        Ok(Self {
            channels: read.channels()?,
            preferences: read.setting(PREFERENCES)?.unwrap_or_default(),
            quiet: read.setting(QUIET_HOURS)?,
            has_desktop,
        })
    }
}

impl Engine {
    /// Reads what fires and where alerts go.
    pub(crate) async fn load_alerts(&self) -> Result<(), StoreError> {
        let has_desktop = self.0.alerts.desktop.is_some();
        let (tracks, routes) = self
            .0
            .read
            .read(move |read| {
                let mut tracks = BTreeMap::new();
                for kind in AlertKind::LASTING.into_iter().chain([AlertKind::CostAnomaly]) {
                    for (scope, track) in read.alert_tracks::<Track>(kind)? {
                        if let AlertScope::Deployment(id) = scope {
                            tracks.insert((kind, id), track);
                        }
                    }
                }
                Ok((tracks, Routes::read(read, has_desktop)?))
            })
            .await?;
        *self.0.alerts.room.lock().await = Room { tracks, routes };
        Ok(())
    }

    /// Looks at every deployment for what lasts, after a tick was written down. What could not be written is seen again at the next.
    pub(crate) async fn look_for_alerts(&self, now: DateTime<Utc>) {
        let mut room = self.0.alerts.room.lock().await;
        let (telling, after) = self.follow(&room, now);
        if !telling.is_empty() {
            let written = self.0.write.transact(move |write| telling.write(write)).await;
            match written {
                Ok(committed) => {
                    self.0.tell_changes(&committed.changes);
                    self.told(committed.value);
                }
                Err(error) => {
                    tracing::error!(target: "ResourceOptimizerService", %error, "alerts could not be written down; they are raised at the next evaluation");
                    return;
                }
            }
        }
        room.tracks = after;
    }

    /// One step of every track.
    fn follow(&self, room: &Room, now: DateTime<Utc>) -> (Telling, BTreeMap<(AlertKind, DeploymentId), Track>) {
        let fleet = self.0.fleet.lock();
        let mut telling = Telling { routes: room.routes.clone(), now, ..Telling::default() };
        let mut after = BTreeMap::new();
        for (id, live) in &fleet.live {
            for kind in AlertKind::LASTING {
                let key = (kind, id.clone());
                let before = room.tracks.get(&key).copied().unwrap_or_default();
                let (track, turn) = step(before, signal(&fleet, live, kind, now), kind.patience(), now);
                let scope = || AlertScope::Deployment(id.clone());
                match turn {
                    Some(Turn::Fired { since }) => {
                        let said = said(live, kind, now - since);
                        telling.raise(NewAlert {
                            key: AlertKey::episode(kind, scope(), since),
                            deployment_id: Some(id.clone()),
                            title: said.title,
                            message: said.message,
                            detail: said.detail,
                            since,
                            fired_at: now,
                            expires_at: None,
                        });
                        telling.tracks.push((kind, scope(), Some(track)));
                    }
                    Some(Turn::Resolved) => {
                        telling.resolve(kind, scope());
                        telling.tracks.push((kind, scope(), None));
                    }
                    None => {}
                }
                if track != Track::Inactive {
                    after.insert(key, track);
                }
            }
        }
        // What was removed cannot be wrong any more.
        for ((kind, id), track) in &room.tracks {
            let is_judged_hourly = *kind == AlertKind::CostAnomaly;
            match fleet.live.contains_key(id) {
                true if is_judged_hourly => _ = after.insert((*kind, id.clone()), *track),
                true => {}
                false => {
                    telling.resolve(*kind, AlertScope::Deployment(id.clone()));
                    telling.tracks.push((*kind, AlertScope::Deployment(id.clone()), None));
                }
            }
        }
        (telling, after)
    }

    /// Raises a budget's level: written down with its notifications, told, and delivered by the worker.
    ///
    /// Where the budget's own memory is written in a transaction of its own, `Telling` goes into that one.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was told.
    pub async fn raise_budget_alert(&self, news: &BudgetNews<'_>) -> Result<(), StoreError> {
        let mut telling = self.0.alerts.telling(news.now).await;
        telling.raise_budget(news);
        self.write_telling(telling).await
    }

    /// Marks as over what was told of a budget: its limit was raised past it, or it is gone. Nothing is sent of that.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_budget_alerts(&self, budget_id: &BudgetId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut telling = self.0.alerts.telling(now).await;
        telling.resolve_budget(budget_id);
        self.write_telling(telling).await
    }

    async fn write_telling(&self, telling: Telling) -> Result<(), StoreError> {
        let committed = self.0.write.transact(move |write| telling.write(write)).await?;
        self.0.tell_changes(&committed.changes);
        self.told(committed.value);
        Ok(())
    }

    /// Tells the window what was raised, after the commit, and wakes the worker.
    pub(crate) fn told(&self, told: Told) {
        told.0.into_iter().for_each(|event| self.0.bus.tell(event));
        self.0.alerts.wake.notify_one();
    }
}

fn over(row: &AlertRow, now: DateTime<Utc>) -> String {
    format!("It is over after {}.", headroom_core::decide::words::duration(now - row.alert.since))
}

fn news(alert: &NewAlert, id: AlertId, is_firing: bool, at: DateTime<Utc>) -> Event {
    Event::AlertChanged(AlertNews {
        id: id.0.to_string(),
        kind: alert.key.kind,
        level: alert.key.level,
        is_firing,
        deployment_id: alert.deployment_id.clone(),
        title: alert.title.clone(),
        message: alert.message.clone(),
        at,
    })
}

fn budget_event(alert: &NewAlert) -> Option<Event> {
    if alert.key.kind != AlertKind::Budget {
        return None;
    }
    let money = |name: &str| serde_json::from_value(alert.detail[name].clone()).unwrap_or(Money::ZERO);
    Some(Event::BudgetAlert {
        deployment_id: alert.deployment_id.clone(),
        level: alert.key.level,
        percentage: alert.detail["percentage"].as_f64().unwrap_or_default(),
        spent: money("spent"),
        limit: money("limit"),
        message: alert.message.clone(),
    })
}
