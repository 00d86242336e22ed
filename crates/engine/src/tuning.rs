//! Searches for better policies on all cores: [`headroom_core::tune`] says what to play, this plays it.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use headroom_core::policy::Policy;
use headroom_core::tune::{Outcome, Proposal, Tuner, Weighed, propose};
use parking_lot::Mutex;

/// What is searched, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The policy to begin from, which is kept where nothing is better.
    pub base: &'a Policy,
    /// The share of late requests that is aimed at, 0 to 1.
    pub limit: f64,
    /// The same seed searches the same.
    pub seed: u64,
    /// How many policies are played.
    pub trials: usize,
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The policy to begin from.
    pub current: Weighed,
    /// What nothing else is better than in both, the cheapest first.
    pub front: Vec<Weighed>,
    /// What to change to.
    pub proposal: Proposal,
    /// How many policies were played.
    pub tried: usize,
}

impl Found {
    /// The policy that is proposed; none where the current one is to be kept.
    #[must_use]
    pub fn proposed(&self) -> Option<&Weighed> {
        match self.proposal {
            Proposal::Keep => None,
            Proposal::Change(place) => self.front.get(place),
        }
    }
}

/// Searches, and weighs the front on days that the search never saw. None where it was cancelled.
///
/// The result depends on nothing but the search and what the two functions answer, whatever the number of cores. Blocks: off the runtime.
pub fn search(
    search: Search<'_>,
    fitted: impl Fn(&Policy) -> Outcome + Sync,
    held_back: impl Fn(&Policy) -> Outcome + Sync,
    mut progress: impl FnMut(usize, usize),
    cancelled: &AtomicBool,
) -> Option<Found> {
    let mut tuner = Tuner::new(search.base, search.limit, search.seed, search.trials);
    loop {
        let batch = tuner.batch();
        if batch.is_empty() {
            break;
        }
        tuner.tell(&play_all(&batch, &fitted, cancelled)?);
        let (tried, trials) = tuner.progress();
        progress(tried, trials);
    }
    let base = tuner.base()?;
    let mut all: Vec<(Policy, Outcome)> = vec![(base.policy.clone(), base.outcome)];
    all.extend(tuner.front().iter().map(|tried| (tried.policy.clone(), tried.outcome)));
    let policies: Vec<Policy> = all.iter().map(|(policy, _)| policy.clone()).collect();
    let held_back = play_all(&policies, &held_back, cancelled)?;
    let mut weighed = all.into_iter().zip(held_back).map(|((policy, fitted), held_back)| Weighed { policy, fitted, held_back });
    let current = weighed.next()?;
    let front: Vec<Weighed> = weighed.collect();
    let proposal = propose(&current, &front, search.limit);
    Some(Found { current, front, proposal, tried: tuner.progress().0 })
}

/// Plays each, on all cores, and answers in their order. None where it was cancelled.
fn play_all(policies: &[Policy], play: &(impl Fn(&Policy) -> Outcome + Sync), cancelled: &AtomicBool) -> Option<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(vec![None; policies.len()]);
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(policies.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !cancelled.load(Ordering::Relaxed) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(policy) = policies.get(place) else { break };
                    let outcome = play(policy);
                    outcomes.lock()[place] = Some(outcome);
                }
            });
        }
    });
    outcomes.into_inner().into_iter().collect()
}
