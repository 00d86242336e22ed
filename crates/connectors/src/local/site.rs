//! One deployment on this machine: its balancer, its instances, its load.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use headroom_core::deployment::{DeploymentId, LocalCommand, SampleLoad};
use headroom_core::observation::InstanceCount;
use headroom_core::units::Instances;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::balancer::Balancer;
use super::guard::Launch;
use super::guard::client::Guard;
use super::instance::{Slot, Stage, told, told_within};
use super::measure::Measure;
use super::notice::{Happening, Notice};
use super::{LocalTiming, load};

/// What a deployment's instances share.
pub(crate) struct Site {
    pub id: DeploymentId,
    pub command: LocalCommand,
    pub inherited: BTreeMap<String, String>,
    pub timing: LocalTiming,
    pub guard: Arc<Guard>,
    pub balancer: Balancer,
    pub measure: Mutex<Measure>,
    pub notices: mpsc::Sender<Notice>,
    pub places: Mutex<Places>,
}

/// The instances that shall be, those that are leaving, and the load.
#[derive(Default)]
pub(crate) struct Places {
    slots: Vec<Slot>,
    leaving: Vec<JoinHandle<()>>,
    load: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

impl Site {
    /// Makes the count `instances`. Those that are not ready go first, then the youngest.
    pub(crate) fn scale(self: &Arc<Self>, instances: Instances) -> InstanceCount {
        let mut places = self.places();
        let before = count(&places.slots);
        let wanted = instances.0 as usize;
        while places.slots.len() < wanted {
            places.slots.push(Slot::open(self.clone()));
        }
        places.leaving.retain(|life| !life.is_finished());
        while places.slots.len() > wanted {
            let not_ready = places.slots.iter().rposition(|slot| !matches!(slot.stage(), Stage::Ready { .. }));
            let leaves = not_ready.unwrap_or(places.slots.len() - 1);
            let life = places.slots.remove(leaves).close();
            places.leaving.push(life);
        }
        before
    }

    /// How many there are. Those that are leaving are none any more.
    pub(crate) fn count(&self) -> InstanceCount {
        count(&self.places().slots)
    }

    /// The leading processes of the ready instances, and since when each serves.
    pub(crate) fn ready(&self) -> Vec<(u32, tokio::time::Instant)> {
        let ready = |slot: &Slot| match slot.stage() {
            Stage::Ready { pid, since } => Some((pid, since)),
            Stage::Starting | Stage::BackingOff => None,
        };
        self.places().slots.iter().filter_map(ready).collect()
    }

    /// Takes the count to 0 and waits until every process is over.
    pub(crate) async fn stop_instances(self: &Arc<Self>) {
        self.scale(Instances::ZERO);
        let leaving = std::mem::take(&mut self.places().leaving);
        futures::future::join_all(leaving).await;
    }

    /// Ends the load, then the instances, and frees the port.
    pub(crate) async fn close(self: &Arc<Self>) {
        let load = self.places().load.take();
        if let Some((stop, playing)) = load {
            stop.send_replace(true);
            // It ends with the order; a panic in it has nothing left to spoil.
            let _ = playing.await;
        }
        self.stop_instances().await;
        self.balancer.close().await;
    }

    /// Ends load and instances without waiting.
    pub(crate) fn let_go(self: &Arc<Self>) {
        if let Some((stop, _)) = self.places().load.take() {
            stop.send_replace(true);
        }
        self.scale(Instances::ZERO);
    }

    /// Plays traffic against the balancer until the site is closed.
    pub(crate) fn play(self: &Arc<Self>, sample_load: SampleLoad, program: PathBuf, folder: PathBuf) {
        let (stop, stopped) = watch::channel(false);
        let playing = tokio::spawn(keep_playing(self.clone(), load::arguments(&sample_load, &self.url(), &program), folder, stopped));
        self.places().load = Some((stop, playing));
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.balancer.address())
    }

    /// Tells the engine. When it does not keep up, the log has it.
    pub(crate) fn tell(&self, what: Happening) {
        tracing::debug!(deployment = %self.id, "{what}");
        if let Err(mpsc::error::TrySendError::Full(notice)) = self.notices.try_send(Notice { deployment_id: self.id.clone(), what }) {
            tracing::warn!(deployment = %self.id, "a notice was not delivered: {}", notice.what);
        }
    }

    fn places(&self) -> std::sync::MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(slots: &[Slot]) -> InstanceCount {
    let ready = slots.iter().filter(|slot| matches!(slot.stage(), Stage::Ready { .. })).count();
    let starting = slots.len() - ready;
    let instances = |count: usize| Instances(u32::try_from(count).unwrap_or(u32::MAX));
    InstanceCount { ready: instances(ready), starting: instances(starting) }
}

async fn keep_playing(site: Arc<Site>, argv: Vec<String>, folder: PathBuf, mut stopped: watch::Receiver<bool>) {
    let mut failures = 0;
    loop {
        let launch = Launch { number: 0, argv: argv.clone(), folder: folder.clone(), environment: BTreeMap::new() };
        let (how, said) = match site.guard.start(launch).await {
            Err(error) => (error.to_string(), String::new()),
            Ok(mut running) => tokio::select! {
                () = told(&mut stopped) => {
                    site.guard.stop(running.number, site.timing.stop_grace).await;
                    // Either it is over, or the guard kills it after the grace.
                    let _ = tokio::time::timeout(site.timing.stop_grace, running.ended).await;
                    return;
                }
                ended = &mut running.ended => match ended {
                    Ok(ended) => (ended.how, ended.said),
                    Err(_) => ("the guard process that owned it ended".to_owned(), String::new()),
                },
            },
        };
        failures += 1;
        let restart_in = site.timing.backoff(failures);
        site.tell(Happening::LoadEnded { how, said, restart_in });
        if told_within(&mut stopped, restart_in).await {
            return;
        }
    }
}
