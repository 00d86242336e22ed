//! The whole fleet in a few words: what the tray shows, and what ending the app would end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use headroom_core::decide::words;
use headroom_core::deployment::{DeploymentId, RunsOn};
use headroom_core::units::{Instances, MoneyPerHour};
use serde::{Deserialize, Serialize};

use super::DeploymentState;
use super::build::cost_per_hour;
use crate::fleet::Fleet;
use crate::prices::Prices;
use crate::standing::{count, standing};

/// Deployments that are named because they need attention.
const NAMED: usize = 3;

/// The whole fleet in a few words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Glance {
    /// The worst of all.
    pub sign: Sign,
    /// The same in words: "2 deployments are at their maximum".
    pub words: String,
    /// Instances and what they cost: "14 instances (1 starting), $0.84/h".
    pub figures: String,
    /// The worst deployments that need a person, at most three.
    pub attention: Vec<Attention>,
    /// Everything is paused.
    pub is_paused: bool,
    /// The window only shows; the tray too.
    pub is_locked: bool,
    /// What runs as processes of this machine and ends with the engine.
    pub runs_here: Vec<RunsHere>,
}

/// The worst state of all, as a sign: worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Sign {
    /// Evaluations or orders fail, or a deployment is out of room.
    Critical,
    /// Something is held back.
    Warning,
    /// A deployment is not seen.
    NoReadings,
    /// Everything is paused.
    Paused,
    /// Instances are being added.
    Up,
    /// Instances are being shed.
    Down,
    /// Nothing needs anybody.
    Calm,
}

/// A deployment that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Attention {
    /// Which.
    pub id: DeploymentId,
    /// Its name.
    pub name: String,
    /// Its state in words.
    pub words: String,
}

/// A deployment whose instances are processes of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RunsHere {
    /// Its name.
    pub name: String,
    /// How many there are, ready or starting.
    pub instances: Instances,
}

/// What a deployment's state says in the tray.
const fn sign_of(state: DeploymentState) -> Sign {
    use DeploymentState as State;
    match state {
        State::Failing | State::AtMax => Sign::Critical,
        State::HeldBack | State::Guarded => Sign::Warning,
        State::NoData => Sign::NoReadings,
        State::Starting | State::ScalingUp => Sign::Up,
        State::ScalingDown => Sign::Down,
        State::CoolingDown | State::ManualHold | State::Shadow | State::Paused | State::NoPolicy | State::Holding => Sign::Calm,
    }
}

/// The fleet at `now`.
pub(crate) fn glance(fleet: &Fleet, prices: &Prices, is_locked: bool, now: DateTime<Utc>) -> Glance {
    let mut stands: Vec<_> = fleet.live.values().map(|live| (standing(fleet, live, now), live)).collect();
    stands.sort_by(|(a, x), (b, y)| a.state.cmp(&b.state).then_with(|| x.deployment.name.cmp(&y.deployment.name)));
    let mut states: BTreeMap<DeploymentState, usize> = BTreeMap::new();
    for (standing, _) in &stands {
        *states.entry(standing.state).or_default() += 1;
    }
    let paused = fleet.paused.is_some().then_some(Sign::Paused);
    let failing = fleet.problem.is_some().then_some(Sign::Critical);
    let worst = states.keys().map(|state| sign_of(*state)).chain(paused).chain(failing).min().unwrap_or(Sign::Calm);
    Glance {
        sign: worst,
        words: words_of(fleet, worst, &states),
        figures: figures(fleet, prices, now),
        attention: stands
            .iter()
            .filter(|(standing, _)| sign_of(standing.state) <= Sign::NoReadings)
            .take(NAMED)
            .map(|(standing, live)| Attention {
                id: live.deployment.id.clone(),
                name: live.deployment.name.clone(),
                words: standing.words.clone(),
            })
            .collect(),
        is_paused: fleet.paused.is_some(),
        is_locked,
        runs_here: stands
            .iter()
            .filter(|(_, live)| matches!(live.deployment.runs_on, RunsOn::Local(_)))
            .map(|(_, live)| RunsHere {
                name: live.deployment.name.clone(),
                instances: count(live).map(|count| count.total()).or(live.target_instances).unwrap_or_default(),
            })
            .filter(|here| here.instances > Instances::ZERO)
            .collect(),
    }
}

fn words_of(fleet: &Fleet, worst: Sign, states: &BTreeMap<DeploymentState, usize>) -> String {
    if fleet.problem.is_some() {
        return "Scaling fails".to_owned();
    }
    // The worst state of that sign; a sign that no state gave is that of the pause.
    let told = states.iter().find(|(state, _)| sign_of(**state) == worst);
    match (worst, told) {
        (Sign::Calm, _) if fleet.live.is_empty() => "Nothing is scaled yet".to_owned(),
        (Sign::Calm, _) => "Nothing needs attention".to_owned(),
        (Sign::Paused, _) | (_, None) => "Scaling is paused".to_owned(),
        (_, Some((state, count))) => said(*state, *count),
    }
}

fn said(state: DeploymentState, count: usize) -> String {
    use DeploymentState as State;
    let (who, are, their) =
        if count == 1 { ("1 deployment".to_owned(), "is", "its") } else { (format!("{count} deployments"), "are", "their") };
    match state {
        State::Failing => format!("{who} {are} failing"),
        State::AtMax => format!("{who} {are} at {their} maximum"),
        State::HeldBack => format!("{who} {are} held back"),
        State::Guarded => format!("{who} {are} held by a budget"),
        State::NoData => format!("{who} {are} without readings"),
        State::Starting => format!("{who} {are} starting"),
        State::ScalingUp => format!("{who} {are} scaling up"),
        State::ScalingDown => format!("{who} {are} scaling down"),
        State::CoolingDown | State::ManualHold | State::Shadow | State::Paused | State::NoPolicy | State::Holding => {
            format!("{who} {are} calm")
        }
    }
}

fn figures(fleet: &Fleet, prices: &Prices, now: DateTime<Utc>) -> String {
    let counts = || fleet.live.values().filter_map(count);
    let total = counts().fold(Instances::ZERO, |sum, count| sum + count.total());
    let starting = counts().fold(Instances::ZERO, |sum, count| sum + count.starting);
    let price: MoneyPerHour = fleet.live.values().filter_map(|live| cost_per_hour(live, prices, now)).sum();
    let starting = if starting > Instances::ZERO { format!(" ({} starting)", starting.0) } else { String::new() };
    let noun = if total == Instances::ONE { "instance" } else { "instances" };
    format!("{} {noun}{starting}, {}", words::number(total.as_f64(), 0), words::price_per_hour(price, &prices.currency()))
}
