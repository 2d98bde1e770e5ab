//! Who calls: a trait for hosts that know their users already, and API keys for those that do not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use docpal_core::Docpal;
use moka::sync::Cache;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::api_key::digest;
use crate::http::error::ApiError;
use crate::identity::Identity;
use crate::sql::api_keys;

/// A key is looked up again after this long, so one that another node revoked works on for at most as long. One that
/// expires, or that this node revokes, ends at once.
const TRUSTED: Duration = Duration::from_secs(5);
/// So many keys are remembered.
const REMEMBERED: u64 = 10_000;
/// Longer than any key; the rest of a hostile header is not hashed.
const LONGEST: usize = 256;
/// Who holds a key waits for no stranger for this long after its last use.
const KNOWN: Duration = Duration::from_secs(24 * 60 * 60);
/// So many keys that were not known before are looked up at the same time, each on a connection of the pool: callers
/// without a key take nothing from those who have one.
const STRANGERS: usize = 2;
/// The longest that such a look-up waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Tells who sends a request. A host with its own users brings its own. Where it names no origin, the audit log gets the
/// address of the connection and the user agent; the address is known when [`crate::Connections`] serves, or
/// `axum::serve` with `into_make_service_with_connect_info::<SocketAddr>()`. Behind a proxy that is the proxy's: a
/// host that trusts its proxy's headers reads them here, into [`Identity::origin`].
///
/// # Example
/// ```
/// use axum::http::request::Parts;
/// use docpal_core::Actor;
/// use docpal_server::{ApiError, Authenticator, Identity, axum};
///
/// /// A middleware of the host has put the actor into the request.
/// struct Mine;
///
/// #[async_trait::async_trait]
/// impl Authenticator for Mine {
///     async fn authenticate(&self, request: &Parts) -> Result<Identity, ApiError> {
///         let actor = request.extensions.get::<Actor>().cloned();
///         actor.map(Identity::from).ok_or_else(|| ApiError::unauthorized("log in first"))
///     }
/// }
/// ```
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// The sender of a request.
    ///
    /// # Errors
    /// [`ApiError::unauthorized`] when nobody is known by it.
    async fn authenticate(&self, request: &Parts) -> Result<Identity, ApiError>;

    /// Forgets whom it remembers, because a key was revoked; for those that remember.
    fn forget(&self) {}
}

/// API keys, sent as `Authorization: Bearer <key>` or as `X-API-Key: <key>`.
#[derive(Debug)]
pub struct ApiKeys {
    docpal: Docpal,
    seen: Seen,
    /// Keys that were good at some time. They are looked up like others, but wait for no others.
    good: Cache<[u8; 32], ()>,
    strangers: Semaphore,
}

impl ApiKeys {
    /// The keys stored in the database of `docpal`.
    #[must_use]
    pub fn new(docpal: Docpal) -> Self {
        let good = Cache::builder().max_capacity(REMEMBERED).time_to_idle(KNOWN).build();
        let pool = usize::try_from(docpal.pool().options().get_max_connections()).unwrap_or(usize::MAX);
        let strangers = Semaphore::new((pool / 4).clamp(1, STRANGERS));
        Self { docpal, seen: Seen::default(), good, strangers }
    }

    /// Waits for the turn of a look-up.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        match tokio::time::timeout(PATIENCE, self.strangers.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(ApiError::busy("too many unknown API keys are looked up; try again")),
        }
    }
}

/// Keys that were looked up just now, by their digests.
#[derive(Debug)]
struct Seen {
    known: Cache<[u8; 32], Known>,
    /// Counts what was forgotten.
    forgotten: AtomicU64,
}

#[derive(Clone, Debug)]
struct Known {
    identity: Identity,
    look: Look,
    /// How long the key works, from the look.
    left: Duration,
}

/// The beginning of a look at a key. What was looked up before something was forgotten is not trusted after it, whenever
/// it comes to be known.
#[derive(Clone, Copy, Debug)]
struct Look {
    forgotten: u64,
    at: Instant,
}

impl Default for Seen {
    fn default() -> Self {
        let known = Cache::builder().max_capacity(REMEMBERED).time_to_live(TRUSTED).build();
        Self { known, forgotten: AtomicU64::new(0) }
    }
}

impl Seen {
    fn get(&self, digest: &[u8; 32]) -> Option<Identity> {
        let Known { identity, look, left } = self.known.get(digest)?;
        let holds = look.forgotten == self.forgotten.load(Ordering::SeqCst) && look.at.elapsed() < left;
        holds.then_some(identity)
    }

    fn look(&self) -> Look {
        Look { forgotten: self.forgotten.load(Ordering::SeqCst), at: Instant::now() }
    }

    fn insert(&self, digest: [u8; 32], known: Known) {
        self.known.insert(digest, known);
    }

    fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate_all();
    }
}

#[async_trait]
impl Authenticator for ApiKeys {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, ApiError> {
        let key = sent(request)?;
        let digest = digest(key);
        if let Some(identity) = self.seen.get(&digest) {
            return Ok(identity);
        }
        let _turn = match self.good.contains_key(&digest) {
            true => None,
            false => Some(self.turn().await?),
        };
        // Another request with the same key may have been first.
        if let Some(identity) = self.seen.get(&digest) {
            return Ok(identity);
        }
        let look = self.seen.look();
        // It notes the use of the key: two that do so at once are no conflict in a transaction of DocPal's own.
        let mut tx = self.docpal.begin().await?;
        let holder = api_keys::holder(&mut tx, &digest).await?;
        tx.commit().await?;
        let Some(holder) = holder else {
            self.good.invalidate(&digest);
            return Err(ApiError::unauthorized("the API key is not known"));
        };
        self.good.insert(digest, ());
        let identity = Identity::new(holder.actor).session(holder.key.uuid().to_string());
        self.seen.insert(digest, Known { identity: identity.clone(), look, left: holder.left });
        Ok(identity)
    }

    fn forget(&self) {
        self.seen.forget();
    }
}

/// The key in the headers. Another scheme than `Bearer` is somebody else's, as of a proxy before this server.
fn sent(request: &Parts) -> Result<&str, ApiError> {
    let texts = |name: &HeaderName| {
        request.headers.get_all(name).into_iter().map(|value| value.to_str().unwrap_or_default())
    };
    let bearers = texts(&header::AUTHORIZATION).filter_map(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let mut keys = bearers.chain(texts(&API_KEY));
    match (keys.next(), keys.next()) {
        (_, Some(_)) => {
            Err(ApiError::unauthorized("the API key is given twice; send one header with one key"))
        }
        (Some(key), None) if !key.is_empty() && key.len() <= LONGEST => Ok(key),
        (Some(_), None) => {
            Err(ApiError::unauthorized("the API key cannot be read; send `Authorization: Bearer <key>`"))
        }
        (None, None) => {
            let message = "an API key is needed: `Authorization: Bearer <key>` or `X-API-Key: <key>`";
            Err(ApiError::unauthorized(message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use docpal_core::{Actor, CompanyId, UserId};

    fn read(name: &str, value: &str) -> Option<String> {
        let (parts, ()) = Request::builder().header(name, value).body(()).unwrap().into_parts();
        sent(&parts).ok().map(str::to_owned)
    }

    #[test]
    fn what_was_looked_up_before_something_was_forgotten_is_not_trusted_after_it() {
        let seen = Seen::default();
        let actor = Actor::owner(CompanyId::new(), UserId::new());
        let known = |look| Known { identity: Identity::new(actor.clone()), look, left: TRUSTED };
        seen.insert([1; 32], known(seen.look()));
        assert!(seen.get(&[1; 32]).is_some());
        let before = seen.look();
        seen.forget();
        // A look that ends now may have seen what is revoked since.
        seen.insert([2; 32], known(before));
        assert!(seen.get(&[1; 32]).is_none() && seen.get(&[2; 32]).is_none());
        seen.insert([2; 32], known(seen.look()));
        assert!(seen.get(&[2; 32]).is_some());
    }

    #[test]
    fn a_key_is_read_from_either_header() {
        assert_eq!(read("authorization", "Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("authorization", "bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("x-api-key", "abc").as_deref(), Some("abc"));
        assert_eq!(read("authorization", "Basic abc"), None);
        assert_eq!(read("authorization", "Bearer "), None);
        assert_eq!(read("x-other", "abc"), None);
        let both = Request::builder().header("authorization", "Basic abc").header("x-api-key", "def");
        assert_eq!(sent(&both.body(()).unwrap().into_parts().0).unwrap(), "def");
        let two =
            Request::builder().header("authorization", "Basic abc").header("authorization", "Bearer def");
        assert_eq!(sent(&two.body(()).unwrap().into_parts().0).unwrap(), "def");
        for other in ["authorization", "x-api-key"] {
            let twice = Request::builder().header("authorization", "Bearer abc").header(other, "Bearer def");
            assert!(sent(&twice.body(()).unwrap().into_parts().0).is_err(), "{other}");
        }
    }
}
