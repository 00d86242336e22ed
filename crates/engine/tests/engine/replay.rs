//! A recorded day, thought about anew: from what was written down alone every decision comes out as it was, bit for bit.
//!
//! The day is that of the sample service (calm night, busy afternoon, a flash crowd at eleven), with holes and idle minutes. It is lived
//! through by the engine on a clock that the test moves, with changes of policy, an order by hand, a pause and a restart.

use chrono::{DateTime, Utc};
use headroom_core::decide::{Circumstances, Decision, Memory, decide_and_remember};
use headroom_core::deployment::DeploymentId;
use headroom_core::foresight::Foresight;
use headroom_core::observation::Observation;
use headroom_core::policy::Policy;
use headroom_engine::clock::Clock as _;
use headroom_engine::operations::{PauseAll, ResumeAll};
use headroom_store::{DecisionFilter, DecisionRow, ReadTransaction};
use serde_json::{Value, json};

use crate::house::{House, Open, instances, noon, seconds, trials};

trials![every_decision_of_a_recorded_day_comes_out_again];

/// The instances that the recording is of.
const RECORDED: f64 = 3.0;
/// Seconds between two looks, and between two rows of the recording.
const STEP: i64 = 30;
/// The looks of a day.
const LOOKS: usize = 2_880;

/// The sample's traffic at an hour of the day, in fully used instances; see the built-in day of the load generator.
fn traffic(hour: f64) -> f64 {
    let everyday = 0.15 + 0.5 * (0.5 - 0.5 * ((hour - 4.0) * std::f64::consts::PI / 12.0).cos());
    let minutes = (hour - 11.0) * 60.0;
    let crowd = if (0.0..85.0).contains(&minutes) { (minutes / 5.0).min(1.0).min((85.0 - minutes) / 60.0) } else { 0.0 };
    4.5 * everyday.max(crowd)
}

/// A day from noon on as a recording: noise that repeats, now and then a metric without a reading, ten minutes without any, and an idle
/// hour in the night.
fn day() -> String {
    let mut csv = "timestamp_s,cpu,memory,response_time,error_rate,requests\n".to_owned();
    let mut random = 7_u64;
    for row in 0..LOOKS as i64 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = 0.9 + 0.2 * (random >> 40) as f64 / (1_u64 << 24) as f64;
        let hour = (12.0 + (row * STEP) as f64 / 3_600.0) % 24.0;
        let used = (traffic(hour) * noise / RECORDED).min(1.0);
        let cells = match row {
            900..920 => ",,,,".to_owned(),
            1_800..1_920 => "0.4,25.2,no_traffic,no_traffic,0".to_owned(),
            _ if row % 97 == 0 => format!(",{},{},0,{}", 25.0 + 50.0 * used, 100.0 + 900.0 * used.powi(4), 400.0 * used),
            _ => format!("{},{},{},0,{}", 100.0 * used, 25.0 + 50.0 * used, 100.0 + 900.0 * used.powi(4), 400.0 * used),
        };
        csv += &format!("{},{cells}\n", row * STEP);
    }
    csv
}

fn web(policy_type: &str) -> Value {
    json!({ "templateId": "web-app-balanced", "policyType": policy_type, "minInstances": 1, "maxInstances": 12, "cooldownPeriod": 120 })
}

/// Lives through the day; what happens at which look is here.
async fn live_through(house: &House, mut open: Open, changing: &DeploymentId, ahead: &DeploymentId) {
    for look in 0..LOOKS {
        // Between two looks.
        house.clock.advance(seconds(7));
        match look {
            400 => drop(open.save(changing, json!({ "scaleUpThreshold": 0.8, "scaleDownThreshold": 0.4 })).await),
            700 => drop(open.save(ahead, json!({ "forecastQuantile": 0.95 })).await),
            1_000 => drop(open.save(changing, web("predictive")).await),
            1_200 => drop(open.scale(ahead, 9, "a launch", Some(3_600)).await.expect("scaled")),
            1_500 => drop(open.ask(PauseAll { reason: None }).await.expect("frozen")),
            1_530 => drop(open.ask(ResumeAll {}).await.expect("resumed")),
            2_000 => {
                open.close().await;
                house.clock.advance(seconds(45));
                open = house.open().await;
            }
            2_400 => drop(open.save(changing, web("gradual")).await),
            2_600 => drop(open.save(ahead, json!({ "maxInstances": 8 })).await),
            _ => {}
        }
        open.tick_after(STEP - 7).await;
    }
    open.close().await;
}

/// What was written down about a deployment.
struct Written {
    observations: Vec<Observation>,
    /// Since when, oldest first.
    policies: Vec<(DateTime<Utc>, Policy)>,
    circumstances: Vec<(DateTime<Utc>, Circumstances)>,
    /// Oldest first.
    runs: Vec<DecisionRow>,
    memory: Memory,
}

impl Written {
    fn of(read: &ReadTransaction<'_>, id: &DeploymentId, until: DateTime<Utc>) -> Self {
        let samples = read.samples(id, noon(), until + seconds(1)).expect("read");
        assert!(samples.next.is_none());
        let mut runs = Vec::new();
        let mut before = None;
        let filter = DecisionFilter { deployment_id: Some(id.clone()), only_notable: false };
        loop {
            let page = read.decisions(&filter, before, 500).expect("read");
            runs.extend(page.rows);
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        runs.reverse();
        let policy_id = &runs[0].decision.policy_id;
        let mut policies: Vec<_> = read
            .policy_versions(policy_id, None, 100)
            .expect("read")
            .rows
            .into_iter()
            .map(|saved| (saved.saved_at, saved.policy))
            .collect();
        policies.reverse();
        Self {
            observations: samples.rows.into_iter().map(|sample| sample.observation).collect(),
            policies,
            circumstances: read.circumstances_between(id, noon(), until).expect("read"),
            runs,
            memory: read.memory(id).expect("read").expect("it was evaluated"),
        }
    }

    /// What was true then.
    fn around(&self, at: DateTime<Utc>) -> &Circumstances {
        let held = self.circumstances.iter().rev().find(|(since, _)| *since <= at);
        &held.expect("written with the first evaluation").1
    }

    /// Thinks about it all anew.
    fn replayed(&self, mut memory: Memory) -> (Vec<Decision>, Memory) {
        let mut foresight: Option<Foresight> = None;
        let mut before: Option<(&Circumstances, &Policy)> = None;
        let mut decisions = Vec::new();
        for (index, observation) in self.observations.iter().enumerate() {
            let now = observation.at;
            let (saved_at, policy) =
                self.policies.iter().rev().find(|(saved_at, _)| *saved_at <= now).expect("saved before the first look");
            let around = self.around(now);
            if before.is_some_and(|(before, _)| before.engine_started_at != around.engine_started_at) {
                let count = memory.expected_instances().expect("evaluated before");
                memory.start_at(count);
            }
            let lease_before = before.and_then(|(before, _)| before.manual_override.as_ref());
            if let Some(lease) = around.manual_override.as_ref().filter(|lease| Some(*lease) != lease_before) {
                memory.ordered_by_hand(lease.instances, lease.since);
            }
            if before.is_none_or(|(_, before)| before.version != policy.version) {
                // Begun with what was seen until it was saved, or kept, or given up.
                foresight = policy.is_predictive().then(|| {
                    foresight.take().unwrap_or_else(|| {
                        let mut begun = Foresight::new(memory.start_up_delay());
                        for seen in self.observations[..index].iter().filter(|seen| seen.at < *saved_at) {
                            begun.look(policy, around, seen, seen.at);
                        }
                        begun
                    })
                });
            }
            if let Some(foresight) = &mut foresight {
                memory.foresee(now, foresight.look(policy, around, observation, now));
            }
            let (decision, after) = decide_and_remember(policy, around, observation, &memory, now);
            memory = after;
            decisions.push(decision);
            before = Some((around, policy));
        }
        (decisions, memory)
    }
}

/// Numbers as text have every bit of theirs.
fn bits(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

async fn every_decision_of_a_recorded_day_comes_out_again() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("day.csv", &day());
    let (changing, ahead) = (open.add("changing", &file, 3).await, open.add("ahead", &file, 3).await);
    open.save(&changing, web("adaptive")).await;
    open.save(&ahead, web("predictive")).await;
    live_through(&house, open, &changing, &ahead).await;

    let store = house.store();
    let until = house.clock.now();
    for (id, kinds_of_reason) in [(changing, 8), (ahead, 6)] {
        let wanted = id.clone();
        let written = store.read.read(move |read| Ok(Written::of(read, &wanted, until))).await.expect("read");
        let mut memory = Memory::default();
        memory.start_at(instances(3));
        let (decisions, memory) = written.replayed(memory);

        assert_eq!(decisions.len(), LOOKS, "{id}");
        let mut next = decisions.iter();
        for run in &written.runs {
            let first = next.next().unwrap_or_else(|| panic!("{id}: no decision is left for {run:?}"));
            assert_eq!(bits(first), bits(&run.decision), "{id} at {}", run.first_at);
            let mut last = first;
            for _ in 1..run.count {
                last = next.next().unwrap_or_else(|| panic!("{id}: the run of {} is longer", run.first_at));
                let alike = |decision: &Decision| (decision.policy_version, decision.action, decision.asked, decision.held_by);
                assert_eq!((alike(last), last.reason.code()), (alike(first), first.reason.code()), "{id} at {}", last.at);
            }
            assert_eq!(last.at, run.last_at, "{id}");
        }
        assert_eq!(next.count(), 0, "{id}: every decision is in a run");
        // The last memory holds what all looks since the beginning left of themselves.
        assert_eq!(bits(&memory), bits(&written.memory), "{id}");

        let mut reasons: Vec<_> = written.runs.iter().map(|run| run.decision.reason.code()).collect();
        reasons.sort_unstable();
        reasons.dedup();
        assert!(
            reasons.len() >= kinds_of_reason && written.runs.len() > 60,
            "the day is too plain: {reasons:?}, {} runs",
            written.runs.len()
        );
    }
}
