//! What one request, one company and all of them together may cost.

use std::sync::Arc;
use std::time::Duration;

use crate::room::Room;

/// The largest body of most routes.
const BODY: usize = 1 << 20;
/// The most values in the JSON of most routes: what a body of the largest size can hold in records of usual width.
const VALUES: usize = 100_000;

/// The limits of a server.
#[derive(Clone, Debug)]
pub(crate) struct ServerLimits {
    /// The largest body of bulk writes and imports.
    pub(crate) large_body: usize,
    /// The longest that a request may take until its answer begins.
    pub(crate) timeout: Duration,
    /// Exports at the same time: in all, and for one company.
    pub(crate) exports: (u64, u64),
    /// Bytes of answers that their clients have not taken yet: in all, and for one company.
    pub(crate) answers: (u64, u64),
    /// The longest that a client may take to read a part of an export, or of another answer that is not small.
    pub(crate) reader_patience: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            large_body: 64 << 20,
            timeout: Duration::from_secs(60),
            exports: (4, 2),
            answers: (256 << 20, 64 << 20),
            reader_patience: Duration::from_secs(30),
        }
    }
}

/// How much one body may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyLimit {
    pub(crate) bytes: usize,
    /// Values of JSON.
    pub(crate) values: usize,
}

impl ServerLimits {
    /// The limit of most routes.
    pub(crate) fn body(&self) -> BodyLimit {
        BodyLimit { bytes: BODY.min(self.large_body), values: VALUES }
    }

    /// The limit of bulk writes and imports.
    pub(crate) fn large(&self) -> BodyLimit {
        BodyLimit { bytes: self.large_body, values: VALUES.max(self.large_body / 32) }
    }
}

/// So many bodies of most routes, each as large as it may be, are in memory at the same time; a quarter for one company.
const BODIES: u64 = 128;

/// So many pages of the audit log are made at the same time: in all, and for one company. An entry can be hundreds of
/// megabytes, several times in memory, and what it takes is not known before it is read.
const AUDITS: (u64, u64) = (2, 1);

/// The rooms of a running server.
#[derive(Clone, Debug)]
pub(crate) struct Rooms {
    /// In bytes of bodies of most routes.
    pub(crate) bodies: Arc<Room>,
    /// In bytes of bodies of bulk writes and imports.
    pub(crate) large_bodies: Arc<Room>,
    /// In exports.
    pub(crate) exports: Arc<Room>,
    /// In pages of the audit log that are being made.
    pub(crate) audits: Arc<Room>,
    /// In bytes of answers that are made, but for those in the next two.
    pub(crate) answers: Arc<Room>,
    /// In bytes of answers that wait for room.
    pub(crate) waiting: Arc<Room>,
    /// In bytes of answers of writes, which are never refused: who has the share here begins no other write.
    pub(crate) written: Arc<Room>,
}

impl Rooms {
    pub(crate) fn new(limits: &ServerLimits) -> Self {
        let body = u64::try_from(limits.large_body).unwrap_or(u64::MAX);
        let ((all, each), answers) = (limits.exports, limits.answers);
        let small = u64::try_from(limits.body().bytes).unwrap_or(u64::MAX);
        Self {
            bodies: Room::new(small.saturating_mul(BODIES), small.saturating_mul(BODIES / 4)),
            large_bodies: Room::new(body.saturating_mul(2), body),
            exports: Room::new(all, each),
            audits: Room::new(AUDITS.0, AUDITS.1),
            answers: Room::new(answers.0, answers.1),
            waiting: Room::new(answers.1, answers.1 / 2),
            written: Room::new(answers.0, answers.1),
        }
    }
}
