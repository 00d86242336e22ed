//! The rules, the laws and the whole decisions of `headroom_core::decide`, through its door.

#[path = "decide/setting.rs"]
mod setting;

#[path = "decide/rules.rs"]
mod rules;

#[path = "decide/laws.rs"]
mod laws;

#[path = "decide/golden.rs"]
mod golden;
