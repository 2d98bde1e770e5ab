//! What a filter or sort can point at: a field of the table, or one of the values every record has.

use crate::field_types::Family;
use crate::model::Field;
use crate::sql::{ColumnName, PgType};

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
        match self {
            Self::Id => (ColumnName::ID, PgType::Uuid),
            Self::CreatedAt => (ColumnName::CREATED_AT, PgType::Timestamptz),
            Self::UpdatedAt => (ColumnName::UPDATED_AT, PgType::Timestamptz),
            Self::CreatedBy => (ColumnName::CREATED_BY, PgType::Uuid),
            Self::UpdatedBy => (ColumnName::UPDATED_BY, PgType::Uuid),
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

/// What operators compare, including the families only system values have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// As a field of this family.
    Field(Family),
    /// A record's id.
    RecordId,
    /// A user's id.
    User,
}

impl Compared {
    /// What the values of a field are compared as.
    #[must_use]
    pub fn of_field(field: &Field) -> Self {
        Self::Field(field.family())
    }

    /// What a value of every record is compared as.
    #[must_use]
    pub fn of_system(system: System) -> Self {
        match system {
            System::Id => Self::RecordId,
            System::CreatedAt | System::UpdatedAt => Self::Field(Family::DateTime),
            System::CreatedBy | System::UpdatedBy => Self::User,
        }
    }

    /// The word for it in messages.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Field(Family::Text) => "text",
            Self::Field(Family::Number) => "number",
            Self::Field(Family::Date) => "date",
            Self::Field(Family::DateTime) => "datetime",
            Self::Field(Family::Switch) => "switch",
            Self::Field(Family::SingleSelect(_)) => "single select",
            Self::Field(Family::MultipleSelect(_)) => "multiple select",
            Self::RecordId => "record id",
            Self::User => "user",
        }
    }
}
