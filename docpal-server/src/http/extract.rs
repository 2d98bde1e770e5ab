//! The bodies of requests, which handlers take after their entry (see [`super::call`]) and the parameters. Each failure
//! is an [`ApiError`].

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use docpal_core::shape::{At, Shape};
use docpal_core::{CompanyId, Error, Json};
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::call::Payer;
use super::error::ApiError;
use super::schema;
use crate::aside;
use crate::limits::BodyLimit;
use crate::room::{Full, Place, Room};
use crate::server::ServerState;
use crate::share::Turn;

/// Bodies larger than this take room while they are in memory, and are parsed off the threads that serve requests.
const LARGE: u64 = 64 * 1024;

/// Among the extensions of the requests of a route whose bodies may be large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Large;

/// What a body may hold on the route that its request came to.
pub(super) fn limits_of(state: &ServerState, extensions: &Extensions) -> BodyLimit {
    match extensions.get::<Large>() {
        Some(Large) => state.limits.large(),
        None => state.limits.body(),
    }
}

/// Among the extensions of a request whose body is in memory, and has its room, already.
#[derive(Clone, Copy, Debug)]
pub(super) struct InMemory;

/// A JSON body of the shape `T`: for a handler and, under a name of its own, for its documentation.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: Shape + Send + 'static> FromRequest<ServerState> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        json(request, state).await.map(|(read, _)| Self(read))
    }
}

/// A JSON body of the shape `T` that may be large, with the room that it takes until it is dropped.
#[derive(Debug)]
pub(crate) struct BulkBody<T> {
    pub(crate) read: T,
    pub(crate) room: Option<Place>,
}

impl<T: Shape + Send + 'static> FromRequest<ServerState> for BulkBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        json(request, state).await.map(|(read, room)| Self { read, room })
    }
}

/// Describes bodies by their shapes.
macro_rules! described {
    ($($body:ident),*) => {$(
        impl<T: Shape> PartialSchema for $body<T> {
            fn schema() -> RefOr<Schema> {
                schema::schema_of::<T>()
            }
        }

        impl<T: Shape> ToSchema for $body<T> {
            fn name() -> Cow<'static, str> {
                schema::name_of::<T>().into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schema::add_schemas::<T>(schemas);
            }
        }
    )*};
}

described!(Body, BulkBody);

/// A CSV body, with the room that it takes until it is dropped.
#[derive(Debug)]
pub(crate) struct CsvBody {
    pub(crate) bytes: Bytes,
    pub(crate) room: Option<Place>,
}

impl FromRequest<ServerState> for CsvBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        require_type(request.headers(), "text/csv", |essence| essence == "text/csv")?;
        let limit = limits_of(state, request.extensions()).bytes;
        let (bytes, room) = bytes_of(request, state, limit).await?;
        Ok(Self { bytes, room })
    }
}

async fn json<T: Shape + Send + 'static>(
    request: Request,
    state: &ServerState,
) -> Result<(T, Option<Place>), ApiError> {
    let limit = limits_of(state, request.extensions());
    require_type(request.headers(), "application/json", |essence| {
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })?;
    let (bytes, room) = bytes_of(request, state, limit.bytes).await?;
    let small = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGE);
    let read = move || T::read(parse(&bytes, limit.values)?, &At::BODY);
    let read = match small {
        true => read()?,
        false => aside::compute(read).await??,
    };
    Ok((read, room))
}

fn require_type(headers: &HeaderMap, wanted: &str, fits: impl Fn(&str) -> bool) -> Result<(), ApiError> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if fits(&essence) {
        return Ok(());
    }
    let message = format!("the body must be sent with the header `Content-Type: {wanted}`");
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message))
}

/// The bytes of a body. One that is not small takes room: for what it says it has, else for what has come of it. While it is still to come the turn of its request is given back; nothing may hold a connection
/// then.
pub(super) async fn bytes_of(
    request: Request,
    state: &ServerState,
    limit: usize,
) -> Result<(Bytes, Option<Place>), ApiError> {
    let in_memory = request.extensions().get::<InMemory>().is_some();
    let turn = request.extensions().get::<Turn>().filter(|_| !in_memory).cloned();
    let taker = Taker::of(&request, state);
    let hint = request.body().size_hint();
    if hint.lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(too_large(limit));
    }
    let said = hint.upper().filter(|said| *said > LARGE && !in_memory);
    let room = said.map(|said| taker.take(said)).transpose()?;
    let grows = hint.upper().is_none() && !in_memory;
    let mut reading = Box::pin(read(request.into_body(), limit, grows.then_some(taker)));
    let read = match (reading.as_mut().now_or_never(), turn) {
        (Some(read), _) => read,
        (None, None) => reading.await,
        // Who is slow to send takes nothing of what the company's other requests need.
        (None, Some(turn)) => {
            turn.pause();
            let read = reading.await;
            turn.resume().await?;
            read
        }
    };
    read.map(|(bytes, grown)| (bytes, room.or(grown)))
}

/// Reads a body; with a taker, takes room for it as it grows, once it is not small any more.
async fn read(
    body: axum::body::Body,
    limit: usize,
    taker: Option<Taker>,
) -> Result<(Bytes, Option<Place>), ApiError> {
    let (mut body, mut bytes, mut room) = (Limited::new(body, limit), Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let data = match frame.map(|frame| frame.into_data()) {
            Ok(Ok(data)) => data,
            // Trailers mean nothing here.
            Ok(Err(_)) => continue,
            Err(error) if error.is::<LengthLimitError>() => return Err(too_large(limit)),
            Err(_) => {
                let message = "the body ended early or could not be read";
                return Err(ApiError::new(StatusCode::BAD_REQUEST, "broken_body", message));
            }
        };
        let length = u64::try_from(bytes.len().saturating_add(data.len())).unwrap_or(u64::MAX);
        if let Some(taker) = taker.as_ref().filter(|_| length > LARGE) {
            taker.grow(&mut room, length)?;
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes.into(), room))
}

/// Takes room for the company of a request, in the room of its route.
struct Taker {
    company: Option<CompanyId>,
    room: Arc<Room>,
}

impl Taker {
    fn of(request: &Request, state: &ServerState) -> Self {
        let room = match request.extensions().get::<Large>() {
            Some(Large) => &state.rooms.large_bodies,
            None => &state.rooms.bodies,
        };
        let company = request.extensions().get::<Payer>().map(|Payer(company)| *company);
        Self { company, room: Arc::clone(room) }
    }

    fn take(&self, bytes: u64) -> Result<Place, ApiError> {
        let Some(company) = self.company else {
            return Err(Error::internal("a body is read before it is known whose it is").into());
        };
        self.room.take(company, bytes).map_err(no_room)
    }

    /// Has room for `bytes`, and a little more so that this is not asked of every chunk.
    fn grow(&self, room: &mut Option<Place>, bytes: u64) -> Result<(), ApiError> {
        let bytes = bytes.checked_next_multiple_of(LARGE).unwrap_or(bytes);
        match room {
            Some(place) => place.grow(bytes).map_err(no_room)?,
            None => *room = Some(self.take(bytes)?),
        }
        Ok(())
    }
}

fn no_room(full: Full) -> ApiError {
    match full {
        Full::Company => {
            ApiError::too_many("too_many_bodies", "your company sends other large bodies; try again")
        }
        Full::All => ApiError::busy("the server works on other large bodies; try again"),
    }
}

fn too_large(limit: usize) -> ApiError {
    let message = format!("the body is larger than the {limit} bytes that are taken here");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
}

fn parse(bytes: &[u8], values: usize) -> docpal_core::Result<Json> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::invalid("invalid_json", "", format!("the body is not UTF-8: {error}")))?;
    if text.trim().is_empty() {
        return Err(Error::invalid("invalid_json", "", "the body is empty; a JSON object is expected"));
    }
    Json::parse_within(text, values)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures_util::{StreamExt as _, stream};

    use super::*;

    const CHUNK: usize = 60_000;

    /// Reads a body of so many chunks, and what of the room was taken before each of them came, and at its end.
    async fn sent(room: &Arc<Room>, company: CompanyId, chunks: usize) -> (Vec<u64>, Result<(), ApiError>) {
        let taken = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (watched, seen) = (Arc::clone(room), Arc::clone(&taken));
        let chunks = stream::iter(0..chunks).map(move |_| {
            seen.lock().unwrap().push(watched.in_use());
            Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; CHUNK]))
        });
        let taker = Taker { company: Some(company), room: Arc::clone(room) };
        let read = read(Body::from_stream(chunks), 1 << 20, Some(taker)).await;
        let mut taken = std::mem::take(&mut *taken.lock().unwrap());
        taken.push(room.in_use());
        (taken, read.map(drop))
    }

    #[tokio::test]
    async fn a_body_that_does_not_say_its_length_takes_room_as_it_grows_and_gives_it_back() {
        let (company, other) = (CompanyId::new(), CompanyId::new());
        let room = Room::new(8 * LARGE, 4 * LARGE);
        let (taken, read) = sent(&room, company, 4).await;
        read.unwrap();
        assert_eq!(taken, [0, 0, 2 * LARGE, 3 * LARGE, 4 * LARGE]);
        assert_eq!(room.in_use(), 0, "it was dropped");
        // Beside what others have it gets no further than there is room for.
        let own = room.take(company, 2 * LARGE).unwrap();
        let (taken, read) = sent(&room, company, 4).await;
        assert_eq!(read.unwrap_err().code(), "too_many_bodies");
        assert_eq!(taken, [2, 2, 4, 2].map(|room| room * LARGE), "the third chunk is too much");
        drop(own);
        let _others = room.take(other, 6 * LARGE).unwrap();
        let (taken, read) = sent(&room, company, 4).await;
        assert_eq!((read.unwrap_err().code(), taken.len()), ("busy", 4));
        assert_eq!(room.in_use(), 6 * LARGE, "what it took is given back");
    }

    #[test]
    fn a_body_that_is_no_json_is_refused() {
        for body in [&b"{"[..], b"", b"\xff", b"{\"a\":1,\"a\":2}", b"{\"a\":\"\0\"}"] {
            assert_eq!(parse(body, 100).unwrap_err().code(), "invalid_json");
        }
    }
}
