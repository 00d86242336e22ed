//! What `headroomd serve` is told: flags over `HEADROOM_*` over a file over what holds where nobody said.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Deserialize;

use crate::door::DoorSettings;
use crate::gate::{GateSettings, REQUESTS_PER_SECOND};
use crate::tls::Certificate;

/// The guide's port.
const PORT: u16 = 3000;
/// Read from the data folder where no file is named and this one is there.
const FILE: &str = "headroomd.toml";

/// Flags and environment of `headroomd serve`.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArguments {
    /// Keep everything in this folder.
    #[arg(long, value_name = "DIR", env = "HEADROOM_DATA")]
    pub data: PathBuf,
    /// Where to listen; 127.0.0.1:3000 and [::1]:3000 where not set. Another address than this machine's own needs TLS or --insecure.
    #[arg(long, value_name = "ADDR", env = "HEADROOM_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Start the sample service with its load at the first start.
    #[arg(long, env = "HEADROOM_SAMPLE")]
    pub sample: bool,
    /// The configuration file; headroomd.toml in the data folder where not set.
    #[arg(long, value_name = "FILE", env = "HEADROOM_CONFIG")]
    pub config: Option<PathBuf>,
    /// A name under which this Headroom is called, besides addresses and localhost. May be repeated.
    #[arg(long = "host", value_name = "NAME", env = "HEADROOM_HOSTS", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// An origin whose pages may call, as https://dashboard.example.org. May be repeated; none where not set.
    #[arg(long = "allow-origin", value_name = "ORIGIN", env = "HEADROOM_ALLOW_ORIGINS", value_delimiter = ',')]
    pub allow_origins: Vec<String>,
    /// The certificate chain in PEM, for TLS.
    #[arg(long, value_name = "FILE", env = "HEADROOM_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its key in PEM.
    #[arg(long, value_name = "FILE", env = "HEADROOM_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// TLS with a certificate that is made here at the first start and kept in the data folder.
    #[arg(long, env = "HEADROOM_TLS_SELF_SIGNED", conflicts_with = "tls_cert")]
    pub tls_self_signed: bool,
    /// Listen on another address than this machine's own without TLS: only behind something that adds it.
    #[arg(long, env = "HEADROOM_INSECURE")]
    pub insecure: bool,
    /// Requests a second that each token may make; 500 where not set.
    #[arg(long, value_name = "NUMBER", env = "HEADROOM_REQUESTS_PER_SECOND")]
    pub requests_per_second: Option<NonZeroU32>,
    /// What to write into the log: info where not set, or debug, or info,AutoScalingService=debug.
    #[arg(long, value_name = "FILTER", env = "HEADROOM_LOG")]
    pub log: Option<String>,
}

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct File {
    listen: Option<SocketAddr>,
    sample: Option<bool>,
    hosts: Vec<String>,
    allow_origins: Vec<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_self_signed: Option<bool>,
    insecure: Option<bool>,
    requests_per_second: Option<NonZeroU32>,
    log: Option<String>,
    deployments: Vec<toml::Table>,
}

/// A deployment of the configuration file: the input of the operation that adds it, and the draft of its policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// What people call it; where one of that name is there, nothing is done.
    pub name: String,
    /// The input of `add_local_deployment` or `add_replay_deployment`.
    pub input: serde_json::Value,
    /// The input of `save_policy`, where it has one.
    pub policy: Option<serde_json::Value>,
}

/// Everything that was told, settled.
#[derive(Debug, Clone)]
pub struct ServeSettings {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Where to listen: one address, or both of this machine's own.
    pub listen: Vec<SocketAddr>,
    /// Whether to start the sample.
    pub sample: bool,
    /// How the door is set.
    pub door: DoorSettings,
    /// The certificate, where there is TLS.
    pub certificate: Option<Certificate>,
    /// What to write into the log.
    pub log: String,
    /// Deployments that are added where they are not there.
    pub deployments: Vec<Declared>,
}

impl ServeSettings {
    /// Settles flags, environment and file.
    ///
    /// # Errors
    /// When the file cannot be read, says something unknown, or what is asked for is not safe; with what to do.
    pub fn settle(arguments: ServeArguments) -> anyhow::Result<Self> {
        let file = read(&arguments)?;
        let first = arguments.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], PORT)));
        let is_loopback = first.ip().is_loopback();
        let cert = arguments.tls_cert.or(file.tls_cert);
        let key = arguments.tls_key.or(file.tls_key);
        let self_signed = arguments.tls_self_signed || file.tls_self_signed.unwrap_or(false);
        let hosts = if arguments.hosts.is_empty() { file.hosts } else { arguments.hosts };
        let certificate = match (cert, key) {
            (Some(chain), Some(key)) => Some(Certificate::Own { chain, key }),
            (None, None) if self_signed => Some(Certificate::SelfSigned { names: hosts.clone(), address: first.ip() }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => bail!("TLS needs both: --tls-cert with the chain and --tls-key with its key."),
        };
        let insecure = arguments.insecure || file.insecure.unwrap_or(false);
        ensure!(
            is_loopback || certificate.is_some() || insecure,
            "{first} is open to others, and tokens would go over it in the clear. Give --tls-cert and --tls-key, or --tls-self-signed; \
             behind a proxy that adds TLS, say --insecure."
        );
        let requests_per_second = arguments.requests_per_second.or(file.requests_per_second).unwrap_or(REQUESTS_PER_SECOND);
        let origins = if arguments.allow_origins.is_empty() { file.allow_origins } else { arguments.allow_origins };
        for origin in &origins {
            let after =
                origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).or_else(|| origin.strip_prefix("tauri://"));
            ensure!(
                after.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*'])),
                "“{origin}” is no origin. Write scheme and host without a path: https://dashboard.example.org."
            );
        }
        Ok(Self {
            data: arguments.data,
            listen: both_loopbacks(first),
            sample: arguments.sample || file.sample.unwrap_or(false),
            door: DoorSettings { gate: GateSettings { hosts, origins, requests_per_second }, is_loopback },
            certificate,
            log: arguments.log.or(file.log).unwrap_or_default(),
            deployments: file.deployments.into_iter().map(declared).collect::<anyhow::Result<_>>()?,
        })
    }
}

/// This machine's own address in both families: a client that says `localhost` may mean either.
fn both_loopbacks(first: SocketAddr) -> Vec<SocketAddr> {
    let port = first.port();
    if first == SocketAddr::from(([127, 0, 0, 1], port)) {
        return vec![first, SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))];
    }
    vec![first]
}

fn read(arguments: &ServeArguments) -> anyhow::Result<File> {
    let path = match &arguments.config {
        Some(path) => path.clone(),
        None => {
            let path = arguments.data.join(FILE);
            if !path.exists() {
                return Ok(File::default());
            }
            path
        }
    };
    let text = std::fs::read_to_string(&path).with_context(|| format!("The configuration file {} cannot be read", path.display()))?;
    parse(&text, &path)
}

fn parse(text: &str, path: &Path) -> anyhow::Result<File> {
    toml::from_str(text).with_context(|| format!("The configuration file {} is not of its form", path.display()))
}

/// Whether the file of a data folder is of its form, or where it is not; none where there is no file. What it says is not told.
pub(crate) fn place_of_fault(data: &Path) -> Option<Result<(), String>> {
    let text = match std::fs::read_to_string(data.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => return Some(Err(format!("no place: it cannot be read ({error})"))),
    };
    let fault = toml::from_str::<File>(&text).err();
    Some(fault.map_or(Ok(()), |fault| {
        let before = text.get(..fault.span().map_or(0, |span| span.start)).unwrap_or_default();
        Err(format!("line {}", before.matches('\n').count() + 1))
    }))
}

fn declared(mut table: toml::Table) -> anyhow::Result<Declared> {
    let policy = table.remove("policy").map(serde_json::to_value).transpose()?;
    let input = serde_json::to_value(table)?;
    let name = input.get("name").and_then(serde_json::Value::as_str).context("A deployment of the configuration file has no name")?;
    Ok(Declared { name: name.to_owned(), input, policy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(arguments: ServeArguments, file: &str) -> anyhow::Result<ServeSettings> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), file).expect("written");
        ServeSettings::settle(ServeArguments { data: folder.path().to_owned(), ..arguments })
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_what_holds_otherwise() {
        let flags = || ServeArguments { listen: Some(SocketAddr::from(([127, 0, 0, 1], 4000))), ..ServeArguments::default() };
        let ports = |settings: anyhow::Result<ServeSettings>| {
            settings.expect("settled").listen.iter().map(|address| address.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(ports(settled(ServeArguments::default(), "")), ["127.0.0.1:3000", "[::1]:3000"]);
        assert_eq!(ports(settled(ServeArguments::default(), "listen = \"127.0.0.1:5000\"")), ["127.0.0.1:5000", "[::1]:5000"]);
        assert_eq!(ports(settled(flags(), "listen = \"127.0.0.1:5000\"")), ["127.0.0.1:4000", "[::1]:4000"]);
    }

    #[test]
    fn another_address_needs_tls_or_a_word() {
        let open = "listen = \"0.0.0.0:3000\"\n";
        let refused = settled(ServeArguments::default(), open).expect_err("refused").to_string();
        assert!(refused.contains("--tls-cert") && refused.contains("--insecure"), "{refused}");
        assert!(settled(ServeArguments::default(), &format!("{open}insecure = true")).is_ok());
        let tls = settled(ServeArguments::default(), &format!("{open}tls-self-signed = true\nhosts = [\"headroom.example.org\"]"));
        let certificate = tls.expect("settled").certificate;
        assert!(matches!(certificate, Some(Certificate::SelfSigned { names, .. }) if names == ["headroom.example.org"]));
        assert!(settled(ServeArguments::default(), "tls-cert = \"a.pem\"").is_err(), "a chain without its key");
    }

    #[test]
    fn unknown_keys_and_origins_with_paths_are_refused() {
        let refused = settled(ServeArguments::default(), "lisen = \"127.0.0.1:3000\"").expect_err("refused");
        assert!(format!("{refused:#}").contains("lisen"), "{refused:#}");
        assert!(settled(ServeArguments::default(), "allow-origins = [\"*\"]").is_err());
        assert!(settled(ServeArguments::default(), "allow-origins = [\"https://a.example.org/x\"]").is_err());
        assert!(settled(ServeArguments::default(), "allow-origins = [\"https://a.example.org\"]").is_ok());
    }

    #[test]
    fn deployments_are_declared_with_their_policies() {
        let file =
            "[[deployments]]\nname = \"web\"\nargv = [\"node\", \"server.js\", \"{port}\"]\npolicy = { templateId = \"web-app-balanced\" }";
        let declared = settled(ServeArguments::default(), file).expect("settled").deployments;
        assert_eq!((declared.len(), declared[0].name.as_str()), (1, "web"));
        assert_eq!(declared[0].input["argv"][1], "server.js");
        assert_eq!(declared[0].policy.as_ref().map(|policy| policy["templateId"].clone()), Some("web-app-balanced".into()));
    }
}
