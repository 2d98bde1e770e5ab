//! Futures that are dropped on the way.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Polls a future so many times, then drops it.
pub(crate) struct Cut<F> {
    future: Pin<Box<F>>,
    polls: usize,
}

/// What the future gives within so many polls; else it is dropped, and there is nothing.
pub(crate) fn cut<F: Future>(polls: usize, future: F) -> Cut<F> {
    Cut { future: Box::pin(future), polls }
}

impl<F: Future> Future for Cut<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(left) = self.polls.checked_sub(1) else { return Poll::Ready(None) };
        self.polls = left;
        self.future.as_mut().poll(cx).map(Some)
    }
}
