//! Who acts: a user with roles, or the system for a stated reason.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::origin::{Cause, Origin};
use crate::id::{CompanyId, RoleId, UserId};

/// Who acts in one company: a user with the roles they hold there, or the system.
///
/// The system is a host's way in where no user's rights count: it may do everything in its company, no rule
/// takes anything from it, and the audit log says `system:<reason>`. It is no user, so what it makes has no
/// `created_by`, and `is_me` holds for no record.
///
/// # Example
/// ```
/// use docpal_core::{Actor, CompanyId, Role, SystemReason, UserId};
/// let company = CompanyId::new();
/// let actor = Actor::new(company, UserId::new(), [Role::Member]);
/// assert_eq!(actor.company(), company);
///
/// // A nightly job of the host; rules do not apply to it.
/// let job = Actor::system(company, SystemReason::Host);
/// assert_eq!(job.user(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    company: CompanyId,
    who: Who,
    roles: Vec<Role>,
    makers: Vec<UserId>,
    background: Option<Arc<Background>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    User(UserId),
    System(SystemReason),
}

/// Why something acts without a user's permissions. Grep for it: each use widens what is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SystemReason {
    /// The host vouches for the caller: it did its own permission check, or repairs what rules forbid.
    Host,
    /// The importer fills a table that it has just made for its owner.
    Import,
}

impl SystemReason {
    /// The word for it in the audit log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Import => "import",
        }
    }
}

/// What the audit log and the events tell of an actor besides who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Background {
    origin: Origin,
    cause: Option<Cause>,
}

/// The origin of who has none.
static NOWHERE: Origin = Origin::new();

/// A role: one that every company has, or one that a company made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// May do everything, by rules that are visible and editable.
    Owner,
    /// As the owner, by rules of its own.
    Admin,
    /// Works with records.
    Member,
    /// A role of the company.
    Custom(RoleId),
}

impl Actor {
    /// `user` acting in `company` with `roles`.
    #[must_use]
    pub fn new(company: CompanyId, user: UserId, roles: impl IntoIterator<Item = Role>) -> Self {
        let mut roles: Vec<Role> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        Self { company, who: Who::User(user), roles, makers: Vec::new(), background: None }
    }

    /// `user` acting as an owner of `company`.
    #[must_use]
    pub fn owner(company: CompanyId, user: UserId) -> Self {
        Self::new(company, user, [Role::Owner])
    }

    /// No user, but the system acting in `company` for `reason`: everything is allowed.
    #[must_use]
    pub fn system(company: CompanyId, reason: SystemReason) -> Self {
        Self { company, who: Who::System(reason), roles: Vec::new(), makers: Vec::new(), background: None }
    }

    /// The company acted in.
    #[must_use]
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// The user who acts; none for the system.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.who {
            Who::User(user) => Some(user),
            Who::System(_) => None,
        }
    }

    /// Why the system acts; none for a user.
    #[must_use]
    pub fn system_reason(&self) -> Option<SystemReason> {
        match self.who {
            Who::User(_) => None,
            Who::System(reason) => Some(reason),
        }
    }

    /// Does nobody in the company stand above this actor? So it is for who has the role owner, and for the system.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        matches!(self.who, Who::System(_)) || self.roles.contains(&Role::Owner)
    }

    /// The same actor, whose key `maker` has made: what rules deny `maker` as a user is denied here, too, so nobody is
    /// rid of a rule by a key. What rules allow `maker` is not allowed here.
    ///
    /// # Example
    /// ```
    /// use docpal_core::{Actor, CompanyId, Role, UserId};
    /// let (service, maker) = (UserId::new(), UserId::new());
    /// let actor = Actor::new(CompanyId::new(), service, [Role::Member]).made_by(maker);
    /// assert_eq!(actor.makers(), &[maker]);
    /// ```
    #[must_use]
    pub fn made_by(mut self, maker: UserId) -> Self {
        if self.user().is_some_and(|user| user != maker)
            && let Err(place) = self.makers.binary_search(&maker)
        {
            self.makers.insert(place, maker);
        }
        self
    }

    /// Who made the key that acts, who made the key that made it, and so on, sorted; none for who is here in person.
    #[must_use]
    pub fn makers(&self) -> &[UserId] {
        &self.makers
    }

    /// `user:<id>` or `system:<reason>`.
    pub(crate) fn label(&self) -> String {
        match self.who {
            Who::User(user) => format!("user:{user}"),
            Who::System(reason) => format!("system:{}", reason.word()),
        }
    }

    /// Who acts, with everything that rules ask of them: user, roles, and who made their key. What is kept for one is for
    /// nobody else.
    #[must_use]
    pub fn identity(&self) -> String {
        let roles: Vec<String> = self.roles.iter().map(ToString::to_string).collect();
        let mut identity = format!("{} {}", self.label(), roles.join(" "));
        for maker in &self.makers {
            identity.push_str(&format!(" by:{maker}"));
        }
        identity
    }

    /// The same actor, acting from `origin`. It is written into the audit log and changes no right.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        Arc::make_mut(self.background.get_or_insert_default()).origin = origin;
        self
    }

    /// From where the actor acts.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.background.as_ref().map_or(&NOWHERE, |background| &background.origin)
    }

    /// The same actor, acting in a run of an automation. It is written into the audit log and the events and changes
    /// no right.
    #[must_use]
    pub fn with_cause(mut self, cause: Cause) -> Self {
        Arc::make_mut(self.background.get_or_insert_default()).cause = Some(cause);
        self
    }

    /// The run that acts, if one does.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        self.background.as_ref().and_then(|background| background.cause.as_ref())
    }

    /// The roles held, sorted; none for the system, which needs none.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner => f.write_str("owner"),
            Self::Admin => f.write_str("admin"),
            Self::Member => f.write_str("member"),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

impl FromStr for Role {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Ok(match text {
            "owner" => Self::Owner,
            "admin" => Self::Admin,
            "member" => Self::Member,
            other => Self::Custom(other.parse()?),
        })
    }
}
