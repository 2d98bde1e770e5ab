//! The room of answers. One that is not small is in memory until its client has taken it, so it takes room for its
//! company until then, whatever route made it; and it is taken at a minimal rate, or cut off. Exports are made while they
//! are taken, and have room of their own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use docpal_core::{CompanyId, Error};
use uuid::Uuid;

use self::paced::Paced;
use super::error::{ApiError, ApiResult};
use crate::limits::Rooms;
use crate::room::{Full, Place};
use crate::server::ServerState;
use crate::share::Turn;

mod paced;

/// Answers larger than this take room.
const SMALL: u64 = 64 * 1024;
/// The longest that an answer waits for room.
const PATIENCE: Duration = Duration::from_secs(2);

/// Among the extensions of every request: who pays for the answer, once that is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    turn: Arc<Mutex<Option<Turn>>>,
    writes: Arc<AtomicBool>,
}

impl Account {
    /// A write whose answer may be large is refused before it is done, never after.
    ///
    /// # Errors
    /// `too_many_answers`.
    pub(super) fn admit(&self, company: CompanyId, rooms: &Rooms) -> Result<(), ApiError> {
        match self.writes.load(Ordering::Relaxed) && rooms.written.is_used_up(company) {
            true => Err(too_many()),
            false => Ok(()),
        }
    }

    /// The company of `turn` pays.
    pub(super) fn charge(&self, turn: Turn) {
        *self.turn() = Some(turn);
    }

    fn turn(&self) -> MutexGuard<'_, Option<Turn>> {
        // Nothing panics while it is held.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Around the routes that write.
pub(super) async fn writes(request: Request, next: Next) -> Response {
    if let Some(account) = request.extensions().get::<Account>() {
        let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
        account.writes.store(writes, Ordering::Relaxed);
    }
    next.run(request).await
}

/// Around every route.
pub(super) async fn layer(State(state): State<ServerState>, mut request: Request, next: Next) -> Response {
    let account = Account::default();
    request.extensions_mut().insert(account.clone());
    let response = next.run(request).await;
    match response.body().size_hint().exact().filter(|size| *size > SMALL) {
        Some(size) => {
            with_room(&state, &account, response, size).await.unwrap_or_else(ApiError::into_response)
        }
        // A stream is not in memory as a whole.
        None => response,
    }
}

async fn with_room(
    state: &ServerState,
    account: &Account,
    response: Response,
    size: u64,
) -> ApiResult<Response> {
    let turn = account.turn().take();
    let company = turn.as_ref().map(Turn::company);
    let done = account.writes.load(Ordering::Relaxed) && response.status().is_success();
    let place = match done {
        true => state.rooms.written.force(payer(company), size),
        false => room(&state.rooms, company, size).await?,
    };
    // Until here, so that no more wait than may be under way.
    drop(turn);
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(Error::internal)?;
    let body = Paced::start(bytes, place, state.limits.reader_patience);
    Ok(Response::from_parts(parts, Body::new(body)))
}

/// Takes room, at once or after a short wait, which so many bytes may do.
async fn room(rooms: &Rooms, company: Option<CompanyId>, size: u64) -> ApiResult<Place> {
    let payer = payer(company);
    let refused = |full| match (full, company) {
        (Full::Company, Some(_)) => too_many(),
        _ => ApiError::busy("the server has other large answers that are not read yet; try again"),
    };
    let full = match rooms.answers.take(payer, size) {
        Ok(place) => return Ok(place),
        Err(full) => full,
    };
    let Ok(_waiting) = rooms.waiting.take(payer, size) else { return Err(refused(full)) };
    rooms.answers.take_within(payer, size, PATIENCE).await.map_err(refused)
}

/// What needs no key has one share for all together.
fn payer(company: Option<CompanyId>) -> CompanyId {
    company.unwrap_or_else(|| Uuid::nil().into())
}

fn too_many() -> ApiError {
    let message = "your company has other large answers that are not read yet; read them and try again";
    ApiError::too_many("too_many_answers", message)
}
