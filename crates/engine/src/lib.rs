//! The work: readings come in, a decision is thought, an action goes out, and all of it is written down and told.
//!
//! This room orders the others: `connectors` look and act, `core` thinks, `store` remembers. It holds no SQL, no HTTP and no
//! formula of its own. Desktop window, REST and command line all enter through the one list of [`operations`]; what has changed
//! leaves as [`event`]s.
//!
//! ```
//! # use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
//! # use headroom_engine::{caller::Caller, clock::SystemClock, operations::Settings, OwnerKind};
//! use headroom_engine::{AutoScalingService, Engine, EngineConfig, ResourceOptimizerService};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # // This program is its own guard.
//! # if headroom_connectors::local::subcommand::run(std::env::args_os()).is_some() { return Ok(()); }
//! # let folder = tempfile::tempdir()?;
//! # let config = EngineConfig {
//! #     data_folder: folder.path().to_owned(), program: std::env::current_exe()?, home: PathBuf::from("/"),
//! #     environment: BTreeMap::new(), kind: OwnerKind::Command, version: "0.0.0".to_owned(), user: "ada".to_owned(),
//! #     clock: Arc::new(SystemClock), database_limit: None, offer_sample: false, notifier: None,
//! # };
//! let engine = Engine::start(config).await?;
//! let auto_scaling = AutoScalingService::of(&engine);
//! let optimizer = ResourceOptimizerService::of(&engine);
//!
//! // Start services
//! auto_scaling.start_evaluation();
//! optimizer.start_optimization();
//!
//! // Load existing policies
//! auto_scaling.load_active_policies().await?;
//!
//! // Adjust evaluation frequency (default: 30 seconds)
//! let every_minute = serde_json::json!({ "evaluationIntervalSeconds": 60 });
//! let settings = engine.call(&Caller::window("ada"), "update_settings", every_minute).await?;
//! # assert_eq!(serde_json::from_value::<Settings>(settings)?.evaluation_interval_seconds, 60);
//! engine.shutdown().await;
//! # Ok(())
//! # }
//! ```
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
pub mod copies;
mod counters;
mod day_strip;
mod deliver;
mod engine;
pub mod error;
pub mod event;
pub mod examination;
mod fleet;
mod foresight;
mod guard_preview;
mod new_deployment;
mod observe;
pub mod operations;
mod price_import;
mod prices;
mod range;
mod record;
mod recorded;
mod resource_optimizer;
mod sample;
mod spending;
mod standing;
mod start;
mod time_break;
pub mod tokens;
pub mod tuning;
pub mod view;
mod watch;
mod what_if;

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
