//! What a value of a formula is in SQL.

use crate::sql::PgType;
use crate::sql::expr;
use docpal_formula::Type;

use super::Unsupported;
use super::term::Term;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Text,
    Bool,
    Date,
    DateTime,
    /// Always blank; a text in SQL.
    Null,
    List(Item),
}

/// What the values of a list are. Lists of lists have no SQL form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Number,
    Text,
    Bool,
    Date,
    DateTime,
    /// There are none; a list of texts in SQL.
    Null,
}

impl Kind {
    pub(crate) fn of(ty: &Type) -> Result<Self, Unsupported> {
        Ok(match ty {
            Type::Number => Self::Number,
            Type::Text => Self::Text,
            Type::Bool => Self::Bool,
            Type::Date => Self::Date,
            Type::DateTime => Self::DateTime,
            Type::Null => Self::Null,
            Type::List(item) => Self::List(Self::of(item)?.item()?),
            Type::Json => return Err("it computes with JSON".to_owned()),
        })
    }

    pub(crate) fn pg(self) -> PgType {
        match self {
            Self::Number => PgType::Numeric,
            Self::Text | Self::Null => PgType::Text,
            Self::Bool => PgType::Boolean,
            Self::Date => PgType::Date,
            Self::DateTime => PgType::Timestamptz,
            Self::List(Item::Number) => PgType::NumericArray,
            Self::List(Item::Text | Item::Null) => PgType::TextArray,
            Self::List(Item::Bool) => PgType::BooleanArray,
            Self::List(Item::Date) => PgType::DateArray,
            Self::List(Item::DateTime) => PgType::TimestamptzArray,
        }
    }

    /// The value that stands for an error; a text or list has none, and gets null beside its condition.
    pub(crate) fn poison(self) -> Term {
        expr::poison(self.pg()).map_or_else(|| Term::null(self.pg()), Term::leaf)
    }

    /// Whether an error can be a value although blanks are.
    pub(crate) fn has_poison(self) -> bool {
        expr::poison(self.pg()).is_some()
    }

    /// As the value of a list.
    pub(crate) fn item(self) -> Result<Item, Unsupported> {
        Ok(match self {
            Self::Number => Item::Number,
            Self::Text => Item::Text,
            Self::Bool => Item::Bool,
            Self::Date => Item::Date,
            Self::DateTime => Item::DateTime,
            Self::Null => Item::Null,
            Self::List(_) => return Err("it computes with a list of lists".to_owned()),
        })
    }
}

impl Item {
    /// As a value of its own.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Number => Kind::Number,
            Self::Text => Kind::Text,
            Self::Bool => Kind::Bool,
            Self::Date => Kind::Date,
            Self::DateTime => Kind::DateTime,
            Self::Null => Kind::Null,
        }
    }
}
