//! The window itself.

use std::time::Duration;

use serde_json::Value;

use crate::stage::Stage;

/// A cold start of the web view on a busy machine.
const OPENS_WITHIN: Duration = Duration::from_secs(15);

#[test]
fn closing_the_window_ends_the_app_and_all_that_it_started() {
    let mut stage = Stage::set("window");
    let page = stage.open();
    page.wait_for(OPENS_WITHIN, "the window's title", "document.title === 'Headroom'", &Value::Null);
    page.keep_picture("open");
    page.close();
}
