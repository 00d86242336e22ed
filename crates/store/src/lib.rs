//! What was seen, decided, done and paid, so that a restart, a crash or a year later changes none of it.
//!
//! SQLite is known in this room alone. The room remembers and answers; it decides nothing, prices nothing, reads no clock (`now`
//! is an argument) and keeps no secret. One process owns a database: [`WriteDb`] is its one writer, on a thread of its own fed by
//! a bounded queue; [`ReadDb`] are its readers, which never wait for the writer. They are different types, and a query written for
//! the one cannot write.
//!
//! Every write is one transaction and answers what it changed ([`Changes`]). A fleet's evaluation is two of them:
//! [`WriteDb::commit_tick_before`] acting and [`WriteDb::commit_tick_after`].
//!
//! **What survives what.** The journal is a write-ahead log. Whatever was acknowledged survives the end of the process, however
//! it ends. What moves instances and what a person did is also flushed to the disk before it is acknowledged, so it survives a
//! power cut; readings of the last seconds may be lost then, never damaged.
//!
//! Start reading at [`open`](fn@open), then `tick.rs`, then `migrations/0001_house.sql`.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod alerts;
mod audit;
mod backup;
mod budgets;
mod changes;
mod channels;
mod circumstances;
mod cost_table;
mod decisions;
mod deployments;
mod error;
mod events;
mod folder;
mod foresight;
mod health;
mod instances;
mod intents;
mod ledger;
mod migrate;
mod open;
mod outbox;
mod overrides;
mod owner;
mod policies;
mod prices;
mod read;
mod reprice;
mod retention;
mod samples;
mod settings;
mod tick;
mod tokens;
mod usage;
mod values;
mod write;

pub use alerts::{AlertFilter, AlertId, AlertRow, NewAlert};
pub use audit::{AuditEntry, AuditId, NewAuditEntry};
pub use backup::restore;
pub use budgets::QuarterSpent;
pub use changes::{Change, Changes, Committed};
pub use channels::{ChannelDraft, ChannelRow};
pub use cost_table::{CostTable, Grain};
pub use decisions::{DecisionFilter, DecisionId, DecisionRow};
pub use deployments::{DeploymentRow, FleetRow};
pub use error::{BadValue, Conflict, Result, StoreError};
pub use events::{EventFilter, EventId, EventRow, EventType, NewEvent};
pub use folder::DataFolder;
pub use headroom_core::cost::Cost;
pub use health::{DatabaseSize, Finding, SchemaVersion};
pub use instances::{InstanceRow, InstanceState};
pub use intents::{IntentCause, IntentId, IntentRow, NewIntent, Outcome, OutcomeOf};
pub use ledger::{CostOf, MeterPart, Origin, PricedBy};
pub use open::{OpenOptions, Store, open};
pub use outbox::{Attempt, DeliveryRow, NewDelivery, NewNotification, NotificationId, NotificationRow, Tells};
pub use overrides::{OverrideId, OverrideRow};
pub use owner::{Owner, OwnerKind};
pub use policies::{PolicyRow, PolicyVersion};
pub use prices::{ExchangeId, PriceId, StoredExchange, StoredPrice};
pub use read::{Page, ReadDb, ReadTransaction};
pub use reprice::Repriced;
pub use retention::{Compaction, Retention, Retired};
pub use samples::{Sample, Series, SeriesPoint, Spread};
pub use tick::{Evaluation, TickAfter, TickAfterWritten, TickBefore, TickBeforeWritten};
pub use tokens::{NewToken, TOKEN_HASH_BYTES, TokenRow};
pub use usage::{MetricUsage, UsagePoint, UsageValues};
pub use write::{WriteDb, WriteTransaction};
