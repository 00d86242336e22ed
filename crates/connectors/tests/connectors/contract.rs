//! What every source and every target must do, asked of each of them.

use std::sync::Arc;

use headroom_connectors::error::ConnectorError;
use headroom_connectors::replay::{Recording, ReplayConnector};
use headroom_connectors::source::MetricSource;
use headroom_connectors::target::{Accepted, ScaleOrder, ScalingTarget};
use headroom_core::deployment::{Deployment, ReplayTrace, RunsOn};
use headroom_core::observation::{Counted, Hole, Observation, Reading};
use headroom_core::units::Instances;

use crate::house::{BOUND, House, at, deployment, known, service, trials};

trials![replay_holds_the_contract, local_holds_the_contract];

async fn replay_holds_the_contract() {
    let connector = ReplayConnector::new();
    let runs_on = || RunsOn::Replay(ReplayTrace { file: String::new(), instances: 1 });
    let recording = Recording::from_csv("timestamp_s,cpu,requests\n0,50,7\n30,60,8\n").expect("a recording");
    let recording = Arc::new(recording);
    let deployments = [deployment("one", runs_on()), deployment("two", runs_on())];
    for known in &deployments {
        connector.add(known.id.clone(), recording.clone(), at(0), Instances(1));
    }
    hold(&connector, &deployments, &deployment("stranger", runs_on())).await;
}

async fn local_holds_the_contract() {
    let house = House::open().await;
    let deployments = [service("one", &[]), service("two", &[])];
    for known in &deployments {
        house.local.start(known, Instances(1)).await.expect("a legal command");
    }
    hold(&house.local, &deployments, &service("stranger", &[])).await;
    house.local.shutdown().await;
}

/// `deployments` run at one instance each; `stranger` does not run.
async fn hold(connector: &(impl MetricSource + ScalingTarget), deployments: &[Deployment; 2], stranger: &Deployment) {
    let [one, two] = deployments;
    let total = async |deployment: &Deployment| known(connector.current_instances(&[deployment], BOUND).await[0]).total();
    let scale = async |deployment: &Deployment, instances: u32| {
        connector.scale(&ScaleOrder { deployment, target_instances: Instances(instances), decision_id: "decision-1" }).await
    };

    // Counts come in the order of the question; what is not known is a hole, and holds nothing up.
    scale(two, 2).await.expect("the order is taken");
    let counts = connector.current_instances(&[two, stranger, one], BOUND).await;
    assert_eq!(counts.len(), 3);
    assert_eq!((known(counts[0]).total(), known(counts[2]).total()), (Instances(2), Instances(1)));
    assert_eq!(counts[1], Counted::Unknown { hole: Hole::Unreachable });

    // The same order twice has the same effect as once, and says what there was.
    let first: Accepted = scale(one, 3).await.expect("the order is taken");
    assert_eq!((first.before.total(), first.target_instances), (Instances(1), Instances(3)));
    let second = scale(one, 3).await.expect("the order is taken");
    assert_eq!((second.before.total(), total(one).await), (Instances(3), Instances(3)));

    // What cannot be done changes nothing.
    let most = connector.capabilities().max_instances;
    let refused = scale(one, most.0 + 1).await.expect_err("too many");
    assert!(matches!(refused, ConnectorError::TooMany { asked, limit } if asked == most.0 + 1 && limit == most.0), "{refused:?}");
    assert_eq!(total(one).await, Instances(3));
    let unknown = scale(stranger, 1).await.expect_err("it does not run");
    assert!(matches!(&unknown, ConnectorError::NotStarted { id } if *id == stranger.id), "{unknown:?}");
    assert!(matches!(connector.stop(stranger).await, Err(ConnectorError::NotStarted { .. })));

    // Observations come in the order of the question, at the instant of the look, and every number is one.
    let observations = connector.observe(&[two, stranger, one], at(10), BOUND).await;
    assert_eq!(observations.len(), 3);
    assert_eq!(observations[1], Observation::unknown(at(10), Hole::Unreachable));
    assert_eq!([0, 2].map(|index| known(observations[index].instances).total()), [Instances(2), Instances(3)]);
    for observation in &observations {
        assert_eq!(observation.at, at(10));
        for (metric, reading) in observation.readings.iter() {
            match reading {
                Reading::Value { value, at: measured_at } => {
                    assert!(value.is_finite() && *value >= 0.0, "{metric:?}: {value}");
                    assert!(*measured_at <= at(10), "{metric:?}");
                }
                Reading::NoTraffic { at: measured_at } => assert!(*measured_at <= at(10), "{metric:?}"),
                Reading::Missing { .. } => {}
            }
        }
    }
    assert!(connector.observe(&[], at(10), BOUND).await.is_empty());

    // Stopped is 0 and still known.
    connector.stop(one).await.expect("it runs");
    assert_eq!(total(one).await, Instances::ZERO);
    scale(one, 1).await.expect("it is still known");
    assert_eq!(total(one).await, Instances::ONE);
}
