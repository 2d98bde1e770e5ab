//! The types of values that DocPal stores, one file each and one line each in the list below: how each is read and
//! written, and what it is to whoever shows, orders or computes with it. Nothing else has a `match` on them.

#[macro_use]
mod stored;

pub(crate) mod date;
pub(crate) mod datetime;
mod family;
pub(crate) mod id;
mod marks;
pub(crate) mod multiple_select;
pub(crate) mod number;
pub(crate) mod single_select;
pub(crate) mod switch;
pub(crate) mod text;
pub(crate) mod user;

use chrono::{DateTime, NaiveDate, Utc};
use docpal_formula::Value as Computed;
use rust_decimal::Decimal;
use uuid::Uuid;

use self::stored::Stored;
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::sql::expr::{ArrayType, Expr, Value};
use crate::sql::numeric::NumericRef;

pub use datetime::{instant_from_pg, instant_to_pg};
#[doc(hidden)]
pub use family::Input;
pub use family::{Family, Groups, Ranges};
pub use marks::Marks;
pub use multiple_select::TextListRef;
pub use stored::OrderedBy;

values! {
    stored {
        /// `text`: a text, an address, an option id.
        Text: Text(String, &'r str) = text::Text, text::FAMILY;
        /// `text[]`: several option ids.
        TextArray: TextList(Vec<String>, TextListRef<'r>) = multiple_select::TextList, multiple_select::FAMILY;
        /// `numeric`, always bare (a precision change must not rewrite a table): an exact number.
        Numeric: Number(Decimal, NumericRef<'r>) = number::Number, number::FAMILY;
        /// `bigint`: a whole number of DocPal's own.
        Bigint: Int(i64, i64) = number::Int;
        /// `date`: a day without a zone.
        Date: Date(NaiveDate, NaiveDate) = date::Date, date::FAMILY;
        /// `timestamptz`: an instant to the microsecond; as sent, in microseconds since 2000-01-01 UTC.
        Timestamptz: DateTime(DateTime<Utc>, i64) = datetime::Instant, datetime::FAMILY;
        /// `boolean`: on or off.
        Boolean: Bool(bool, bool) = switch::Bool, switch::FAMILY;
        /// `uuid`: an id.
        Uuid: Uuid(Uuid, Uuid) = id::Id, id::FAMILY;
    }
    families {
        single_select::FAMILY;
        user::FAMILY;
    }
    lists {
        /// `numeric[]`, in formulas only
        NumericArray of Numeric;
        /// `date[]`, in formulas only
        DateArray of Date;
        /// `timestamptz[]`, in formulas only
        TimestamptzArray of Timestamptz;
        /// `boolean[]`, in formulas only
        BooleanArray of Boolean;
    }
}

impl PgType {
    /// The type's word in SQL.
    #[must_use]
    pub fn sql(self) -> &'static str {
        of_type!(self, |Of| Of::SQL, |item| item.list_sql())
    }

    /// The word of the lists of it.
    pub(crate) fn list_sql(self) -> &'static str {
        of_type!(self, |Of| Of::LIST_SQL, |item| item.list_sql())
    }

    /// Its number in PostgreSQL; of a list, that of its items.
    pub(crate) fn oid(self) -> u32 {
        of_type!(self, |Of| Of::OID, |item| item.oid())
    }

    /// The number of the type of its lists.
    pub(crate) fn list_oid(self) -> u32 {
        of_type!(self, |Of| Of::LIST_OID, |item| item.list_oid())
    }

    /// The binds for lists of it.
    pub(crate) fn list(self) -> ArrayType {
        of_type!(self, |Of| Of::LIST, |item| item.list())
    }

    /// What a list holds; of another type, itself.
    #[must_use]
    pub fn item(self) -> Self {
        of_type!(self, |Of| Of::ITEM.unwrap_or(self), |item| item)
    }

    /// Null as a bind.
    pub(crate) fn null(self) -> Value {
        of_type!(self, |Of| Of::bind(None), |item| Value::Array(item.list(), None))
    }

    /// What its values are computed with as.
    #[must_use]
    pub fn computed(self) -> Self {
        of_type!(self, |Of| Of::COMPUTED.unwrap_or(self), |_item| self)
    }

    /// What a view compares to order its values.
    #[must_use]
    pub fn ordered_by(self) -> OrderedBy {
        of_type!(self, |Of| Of::ORDERED_BY, |_item| OrderedBy::Value)
    }

    pub(crate) fn markers(self) -> Option<stored::Markers> {
        of_type!(self, |Of| Of::MARKERS, |_item| None)
    }

    /// `value` as a wall-clock time in `zone`; `None` of a type without times.
    #[doc(hidden)]
    #[must_use]
    pub fn local(self, value: Expr, zone: &str) -> Option<Expr> {
        of_type!(self, |Of| Of::local(value, zone), |_item| None)
    }

    /// Whether `value`, computed, is one that was too large; `None` of a type without a limit.
    #[doc(hidden)]
    #[must_use]
    pub fn overflows(self, value: Expr) -> Option<Expr> {
        of_type!(self, |Of| Of::overflows(value), |_item| None)
    }
}

impl Cell {
    /// Is it null?
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl CellRef<'_> {
    /// Is it null?
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

#[cfg(test)]
mod tests;
