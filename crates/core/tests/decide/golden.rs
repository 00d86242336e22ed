//! Whole decisions, words and distances included, as golden files. `INSTA_UPDATE=always` rewrites them; the diff is reviewed like code.

use headroom_core::decide::{BudgetLimit, Circumstances, Decision, Freeze, ManualOverride, Memory, Outlook, decide, distance};
use headroom_core::metric::Metric::{self, Cpu, ErrorRate, Memory as Mem, Requests, ResponseTime};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading};
use headroom_core::policy::{Policy, PolicyMode, PolicyType};
use headroom_core::units::Instances;
use serde_json::json;

use crate::laws::outlook;
use crate::setting::{Story, circumstances, cpu, cpu_policy, noon, policy, rule, seconds, seen, web_policy};

fn golden(name: &str, policy: &Policy, decision: &Decision) {
    let distance = distance(policy, decision);
    let whole = json!({
        "sentence": decision.sentence(),
        "short": decision.short(),
        "status": decision.status_sentence(&distance),
        "decision": decision,
        "distance": distance,
    });
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "golden" }, { insta::assert_json_snapshot!(name, whole) });
}

fn once(name: &str, policy: &Policy, circumstances: &Circumstances, observation: &Observation) {
    golden(name, policy, &decide(policy, circumstances, observation, &Memory::default(), noon()));
}

fn web(ready: u32, starting: u32, readings: [f64; 4]) -> Observation {
    let [cpu, memory, response_time, error_rate] = readings;
    let mut observation = seen(ready, &[(Cpu, cpu), (Mem, memory), (ResponseTime, response_time), (ErrorRate, error_rate)]);
    observation.instances = Counted::Known(InstanceCount { ready: Instances(ready), starting: Instances(starting) });
    observation.traffic.request_rate = Some(420.0);
    observation
}

#[test]
fn holding_inside_the_band_with_one_starting() {
    once("holding-inside-the-band", &web_policy(), &circumstances(), &web(6, 1, [58.0, 53.0, 1_610.0, 0.06]));
}

#[test]
fn scaling_up_led_by_cpu() {
    once("scaling-up-led-by-cpu", &web_policy(), &circumstances(), &web(3, 0, [92.0, 61.0, 1_900.0, 0.2]));
}

#[test]
fn scaling_up_by_one_inside_the_urgent_pressure() {
    once("scaling-up-by-one", &web_policy(), &circumstances(), &web(4, 0, [74.0, 74.0, 2_450.0, 2.0]));
}

#[test]
fn held_at_the_maximum_with_a_slow_response() {
    once("held-at-the-maximum", &web_policy(), &circumstances(), &web(10, 0, [78.0, 64.0, 3_100.0, 0.4]));
}

#[test]
fn held_by_the_budget() {
    let budget = Some(BudgetLimit { budget: "ml".to_owned(), affordable: Instances(4), strict: false });
    let policy = policy(&[rule(Cpu, 0.75, 0.3), rule(Mem, 0.8, 0.4), rule(Requests, 0.6, 0.3)]);
    let observation = seen(4, &[(Cpu, 81.0), (Mem, 70.0), (Requests, 660.0)]);
    once("held-by-the-budget", &policy, &Circumstances { budget, ..circumstances() }, &observation);
}

#[test]
fn held_by_a_hole() {
    let mut observation = web(3, 0, [18.0, 0.0, 300.0, 0.0]);
    observation.readings[Mem] = Reading::missing(Hole::Unreachable);
    once("held-by-a-hole", &web_policy(), &circumstances(), &observation);
}

#[test]
fn scaling_down_at_the_threshold() {
    once("scaling-down-at-the-threshold", &cpu_policy(), &circumstances(), &cpu(5, 24.0));
}

#[test]
fn refused_because_it_would_come_straight_back() {
    let narrow = Policy { scale_down_threshold: 0.5, min_instances: Instances(1), ..cpu_policy() };
    once("would-come-straight-back", &narrow, &circumstances(), &cpu(2, 46.0));
}

#[test]
fn a_guard_vetoes_going_down() {
    once("a-guard-vetoes", &web_policy(), &circumstances(), &web(4, 0, [20.0, 70.0, 300.0, 0.0]));
}

#[test]
fn consolidating_after_a_calm_window() {
    let mut story = Story::new(cpu_policy());
    let decision = story.look_often(cpu(8, 40.0), 11);
    golden("consolidating", &story.policy, &decision);
}

#[test]
fn cooling_down_after_a_step() {
    let mut story = Story::new(web_policy());
    story.look(web(4, 0, [74.0, 74.0, 2_450.0, 2.0]));
    let decision = story.look_often(web(5, 0, [73.0, 74.0, 2_450.0, 2.0]), 3);
    golden("cooling-down", &story.policy, &decision);
}

#[test]
fn more_instances_are_not_helping() {
    let mut story = Story::new(web_policy());
    let errors = |ready| web(ready, 0, [40.0, 40.0, 300.0, 5.0]);
    story.look(errors(3));
    story.look_often(errors(4), 10);
    let decision = story.look_often(errors(5), 12);
    golden("more-instances-are-not-helping", &story.policy, &decision);
}

#[test]
fn one_metric_alone_twice_in_a_row() {
    let mut story = Story::new(policy(&[rule(Cpu, 0.7, 0.3), rule(Mem, 0.75, 0.1), rule(ResponseTime, 0.5, 0.6)]));
    let decision = story.look_often(seen(4, &[(Cpu, 41.0), (Mem, 93.0), (ResponseTime, 900.0)]), 2);
    golden("one-metric-alone", &story.policy, &decision);
}

#[test]
fn held_by_hand() {
    let manual_override = Some(ManualOverride {
        instances: Instances(6),
        reason: "product launch".to_owned(),
        by: "Ada".to_owned(),
        since: noon() - seconds(1_800),
        until: noon() + seconds(5_280),
    });
    once("held-by-hand", &web_policy(), &Circumstances { manual_override, ..circumstances() }, &web(6, 0, [30.0, 40.0, 300.0, 0.0]));
}

#[test]
fn paused() {
    let freeze = Some(Freeze::Paused);
    once("paused", &web_policy(), &Circumstances { freeze, ..circumstances() }, &web(1, 0, [95.0, 40.0, 300.0, 0.0]));
}

#[test]
fn a_shadow_would_go_up() {
    let shadow = Policy { mode: PolicyMode::Shadow, ..cpu_policy() };
    once("a-shadow-would-go-up", &shadow, &circumstances(), &cpu(2, 88.0));
}

#[test]
fn proportional_waits_for_its_window() {
    let mut story = Story::new(Policy { policy_type: PolicyType::Proportional, ..cpu_policy() });
    story.look(cpu(10, 72.0));
    let decision = story.look(cpu(10, 44.0));
    golden("proportional-waits", &story.policy, &decision);
}

#[test]
fn stopped_from_outside() {
    let mut story = Story::new(cpu_policy());
    story.look(cpu(4, 50.0));
    let decision = story.look(cpu(0, 0.0));
    golden("stopped-from-outside", &story.policy, &decision);
}

#[test]
fn nothing_is_known() {
    let blind = Observation::unknown(noon(), Hole::Unreachable);
    assert!(Metric::ALL.into_iter().all(|metric| blind.readings[metric].value().is_none()));
    once("nothing-is-known", &web_policy(), &circumstances(), &blind);
}

fn predictive() -> Policy {
    Policy { policy_type: PolicyType::Predictive, ..cpu_policy() }
}

fn foreseen(name: &str, policy: &Policy, observation: &Observation, ready_for: f64) {
    let mut memory = Memory::default();
    memory.foresee(noon(), Some(outlook(ready_for)));
    golden(name, policy, &decide(policy, &circumstances(), observation, &memory, noon()));
}

#[test]
fn a_forecast_leads() {
    foreseen("a-forecast-leads", &predictive(), &cpu(4, 55.0), 6.2);
}

#[test]
fn a_forecast_in_shadow_would_lead() {
    foreseen("a-forecast-in-shadow", &Policy { mode: PolicyMode::Shadow, ..predictive() }, &cpu(4, 55.0), 6.2);
}

#[test]
fn a_forecast_holds_what_would_go_down() {
    foreseen("a-forecast-holds", &predictive(), &cpu(6, 20.0), 6.0);
}

#[test]
fn a_forecast_that_asks_for_nothing_leaves_the_band_to_decide() {
    foreseen("a-forecast-asks-for-nothing", &predictive(), &cpu(4, 50.0), 3.2);
}

#[test]
fn a_forecast_gives_away_what_it_could_bring_back() {
    foreseen("a-forecast-gives-away", &predictive(), &cpu(6, 35.0), 3.6);
}

#[test]
fn a_forecast_follows_the_objective() {
    let mut memory = Memory::default();
    memory.foresee(noon(), Some(Outlook { limit: Some(0.9), ..outlook(5.2) }));
    let around = Circumstances { response_time_objective_ms: Some(300.0), ..circumstances() };
    let policy = Policy { policy_type: PolicyType::Predictive, ..web_policy() };
    // 85 % of CPU is over its 70 % trigger, and under the 90 % at which the objective is reached.
    let readings = [(Cpu, 85.0), (Mem, 60.0), (ResponseTime, 220.0), (ErrorRate, 0.0)];
    golden("a-forecast-follows-the-objective", &policy, &decide(&policy, &around, &seen(6, &readings), &memory, noon()));
}
