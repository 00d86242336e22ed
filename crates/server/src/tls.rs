//! TLS: an own certificate, or one that is made here.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use axum_server::tls_rustls::RustlsConfig;

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// Files in PEM.
    Own {
        /// The chain, the own certificate first.
        chain: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// Made at the first start and kept in the data folder: whoever connects has to trust that file.
    SelfSigned {
        /// Names it is for, besides `localhost`.
        names: Vec<String>,
        /// The address it is for.
        address: IpAddr,
    },
}

/// The certificate that is made here, in the data folder.
pub const CERTIFICATE_FILE: &str = "tls-certificate.pem";
const KEY_FILE: &str = "tls-key.pem";

impl Certificate {
    /// What the server needs of it.
    ///
    /// # Errors
    /// When a file cannot be read, written, or is no certificate.
    pub async fn load(&self, data: &Path) -> anyhow::Result<RustlsConfig> {
        // Two libraries of ours could each bring a provider; this is the one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (chain, key) = match self {
            Self::Own { chain, key } => (chain.clone(), key.clone()),
            Self::SelfSigned { names, address } => {
                let (chain, key) = (data.join(CERTIFICATE_FILE), data.join(KEY_FILE));
                if !chain.exists() || !key.exists() {
                    make(names, *address, &chain, &key)?;
                }
                (chain, key)
            }
        };
        let what = || format!("{} and {} are no certificate with its key", chain.display(), key.display());
        RustlsConfig::from_pem_file(&chain, &key).await.with_context(what)
    }
}

fn make(names: &[String], address: IpAddr, chain: &Path, key: &Path) -> anyhow::Result<()> {
    let mut subjects = names.to_vec();
    subjects.extend(["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]);
    if !address.is_unspecified() {
        subjects.push(address.to_string());
    }
    subjects.sort();
    subjects.dedup();
    let made = rcgen::generate_simple_self_signed(subjects).context("A certificate could not be made")?;
    write_private(key, &made.signing_key.serialize_pem())?;
    write_private(chain, &made.cert.pem())
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("{} cannot be written", path.display()))
}
