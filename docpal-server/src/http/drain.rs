//! What is left of a body when nobody reads it any more, as after a refusal: it is read on for a while and dropped. Many
//! clients send all of a request before they read; a connection that is closed meanwhile takes the answer with it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{Version, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// So much is read on; of what says that it is larger, nothing.
const MOST: u64 = 64 << 20;
/// For so long, however slow the client is. What is read takes no memory, no room and no turn, only its connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// Around every route.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    // A host may serve HTTP/2, which ends a body without its connection.
    if request.version() > Version::HTTP_11 || request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Who waits for leave to send, and gets none, sends nothing.
    let coming = !request.headers().contains_key(header::EXPECT);
    next.run(request.map(|body| Body::new(Drained { body: Some(body), coming }))).await
}

/// A body that is read to its end, even when it is dropped before that.
struct Drained {
    body: Option<Body>,
    /// Is it being sent?
    coming: bool,
}

impl HttpBody for Drained {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // Whoever reads gives leave.
        self.coming = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let poll = Pin::new(body).poll_frame(cx);
        if matches!(poll, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        poll
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let left = |body: &Body| self.coming && !body.is_end_stream() && body.size_hint().lower() <= MOST;
        let Some(body) = self.body.take().filter(left) else { return };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async { timeout(PATIENCE, discard(body, MOST)).await });
        }
    }
}

/// Reads at most `most` bytes.
async fn discard(mut body: Body, mut most: u64) {
    while let Some(Ok(frame)) = body.frame().await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        match most.checked_sub(u64::try_from(bytes).unwrap_or(u64::MAX)) {
            Some(left) => most = left,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A body without end, and how many bytes of it were read.
    fn endless() -> (Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let chunks = futures_util::stream::repeat_with(move || {
            counted.fetch_add(100, Ordering::SeqCst);
            Ok::<_, axum::Error>(Bytes::from_static(&[0; 100]))
        });
        (Body::from_stream(chunks), read)
    }

    // Finding N3.
    #[tokio::test]
    async fn a_body_without_end_is_read_on_up_to_a_bound() {
        let (body, read) = endless();
        discard(body, 1_000).await;
        assert_eq!(read.load(Ordering::SeqCst), 1_100);
    }
}
