//! Who acts.

use std::fmt;
use std::str::FromStr;

use crate::id::{CompanyId, RoleId, UserId};

/// A user of one company with the roles they hold there.
///
/// # Example
/// ```
/// use docpal_core::{Actor, CompanyId, Role, UserId};
/// let company = CompanyId::new();
/// let actor = Actor::new(company, UserId::new(), [Role::Member]);
/// assert_eq!(actor.company(), company);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    company: CompanyId,
    user: UserId,
    roles: Vec<Role>,
}

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
        Self { company, user, roles }
    }

    /// `user` acting as an owner of `company`.
    #[must_use]
    pub fn owner(company: CompanyId, user: UserId) -> Self {
        Self::new(company, user, [Role::Owner])
    }

    /// The company acted in.
    #[must_use]
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// Who acts.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The roles held, sorted.
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
