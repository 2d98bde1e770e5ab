//! Serving a router on a port of one's own, with bounds on what a connection may cost: how long its head may take, how
//! long it may be still, how many there are, in all and from one address.
//!
//! By HTTP/1.1, one request at a time on a connection, so that a bound on connections is one on requests. A proxy before
//! the server speaks what browsers like.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use tower_http::add_extension::AddExtension;

/// A listener that cannot accept now, because files are used up, is asked again after this.
const BREATH: Duration = Duration::from_millis(100);

/// The longest head that is read, and so what a connection may keep in memory. The API refuses heads of half of it, in
/// words of its own.
const HEAD: usize = 128 * 1024;

/// With so many bytes the time of a head has begun.
const BEGINNING: usize = 24;

/// What the connections of a server may cost.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use docpal_server::Connections;
///
/// let bounds = Connections::default().head(Duration::from_secs(5)).limit(200, 20);
/// # let _ = bounds;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Connections {
    head: Duration,
    idle: Duration,
    all: usize,
    each: usize,
}

impl Default for Connections {
    /// Ten seconds for the head of a request, also for the next one on the same connection; a request ends after 75 seconds
    /// without a byte; 1,024 connections, of which one address has at most 256.
    fn default() -> Self {
        Self { head: Duration::from_secs(10), idle: Duration::from_secs(75), all: 1_024, each: 256 }
    }
}

impl Connections {
    /// The longest that the head of a request may take.
    pub fn head(mut self, limit: Duration) -> Self {
        self.head = limit;
        self
    }

    /// The longest that nothing goes over a connection in either direction; longer than a request may take.
    pub fn idle(mut self, limit: Duration) -> Self {
        self.idle = limit;
        self
    }

    /// At most `all` connections at the same time, and `each` from one address, where an IPv6 network of 64
    /// bits counts as one. Behind a proxy all come from one.
    pub fn limit(mut self, all: usize, each: usize) -> Self {
        self.all = all.clamp(1, Semaphore::MAX_PERMITS);
        self.each = each.max(1);
        self
    }

    /// Serves `router` until `stop`, then until the requests under way have ended. Requests carry the address of their
    /// connection, as `ConnectInfo<SocketAddr>`.
    ///
    /// # Example
    /// ```no_run
    /// # async fn run(router: docpal_server::axum::Router) -> std::io::Result<()> {
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    /// docpal_server::Connections::default().serve(listener, router, std::future::pending()).await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn serve(self, listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.all));
        let addresses = Addresses::default();
        let mut stop = std::pin::pin!(stop);
        loop {
            let next = next(&listener, &places);
            let (stream, address, place) = tokio::select! {
                () = &mut stop => break,
                next = next => next,
            };
            match addresses.enter(address.ip(), self.each) {
                Some(guest) => {
                    // As `into_make_service_with_connect_info` does: who asks for the address finds it.
                    let service = AddExtension::new(router.clone(), ConnectInfo(address));
                    self.spawn(stream, service, &graceful, (place, guest));
                }
                None => tracing::debug!(%address, "too many connections from one address"),
            }
        }
        drop(listener);
        graceful.shutdown().await;
    }

    fn spawn<P: Send + 'static>(
        &self,
        stream: TcpStream,
        service: AddExtension<Router, ConnectInfo<SocketAddr>>,
        graceful: &GracefulShutdown,
        place: P,
    ) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection without TCP_NODELAY");
        }
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.head).max_buf_size(HEAD);
        let service = TowerToHyperService::new(service);
        let io = TokioIo::new(Watched::new(stream, self.head, self.idle));
        let connection = graceful.watch(builder.serve_connection(io, service));
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

/// The next connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return (stream, address, place),
            Err(error) => {
                tracing::debug!(%error, "cannot accept a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// How many connections each address has.
#[derive(Clone, Debug, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One of the connections of an address.
#[derive(Debug)]
struct Guest {
    addresses: Addresses,
    address: IpAddr,
}

impl Addresses {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Guest> {
        let address = network(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Guest { addresses: self.clone(), address })
    }
}

/// What counts as one address: of IPv6 a network of 64 bits, which is the least that anybody has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            Ipv6Addr::from_bits(bits >> 64 << 64).into()
        }
        four => four,
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// A stream that fails when nothing goes over it for too long. Until the first bytes have come, with which the time of the
/// head begins, it is less patient, and no single byte wins time.
struct Watched {
    stream: TcpStream,
    /// How many of the first bytes are still to come.
    wanted: usize,
    alarm: Pin<Box<Sleep>>,
    idle: Duration,
}

impl Watched {
    fn new(stream: TcpStream, first: Duration, idle: Duration) -> Self {
        Self { stream, wanted: BEGINNING, alarm: Box::pin(tokio::time::sleep(first.min(idle))), idle }
    }

    /// Sets the alarm anew after progress; without any, tells when it has rung.
    fn watch<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match poll {
            Poll::Ready(done) => {
                if let Some(later) = Instant::now().checked_add(self.idle) {
                    self.alarm.as_mut().reset(later);
                }
                Poll::Ready(done)
            }
            Poll::Pending => self.alarm.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.wanted = self.wanted.saturating_sub(buf.filled().len() - before);
        match poll.is_ready() && self.wanted > 0 {
            true => poll,
            false => self.watch(cx, poll),
        }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watch(cx, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watch(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Finding A28: whoever has one IPv6 address has 2^64 of them.
    #[test]
    fn the_addresses_of_one_network_are_one() {
        let addresses = Addresses::default();
        let enter = |text: &str| addresses.enter(text.parse().unwrap(), 1);
        let _first = enter("2001:db8:1:2::1").unwrap();
        assert!(enter("2001:db8:1:2:ffff::9").is_none());
        let _other = enter("2001:db8:1:3::1").unwrap();
        let _four = enter("192.0.2.7").unwrap();
        assert!(enter("::ffff:192.0.2.7").is_none());
        assert!(enter("::ffff:192.0.2.8").is_some());
    }
}
