//! Fetches the archive of the pinned release: an address in, checked bytes out.
//!
//! The client heeds `ALL_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, also of SOCKS, and trusts the certificates that the machine trusts.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use super::{VERSION, failed};
use crate::embedded::{EmbeddedError, EmbeddedErrorKind};

/// Where the releases are; below it `<version>/postgresql-<version>-<target>.tar.gz`, and the same with `.sha256`.
pub(super) const URL: &str = "https://github.com/theseus-rs/postgresql-binaries/releases/download";

/// An archive has some 30 MB.
const MAX_ARCHIVE: u64 = 256 << 20;
const MAX_CHECKSUM: u64 = 4 << 10;

/// How long to wait for the network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For the checksum, which is asked for first: a machine without a network shall say so soon.
    pub(super) answer: Duration,
    /// For the archive.
    pub(super) archive: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30), archive: Duration::from_secs(900) }
    }
}

/// The archive of the pinned version for this system, with the SHA-256 that its release publishes.
///
/// # Errors
///
/// [`EmbeddedErrorKind::Download`]; the message names the version, the address and the reason.
pub(super) fn download(url: &str, patience: Patience) -> Result<Vec<u8>, EmbeddedError> {
    let target = target().ok_or_else(|| {
        failed(format!(
            "there is no PostgreSQL to download for {} on {}: install PostgreSQL",
            std::env::consts::OS,
            std::env::consts::ARCH
        ))
    })?;
    let archive = format!("{url}/{VERSION}/postgresql-{VERSION}-{target}.tar.gz");
    let published = get(url, &format!("{archive}.sha256"), patience.answer, MAX_CHECKSUM)?
        .ok_or_else(|| failed(format!("{}: the release has no SHA-256 for it", what(url))))?;
    let published = String::from_utf8_lossy(&published);
    let bytes = get(url, &archive, patience.archive, MAX_ARCHIVE)?
        .ok_or_else(|| failed(format!("{}: the release has nothing for {target}", what(url))))?;
    // The file holds the sum alone, or the sum and the name of what it is of.
    let is_published =
        published.split_whitespace().next().is_some_and(|sum| sum.eq_ignore_ascii_case(&sum_of(&bytes)));
    if !is_published {
        return Err(failed(format!(
            "{}: it is not the file that was published, its SHA-256 differs",
            what(url)
        )));
    }
    Ok(bytes)
}

/// What is at `address`; `None` when nothing is.
fn get(url: &str, address: &str, limit: Duration, most: u64) -> Result<Option<Vec<u8>>, EmbeddedError> {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let proxy = address.starts_with("https:").then(Proxy::try_from_env).flatten();
    let config = Agent::config_builder().tls_config(tls).proxy(proxy).timeout_global(Some(limit)).build();
    let agent: Agent = config.into();
    let found = agent
        .get(address)
        .call()
        .and_then(|mut answer| answer.body_mut().with_config().limit(most).read_to_vec());
    match found {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ureq::Error::StatusCode(404)) => Ok(None),
        Err(ureq::Error::Timeout(_)) => {
            Err(failed(format!("{}: no answer for {} s", what(url), limit.as_secs())))
        }
        Err(source) => Err(cannot(url, source)),
    }
}

/// The build for this system, by the names that compilers give to systems; `None` when there is none.
pub(super) fn target() -> Option<&'static str> {
    Some(match (std::env::consts::OS, std::env::consts::ARCH, cfg!(target_env = "musl")) {
        ("linux", "x86_64", false) => "x86_64-unknown-linux-gnu",
        ("linux", "x86_64", true) => "x86_64-unknown-linux-musl",
        ("linux", "aarch64", false) => "aarch64-unknown-linux-gnu",
        ("linux", "aarch64", true) => "aarch64-unknown-linux-musl",
        ("macos", "x86_64", _) => "x86_64-apple-darwin",
        ("macos", "aarch64", _) => "aarch64-apple-darwin",
        _ => return None,
    })
}

/// The SHA-256 of `bytes`, in hexadecimal digits.
pub(super) fn sum_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The error for a `source` that says why.
pub(super) fn cannot(
    url: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> EmbeddedError {
    EmbeddedError::with(EmbeddedErrorKind::Download, what(url), source)
}

/// What was tried, to begin a message with.
pub(super) fn what(url: &str) -> String {
    format!("cannot download PostgreSQL {VERSION} from {url}")
}
