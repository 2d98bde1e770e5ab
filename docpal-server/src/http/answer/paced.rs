//! An answer on its way to its client, in small pieces. What is left of it keeps its room, and is let go of at the end,
//! when the client goes, and when it takes too little.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use docpal_core::{Error, ErrorKind};
use http_body::{Frame, SizeHint};
use tokio::task::AbortHandle;

use crate::room::Place;

/// So many bytes are given at once.
const PIECE: usize = 64 << 10;
/// So many bytes, or what is left, a client takes in the time of its patience.
const LEAST: usize = 1 << 20;

/// What is left of an answer, and its room.
type Rest = Arc<Mutex<Option<(Bytes, Place)>>>;

/// A body that is taken at a minimal rate.
pub(super) struct Paced {
    rest: Rest,
    /// How many bytes are left to give.
    size: usize,
    watch: AbortHandle,
}

impl Paced {
    /// Gives `bytes`, until the client takes less than [`LEAST`] of them in `patience`.
    pub(super) fn start(bytes: Bytes, place: Place, patience: Duration) -> Self {
        let size = bytes.len();
        let rest: Rest = Arc::new(Mutex::new(Some((bytes, place))));
        let watch = tokio::spawn(watch(Arc::clone(&rest), size, patience)).abort_handle();
        Self { rest, size, watch }
    }
}

async fn watch(rest: Rest, size: usize, patience: Duration) {
    let mut left = Some(size);
    while let Some(before) = left {
        tokio::time::sleep(patience).await;
        left = look(&rest, before);
    }
}

/// How much is left of an answer of which so much was left `before`; it is let go of when its client took too little.
fn look(rest: &Rest, before: usize) -> Option<usize> {
    let mut rest = locked(rest);
    let left = rest.as_ref().map(|(bytes, _)| bytes.len())?;
    if before.saturating_sub(left) >= LEAST {
        return Some(left);
    }
    tracing::info!(left, "an answer was cut off: its client takes too little of it");
    *rest = None;
    None
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.size == 0 {
            return Poll::Ready(None);
        }
        let mut rest = locked(&self.rest);
        let Some((bytes, _)) = rest.as_mut() else {
            let message = "the client took too little of the answer for too long";
            return Poll::Ready(Some(Err(Error::new(ErrorKind::Limit, "answer_abandoned", message))));
        };
        // A copy: a part of the whole would keep all of it in memory while it is on its way.
        let piece = Bytes::copy_from_slice(&bytes.split_to(bytes.len().min(PIECE)));
        if bytes.is_empty() {
            *rest = None;
        }
        drop(rest);
        self.size -= piece.len();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.size == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.size).unwrap_or(u64::MAX))
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        self.watch.abort();
        *locked(&self.rest) = None;
    }
}

fn locked(rest: &Rest) -> MutexGuard<'_, Option<(Bytes, Place)>> {
    // Nothing panics while it is held.
    rest.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use docpal_core::CompanyId;
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::room::Room;

    const HOUR: Duration = Duration::from_secs(3600);

    fn answer(room: &Arc<Room>, patience: Duration) -> (Bytes, Paced) {
        let bytes: Bytes = (0..3 * LEAST).map(|at| (at % 251) as u8).collect();
        let place = room.take(CompanyId::new(), 1).unwrap();
        (bytes.clone(), Paced::start(bytes, place, patience))
    }

    #[tokio::test]
    async fn an_answer_is_whole_and_gives_its_room_back() {
        let room = Room::new(1, 1);
        let (bytes, body) = answer(&room, HOUR);
        assert_eq!(body.size_hint().exact(), Some(3 * LEAST as u64));
        assert_eq!(body.collect().await.unwrap().to_bytes(), bytes);
        assert_eq!(room.in_use(), 0);
        let (_, mut body) = answer(&room, HOUR);
        body.frame().await.unwrap().unwrap();
        assert_eq!(room.in_use(), 1);
        drop(body);
        assert_eq!(room.in_use(), 0, "its client is gone");
    }

    #[tokio::test]
    async fn a_client_that_takes_less_than_a_mebibyte_in_the_time_of_its_patience_is_cut_off() {
        let room = Room::new(1, 1);
        let (bytes, mut body) = answer(&room, HOUR);
        for _ in 0..LEAST / PIECE {
            body.frame().await.unwrap().unwrap();
        }
        let left = look(&body.rest, bytes.len());
        assert_eq!((left, room.in_use()), (Some(2 * LEAST), 1), "it took enough");
        body.frame().await.unwrap().unwrap();
        assert_eq!((look(&body.rest, 2 * LEAST), room.in_use()), (None, 0), "it took too little");
        assert_eq!(body.frame().await.unwrap().unwrap_err().code(), "answer_abandoned");
        assert_eq!(look(&body.rest, 2 * LEAST), None);
    }
}
