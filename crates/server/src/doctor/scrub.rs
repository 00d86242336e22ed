//! Takes secrets out of a line: those that are known by their value, and those that show by their form.

use std::collections::BTreeMap;

/// What stands in a secret's place.
const HIDDEN: &str = "‹hidden›";
/// Shorter values are words like `on` and `80`, and hiding them would hide everything.
const SHORTEST: usize = 4;
/// A variable with one of these in its name holds a secret.
const SECRET_NAMES: [&str; 8] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "APIKEY", "PRIVATE"];
/// What stands before a secret in a line.
const LEADS: [&str; 9] = ["bearer ", "basic ", "token=", "password=", "secret=", "key=", "authorization: ", "token: ", "password: "];

/// The values of this process's environment that its names call secret.
pub(super) fn secret_values(environment: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    let is_secret = |name: &str| {
        let name = name.to_uppercase();
        SECRET_NAMES.iter().any(|word| name.contains(word))
    };
    environment.iter().filter(move |(name, _)| is_secret(name)).map(|(_, value)| value.as_str())
}

/// Knows what must be shown to nobody.
pub(super) struct Scrubber {
    /// The longest first, so that no part of one stays.
    secrets: Vec<String>,
}

impl Scrubber {
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut secrets: Vec<String> = secrets
            .into_iter()
            .map(str::trim)
            .filter(|secret| secret.len() >= SHORTEST && !secret.contains("{port}"))
            .map(str::to_owned)
            .collect();
        secrets.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        secrets.dedup();
        Self { secrets }
    }

    pub(super) fn clean(&self, line: &str) -> String {
        let mut clean = line.to_owned();
        for secret in &self.secrets {
            clean = clean.replace(secret.as_str(), HIDDEN);
        }
        let words = clean.split_inclusive(char::is_whitespace).map(of_address);
        let clean: String = words.collect();
        LEADS.iter().fold(clean, |clean, lead| after(&clean, lead))
    }
}

/// Of an address only scheme and host are shown: names, passwords, paths and queries may all be secrets. A token is one by its form.
fn of_address(word: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ')' | '>' | '”' | '`');
    let cleaned = match word.split_once("://") {
        Some((scheme, rest)) if !scheme.ends_with("file") && !scheme.ends_with("unix") => {
            let end = rest.find(is_end).unwrap_or(rest.len());
            let (address, after) = rest.split_at(end);
            let host = address.split(['/', '?', '#']).next().unwrap_or_default();
            let named = host.rsplit_once('@').map_or(host, |(_, host)| host);
            let has_more = named.len() < address.trim_end_matches(['/', '.', ':', ';']).len();
            format!("{scheme}://{named}{}{after}", if has_more { "/…" } else { &address[host.len()..] })
        }
        _ => word.to_owned(),
    };
    match cleaned.find("eyJ") {
        // JSON that begins with `{"` in base64: a JSON Web Token.
        Some(at) if cleaned[at..].matches('.').count() >= 2 => {
            let token = cleaned[at..].find(is_end).map_or(cleaned.len(), |end| at + end);
            format!("{}{HIDDEN}{}", &cleaned[..at], &cleaned[token..])
        }
        _ => cleaned,
    }
}

/// Hides the word after each `lead`, however that is written.
fn after(line: &str, lead: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let mut clean = String::with_capacity(line.len());
    let mut at = 0;
    while let Some(found) = lower[at..].find(lead) {
        let from = at + found + lead.len();
        let quote = usize::from(line[from..].starts_with(['"', '\'']));
        let end = line[from + quote..].find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '&' | ';' | ')'));
        let to = end.map_or(line.len(), |end| from + quote + end);
        clean.push_str(&line[at..from + quote]);
        if to > from + quote {
            clean.push_str(HIDDEN);
        }
        at = to;
    }
    clean.push_str(&line[at..]);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_and_what_looks_like_a_secret_are_hidden() {
        let scrubber = Scrubber::of(["hunter2", "hunter2-longer", "on"]);
        for (line, clean) in [
            ("a plain line that is on", "a plain line that is on"),
            ("it said hunter2-longer, then hunter2", "it said ‹hidden›, then ‹hidden›"),
            ("GET https://ada:pw@metrics.example.org/services/T1/B2?x=1 failed", "GET https://metrics.example.org/… failed"),
            ("asked \"https://hooks.example.org/T1/B2\", twice", "asked \"https://hooks.example.org/…\", twice"),
            ("see https://example.org.", "see https://example.org."),
            ("Authorization: Bearer abc.def, refused", "Authorization: ‹hidden› ‹hidden›, refused"),
            ("token eyJhbGciOi.eyJzdWIi.c2ln was refused", "token ‹hidden› was refused"),
            ("connect with password=\"swordfish\" and KEY=abc", "connect with password=\"‹hidden›\" and KEY=‹hidden›"),
            ("“Größe” of eyJ stays", "“Größe” of eyJ stays"),
        ] {
            assert_eq!(scrubber.clean(line), clean);
        }
    }

    #[test]
    fn variables_are_secret_by_their_names() {
        let environment: BTreeMap<String, String> =
            [("GITHUB_TOKEN", "a"), ("db_password", "b"), ("PATH", "c"), ("AWS_SECRET_ACCESS_KEY", "d")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        let mut found: Vec<&str> = secret_values(&environment).collect();
        found.sort_unstable();
        assert_eq!(found, ["a", "b", "d"]);
    }
}
