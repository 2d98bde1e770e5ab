//! What a filter or sort can point at: a field of the table, or one of the values every record has.

use std::sync::Arc;

use crate::field_types::{FieldKind, SelectOption};
use crate::model::Field;
use crate::sql::expr::Expr;
use crate::sql::{ColumnName, PgType};
use crate::values::{Family, Input, datetime, id, user};

/// A value that every record has besides its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    /// The record's id.
    Id,
    /// When it was made.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// Who made it.
    CreatedBy,
    /// Who last changed it.
    UpdatedBy,
}

impl System {
    /// Every one of them.
    pub const ALL: &[Self] = &[Self::Id, Self::CreatedAt, Self::UpdatedAt, Self::CreatedBy, Self::UpdatedBy];

    /// May no field have its name? An `id` is what too many files bring along: there the field is meant.
    #[must_use]
    pub fn is_reserved(name: &str) -> bool {
        Self::ALL.iter().any(|system| *system != Self::Id && system.name() == name)
    }

    /// What it is called in filters, sorts and rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::CreatedBy => "created_by",
            Self::UpdatedBy => "updated_by",
        }
    }

    /// The value that `key` names.
    #[must_use]
    pub fn find(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|system| system.name() == key)
    }

    /// Its column, and that column's type.
    #[must_use]
    pub fn column(self) -> (ColumnName, PgType) {
        let name = match self {
            Self::Id => ColumnName::ID,
            Self::CreatedAt => ColumnName::CREATED_AT,
            Self::UpdatedAt => ColumnName::UPDATED_AT,
            Self::CreatedBy => ColumnName::CREATED_BY,
            Self::UpdatedBy => ColumnName::UPDATED_BY,
        };
        (name, self.family().stored_as)
    }

    /// The family of its values.
    #[must_use]
    pub fn family(self) -> &'static Family {
        match self {
            Self::Id => &id::FAMILY,
            Self::CreatedAt | Self::UpdatedAt => &datetime::FAMILY,
            Self::CreatedBy | Self::UpdatedBy => &user::FAMILY,
        }
    }
}

/// What a filter or sort points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The field at this position of the snapshot.
    Field(usize),
    /// A value that every record has.
    System(System),
}

/// What operators compare: the values of a family, with the options of the field.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    family: &'static Family,
    options: Arc<[SelectOption]>,
}

impl Compared {
    /// What the values of a field are compared as.
    #[must_use]
    pub fn of_field(field: &Field) -> Self {
        Self { family: field.family(), options: field.kind().choices() }
    }

    /// What the values of a kind of field that is not in a table are compared as.
    #[must_use]
    pub fn of_kind(kind: &dyn FieldKind) -> Self {
        Self { family: kind.family(), options: kind.choices() }
    }

    /// What a value of every record is compared as.
    #[must_use]
    pub fn of_system(system: System) -> Self {
        Self { family: system.family(), options: Arc::default() }
    }

    /// The family.
    #[must_use]
    pub fn family(&self) -> &'static Family {
        self.family
    }

    /// The options of a select; of another field none.
    #[must_use]
    pub fn options(&self) -> &[SelectOption] {
        &self.options
    }

    /// The word for it in messages.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.family.word
    }

    /// What values are ordered by; `None` for what is ordered by itself.
    #[doc(hidden)]
    #[must_use]
    pub fn rank(&self, value: Expr) -> Option<(Expr, PgType)> {
        self.family.rank(&self.options, value)
    }

    /// The column, of type `ty`, as formulas read it.
    #[doc(hidden)]
    #[must_use]
    pub fn input(&self, column: Expr, ty: PgType) -> Input {
        self.family.input(&self.options, column, ty)
    }
}
