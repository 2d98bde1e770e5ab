//! What end users made, as immutable data: companies, apps, and one [`TableSnapshot`] per table with its
//! fields, compiled formulas and rules.

mod dependencies;
pub mod derived;
pub mod field;
pub mod formula;
pub mod snapshot;

use chrono::{DateTime, Utc};

pub use dependencies::FieldSet;
pub use derived::Derived;
pub use field::{Field, FieldSpec};
pub use formula::{Computed, Input};
pub use snapshot::{TableMeta, TableSnapshot};

use crate::id::{AppId, CompanyId};

/// A table has at most this many fields. A row of PostgreSQL holds about 8,160 bytes before values move
/// out of line, which 387 short texts fill; 1,600 columns is its own hard end.
pub const MAX_FIELDS: usize = 300;

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A named group of tables.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Its name, unique in the company ignoring case.
    pub name: String,
    /// An icon for people, as the client wrote it.
    pub icon: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A table to make.
///
/// # Example
/// ```
/// use docpal_core::{FieldSpec, TableSpec};
/// let orders = TableSpec::new("Orders")
///     .field(FieldSpec::text("Customer").required())
///     .field(FieldSpec::currency("Price", "EUR"))
///     .field(FieldSpec::number("Quantity"))
///     .field(FieldSpec::formula("Total", "{Price} * {Quantity}"));
/// assert_eq!(orders.fields.len(), 4);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TableSpec {
    /// Its name, unique in the app ignoring case.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// An icon for people, as the client wrote it.
    pub icon: Option<String>,
    /// Its fields, in order.
    pub fields: Vec<FieldSpec>,
}

impl TableSpec {
    /// A table without fields yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same table with what it is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The same table with an icon for people.
    #[must_use]
    pub fn icon(mut self, icon: impl Into<String>) -> Self {
        self.icon = Some(icon.into());
        self
    }

    /// The same table with one more field.
    #[must_use]
    pub fn field(mut self, field: FieldSpec) -> Self {
        self.fields.push(field);
        self
    }
}
