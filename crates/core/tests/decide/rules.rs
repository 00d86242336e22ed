//! Each rule of a decision, one row each: what is seen, and what comes of it.

use headroom_core::decide::{
    Action, BudgetLimit, Check, Circumstances, Decision, Direction, Freeze, ManualOverride, Memory, MetricState, decide, distance,
};
use headroom_core::metric::Metric::{self, Cpu, ErrorRate, Memory as Mem, Requests, ResponseTime};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading};
use headroom_core::policy::{Aggregation, Comparison, MetricRule, Policy, PolicyMode, PolicyType};
use headroom_core::units::Instances;

use crate::laws::outlook;
use crate::setting::{Story, circumstances, cpu, cpu_policy, noon, policy, rule, seconds, seen, web_policy};

/// One rule: its name, the decision that shows it, and what must come of it.
type Row = (&'static str, Decision, Action, u32, &'static str);

fn hold_to(rows: Vec<Row>) {
    for (name, decision, action, instances, code) in rows {
        let found = (decision.action, decision.counts.ordered.0, decision.reason.code());
        assert_eq!(found, (action, instances, code), "{name}: {}\n{decision:#?}", decision.sentence());
    }
}

fn once(policy: &Policy, observation: &Observation) -> Decision {
    decide(policy, &circumstances(), observation, &Memory::default(), noon())
}

fn with(policy: &Policy, circumstances: &Circumstances, observation: &Observation) -> Decision {
    decide(policy, circumstances, observation, &Memory::default(), noon())
}

fn starting(mut observation: Observation, starting: u32) -> Observation {
    if let Counted::Known(count) = &mut observation.instances {
        count.starting = Instances(starting);
    }
    observation
}

fn without(mut observation: Observation, metric: Metric, hole: Hole) -> Observation {
    observation.readings[metric] = Reading::missing(hole);
    observation
}

fn at_rate(mut observation: Observation, rate: f64) -> Observation {
    observation.traffic.request_rate = Some(rate);
    observation
}

/// The four metrics of `web-app-balanced`, in its order.
fn web(ready: u32, readings: [f64; 4]) -> Observation {
    let [cpu, memory, response_time, error_rate] = readings;
    seen(ready, &[(Cpu, cpu), (Mem, memory), (ResponseTime, response_time), (ErrorRate, error_rate)])
}

fn compared(rule: MetricRule, comparison: Comparison) -> MetricRule {
    MetricRule { comparison, ..rule }
}

fn typed(policy: Policy, policy_type: PolicyType) -> Policy {
    Policy { policy_type, ..policy }
}

fn pressure_of(policy: &Policy, observation: &Observation, metric: Metric) -> f64 {
    once(policy, observation).contributions[metric].expect("the policy has it").pressure
}

#[test]
fn cpu_alone_at_70_and_30_scales_up_at_70_percent_and_down_at_30_percent() {
    let at_or_above = policy(&[compared(rule(Cpu, 0.7, 1.0), Comparison::Gte)]);
    hold_to(vec![
        ("29.9 % is under the down threshold", once(&cpu_policy(), &cpu(4, 29.9)), Action::ScaleDown, 3, "score_down"),
        ("30 % is at it", once(&cpu_policy(), &cpu(4, 30.0)), Action::ScaleDown, 3, "score_down"),
        ("30.1 % is inside the band", once(&cpu_policy(), &cpu(4, 30.1)), Action::NoChange, 4, "inside_band"),
        ("gt needs more than 70 %", once(&cpu_policy(), &cpu(4, 70.0)), Action::NoChange, 4, "inside_band"),
        ("gt has more than 70 %", once(&cpu_policy(), &cpu(4, 70.1)), Action::ScaleUp, 5, "score_up"),
        ("gte does not need more", once(&at_or_above, &cpu(4, 70.0)), Action::ScaleUp, 5, "score_up"),
        ("gte needs as much", once(&at_or_above, &cpu(4, 69.9)), Action::NoChange, 4, "inside_band"),
    ]);
}

#[test]
fn a_threshold_means_a_share_of_the_metrics_own_maximum() {
    let objective = Circumstances { response_time_objective_ms: Some(300.0), ..circumstances() };
    let trigger = |rule: MetricRule, circumstances: &Circumstances| {
        let decision = with(&policy(&[rule]), circumstances, &seen(2, &[(rule.metric, 1.0)]));
        decision.contributions[rule.metric].expect("the policy has it").trigger_value
    };
    let own = MetricRule { maximum: Some(400.0), ..rule(Requests, 0.5, 1.0) };
    let rows = [
        ("CPU in percent of the cores", rule(Cpu, 0.7, 1.0), &circumstances(), 70.0),
        ("memory in percent of the memory", rule(Mem, 0.75, 1.0), &circumstances(), 75.0),
        ("response time of 5 000 ms without an objective", rule(ResponseTime, 0.5, 1.0), &circumstances(), 2_500.0),
        ("response time of the objective with one", rule(ResponseTime, 0.5, 1.0), &objective, 150.0),
        ("error rate in percent of requests", rule(ErrorRate, 0.02, 1.0), &circumstances(), 2.0),
        ("requests of 1 000 rps per ready instance", rule(Requests, 0.5, 1.0), &circumstances(), 500.0),
        ("of its own maximum where the rule sets one", own, &circumstances(), 200.0),
    ];
    for (name, rule, circumstances, expected) in rows {
        assert!((trigger(rule, circumstances) - expected).abs() < 1e-9, "{name}: {}", trigger(rule, circumstances));
    }
}

#[test]
fn a_pressure_is_the_reading_over_its_trigger() {
    let at_most = |comparison| policy(&[compared(rule(Requests, 0.1, 1.0), comparison)]);
    let rows = [
        ("1 is exactly at the trigger", pressure_of(&cpu_policy(), &cpu(2, 70.0), Cpu), 1.0),
        ("half of the trigger is a half", pressure_of(&cpu_policy(), &cpu(2, 35.0), Cpu), 0.5),
        ("no more than four counts", pressure_of(&policy(&[rule(Cpu, 0.1, 1.0)]), &cpu(2, 95.0), Cpu), 4.0),
        ("lt is the inverse: 100 / 200", pressure_of(&at_most(Comparison::Lt), &seen(2, &[(Requests, 200.0)]), Requests), 0.5),
        ("lte too", pressure_of(&at_most(Comparison::Lte), &seen(2, &[(Requests, 50.0)]), Requests), 2.0),
        ("the inverse of nothing is capped", pressure_of(&at_most(Comparison::Lt), &seen(2, &[(Requests, 0.0)]), Requests), 4.0),
    ];
    for (name, found, expected) in rows {
        assert!((found - expected).abs() < 1e-12, "{name}: {found}");
    }
}

#[test]
fn normalized_is_the_share_of_the_maximum_for_display() {
    let normalized = |metric, value| {
        let decision = once(&policy(&[rule(metric, 0.05, 1.0)]), &seen(2, &[(metric, value)]));
        decision.contributions[metric].and_then(|contribution| contribution.normalized)
    };
    assert_eq!(normalized(Cpu, 50.0), Some(0.5));
    assert_eq!(normalized(ErrorRate, 5.0), Some(0.5), "the error rate's scale ends at 10 %");
    assert_eq!(normalized(ResponseTime, 9_000.0), Some(1.0), "over the maximum is the maximum");
}

#[test]
fn a_response_time_trigger_stays_a_quarter_over_the_idle_latency() {
    let mut story = Story::new(policy(&[rule(Cpu, 0.7, 0.5), rule(ResponseTime, 0.02, 0.5)]));
    let calm = seen(2, &[(Cpu, 10.0), (ResponseTime, 200.0)]);
    let before = story.look(calm).contributions[ResponseTime].expect("in the policy");
    assert_eq!((before.trigger_value, before.trigger_raised), (100.0, false), "nothing is learned from one reading");
    let after = story.look_often(calm, 25).contributions[ResponseTime].expect("in the policy");
    // 200 ms × 1.25
    assert_eq!((after.trigger_value, after.trigger_raised), (250.0, true));
    assert_eq!(story.memory.idle_latency_ms(), Some(200.0));
    story.look_often(seen(2, &[(Cpu, 60.0), (ResponseTime, 4_000.0)]), 50);
    assert_eq!(story.memory.idle_latency_ms(), Some(200.0), "a busy service teaches nothing");
}

#[test]
fn the_score_is_the_weighted_power_mean() {
    let readings = web(4, [63.0, 75.0, 1_250.0, 0.0]); // pressures 0.9, 1, 0.5, 0
    let combined = |aggregation| once(&Policy { aggregation, ..web_policy() }, &readings).pressure.expect("all fresh");
    // mean: .35·.9 + .25·1 + .30·.5 = 0.715
    assert!((combined(Aggregation::Mean) - 0.715).abs() < 1e-12);
    // balanced: (.35·.6561 + .25 + .30·.0625)^¼ = 0.498385^¼
    assert!((combined(Aggregation::Balanced).powi(4) - 0.498_385).abs() < 1e-12);
    // sensitive: (.35·.43046721 + .25 + .30·.00390625)^⅛
    assert!((combined(Aggregation::Sensitive).powi(8) - 0.401_835_398_5).abs() < 1e-9);
    assert!((combined(Aggregation::Max) - 1.0).abs() < 1e-12);
    let decision = once(&web_policy(), &readings);
    assert!((decision.score.expect("fresh") - 0.7 * decision.pressure.expect("fresh")).abs() < 1e-12);
    let weightless = policy(&[rule(Cpu, 0.7, 1.0), rule(Mem, 0.5, 0.0)]);
    hold_to(vec![(
        "a weight of 0 only shows the metric",
        once(&weightless, &seen(4, &[(Cpu, 40.0), (Mem, 99.0)])),
        Action::NoChange,
        4,
        "inside_band",
    )]);
}

#[test]
fn a_saturated_metric_asks_alone_the_second_time() {
    let light = policy(&[rule(Cpu, 0.7, 0.05), rule(Mem, 0.75, 0.45), rule(ResponseTime, 0.5, 0.5)]);
    let saturated = seen(4, &[(Cpu, 95.0), (Mem, 30.0), (ResponseTime, 500.0)]);
    let mut story = Story::new(light.clone());
    let (first, second) = (story.look(saturated), story.look(saturated));
    let mut broken = Story::new(light.clone());
    broken.look(saturated);
    broken.look(seen(4, &[(Cpu, 89.0), (Mem, 30.0), (ResponseTime, 500.0)]));
    let mut late = Story::new(light);
    late.look(saturated);
    late.now += seconds(600);
    let slow = policy(&[rule(Cpu, 0.7, 0.5), rule(ResponseTime, 0.5, 0.01)]);
    let mut guard = Story::new(slow);
    guard.look(seen(4, &[(Cpu, 50.0), (ResponseTime, 4_900.0)]));
    hold_to(vec![
        ("once is not enough", first, Action::NoChange, 4, "inside_band"),
        ("twice in a row is", second, Action::ScaleUp, 5, "alone_up"),
        ("under 90 % between breaks the row", broken.look(saturated), Action::NoChange, 4, "inside_band"),
        ("so does a hole in the evaluations", late.look(saturated), Action::NoChange, 4, "inside_band"),
        (
            "a response time never asks alone",
            guard.look(seen(4, &[(Cpu, 50.0), (ResponseTime, 4_900.0)])),
            Action::NoChange,
            4,
            "inside_band",
        ),
    ]);
}

#[test]
fn down_is_judged_on_proportional_metrics_and_vetoed_by_guards() {
    let guards = policy(&[rule(Mem, 0.75, 0.5), rule(ErrorRate, 0.05, 0.5)]);
    hold_to(vec![
        (
            "half of the memory does not hold a service up",
            once(&web_policy(), &web(4, [20.0, 50.0, 300.0, 0.0])),
            Action::ScaleDown,
            3,
            "score_down",
        ),
        (
            "a guard at 0.9 of its trigger vetoes",
            once(&web_policy(), &web(4, [20.0, 67.5, 300.0, 0.0])),
            Action::NoChange,
            4,
            "guard_vetoes_down",
        ),
        ("under 0.9 it does not", once(&web_policy(), &web(4, [20.0, 67.4, 300.0, 0.0])), Action::ScaleDown, 3, "score_down"),
        (
            "guards alone judge where nothing is proportional",
            once(&guards, &seen(4, &[(Mem, 20.0), (ErrorRate, 0.0)])),
            Action::ScaleDown,
            3,
            "score_down",
        ),
        ("and hold", once(&guards, &seen(4, &[(Mem, 50.0), (ErrorRate, 0.0)])), Action::NoChange, 4, "inside_band"),
    ]);
}

#[test]
fn confidence_is_the_share_of_the_weight_that_is_fresh_and_agrees() {
    let confidence = |observation: &Observation| once(&web_policy(), observation).confidence;
    // CPU 68 %, memory 63 %, response 1 610 ms stay; errors alone (weight 0.10) would go down.
    assert!((confidence(&web(6, [68.0, 63.0, 1_610.0, 0.06])) - 0.90).abs() < 1e-12);
    // CPU and memory (0.60 of the weight) ask for more, and more is asked for.
    assert!((confidence(&web(6, [90.0, 80.0, 1_610.0, 0.06])) - 0.60).abs() < 1e-12);
    // The same with errors unread: 0.60 of all the weight.
    assert!((confidence(&without(web(6, [90.0, 80.0, 1_610.0, 0.0]), ErrorRate, Hole::NotYet)) - 0.60).abs() < 1e-12);
    assert_eq!(confidence(&seen(6, &[])), 0.0, "nothing fresh, no confidence");
}

#[test]
fn a_metric_on_its_own_says_up_down_or_stay() {
    let says = |percent| once(&cpu_policy(), &cpu(4, percent)).contributions[Cpu].map(|contribution| contribution.says);
    let rows = [
        ("past its trigger up", 70.1, Direction::Up),
        ("at scaleUpThreshold · pressure ≤ scaleDownThreshold down", 30.0, Direction::Down),
        ("between them neither", 50.0, Direction::Stay),
    ];
    for (name, percent, expected) in rows {
        assert_eq!(says(percent), Some(expected), "{name}");
    }
    let unread = once(&web_policy(), &without(web(4, [90.0, 40.0, 300.0, 0.0]), Cpu, Hole::NotYet));
    assert_eq!(unread.contributions[Cpu].map(|contribution| contribution.says), Some(Direction::Stay), "unread it says nothing");
}

#[test]
fn a_metric_that_asks_below_its_threshold_never_sets_the_size() {
    let idle = policy(&[rule(Cpu, 0.7, 0.5), compared(rule(Requests, 0.1, 0.5), Comparison::Lt)]);
    hold_to(vec![
        ("it may ask for a step", once(&idle, &seen(4, &[(Cpu, 50.0), (Requests, 40.0)])), Action::ScaleUp, 5, "score_up"),
        (
            "it vetoes a step down as guards do",
            once(&idle, &seen(4, &[(Cpu, 20.0), (Requests, 105.0)])),
            Action::NoChange,
            4,
            "guard_vetoes_down",
        ),
        ("out of its way the others decide", once(&idle, &seen(4, &[(Cpu, 20.0), (Requests, 500.0)])), Action::ScaleDown, 3, "score_down"),
    ]);
}

#[test]
fn the_first_check_holds_what_is_not_active() {
    let frozen = |freeze| with(&cpu_policy(), &Circumstances { freeze: Some(freeze), ..circumstances() }, &cpu(4, 95.0));
    let unknown = Observation { instances: Counted::Unknown { hole: Hole::Unreachable }, ..cpu(4, 95.0) };
    let shadow = once(&Policy { mode: PolicyMode::Shadow, ..cpu_policy() }, &cpu(4, 75.0));
    assert_eq!(shadow.order(), None, "a shadow orders nothing");
    hold_to(vec![
        (
            "a policy that is off",
            once(&Policy { is_enabled: false, ..cpu_policy() }, &cpu(4, 95.0)),
            Action::NoChange,
            4,
            "policy_disabled",
        ),
        ("a deployment that is paused", frozen(Freeze::Paused), Action::NoChange, 4, "paused"),
        ("everything paused", frozen(Freeze::PausedAll), Action::NoChange, 4, "paused_all"),
        ("a count that is not known", once(&cpu_policy(), &unknown), Action::NoChange, 0, "count_unknown"),
        ("a shadow computes all the same", shadow, Action::ScaleUp, 5, "score_up"),
    ]);
}

#[test]
fn a_count_changed_from_outside_is_an_event_and_starts_the_cooldown() {
    let mut story = Story::new(cpu_policy());
    story.look(cpu(4, 50.0));
    let noticed = story.look(cpu(6, 75.0));
    let outside = noticed.changed_outside.expect("4 became 6 without an order");
    assert_eq!((outside.from, outside.to), (Instances(4), Instances(6)));
    let next = story.look(cpu(6, 75.0));
    assert_eq!(next.changed_outside, None, "one change is one event");
    hold_to(vec![
        ("the cooldown starts at that look", noticed, Action::NoChange, 6, "cooldown"),
        ("and runs on", next, Action::NoChange, 6, "cooldown"),
    ]);
    let mut ordered = Story::new(cpu_policy());
    assert_eq!(ordered.look(cpu(4, 100.0)).counts.ordered, Instances(6));
    assert_eq!(ordered.look(starting(cpu(4, 60.0), 1)).changed_outside, None, "an order may take several looks");
    assert_eq!(ordered.look(cpu(6, 60.0)).changed_outside, None);
    ordered.memory.ordered_by_hand(Instances(8), ordered.now);
    assert_eq!(ordered.look(cpu(8, 60.0)).changed_outside, None, "an order by hand is not from outside");
}

#[test]
fn a_count_set_to_0_from_outside_stays_0_until_resumed() {
    let mut story = Story::new(cpu_policy());
    story.look(cpu(4, 50.0));
    let stopped = story.look(cpu(0, 0.0));
    let still = story.look_often(cpu(0, 0.0), 20);
    assert!(story.memory.is_stopped_from_outside());
    story.memory.resume();
    hold_to(vec![
        ("it is not started again", stopped, Action::NoChange, 0, "stopped_from_outside"),
        ("not later either", still, Action::NoChange, 0, "stopped_from_outside"),
        ("once resumed it goes to its minimum", story.look(cpu(0, 0.0)), Action::ScaleUp, 2, "below_minimum"),
        ("a first look at 0 is no stop", Story::new(cpu_policy()).look(cpu(0, 0.0)), Action::ScaleUp, 2, "below_minimum"),
    ]);
    let mut restarted = Story::new(cpu_policy());
    restarted.look(cpu(4, 50.0));
    restarted.memory.forget_count();
    hold_to(vec![(
        "instances that ended with the engine are started again",
        restarted.look(cpu(0, 0.0)),
        Action::ScaleUp,
        2,
        "below_minimum",
    )]);
    let mut returned = Story::new(cpu_policy());
    returned.look(cpu(4, 50.0));
    returned.look(cpu(0, 0.0));
    returned.look(cpu(3, 50.0));
    assert!(!returned.memory.is_stopped_from_outside(), "who started it again has resumed it");
}

#[test]
fn outside_the_bounds_it_goes_to_the_bound_at_once() {
    let mut cooling = Story::new(cpu_policy());
    cooling.look(cpu(4, 75.0));
    cooling.policy.max_instances = Instances(3);
    let blind = seen(1, &[]);
    let held = Circumstances { manual_override: Some(lease(600)), engine_started_at: noon(), ..circumstances() };
    hold_to(vec![
        ("up to the minimum", once(&cpu_policy(), &cpu(1, 5.0)), Action::ScaleUp, 2, "below_minimum"),
        ("down to the maximum", once(&cpu_policy(), &cpu(13, 95.0)), Action::ScaleDown, 10, "above_maximum"),
        ("no metric delays it", once(&cpu_policy(), &blind), Action::ScaleUp, 2, "below_minimum"),
        ("no cooldown delays it", cooling.look(cpu(5, 60.0)), Action::ScaleDown, 3, "above_maximum"),
        (
            "no order by hand and no fresh start delays it",
            with(&cpu_policy(), &held, &cpu(13, 5.0)),
            Action::ScaleDown,
            10,
            "above_maximum",
        ),
    ]);
}

fn lease(left: i64) -> ManualOverride {
    let (reason, by) = ("Newsletter goes out at 15:00".to_owned(), "Ada".to_owned());
    ManualOverride { instances: Instances(9), reason, by, since: noon() - seconds(60), until: noon() + seconds(left) }
}

#[test]
fn without_requests_response_time_and_error_rate_are_calm() {
    let idle = at_rate(web(4, [2.0, 40.0, 4_900.0, 9.0]), 0.0);
    let decision = once(&web_policy(), &idle);
    let felt = |metric: Metric| decision.contributions[metric].map(|contribution| (contribution.state, contribution.pressure));
    assert_eq!(felt(ResponseTime), Some((MetricState::NoTraffic, 0.0)));
    assert_eq!(felt(ErrorRate), Some((MetricState::NoTraffic, 0.0)));
    let unread = without(without(idle, ResponseTime, Hole::NotYet), ErrorRate, Hole::NotYet);
    let busy = without(at_rate(web(4, [20.0, 40.0, 100.0, 0.0]), 5.0), ResponseTime, Hole::NotYet);
    hold_to(vec![
        ("they do not hold it up", decision.clone(), Action::ScaleDown, 3, "score_down"),
        ("nor are they missing", once(&web_policy(), &unread), Action::ScaleDown, 3, "score_down"),
        ("with requests they are", once(&web_policy(), &busy), Action::NoChange, 4, "missing_holds_down"),
    ]);
}

#[test]
fn holes_and_stale_readings_never_scale_down() {
    let calm = web(4, [20.0, 40.0, 300.0, 0.0]);
    let pressed = web(4, [85.0, 80.0, 2_600.0, 0.0]);
    let broken = |value| Observation {
        readings: {
            let mut readings = calm.readings;
            readings[Mem] = Reading::Value { value, at: noon() };
            readings
        },
        ..calm
    };
    let aged = |age| Observation {
        readings: {
            let mut readings = calm.readings;
            readings[Mem] = Reading::Value { value: 40.0, at: noon() - seconds(age) };
            readings
        },
        ..calm
    };
    let half = without(without(pressed, ResponseTime, Hole::NotYet), ErrorRate, Hole::NotYet); // 0.60 fresh
    let less = without(without(pressed, Cpu, Hole::NotYet), Mem, Hole::NotYet); // 0.40 fresh
    let exactly = policy(&[rule(Cpu, 0.7, 0.5), rule(Mem, 0.75, 0.5)]);
    let nobody = seen(0, &[(Cpu, 20.0), (Mem, 40.0), (ResponseTime, 300.0), (ErrorRate, 0.0)]);
    hold_to(vec![
        ("all fresh goes down", once(&web_policy(), &calm), Action::ScaleDown, 3, "score_down"),
        (
            "one missing does not",
            once(&web_policy(), &without(calm, ErrorRate, Hole::Unreachable)),
            Action::NoChange,
            4,
            "missing_holds_down",
        ),
        ("NaN is missing", once(&web_policy(), &broken(f64::NAN)), Action::NoChange, 4, "missing_holds_down"),
        ("infinite is missing", once(&web_policy(), &broken(f64::INFINITY)), Action::NoChange, 4, "missing_holds_down"),
        ("negative is missing", once(&web_policy(), &broken(-1.0)), Action::NoChange, 4, "missing_holds_down"),
        ("59 s old is fresh", once(&web_policy(), &aged(59)), Action::ScaleDown, 3, "score_down"),
        ("60 s old is stale", once(&web_policy(), &aged(60)), Action::NoChange, 4, "missing_holds_down"),
        ("up goes on with a hole", once(&web_policy(), &half), Action::ScaleUp, 5, "score_up"),
        ("fewer than half of the weights hold everything", once(&web_policy(), &less), Action::NoChange, 4, "too_few_readings"),
        ("half of the weights are enough", once(&exactly, &seen(4, &[(Cpu, 72.0)])), Action::ScaleUp, 5, "score_up"),
        ("without a ready instance there is no mean", once(&web_policy(), &starting(nobody, 2)), Action::NoChange, 2, "too_few_readings"),
    ]);
}

#[test]
fn an_order_by_hand_holds_until_it_ends() {
    let under = |left, observation: &Observation| {
        with(&cpu_policy(), &Circumstances { manual_override: Some(lease(left)), ..circumstances() }, observation)
    };
    hold_to(vec![
        ("nothing goes up", under(1, &cpu(4, 95.0)), Action::NoChange, 4, "manual_override"),
        ("nothing goes down", under(1, &cpu(4, 5.0)), Action::NoChange, 4, "manual_override"),
        ("at its end it is over", under(0, &cpu(4, 5.0)), Action::ScaleDown, 3, "score_down"),
    ]);
}

#[test]
fn after_a_start_of_the_engine_nothing_goes_down_for_one_cooldown() {
    let started = |ago, observation: &Observation| {
        with(&cpu_policy(), &Circumstances { engine_started_at: noon() - seconds(ago), ..circumstances() }, observation)
    };
    hold_to(vec![
        ("not down", started(299, &cpu(4, 5.0)), Action::NoChange, 4, "warm_up"),
        ("up is free", started(0, &cpu(4, 75.0)), Action::ScaleUp, 5, "score_up"),
        ("past one cooldown down is too", started(300, &cpu(4, 5.0)), Action::ScaleDown, 3, "score_down"),
    ]);
}

#[test]
fn two_steps_for_guards_alone_that_change_nothing_are_enough() {
    let errors = |ready| web(ready, [40.0, 40.0, 300.0, 5.0]); // errors at 2.5 × their trigger: P = (0.1·2.5⁴ + …)^¼ > 1
    let mut story = Story::new(web_policy());
    assert_eq!(story.look(errors(3)).counts.ordered, Instances(4));
    assert_eq!(story.look_often(errors(4), 10).counts.ordered, Instances(5), "the second step comes after the cooldown");
    let held = story.look_often(errors(5), 10);
    let still = story.look_often(errors(5), 100);
    let again = story.look_often(errors(5), 20);
    hold_to(vec![
        ("a third is not taken", held, Action::NoChange, 5, "more_does_not_help"),
        ("for one hour", still, Action::NoChange, 5, "more_does_not_help"),
        ("then it is tried again", again, Action::ScaleUp, 6, "score_up"),
    ]);
    let mut recovering = Story::new(Policy { consolidation: false, ..web_policy() });
    recovering.look(errors(3));
    recovering.look_often(errors(4), 10);
    assert_eq!(recovering.look_often(errors(5), 10).reason.code(), "more_does_not_help");
    recovering.look(web(5, [40.0, 40.0, 300.0, 0.0]));
    hold_to(vec![("a guard that recovered may ask again", recovering.look(errors(5)), Action::ScaleUp, 6, "score_up")]);
    let mut helping = Story::new(web_policy());
    helping.look(web(3, [40.0, 40.0, 300.0, 8.0]));
    helping.look_often(web(4, [40.0, 40.0, 300.0, 7.0]), 10);
    hold_to(vec![("steps that help go on", helping.look_often(web(5, [40.0, 40.0, 300.0, 5.0]), 10), Action::ScaleUp, 6, "score_up")]);
}

#[test]
fn the_cooldown_holds_each_direction_for_its_own_time() {
    let changed = |ago: i64, policy: Policy, percent| {
        let mut story = Story::new(policy);
        story.look(cpu(4, 75.0)); // 4 → 5
        story.now += seconds(ago - 30);
        story.look(cpu(5, percent))
    };
    let own = Policy { scale_up_cooldown: Some(60), scale_down_cooldown: Some(600), ..cpu_policy() };
    hold_to(vec![
        ("after any change up is held", changed(299, cpu_policy(), 75.0), Action::NoChange, 5, "cooldown"),
        ("and down", changed(299, cpu_policy(), 10.0), Action::NoChange, 5, "cooldown"),
        ("until it is over", changed(300, cpu_policy(), 75.0), Action::ScaleUp, 6, "score_up"),
        ("up has its own", changed(60, own.clone(), 75.0), Action::ScaleUp, 6, "score_up"),
        ("down has its own", changed(599, own.clone(), 10.0), Action::NoChange, 5, "cooldown"),
        ("and that is over as well", changed(600, own, 10.0), Action::ScaleDown, 4, "score_down"),
        ("an urgent step is not held", changed(30, cpu_policy(), 90.0), Action::ScaleUp, 7, "score_up"), // ceil(5 × 90 / 70) = 7
        ("but gradual knows no urgent step", changed(30, typed(cpu_policy(), PolicyType::Gradual), 90.0), Action::NoChange, 5, "cooldown"),
    ]);
    let mut failed = Story::new(cpu_policy());
    failed.look(cpu(4, 75.0));
    failed.memory.order_failed();
    hold_to(vec![("an order that failed starts no cooldown", failed.look(cpu(4, 75.0)), Action::ScaleUp, 5, "score_up")]);
}

#[test]
fn what_would_come_straight_back_is_refused_and_the_step_shrinks() {
    let narrow = Policy { scale_down_threshold: 0.65, min_instances: Instances(1), consolidation: false, ..cpu_policy() };
    let mut consolidating = Story::new(Policy { min_instances: Instances(1), ..policy(&[rule(Cpu, 0.7, 0.9), rule(Requests, 0.5, 0.1)]) });
    let fits = consolidating.look_often(seen(10, &[(Cpu, 35.0), (Requests, 250.0)]), 11);
    hold_to(vec![
        // 0.9286 × 2 / 1 = 1.86
        ("2 → 1 would be at 1.86", once(&narrow, &cpu(2, 65.0)), Action::NoChange, 2, "would_come_back"),
        // 0.9286 × 9 / 8 = 1.04
        ("9 → 8 would be at 1.04", once(&narrow, &cpu(9, 65.0)), Action::NoChange, 9, "would_come_back"),
        // 0.6 × 9 / 8 = 0.675
        ("9 → 8 holds at 0.68", once(&narrow, &cpu(9, 42.0)), Action::ScaleDown, 8, "score_down"),
        // 10 × 0.5 / 0.9 = 5.6
        ("10 → 6 holds at 0.83, 5 would not", fits, Action::ScaleDown, 6, "consolidated"),
    ]);
}

#[test]
fn a_budget_limits_what_is_asked_for() {
    let budget = |affordable, strict| Some(BudgetLimit { budget: "web".to_owned(), affordable: Instances(affordable), strict });
    let paid = |affordable, strict, observation: &Observation| {
        with(&web_policy(), &Circumstances { budget: budget(affordable, strict), ..circumstances() }, observation)
    };
    let urgent = web(4, [95.0, 70.0, 2_000.0, 0.0]); // ceil(4 × 95 / 70) = 6
    let breached = web(4, [95.0, 70.0, 6_000.0, 0.0]);
    let mild = web(4, [74.0, 74.0, 2_450.0, 2.0]);
    hold_to(vec![
        ("what it pays for passes", paid(5, false, &mild), Action::ScaleUp, 5, "score_up"),
        ("beyond it is held", paid(4, false, &mild), Action::NoChange, 4, "budget_holds"),
        ("a step shrinks to what it pays for", paid(5, false, &urgent), Action::ScaleUp, 5, "score_up"),
        ("an urgent step passes while the objective is breached", paid(4, false, &breached), Action::ScaleUp, 6, "score_up"),
        ("but not a strict budget", paid(4, true, &breached), Action::NoChange, 4, "budget_holds"),
        ("it never takes instances away", paid(2, true, &web(4, [50.0, 50.0, 1_000.0, 0.0])), Action::NoChange, 4, "inside_band"),
        ("and never holds the minimum", paid(0, true, &web(1, [50.0, 50.0, 1_000.0, 0.0])), Action::ScaleUp, 2, "below_minimum"),
    ]);
}

#[test]
fn gradual_moves_one_at_a_time() {
    let gradual = typed(cpu_policy(), PolicyType::Gradual);
    let mut calm = Story::new(gradual.clone());
    hold_to(vec![
        ("up by one, however high", once(&gradual, &cpu(4, 100.0)), Action::ScaleUp, 5, "score_up"),
        ("down by one, however low", once(&gradual, &cpu(9, 1.0)), Action::ScaleDown, 8, "score_down"),
        ("a calm window does not consolidate", calm.look_often(cpu(10, 35.0), 30), Action::NoChange, 10, "inside_band"),
        ("held at the maximum", once(&gradual, &cpu(10, 95.0)), Action::NoChange, 10, "at_maximum"),
        ("held at the minimum", once(&gradual, &cpu(2, 5.0)), Action::NoChange, 2, "at_minimum"),
    ]);
}

#[test]
fn adaptive_goes_as_far_as_needed_when_urgent() {
    let wide = Policy { max_instances: Instances(100), ..cpu_policy() };
    let sharp = Policy { max_instances: Instances(100), ..policy(&[rule(Cpu, 0.2, 1.0)]) };
    hold_to(vec![
        ("under 1.10 by one", once(&wide, &cpu(10, 76.9)), Action::ScaleUp, 11, "score_up"),
        ("from 1.10 to what is needed: ceil(10 × 77 / 70)", once(&wide, &cpu(10, 77.0)), Action::ScaleUp, 11, "score_up"),
        ("ceil(10 × 100 / 70) = 15", once(&wide, &cpu(10, 100.0)), Action::ScaleUp, 15, "score_up"),
        ("at most the double: 10 × 4 asked, 20 given", once(&sharp, &cpu(10, 80.0)), Action::ScaleUp, 20, "score_up"),
        ("or four more: 3 × 4 asked, 7 given", once(&sharp, &cpu(3, 80.0)), Action::ScaleUp, 7, "score_up"),
        ("never over the maximum", once(&cpu_policy(), &cpu(9, 100.0)), Action::ScaleUp, 10, "score_up"),
        ("guards alone add one", once(&web_policy(), &web(4, [40.0, 70.0, 4_900.0, 5.0])), Action::ScaleUp, 5, "score_up"),
    ]);
}

#[test]
fn starting_instances_count_as_capacity_on_their_way() {
    hold_to(vec![
        // 4 × 90 / 70 = 5.1, and 6 are coming
        ("what is coming covers it", once(&cpu_policy(), &starting(cpu(4, 90.0), 2)), Action::NoChange, 6, "already_starting"),
        // P·4/5 = 1.03: one more than the 5 that there will be
        ("what is coming does not quite", once(&cpu_policy(), &starting(cpu(4, 90.0), 1)), Action::ScaleUp, 6, "score_up"),
        // P·4/5 = 1.14: ceil(4 × 100 / 70) = 6
        ("urgent is judged with them", once(&cpu_policy(), &starting(cpu(4, 100.0), 1)), Action::ScaleUp, 6, "score_up"),
    ]);
    let decision = once(&cpu_policy(), &starting(cpu(6, 60.0), 1));
    // 0.60 × 6 / 7 = 0.514
    assert!((decision.score_when_ready.expect("fresh") - 0.6 * 6.0 / 7.0).abs() < 1e-12);
}

#[test]
fn a_calm_window_is_consolidated_whatever_the_score() {
    let looked = |times, policy: Policy| Story::new(policy).look_often(cpu(8, 40.0), times); // 8 × 4/7 / 0.9 = 5.08
    let mut spiked = Story::new(cpu_policy());
    spiked.look_often(cpu(8, 40.0), 5);
    spiked.look(cpu(8, 60.0)); // 8 × 6/7 / 0.9 = 7.6
    let mut holed = Story::new(cpu_policy());
    holed.look_often(cpu(8, 40.0), 10);
    holed.now += seconds(120);
    hold_to(vec![
        ("not before the window is whole", looked(10, cpu_policy()), Action::NoChange, 8, "inside_band"),
        ("then to what all of it fits in", looked(11, cpu_policy()), Action::ScaleDown, 6, "consolidated"),
        ("its highest load counts: nothing under 8 fits", spiked.look_often(cpu(8, 40.0), 9), Action::NoChange, 8, "inside_band"),
        ("a hole starts the window anew", holed.look_often(cpu(8, 40.0), 5), Action::NoChange, 8, "inside_band"),
        ("switched off it does nothing", looked(30, Policy { consolidation: false, ..cpu_policy() }), Action::NoChange, 8, "inside_band"),
        (
            "never under the minimum",
            looked(11, Policy { min_instances: Instances(7), ..cpu_policy() }),
            Action::ScaleDown,
            7,
            "consolidated",
        ),
    ]);
}

#[test]
fn proportional_goes_to_its_target_as_the_hpa_does() {
    let hpa = Policy { max_instances: Instances(100), cooldown_period: 0, ..typed(cpu_policy(), PolicyType::Proportional) };
    let two = Policy { metrics: vec![rule(Cpu, 0.7, 0.9), rule(Requests, 0.5, 0.1)], ..hpa.clone() };
    let low = Policy { metrics: vec![rule(Cpu, 0.2, 1.0)], ..hpa.clone() };
    let guarded = Policy { metrics: vec![rule(Cpu, 0.7, 0.5), rule(ErrorRate, 0.02, 0.5)], ..hpa.clone() };
    let mut falling = Story::new(hpa.clone());
    falling.look(cpu(10, 70.0));
    let held = falling.look(cpu(10, 35.0));
    let later = falling.look_often(cpu(10, 35.0), 10);
    hold_to(vec![
        ("ceil(4 × 90 / 70) = 6", once(&hpa, &cpu(4, 90.0)), Action::ScaleUp, 6, "score_up"),
        ("10 % more is inside the tolerance", once(&hpa, &cpu(10, 77.0)), Action::NoChange, 10, "within_tolerance"),
        ("10 % less too", once(&hpa, &cpu(10, 63.0)), Action::NoChange, 10, "within_tolerance"),
        (
            "the largest pressure sets it, whatever its weight",
            once(&two, &seen(4, &[(Cpu, 30.0), (Requests, 800.0)])),
            Action::ScaleUp,
            7,
            "score_up",
        ),
        ("at most the double", once(&low, &cpu(10, 80.0)), Action::ScaleUp, 20, "score_up"),
        ("a first look never goes down", once(&hpa, &cpu(10, 20.0)), Action::NoChange, 10, "stabilizing"),
        ("the window's highest count holds", held, Action::NoChange, 10, "stabilizing"),
        ("past the window it goes to its target: ceil(10 × 35 / 70)", later, Action::ScaleDown, 5, "fewer_suffice"),
        ("what starts covers it", once(&hpa, &starting(cpu(4, 90.0), 4)), Action::NoChange, 8, "already_starting"),
        (
            "a guard adds one step, it does not set the size",
            once(&guarded, &seen(4, &[(Cpu, 40.0), (ErrorRate, 8.0)])),
            Action::ScaleUp,
            5,
            "score_up",
        ),
        ("a missing metric still goes up", once(&two, &seen(4, &[(Cpu, 90.0)])), Action::ScaleUp, 6, "score_up"),
    ]);
}

#[test]
fn float_dust_never_adds_an_instance() {
    // In floats 3 × 0.8 / 0.6 is 4.000000000000001, and a bare ceil says 5.
    let sixty = Policy { metrics: vec![rule(Cpu, 0.6, 1.0)], ..typed(cpu_policy(), PolicyType::Proportional) };
    hold_to(vec![("3 × 80 / 60 is 4", once(&sixty, &cpu(3, 80.0)), Action::ScaleUp, 4, "score_up")]);
    assert_eq!(headroom_core::decide::size::need(3.0 * 0.8 / 0.6, 1.0), 4);
}

#[test]
fn the_last_instance_goes_only_where_zero_is_allowed_and_nobody_asks() {
    let zero = Policy { min_instances: Instances(0), allow_scale_to_zero: true, ..cpu_policy() };
    hold_to(vec![
        ("requests are none", once(&zero, &at_rate(cpu(1, 0.0), 0.0)), Action::ScaleDown, 0, "score_down"),
        ("a rate that is not known is not none", once(&zero, &cpu(1, 0.0)), Action::NoChange, 1, "would_come_back"),
        ("at 0 it rests", once(&zero, &at_rate(seen(0, &[]), 0.0)), Action::NoChange, 0, "at_minimum"),
        ("the first request starts one", once(&zero, &at_rate(seen(0, &[]), 3.0)), Action::ScaleUp, 1, "requests_at_zero"),
        ("a rate that is not known starts nothing", once(&zero, &seen(0, &[])), Action::NoChange, 0, "too_few_readings"),
    ]);
}

#[test]
fn a_memory_learns_how_long_a_start_takes() {
    // Counted from the look that ordered it, the one before the first that saw it.
    let mut story = Story::new(cpu_policy());
    story.look(cpu(4, 75.0));
    story.look(starting(cpu(4, 75.0), 1));
    story.look(starting(cpu(4, 75.0), 1));
    assert_eq!(story.memory.start_up_delay(), None);
    story.look(cpu(5, 60.0));
    assert_eq!(story.memory.start_up_delay(), Some(seconds(90)), "ordered at 0 s, ready at 90 s");
}

#[test]
fn starts_that_overlap_are_learned_one_by_one() {
    let mut story = Story::new(cpu_policy());
    // One more is ordered at each look; each is ready two looks after the one that first saw it.
    story.look(cpu(4, 75.0));
    for (ready, on_their_way) in [(4, 1), (4, 2), (5, 2), (6, 2), (7, 2)] {
        story.look(starting(cpu(ready, 75.0), on_their_way));
    }
    assert_eq!(story.memory.start_up_delay(), Some(seconds(90)));
    // The newest are taken away: what is left still began when it began.
    story.look(starting(cpu(8, 75.0), 1));
    story.look(cpu(9, 60.0));
    assert_eq!(story.memory.start_up_delay(), Some(seconds(90)));
}

#[test]
fn every_template_metric_can_trigger_alone_below_its_end() {
    let templates = [
        ("web-app-balanced", web_policy()),
        (
            "web-app-aggressive",
            policy(&[rule(Cpu, 0.60, 0.30), rule(Mem, 0.65, 0.20), rule(ResponseTime, 0.40, 0.30), rule(Requests, 0.50, 0.20)]),
        ),
        ("api-performance", policy(&[rule(ResponseTime, 0.30, 0.50), rule(Cpu, 0.60, 0.30), rule(ErrorRate, 0.01, 0.20)])),
        ("batch-cost-optimized", policy(&[rule(Cpu, 0.85, 0.50), rule(Mem, 0.90, 0.40), rule(ErrorRate, 0.05, 0.10)])),
        ("ml-gpu-optimized", policy(&[rule(Cpu, 0.75, 0.30), rule(Mem, 0.80, 0.40), rule(Requests, 0.60, 0.30)])),
        ("dev-minimal", policy(&[rule(Cpu, 0.90, 0.50), rule(Mem, 0.95, 0.40), rule(ErrorRate, 0.05, 0.10)])),
    ];
    for (name, policy) in templates {
        let calm = at_rate(seen(2, &Metric::ALL.map(|metric| (metric, 0.0))), 1.0);
        let decision = once(&policy, &calm);
        let distance = distance(&policy, &decision);
        for rule in &policy.metrics {
            let alone = distance.alone_up[rule.metric].expect("every metric of a template can ask alone");
            let end = if rule.metric == ErrorRate { 100.0 } else { rule.metric.default_maximum() };
            assert!(alone <= end, "{name}: {} alone at {alone}", rule.metric.name());
            let mut readings = calm;
            readings.readings[rule.metric] = Reading::Value { value: alone * 1.000_001, at: noon() };
            let mut story = Story::new(policy.clone());
            assert_eq!(story.look_often(readings, 2).asked, Direction::Up, "{name}: {} at {alone} twice", rule.metric.name());
        }
    }
}

#[test]
fn each_of_the_nine_checks_is_listed_and_the_first_that_holds_is_named() {
    let decision = once(&cpu_policy(), &cpu(10, 95.0));
    let nine: Vec<_> = Check::ALL.into_iter().filter(|check| *check != Check::Forecast).collect();
    assert_eq!(decision.checks.iter().map(|result| result.check).collect::<Vec<_>>(), nine);
    assert_eq!(decision.held_by, Some(Check::Bounds));
    let ready = InstanceCount { ready: Instances(10), starting: Instances(0) };
    assert_eq!(decision.current(), Some(ready));
}

#[test]
fn a_cooldown_after_a_clock_was_set_back_lasts_no_longer_than_it_is() {
    let mut story = Story::new(cpu_policy());
    story.look(cpu(4, 71.0));
    story.now -= seconds(7_200);
    let held = story.look(cpu(5, 71.0));
    assert_eq!(held.reason.code(), "cooldown");
    // 300 s at 30 s a look, of which one is past.
    let held = story.look_often(cpu(5, 71.0), 9);
    assert_eq!(held.reason.code(), "cooldown");
    hold_to(vec![("then it is over", story.look(cpu(5, 71.0)), Action::ScaleUp, 6, "score_up")]);
}

#[test]
fn a_forecast_that_asks_for_as_many_as_the_readings_waits_for_no_cooldown() {
    let predictive = Policy { policy_type: PolicyType::Predictive, ..cpu_policy() };
    let mut memory = Memory::default();
    memory.ordered_by_hand(Instances(4), noon() - seconds(30));
    let mut ordered = |cpu_percent: f64, ready_for: Option<f64>| {
        memory.foresee(noon(), ready_for.map(outlook));
        decide(&predictive, &circumstances(), &cpu(4, cpu_percent), &memory, noon())
    };
    hold_to(vec![
        ("readings alone wait", ordered(71.0, None), Action::NoChange, 4, "cooldown"),
        ("expected, and not asked for yet", ordered(55.0, Some(4.6)), Action::ScaleUp, 5, "forecast_up"),
        ("expected, and asked for now", ordered(71.0, Some(4.6)), Action::ScaleUp, 5, "forecast_up"),
    ]);
}
