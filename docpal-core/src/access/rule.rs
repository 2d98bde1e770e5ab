//! Rules: who may (or may not) do what to which records and fields.

use std::fmt;

use crate::filter::Filter;
use crate::id::{AppId, FieldId, RuleId, TableId, UserId};

use super::actor::{Actor, Role};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant),*
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word for it in requests and in the database.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }

            /// The value that `word` stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}

words! {
    /// What a rule is about.
    Action {
        /// See records and fields.
        Read = "read",
        /// Make records.
        Create = "create",
        /// Change records.
        Update = "update",
        /// Delete records.
        Delete = "delete",
        /// Change tables, fields and rules.
        Manage = "manage",
    }
}

words! {
    /// Does the rule give or take?
    Effect {
        /// Gives what no rule takes.
        Allow = "allow",
        /// Takes, whatever other rules give.
        Deny = "deny",
    }
}

/// What a rule covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Every table of the company.
    Company,
    /// Every table of an app.
    App(AppId),
    /// One table.
    Table(TableId),
}

/// Whom a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Every user of the company.
    Everyone,
    /// Who holds this role.
    Role(Role),
    /// One user.
    User(UserId),
}

impl Subject {
    /// Is `actor` meant?
    #[must_use]
    pub fn covers(&self, actor: &Actor) -> bool {
        match self {
            Self::Everyone => true,
            Self::Role(role) => actor.roles().contains(role),
            Self::User(user) => actor.user() == Some(*user),
        }
    }

    /// Is it who made the key by which `actor` acts?
    pub(crate) fn covers_maker(&self, actor: &Actor) -> bool {
        matches!(self, Self::User(user) if actor.makers().binary_search(user).is_ok())
    }
}

/// `everyone`, `role:<role>` or `user:<id>`
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Role(role) => write!(f, "role:{role}"),
            Self::User(user) => write!(f, "user:{user}"),
        }
    }
}

/// A rule to make. In conditions and fields, fields are given by name or by id; they are stored by id.
///
/// # Example
/// ```
/// use docpal_core::{Action, Filter, Json, Resource, Role, RuleSpec, Subject, TableId};
/// let mine = Filter::Test(docpal_core::filter::Test {
///     field: "created_by".into(),
///     op: "is_me".into(),
///     value: None,
///     case_sensitive: false,
/// });
/// let rule = RuleSpec::allow(Resource::Table(TableId::new()), Subject::Role(Role::Member), Action::Read).when(mine);
/// assert!(rule.condition.is_some());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuleSpec {
    /// What the rule covers.
    pub resource: Resource,
    /// Whom it is for.
    pub subject: Subject,
    /// What it is about.
    pub action: Action,
    /// Does it give or take?
    pub effect: Effect,
    /// The records it is about; none means all. Only for a rule on a table.
    pub condition: Option<Filter>,
    /// The fields it is about; none means all. Only for a rule on a table.
    pub fields: Option<Vec<String>>,
}

impl RuleSpec {
    /// A rule that gives.
    #[must_use]
    pub fn allow(resource: Resource, subject: Subject, action: Action) -> Self {
        Self { resource, subject, action, effect: Effect::Allow, condition: None, fields: None }
    }

    /// A rule that takes.
    #[must_use]
    pub fn deny(resource: Resource, subject: Subject, action: Action) -> Self {
        Self { resource, subject, action, effect: Effect::Deny, condition: None, fields: None }
    }

    /// The same rule, only for records that meet `condition`.
    #[must_use]
    pub fn when(mut self, condition: Filter) -> Self {
        self.condition = Some(condition);
        self
    }

    /// The same rule, only for these fields; a rule on no field is refused when it is made.
    #[must_use]
    pub fn fields<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.fields = Some(fields.into_iter().map(Into::into).collect());
        self
    }
}

/// A stored rule: fields by id everywhere.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it covers.
    pub resource: Resource,
    /// Whom it is for.
    pub subject: Subject,
    /// What it is about.
    pub action: Action,
    /// Does it give or take?
    pub effect: Effect,
    /// The records it is about; none means all.
    pub condition: Option<Filter>,
    /// The fields it is about; none means all.
    pub fields: Option<Vec<FieldId>>,
    /// Does it take from owners, too? So it is when it denies and an owner or the system made it.
    pub binds_owners: bool,
}
