//! `headroomd doctor`: what support would ask for, without secrets.
//!
//! It looks at a data folder and at the machine from outside, whoever owns the data, makes nothing and changes nothing. Each
//! [`Finding`] that is not fine says what to do. What a person wrote into commands, environments, configuration or tokens is never
//! printed: what comes from logs and failures goes through [`scrub`].

mod data;
mod machine;
mod scrub;
mod session;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use self::scrub::Scrubber;

/// What the doctor is asked.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The data folder; the desktop app's own where not named.
    #[arg(long = "data", value_name = "DIR", env = "HEADROOM_DATA")]
    pub folder: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// How something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Headroom works, and something of it does not: what to do.
    Note(String),
    /// Headroom does not do its work: what to do.
    Wrong(String),
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it belongs: `data`, `machine`.
    pub area: &'static str,
    /// What it is: `database`, `disk`.
    pub name: &'static str,
    /// What was found.
    pub found: String,
    /// How that is.
    pub verdict: Verdict,
}

impl Finding {
    fn fine(area: &'static str, name: &'static str, found: impl Into<String>) -> Self {
        Self { area, name, found: found.into(), verdict: Verdict::Fine }
    }

    fn note(area: &'static str, name: &'static str, found: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { area, name, found: found.into(), verdict: Verdict::Note(to_do.into()) }
    }

    fn wrong(area: &'static str, name: &'static str, found: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { area, name, found: found.into(), verdict: Verdict::Wrong(to_do.into()) }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Written<'a> {
            area: &'a str,
            name: &'a str,
            found: &'a str,
            verdict: &'a str,
            to_do: Option<&'a str>,
        }
        let (verdict, to_do) = match &self.verdict {
            Verdict::Fine => ("fine", None),
            Verdict::Note(to_do) => ("note", Some(to_do.as_str())),
            Verdict::Wrong(to_do) => ("wrong", Some(to_do.as_str())),
        };
        Written { area: self.area, name: self.name, found: &self.found, verdict, to_do }.serialize(serializer)
    }
}

/// All that was looked at.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Of this program.
    pub version: &'static str,
    /// When it looked.
    pub at: DateTime<Utc>,
    /// At which data folder.
    pub data: PathBuf,
    /// In the order in which one reads them.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong; what is only noted does not count.
    #[must_use]
    pub fn is_well(&self) -> bool {
        !self.findings.iter().any(|finding| matches!(finding.verdict, Verdict::Wrong(_)))
    }

    /// For people: one line each, under its area, what to do beneath it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text =
            format!("Headroom {} looked at {} on {}.\n", self.version, self.data.display(), self.at.format("%Y-%m-%d %H:%M:%S UTC"));
        let mut area = "";
        for finding in &self.findings {
            if finding.area != area {
                area = finding.area;
                let _ = writeln!(text, "\n{area}");
            }
            let (mark, to_do) = match &finding.verdict {
                Verdict::Fine => ("   ", None),
                Verdict::Note(to_do) => (" ! ", Some(to_do)),
                Verdict::Wrong(to_do) => (" ✗ ", Some(to_do)),
            };
            let _ = writeln!(text, "{mark}{:<16} {}", finding.name, finding.found);
            if let Some(to_do) = to_do {
                let _ = writeln!(text, "{:20}→ {to_do}", "");
            }
        }
        let count = |wanted: fn(&Verdict) -> bool| self.findings.iter().filter(|finding| wanted(&finding.verdict)).count();
        let wrong = count(|verdict| matches!(verdict, Verdict::Wrong(_)));
        let noted = count(|verdict| matches!(verdict, Verdict::Note(_)));
        let _ = match wrong {
            0 => writeln!(text, "\nNothing is wrong; {noted} noted."),
            _ => writeln!(text, "\n{wrong} wrong, {noted} noted."),
        };
        text
    }
}

/// Looks and prints. Answers whether nothing is wrong.
///
/// # Errors
/// When the system names no data folder, or the answer cannot be printed.
pub async fn run(
    arguments: Arguments,
    environment: &BTreeMap<String, String>,
    now: DateTime<Utc>,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let data = match arguments.folder {
        Some(folder) => folder,
        None => dirs::data_dir()
            .ok_or_else(|| anyhow::anyhow!("The system names no data folder for this user. Say which one: --data DIR."))?
            .join("headroom"),
    };
    let data = std::path::absolute(data)?;
    let report = look(data, environment, now).await;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", report.text())?;
    }
    Ok(report.is_well())
}

/// Looks at a data folder and at this machine.
pub async fn look(data: PathBuf, environment: &BTreeMap<String, String>, now: DateTime<Utc>) -> Report {
    let mut findings = machine::look(environment);
    let (in_data, secrets) = data::look(&data, environment, now).await;
    findings.extend(in_data);
    findings.extend(session::look(environment).await);
    let scrubber = Scrubber::of(secrets.iter().map(String::as_str).chain(scrub::secret_values(environment)));
    for finding in &mut findings {
        finding.found = scrubber.clean(&finding.found);
        if let Verdict::Note(to_do) | Verdict::Wrong(to_do) = &mut finding.verdict {
            *to_do = scrubber.clean(to_do);
        }
    }
    Report { version: env!("CARGO_PKG_VERSION"), at: now, data, findings }
}
