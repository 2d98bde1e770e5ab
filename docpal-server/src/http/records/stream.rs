//! An export on its way to its client. The pages are read ahead of the client, a little, by a task of their own: it lets
//! go of the database as soon as it has read all, and gives up on a client that takes nothing for too long.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use docpal_core::{Error, ErrorKind, Result};
use docpal_query::Page;
use docpal_query::records::Export;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::export::Writer;
use crate::room::Place;

/// So many bytes are read ahead of the client.
const AHEAD: u32 = 1 << 20;
/// So many bytes are given at once.
const PIECE: usize = 64 << 10;

/// What the reading task gives.
enum Part {
    /// Bytes, and their room among those read ahead.
    Bytes(Bytes, OwnedSemaphorePermit),
    /// That was all.
    End,
    /// It broke off.
    Broken(Error),
}

/// The bytes of an export: `first`, then the other pages. An error cuts the answer off, which the client sees as a broken
/// transfer. `place` is given back once the client has all, or is gone, or is given up after `patience`.
pub(super) fn start(
    pages: Export,
    first: Option<Page>,
    writer: Writer,
    place: Place,
    patience: Duration,
) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
    let (parts, taken) = unbounded_channel();
    let ahead = Arc::new(Semaphore::new(AHEAD as usize));
    let reading = Reading { pages, writer, ahead, parts: parts.clone(), patience };
    tokio::spawn(async move {
        let last = tokio::select! {
            () = parts.closed() => return,
            read = reading.all(first) => read.map_or_else(Part::Broken, |()| Part::End),
        };
        if let Part::Broken(error) = &last {
            tracing::warn!(?error, "an export broke off");
        }
        drop(parts.send(last));
        drop(place);
    });
    unfold(Some(taken), next)
}

async fn next(
    taken: Option<UnboundedReceiver<Part>>,
) -> Option<(Result<Bytes>, Option<UnboundedReceiver<Part>>)> {
    let mut taken = taken?;
    match taken.recv().await {
        Some(Part::Bytes(bytes, _room)) => Some((Ok(bytes), Some(taken))),
        Some(Part::End) => None,
        Some(Part::Broken(error)) => Some((Err(error), None)),
        None => Some((Err(Error::internal("an export ended without its end")), None)),
    }
}

struct Reading {
    pages: Export,
    writer: Writer,
    ahead: Arc<Semaphore>,
    parts: UnboundedSender<Part>,
    patience: Duration,
}

impl Reading {
    /// Reads all pages, then waits until the client has taken them.
    async fn all(mut self, first: Option<Page>) -> Result<()> {
        let mut page = first;
        while let Some(read) = page {
            let mut out = Vec::new();
            self.writer.page(&read, &mut out);
            drop(read);
            self.give(out).await?;
            page = self.pages.next().await?;
        }
        let Self { pages, writer, ahead, parts, patience } = self;
        // The connection and its snapshot of the data are free from here on.
        drop(pages);
        let mut out = Vec::new();
        writer.end(&mut out);
        give(&ahead, &parts, patience, out).await?;
        room(&ahead, patience, AHEAD).await.map(drop)
    }

    async fn give(&self, bytes: Vec<u8>) -> Result<()> {
        give(&self.ahead, &self.parts, self.patience, bytes).await
    }
}

async fn give(
    ahead: &Arc<Semaphore>,
    parts: &UnboundedSender<Part>,
    patience: Duration,
    bytes: Vec<u8>,
) -> Result<()> {
    let mut rest = Bytes::from(bytes);
    // In small pieces, so that what the connection has taken is what the client takes, and not a whole page.
    while !rest.is_empty() {
        let piece = rest.split_to(rest.len().min(PIECE));
        let room = room(ahead, patience, u32::try_from(piece.len()).unwrap_or(AHEAD)).await?;
        // When nobody listens any more, the task is about to be told.
        drop(parts.send(Part::Bytes(piece, room)));
    }
    Ok(())
}

/// Room for `size` bytes, once the client has taken enough of those before.
async fn room(ahead: &Arc<Semaphore>, patience: Duration, size: u32) -> Result<OwnedSemaphorePermit> {
    let given_up = |_| {
        let message = "the client took nothing of the export for too long";
        Error::new(ErrorKind::Limit, "export_abandoned", message)
    };
    let room = timeout(patience, Arc::clone(ahead).acquire_many_owned(size)).await.map_err(given_up)?;
    room.map_err(Error::internal)
}
