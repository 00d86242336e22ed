//! The work: readings come in, a decision is thought, an action goes out, and all of it is written down and told.
//!
//! This room orders the others: `connectors` look and act, `core` thinks, `store` remembers. It holds no SQL, no HTTP and no
//! formula of its own. Desktop window, REST and command line all enter through the one list of [`operations`]; what has changed
//! leaves as [`event`]s.
//!
//! Start reading at [`AutoScalingService`] for the loop, at [`operations`] for the doors, at [`view`] for what they answer.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod act;
mod alerts;
mod auto_scaling;
mod budgets;
pub mod caller;
mod channels;
pub mod clock;
mod conditions;
mod counters;
mod day_strip;
mod deliver;
mod engine;
pub mod error;
pub mod event;
mod fleet;
mod foresight;
mod new_deployment;
mod observe;
pub mod operations;
mod price_import;
mod prices;
mod range;
mod record;
mod resource_optimizer;
mod sample;
mod spending;
mod standing;
mod start;
mod time_break;
pub mod tokens;
pub mod view;
mod watch;

pub use alerts::{BudgetNews, KindPreference};
pub use auto_scaling::AutoScalingService;
pub use channels::{ChannelKind, MailSecurity};
pub use engine::{Engine, Subscription};
pub use headroom_connectors::local::subcommand;
pub use headroom_connectors::notifier;
pub use headroom_store::OwnerKind;
pub use range::CostRange;
pub use resource_optimizer::ResourceOptimizerService;
pub use start::{EngineConfig, StartError};
