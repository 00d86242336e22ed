//! Budgets: when a month begins, what is told when, where the money goes, and what the rest of it can pay for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "budget/drafts.rs"]
mod drafts;
#[path = "budget/guard.rs"]
mod guard;
#[path = "budget/levels.rs"]
mod levels;
#[path = "budget/outlook.rs"]
mod outlook;
#[path = "budget/periods.rs"]
mod periods;
#[path = "budget/setting.rs"]
mod setting;
