//! `headroom://` links: they name a page, and open it. Nothing else follows from one.

use tauri::Url;

/// The pages that a link may name by one word.
const PLACES: [&str; 10] =
    ["overview", "policies", "budgets", "recommendations", "alerts", "reports", "connections", "activity", "settings", "help"];

/// Longer is no name of ours.
const LONGEST_ID: usize = 80;

/// The address in the window that a link names: `headroom://deployment/dep_1` is `/deployment/dep_1`. None for anything else.
pub(crate) fn address(link: &str) -> Option<String> {
    let url = Url::parse(link).ok().filter(|url| url.scheme() == "headroom")?;
    let place = url.host_str()?;
    let rest: Vec<&str> = url.path_segments().map(|parts| parts.filter(|part| !part.is_empty()).collect()).unwrap_or_default();
    match rest.as_slice() {
        [] if PLACES.contains(&place) => Some(format!("/{place}")),
        [id] if ["deployment", "policies"].contains(&place) && is_id(id) => Some(format!("/{place}/{id}")),
        _ => None,
    }
}

/// The address of the first link among a program's arguments that names a page.
pub fn in_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Option<String> {
    arguments.into_iter().find_map(address)
}

fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_page_and_nothing_else() {
        for (link, expected) in [
            ("headroom://deployment/dep_1a2b", Some("/deployment/dep_1a2b")),
            ("headroom://policies/dep_1a2b/", Some("/policies/dep_1a2b")),
            ("headroom://settings", Some("/settings")),
            ("headroom://overview/", Some("/overview")),
            // What a link asks for beside a page is dropped.
            ("headroom://deployment/dep_1?scale=9#now", Some("/deployment/dep_1")),
            ("headroom://deployment/dep_1/scale/9", None),
            ("headroom://deployment/..%2f..%2fetc", None),
            ("headroom://deployment/<script>", None),
            ("headroom://deployment/", None),
            ("headroom://call/pause_all", None),
            ("headroom:deployment", None),
            ("https://deployment/dep_1", None),
            ("--data", None),
        ] {
            assert_eq!(address(link).as_deref(), expected, "{link}");
        }
        let long = format!("headroom://deployment/{}", "a".repeat(LONGEST_ID + 1));
        assert_eq!(address(&long), None);
        assert_eq!(in_arguments(["headroom", "--data", "/x", "headroom://activity"]).as_deref(), Some("/activity"));
    }
}
