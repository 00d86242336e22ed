//! A fleet's evaluation in two transactions: what was seen and decided before anything is moved, what became of it after.

use chrono::{DateTime, Utc};
use headroom_core::decide::{Circumstances, Decision, Memory};
use headroom_core::deployment::DeploymentId;
use headroom_core::observation::Observation;
use rusqlite::params;

use crate::changes::{Change, Committed};
use crate::circumstances;
use crate::error::Result;
use crate::events::{EventId, NewEvent};
use crate::intents::{IntentId, NewIntent, OutcomeOf};
use crate::ledger::MeterPart;
use crate::samples::{Sample, codec};
use crate::usage::UsagePoint;
use crate::values::{json, ms};
use crate::write::{Durability, Key, WriteDb, WriteTransaction};

/// Everything that is known before acting.
#[derive(Debug, Clone, PartialEq)]
pub struct TickBefore {
    /// When the tick began.
    pub at: DateTime<Utc>,
    /// One for each deployment that was due.
    pub evaluations: Vec<Evaluation>,
}

/// One deployment's part in a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Whose; once a tick.
    pub deployment_id: DeploymentId,
    /// What was seen.
    pub observation: Observation,
    /// What was decided; none without a policy.
    pub decision: Option<Decision>,
    /// What `decide` remembers from now on, where that changed.
    pub memory: Option<Memory>,
    /// What is true around it, where that changed.
    pub circumstances: Option<Circumstances>,
    /// What is about to be done.
    pub intent: Option<NewIntent>,
}

/// What the first transaction answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TickBeforeWritten {
    /// The committed orders, in the order of the evaluations that have one. Only these may be carried out.
    pub intents: Vec<(DeploymentId, IntentId)>,
    /// Deployments that are not scaled any more: nothing was recorded for them, and nothing may be done to them.
    pub skipped: Vec<DeploymentId>,
}

/// Everything that is known after acting.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TickAfter {
    /// What became of the orders.
    pub outcomes: Vec<OutcomeOf>,
    /// What was done.
    pub events: Vec<NewEvent>,
    /// What the time since the last tick cost.
    pub meter: Vec<MeterPart>,
    /// Five-minute points that are complete.
    pub usage: Vec<UsagePoint>,
    /// What is remembered now of deployments whose order was refused: not its count.
    pub memories: Vec<(DeploymentId, Memory)>,
}

/// What the second transaction answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TickAfterWritten {
    /// The events' ids, in their order.
    pub events: Vec<EventId>,
}

impl WriteDb {
    /// Writes down what was seen, decided and is about to be done, for the whole fleet, as one transaction. With an order in it,
    /// it is flushed to the disk before it is acknowledged. On an error nothing is written, and nothing may be done.
    ///
    /// # Errors
    /// [`crate::StoreError::DiskFull`], [`crate::StoreError::Closed`], [`crate::StoreError::Sqlite`].
    pub async fn commit_tick_before(&self, tick: TickBefore) -> Result<Committed<TickBeforeWritten>> {
        self.run(move |writer| writer.transact(durability_of(&tick), |transaction| transaction.tick_before(&tick))).await
    }

    /// As [`Self::commit_tick_before`], for threads without a runtime.
    ///
    /// # Errors
    /// As [`Self::commit_tick_before`].
    pub fn commit_tick_before_blocking(&self, tick: TickBefore) -> Result<Committed<TickBeforeWritten>> {
        self.run_blocking(move |writer| writer.transact(durability_of(&tick), |transaction| transaction.tick_before(&tick)))
    }

    /// Writes down outcomes, events, money and points, as one transaction.
    ///
    /// # Errors
    /// [`crate::Conflict::AlreadyClosed`] when it was written before: then nothing is written twice; [`crate::StoreError::DiskFull`],
    /// [`crate::StoreError::Closed`], [`crate::StoreError::Sqlite`].
    pub async fn commit_tick_after(&self, tick: TickAfter) -> Result<Committed<TickAfterWritten>> {
        self.run(move |writer| writer.transact(Durability::ProcessEnd, |transaction| transaction.tick_after(&tick))).await
    }

    /// As [`Self::commit_tick_after`], for threads without a runtime.
    ///
    /// # Errors
    /// As [`Self::commit_tick_after`].
    pub fn commit_tick_after_blocking(&self, tick: TickAfter) -> Result<Committed<TickAfterWritten>> {
        self.run_blocking(move |writer| writer.transact(Durability::ProcessEnd, |transaction| transaction.tick_after(&tick)))
    }
}

fn durability_of(tick: &TickBefore) -> Durability {
    if tick.evaluations.iter().any(|evaluation| evaluation.intent.is_some()) { Durability::PowerCut } else { Durability::ProcessEnd }
}

impl WriteTransaction<'_> {
    fn tick_before(&mut self, tick: &TickBefore) -> Result<TickBeforeWritten> {
        let mut written = TickBeforeWritten::default();
        if tick.evaluations.is_empty() {
            return Ok(written);
        }
        self.db.prepare_cached("INSERT INTO sample_ticks (at) VALUES (?1)")?.execute([ms(tick.at)])?;
        let tick_id = self.db.last_insert_rowid();
        let mut bytes = Vec::new();
        for evaluation in &tick.evaluations {
            let id = &evaluation.deployment_id;
            let Some(Key::Present(key)) = self.find_key(id)? else {
                written.skipped.push(id.clone());
                continue;
            };
            bytes.clear();
            let score = evaluation.decision.as_ref().and_then(|decision| decision.score);
            codec::encode(&Sample { observation: evaluation.observation, score }, &mut bytes);
            self.db
                .prepare_cached("INSERT INTO samples_open (tick, deployment, body) VALUES (?1, ?2, ?3)")?
                .execute(params![tick_id, key, bytes])?;
            if let Some(intent) = self.evaluated(key, evaluation)? {
                written.intents.push((id.clone(), intent));
            }
        }
        self.note(Change::Samples);
        Ok(written)
    }

    fn evaluated(&mut self, key: i64, evaluation: &Evaluation) -> Result<Option<IntentId>> {
        let id = &evaluation.deployment_id;
        if let Some(memory) = &evaluation.memory {
            self.db
                .prepare_cached(
                    "INSERT INTO deployment_memory (deployment, body) VALUES (?1, ?2) ON CONFLICT (deployment) DO UPDATE SET body = ?2",
                )?
                .execute(params![key, json("memory", memory)?])?;
        }
        if let Some(circumstances) = &evaluation.circumstances {
            self.db
                .prepare_cached("INSERT OR REPLACE INTO deployment_circumstances (deployment, at, body) VALUES (?1, ?2, ?3)")?
                .execute(params![key, ms(evaluation.observation.at), circumstances::to_json(circumstances)?])?;
        }
        let decision = evaluation.decision.as_ref().map(|decision| self.record_decision(key, id, decision)).transpose()?;
        evaluation.intent.as_ref().map(|intent| self.insert_intent(key, intent, decision)).transpose()
    }

    fn tick_after(&mut self, tick: &TickAfter) -> Result<TickAfterWritten> {
        for outcome in &tick.outcomes {
            self.close_intent(outcome)?;
        }
        let events = tick.events.iter().map(|event| self.add_event(event)).collect::<Result<_>>()?;
        for part in &tick.meter {
            self.add_meter_part(part)?;
        }
        for point in &tick.usage {
            self.set_usage(point)?;
        }
        for (id, memory) in &tick.memories {
            if matches!(self.find_key(id)?, Some(Key::Present(_))) {
                self.set_memory(id, memory)?;
            }
        }
        Ok(TickAfterWritten { events })
    }
}
