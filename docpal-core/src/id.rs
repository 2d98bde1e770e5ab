//! Ids: one newtype per thing, so that a table's id cannot be passed where a field's is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident = $make:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "two calls differ; Default suggests a constant")]
            pub fn new() -> Self {
                Self(Uuid::$make())
            }

            /// The id as a plain uuid, for binding and for hosts that store it.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }

            /// The 32 lower-case hex digits of the id, without dashes.
            #[must_use]
            pub fn hex(self) -> String {
                self.0.simple().to_string()
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

id_type! {
    /// A tenant. Everything belongs to exactly one company.
    CompanyId = new_v4;
    /// An app: a named group of tables.
    AppId = new_v4;
    /// A table that end users made.
    TableId = new_v4;
    /// A field of a table. Everything stored refers to fields by this id, never by name.
    FieldId = new_v4;
    /// A record. Version 7, so that ids grow with time and inserts stay local in the index.
    RecordId = now_v7;
    /// A user, in the host's or the server's own terms.
    UserId = new_v4;
    /// A custom role of a company.
    RoleId = new_v4;
    /// A permission rule.
    RuleId = new_v4;
}
