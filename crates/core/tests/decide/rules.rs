//! Each rule of a decision, one row each.

use headroom_core::decide::{Action, Check, decide};
use headroom_core::metric::Metric;
use headroom_core::observation::Observation;
use headroom_core::units::Instances;

use crate::setting::{Story, circumstances, cpu, cpu_policy, noon, seen, web_policy};

#[test]
fn cpu_alone_at_70_and_30_scales_up_at_70_percent_and_down_at_30_percent() {
    let rows = [
        (29.9, Action::ScaleDown),
        (30.0, Action::ScaleDown),
        (30.1, Action::NoChange),
        (70.0, Action::NoChange), // `gt` needs more than its threshold
        (70.1, Action::ScaleUp),
    ];
    for (percent, expected) in rows {
        let decision = decide(&cpu_policy(), &circumstances(), &cpu(4, percent), &Default::default(), noon());
        assert_eq!(decision.action, expected, "at {percent} %: {}", decision.sentence());
    }
}

#[test]
fn a_web_app_under_pressure_steps_up_and_then_cools_down() {
    let mut story = Story::new(web_policy());
    let pressing = seen(4, &[(Metric::Cpu, 74.0), (Metric::Memory, 74.0), (Metric::ResponseTime, 2_500.0), (Metric::ErrorRate, 2.0)]);
    assert_eq!(story.look(pressing).counts.ordered, Instances(5));
    let held = story.look_often(Observation { instances: seen(5, &[]).instances, ..pressing }, 2);
    assert_eq!(held.held_by, Some(Check::Cooldown));
}
