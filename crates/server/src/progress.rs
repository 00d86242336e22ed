//! How far a long run has come, on a terminal and nowhere else.

use std::borrow::Cow;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `steps` on stderr; hidden where stderr is no terminal.
#[must_use]
pub fn bar(steps: usize) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    let template = "{wide_bar} {pos}/{len}  {msg}  {eta} left";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Says what is being done.
pub fn say(bar: &ProgressBar, what: impl Into<Cow<'static, str>>) {
    bar.set_message(what);
}
