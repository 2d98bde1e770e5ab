//! A connection that only listens. PostgreSQL ends all connections when one of its processes is killed, and takes none
//! while it recovers from that by itself: whoever looks at this one knows, and asks PostgreSQL for nothing.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::ROLE;

/// The version of the protocol, 3.0.
const PROTOCOL: i32 = 3 << 16;
/// `cannot_connect_now`: it starts, recovers or stops.
const NOT_NOW: &[u8] = b"57P03";
/// A server that runs has answered by then.
const PATIENCE: Duration = Duration::from_secs(1);
/// The pauses between the attempts to connect, from and to.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(60));
/// No answer to a new connection has a longer part.
const LONGEST: usize = 64 * 1024;

/// What a look tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Serves,
    Recovers,
    /// It could not be told, as where all connections are taken.
    Unclear,
}

#[derive(Debug)]
pub(super) struct Pulse {
    socket: PathBuf,
    stream: Option<UnixStream>,
    /// When to connect again, and how long to wait after that.
    next: Instant,
    pause: Duration,
}

impl Pulse {
    pub(super) fn of(socket: PathBuf) -> Self {
        Self { socket, stream: None, next: Instant::now(), pause: PAUSES.0 }
    }

    /// Looks at the connection; a new one is made when it has ended.
    pub(super) fn look(&mut self) -> Seen {
        if self.stream.as_mut().is_some_and(is_open) {
            return Seen::Serves;
        }
        self.stream = None;
        if Instant::now() < self.next {
            return Seen::Unclear;
        }
        let seen = match connect(&self.socket) {
            Ok(Some(stream)) => {
                self.stream = Some(stream);
                Seen::Serves
            }
            Ok(None) => Seen::Recovers,
            Err(_) => Seen::Unclear,
        };
        self.pause = match seen {
            Seen::Unclear => (self.pause * 2).min(PAUSES.1),
            Seen::Serves | Seen::Recovers => PAUSES.0,
        };
        if seen != Seen::Serves {
            self.next = Instant::now() + self.pause;
        }
        seen
    }
}

/// Reads what was said, such as of settings that changed.
fn is_open(stream: &mut UnixStream) -> bool {
    let mut said = [0; 1024];
    loop {
        match stream.read(&mut said) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
    }
}

/// A new connection; `None` while PostgreSQL takes none.
fn connect(socket: &PathBuf) -> io::Result<Option<UnixStream>> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut body = PROTOCOL.to_be_bytes().to_vec();
    for word in ["user", ROLE, "database", "postgres", "application_name", "docpal watch", ""] {
        body.extend_from_slice(word.as_bytes());
        body.push(0);
    }
    let length = i32::try_from(body.len() + 4).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), body.as_slice()].concat())?;
    loop {
        let (kind, body) = message(&mut stream)?;
        match kind {
            // ReadyForQuery
            b'Z' => {
                stream.set_nonblocking(true)?;
                return Ok(Some(stream));
            }
            // ErrorResponse: parts that end with a zero byte, each after a letter; C is the code.
            b'E' => {
                let code = body.split(|byte| *byte == 0).find_map(|part| part.strip_prefix(b"C"));
                return match code {
                    Some(NOT_NOW) => Ok(None),
                    _ => Err(io::Error::other("the connection is refused")),
                };
            }
            // A demand for a password, which there is none of.
            b'R' if body != [0; 4] => return Err(io::ErrorKind::PermissionDenied.into()),
            _ => {}
        }
    }
}

/// The next message: its letter and what is in it.
fn message(stream: &mut UnixStream) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let length = usize::try_from(i32::from_be_bytes(length)).unwrap_or(0);
    let rest = length.checked_sub(4).filter(|rest| *rest <= LONGEST).ok_or(io::ErrorKind::InvalidData)?;
    let mut body = vec![0; rest];
    stream.read_exact(&mut body)?;
    Ok((kind, body))
}
