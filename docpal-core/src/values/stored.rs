//! What a type of PostgreSQL is to DocPal, and the macro that makes the enums of all of them from the list in
//! `values.rs`.

use chrono::{DateTime, Utc};
use docpal_formula::Value as Computed;

use super::{Marks, PgType};
use crate::json::Json;
use crate::json_out::JsonFormat;
use crate::sql::expr::{ArrayType, Expr, Value};

/// A type of PostgreSQL whose values DocPal stores or reads: everything that depends on it.
pub(crate) trait Stored {
    /// A value to store.
    type Owned;
    /// A value as PostgreSQL sent it.
    type Borrowed<'r>;

    /// The type's word in SQL.
    const SQL: &'static str;
    /// The word of the lists of it.
    const LIST_SQL: &'static str;
    /// The binds for lists of it.
    const LIST: ArrayType;
    /// The number of the type in PostgreSQL; of a list, that of its items.
    const OID: u32;
    /// The number of the type of the lists.
    const LIST_OID: u32;
    /// What its values are lists of.
    const ITEM: Option<PgType> = None;
    /// What its values are computed with as, where it is not itself.
    const COMPUTED: Option<PgType> = None;
    /// What a view compares to order its values.
    const ORDERED_BY: OrderedBy = OrderedBy::Value;
    /// The values of it that no cell has.
    const MARKERS: Option<Markers> = None;

    /// Reads PostgreSQL's binary form; nothing for a value without JSON form, as an infinity.
    fn read(bytes: &[u8]) -> Option<Self::Borrowed<'_>>;

    /// Appends PostgreSQL's binary form.
    fn write(value: &Self::Owned, out: &mut Vec<u8>);

    /// Appends the binary form as an item of an array of the type, or of its items; a cast makes the value of it.
    fn write_item(value: &Self::Owned, out: &mut Vec<u8>) {
        Self::write(value, out);
    }

    /// The value, or null, as a bind.
    fn bind(value: Option<&Self::Owned>) -> Value;

    /// Appends the plain JSON form.
    fn json(value: Self::Borrowed<'_>, format: JsonFormat, out: &mut Vec<u8>);

    /// The value as formulas see it.
    fn computed<'r>(value: Self::Borrowed<'r>) -> Computed<'r>;

    /// The value as a cursor holds it; null for what nothing is ordered by.
    fn key(value: Self::Borrowed<'_>) -> Json;

    /// The value that a cursor holds.
    fn of_key(key: &Json) -> Option<Self::Owned>;

    /// Adds bytes that tell the value from any other of its type.
    fn mark(value: &Self::Owned, marks: &mut Marks);

    /// Does the value count as none?
    fn is_empty(_value: &Self::Owned) -> bool {
        false
    }

    /// The value that begins at a moment, of a type that has times.
    fn of_moment(_moment: DateTime<Utc>) -> Option<Self::Owned> {
        None
    }

    /// The value as a wall-clock time in `zone`, of a type that has times.
    fn local(_value: Expr, _zone: &str) -> Option<Expr> {
        None
    }

    /// Whether a computed value is one that was too large, of a type with a limit.
    fn overflows(_value: Expr) -> Option<Expr> {
        None
    }

    /// A value, and its JSON.
    #[cfg(test)]
    fn example() -> (Self::Owned, &'static str);
}

/// What a view compares to order values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderedBy {
    /// The value.
    Value,
    /// The first characters, as people order texts.
    Beginning,
}

/// Values that PostgreSQL has and no cell, in its words: formulas in SQL mean something else by them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Markers {
    /// The one that stands for an error.
    pub(crate) error: &'static str,
    /// One above all values of cells that is no error.
    pub(crate) highest: &'static str,
}

/// `PostgreSQL's type: our word(value to store, value as sent) = its descriptor, the family that it is made for;` and the
/// families whose values are stored in the types of others.
macro_rules! values {
    (
        stored { $($(#[$doc:meta])* $ty:ident: $cell:ident($owned:ty, $sent:ty) = $stored:ty $(, $family:path)?;)* }
        families { $($more:path;)* }
        lists { $($(#[$list_doc:meta])* $list:ident of $item:ident;)* }
    ) => {
        /// A type of values: those that columns have, and those of lists in formulas.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum PgType {
            $($(#[$doc])* $ty,)*
            $($(#[$list_doc])* $list,)*
        }

        /// A value that passed its field's validation, in the form PostgreSQL stores it. The field's type decides which
        /// variant it is.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Cell {
            /// Empty.
            Null,
            $($(#[$doc])* $cell($owned),)*
        }

        /// One cell, borrowed from its row.
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub enum CellRef<'r> {
            /// SQL NULL, and every value that has no JSON form (a numeric NaN or infinity).
            Null,
            $($(#[$doc])* $cell($sent),)*
        }

        /// Every family of values.
        pub static FAMILIES: &[&Family] = &[$($(&$family,)?)* $(&$more),*];

        /// An example of each type.
        #[cfg(test)]
        fn examples() -> Vec<(PgType, Cell, &'static str)> {
            let mut examples = Vec::new();
            $({
                let (value, json) = <$stored as Stored>::example();
                examples.push((PgType::$ty, Cell::$cell(value), json));
            })*
            examples
        }

        /// `$body` of the descriptor of a type; of a list, which no statement gives out, `$other`.
        macro_rules! of_type {
            ($self_:expr, |$of:ident| $body:expr, |$listed:ident| $other:expr) => {
                match $self_ {
                    $(PgType::$ty => { type $of = $stored; $body })*
                    $(PgType::$list => { let $listed = PgType::$item; $other })*
                }
            };
        }

        impl PgType {
            /// The value that PostgreSQL sent as `bytes`; nothing for one without JSON form.
            #[inline]
            pub(crate) fn read(self, bytes: &[u8]) -> Option<CellRef<'_>> {
                match self {
                    $(Self::$ty => <$stored as Stored>::read(bytes).map(CellRef::$cell),)*
                    // Lists are read inside of formulas.
                    $(Self::$list)|* => None,
                }
            }

            /// The value that a cursor holds as `key`.
            #[must_use]
            pub fn of_key(self, key: &Json) -> Option<Cell> {
                match self {
                    _ if *key == Json::Null => Some(Cell::Null),
                    $(Self::$ty => <$stored as Stored>::of_key(key).map(Cell::$cell),)*
                    $(Self::$list)|* => None,
                }
            }

            /// The value that begins at `moment`; null of a type without times.
            #[must_use]
            pub fn of_moment(self, moment: DateTime<Utc>) -> Cell {
                match self {
                    $(Self::$ty => <$stored as Stored>::of_moment(moment).map_or(Cell::Null, Cell::$cell),)*
                    $(Self::$list)|* => Cell::Null,
                }
            }
        }

        impl Cell {
            /// Does it count as none, as null and the empty text do?
            #[must_use]
            pub fn is_empty(&self) -> bool {
                match self {
                    Self::Null => true,
                    $(Self::$cell(value) => <$stored as Stored>::is_empty(value),)*
                }
            }

            /// Appends PostgreSQL's binary form; nothing for null.
            #[inline]
            pub(crate) fn write(&self, out: &mut Vec<u8>) {
                match self {
                    Self::Null => {}
                    $(Self::$cell(value) => <$stored as Stored>::write(value, out),)*
                }
            }

            /// Appends the form that an array of the type, or of its items, has it in; nothing for null.
            #[inline]
            pub(crate) fn write_item(&self, out: &mut Vec<u8>) {
                match self {
                    Self::Null => {}
                    $(Self::$cell(value) => <$stored as Stored>::write_item(value, out),)*
                }
            }

            /// The value as a bind for a column of type `ty`.
            pub(crate) fn bind(&self, ty: PgType) -> Value {
                match self {
                    Self::Null => ty.null(),
                    $(Self::$cell(value) => <$stored as Stored>::bind(Some(value)),)*
                }
            }

            /// Adds bytes that tell it from any other of its type.
            pub fn mark(&self, marks: &mut Marks) {
                match self {
                    Self::Null => marks.word("null"),
                    $(Self::$cell(value) => <$stored as Stored>::mark(value, marks),)*
                }
            }
        }

        impl<'r> CellRef<'r> {
            /// Appends its plain JSON form.
            #[inline]
            pub fn write(self, format: JsonFormat, out: &mut Vec<u8>) {
                match self {
                    Self::Null => json_out::null(out),
                    $(Self::$cell(value) => <$stored as Stored>::json(value, format, out),)*
                }
            }

            /// As formulas see it.
            #[inline]
            #[must_use]
            pub fn value(self) -> Computed<'r> {
                match self {
                    Self::Null => Computed::Null,
                    $(Self::$cell(value) => <$stored as Stored>::computed(value),)*
                }
            }

            /// As a cursor holds it.
            #[must_use]
            pub fn key(self) -> Json {
                match self {
                    Self::Null => Json::Null,
                    $(Self::$cell(value) => <$stored as Stored>::key(value),)*
                }
            }
        }
    };
}
