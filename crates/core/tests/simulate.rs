//! The simulator through its door: that it decides as live, and what a policy would have done over a recorded demand.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use headroom_core::calendar::Zone;
use headroom_core::decide::{Memory, decide_and_remember};
use headroom_core::foresight::Foresight;
use headroom_core::policy::{Policy, PolicyType};
use headroom_core::schedule::{Schedule, Window};
use headroom_core::simulate::{
    Autoscaler, BacktestSetup, Live, Look, NoDemand, RecordedDemand, Seen, Setup, Size, Trace, Workload, backtest, benchmark_policy, run,
    run_stressed,
};
use headroom_core::units::{Instances, MoneyPerHour};

/// A day with two waves, bursts each hour, an idle hour and noise.
fn workload(seed: u64) -> Workload {
    let rate = |minute: u32| {
        let wave = 60.0 + 40.0 * (f64::from(minute) / 229.0).sin();
        let burst = if minute % 60 == 17 { 150.0 } else { 0.0 };
        if (600..660).contains(&minute) { 0.0 } else { wave + burst }
    };
    let trace = Trace::regular(&(0..1_440).map(rate).collect::<Vec<_>>(), 60.0);
    Workload::new(&trace, &Setup { size: Size::Instances(30.0), seed, ..Setup::default() }).expect("a demand")
}

/// Plays a policy, and beside each simulated decision asks the live `decide` about the same observation.
struct Beside {
    simulated: Live,
    memory: Memory,
    foresight: Foresight,
    compared: usize,
    moved: usize,
}

impl Beside {
    fn new(policy: &Policy, workload: &Workload) -> Self {
        Self { simulated: Live::new(policy, workload), memory: Memory::default(), foresight: Foresight::new(None), compared: 0, moved: 0 }
    }

    fn compare(&mut self, wanted: u32, total: u32) {
        let observation = *self.simulated.observation();
        let (policy, circumstances) = (self.simulated.policy(), self.simulated.circumstances());
        if policy.is_predictive() {
            // As the engine does: it learns from the look, and what it expects goes into the memory.
            self.memory.foresee(observation.at, self.foresight.look(policy, circumstances, &observation, observation.at));
        }
        let (decision, memory) = decide_and_remember(policy, circumstances, &observation, &self.memory, observation.at);
        let live = decision.order().map_or(total, |count| count.0);
        assert_eq!(live, wanted, "at {}: {}", observation.at, decision.sentence());
        self.memory = memory;
        self.compared += 1;
        self.moved += usize::from(wanted != total);
    }
}

impl Autoscaler for Beside {
    fn decide(&mut self, seen: &Seen) -> u32 {
        let wanted = self.simulated.decide(seen);
        self.compare(wanted, seen.total());
        wanted
    }

    fn decide_blind(&mut self, tick: usize, ready: u32, starting: u32) -> u32 {
        let wanted = self.simulated.decide_blind(tick, ready, starting);
        self.compare(wanted, ready + starting);
        wanted
    }
}

#[test]
fn simulated_decisions_are_the_live_ones() {
    for policy_type in [PolicyType::Adaptive, PolicyType::Gradual, PolicyType::Proportional, PolicyType::Predictive] {
        let policy = benchmark_policy(policy_type);
        for seed in [1, 2] {
            let workload = workload(seed);
            let mut exact = Beside::new(&policy, &workload);
            run(&workload, &mut exact);
            let mut stressed = Beside::new(&policy, &workload);
            run_stressed(&workload, &mut stressed);
            for played in [exact, stressed] {
                assert_eq!(played.compared, workload.ticks());
                assert!(played.moved > 50, "{policy_type:?} moved {} times: too little to compare", played.moved);
            }
        }
    }
}

#[test]
fn what_comes_later_changes_no_decision_of_a_policy_before() {
    let rates: Vec<f64> = (0..600).map(|minute| 50.0 + f64::from(minute % 60)).collect();
    let mut other = rates.clone();
    other[400..].iter_mut().for_each(|rate| *rate *= 3.0);
    let wanted = |rates: &[f64], policy_type| {
        let setup = Setup { size: Size::Capacity(10.0), ..Setup::default() };
        let workload = Workload::new(&Trace::regular(rates, 60.0), &setup).unwrap();
        headroom_core::simulate::run_recorded(&workload, &mut Live::new(&benchmark_policy(policy_type), &workload)).wanted
    };
    for policy_type in [PolicyType::Adaptive, PolicyType::Predictive] {
        let (one, changed) = (wanted(&rates, policy_type), wanted(&other, policy_type));
        // Four ticks a minute; the first changed tick is seen one tick later.
        assert_eq!(one[..=1_600], changed[..=1_600]);
        assert_ne!(one, changed);
    }
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("an instant")
}

/// Looks at four instances of 20 requests per second each, whose memory is 30 % and 0.4 of their use, every 30 s.
fn looks(steps: u32) -> Vec<Look> {
    let look = |step: u32| {
        let rate = 40.0 + 25.0 * (f64::from(step) / 400.0).sin();
        let utilization = rate / 80.0;
        Look {
            at: start() + TimeDelta::seconds(i64::from(step) * 30),
            ready: 4.0,
            utilization: Some(utilization),
            request_rate: Some(rate),
            response_time_ms: Some(50.0 * (1.0 + utilization.powf(10.0_f64.sqrt() - 1.0) / (4.0 * (1.0 - utilization)))),
            memory_percent: Some(30.0 + 40.0 * utilization),
        }
    };
    (0..steps).map(look).collect()
}

fn setup() -> BacktestSetup {
    BacktestSetup {
        start_up_delay: TimeDelta::seconds(60),
        response_time_objective_ms: Some(500.0),
        fresh_for: TimeDelta::seconds(65),
        price_per_instance: MoneyPerHour::from_units(0.16),
    }
}

#[test]
fn a_recorded_demand_knows_what_an_instance_carries_and_how_its_memory_follows() {
    let demand = RecordedDemand::of(looks(2_000), TimeDelta::seconds(30)).unwrap();
    assert_eq!(demand.demands().len(), 2_000);
    assert!((demand.per_instance - 20.0).abs() < 1e-6, "{}", demand.per_instance);
    assert!((demand.service_seconds.unwrap() - 0.05).abs() < 1e-6, "{:?}", demand.service_seconds);
    let memory = demand.memory.unwrap();
    assert!((memory.idle_percent - 30.0).abs() < 1e-6 && (memory.full_adds_percent - 40.0).abs() < 1e-6, "{memory:?}");
    assert_eq!(demand.holes, 0);
    assert_eq!(demand.length(), TimeDelta::seconds(60_000));
}

#[test]
fn the_demand_before_a_gap_is_held_and_its_steps_are_counted() {
    let mut seen = looks(2_000);
    seen.drain(500..600);
    let demand = RecordedDemand::of(seen, TimeDelta::seconds(30)).unwrap();
    assert_eq!(demand.demands().len(), 2_000);
    assert_eq!(demand.holes, 98, "all but the two steps that any source may lose");
    assert_eq!(demand.demands()[550], demand.demands()[499]);
}

#[test]
fn without_requests_the_demand_is_instances_in_use() {
    let seen = looks(100).into_iter().map(|look| Look { request_rate: None, ..look });
    let demand = RecordedDemand::of(seen, TimeDelta::seconds(30)).unwrap();
    assert!(!demand.is_rate_known);
    assert!((demand.demands()[0] - 2.0).abs() < 1e-9, "four instances used by half: {}", demand.demands()[0]);
}

#[test]
fn what_cannot_be_played_is_refused_with_its_reason() {
    let of = |change: fn(Look) -> Look, steps| RecordedDemand::of(looks(steps).into_iter().map(change), TimeDelta::seconds(30));
    let nothing = |look| Look { utilization: None, request_rate: None, ..look };
    assert_eq!(of(nothing, 100), Err(NoDemand::NothingMeasured));
    assert_eq!(of(|look| Look { utilization: None, ..look }, 100), Err(NoDemand::CapacityUnknown));
    assert_eq!(of(|look| Look { request_rate: Some(f64::NAN), utilization: Some(-1.0), ..look }, 100), Err(NoDemand::NothingMeasured));
    assert_eq!(of(|look| look, 1), Err(NoDemand::TooShort));
    let idle = |look| Look { request_rate: None, utilization: Some(0.0), ..look };
    assert_eq!(of(idle, 100), Err(NoDemand::Idle));
}

#[test]
fn a_back_test_prices_what_it_would_have_run() {
    let policy = Policy { max_instances: Instances(10), min_instances: Instances(2), ..benchmark_policy(PolicyType::Adaptive) };
    let demand = RecordedDemand::of(looks(20_160), TimeDelta::seconds(30)).unwrap();
    let played = backtest(&policy, &demand, &setup());
    assert_eq!(played.instances.len(), 20_160);
    assert!(played.instances.iter().all(|count| (2..=10).contains(count)));
    let hours: f64 = played.instances.iter().map(|count| f64::from(*count) * 30.0 / 3_600.0).sum();
    assert!((played.cost.as_units() - hours * 0.16).abs() < 1e-6, "{} for {hours} h", played.cost.as_units());
    assert!((played.scores.instance_hours - hours).abs() < 1e-6);
    assert!(played.scale_ups > 0 && played.scale_downs > 0);
    assert!(played.scores.violations < 1.0, "{:?}", played.scores);
    // Fewer instances at most are cheaper, and serve worse.
    let cramped = backtest(&Policy { max_instances: Instances(2), ..policy }, &demand, &setup());
    assert!(cramped.cost.as_units() < played.cost.as_units() && cramped.scores.violations > played.scores.violations);
    assert!(cramped.at_maximum > 0.99, "{}", cramped.at_maximum);
}

#[test]
fn a_policy_that_is_off_is_played_as_if_it_were_on() {
    let policy = benchmark_policy(PolicyType::Adaptive);
    let demand = RecordedDemand::of(looks(5_000), TimeDelta::seconds(30)).unwrap();
    let off = Policy { is_enabled: false, ..policy.clone() };
    assert_eq!(backtest(&off, &demand, &setup()), backtest(&policy, &demand, &setup()));
}

#[test]
fn a_back_test_follows_the_schedules() {
    let policy = Policy { max_instances: Instances(10), min_instances: Instances(2), ..benchmark_policy(PolicyType::Adaptive) };
    let demand = RecordedDemand::of(looks(20_160), TimeDelta::seconds(30)).unwrap();
    let schedule = |min, max| Schedule {
        name: "Night".to_owned(),
        window: Window::Repeats { cron: "0 1 * * *".to_owned(), minutes: 120, first_day: None, last_day: None },
        zone: Zone::UTC,
        min_instances: min,
        max_instances: max,
    };
    let raised = Policy { schedules: vec![schedule(Some(Instances(12)), Some(Instances(14)))], ..policy.clone() };
    let lowered = Policy { schedules: vec![schedule(None, Some(Instances(2)))], ..policy };
    let (raised, lowered) = (backtest(&raised, &demand, &setup()), backtest(&lowered, &demand, &setup()));
    for step in 0..demand.demands().len() {
        let at = demand.starts_at + demand.step * i32::try_from(step).unwrap();
        let is_night = (1..3).contains(&at.hour());
        let (high, low) = (raised.instances[step], lowered.instances[step]);
        assert!(if is_night { (12..=14).contains(&high) } else { (2..=10).contains(&high) }, "{high} at {at}");
        assert!(if is_night { low == 2 } else { (2..=10).contains(&low) }, "{low} at {at}");
    }
}
