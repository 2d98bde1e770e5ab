//! Where a change comes from, for the audit log: nothing here gives or takes a right.

use uuid::Uuid;

/// From where somebody acts, in the host's words.
///
/// # Example
/// ```
/// use docpal_core::{Actor, CompanyId, Origin, UserId};
/// let actor = Actor::owner(CompanyId::new(), UserId::new());
/// let actor = actor.with_origin(Origin::new().session("s-81").origin("192.0.2.7 Firefox"));
/// assert_eq!(actor.origin().session.as_deref(), Some("s-81"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The session or the key that was used.
    pub session: Option<String>,
    /// The address and the user agent, or what else tells the place.
    pub origin: Option<String>,
}

impl Origin {
    /// From nowhere in particular.
    #[must_use]
    pub const fn new() -> Self {
        Self { session: None, origin: None }
    }

    /// In `session`.
    #[must_use]
    pub fn session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// From `origin`.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }
}

/// The run of an automation that makes a change, and the runs that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// The run itself.
    pub run: Uuid,
    /// The runs whose changes started this one, the first one first.
    pub chain: Vec<Uuid>,
}

impl Cause {
    /// `run`, started because of what the runs in `chain` did.
    #[must_use]
    pub fn new(run: Uuid, chain: Vec<Uuid>) -> Self {
        Self { run, chain }
    }
}
