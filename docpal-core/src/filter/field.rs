//! Filters as a program writes them: a field, then what it is tested for. One line per operator, named by its code
//! where Rust allows it. Which operators a field takes follows from its type, as in a request.

use super::{Filter, Test};
use crate::json::Json;

/// Starts a test of a field, given by its name or its id.
///
/// # Example
/// ```
/// use docpal_core::field;
/// let filter = field("Total").gt(5000).and(field("Status").is_any_of(["open", "paid"]));
/// let late = field("Due").before("2026-01-31").or(!field("Customer").contains("Ltd"));
/// assert_eq!(filter.to_json().to_string(), r#"{"and":[{"field":"Total","op":"gt","value":5000},{"field":"Status","op":"is_any_of","value":["open","paid"]}]}"#);
/// # let _ = late;
/// ```
pub fn field(field: impl Into<String>) -> FieldTest {
    FieldTest { field: field.into(), case_sensitive: false }
}

/// A field that is about to be tested; see [`field()`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "say what the field is tested for"]
pub struct FieldTest {
    field: String,
    case_sensitive: bool,
}

impl FieldTest {
    /// The same field, with texts compared exactly.
    pub fn case_sensitive(mut self) -> Self {
        self.case_sensitive = true;
        self
    }

    fn test(self, op: &str, value: Option<Json>) -> Filter {
        let Self { field, case_sensitive } = self;
        Filter::Test(Test { field, op: op.to_owned(), value, case_sensitive })
    }
}

/// A method per operator: with a value, with many, with two, or with none.
macro_rules! operators {
    (
        value { $($(#[$one_doc:meta])* $one:ident = $one_code:literal;)* }
        values { $($(#[$many_doc:meta])* $many:ident = $many_code:literal;)* }
        two { $($(#[$two_doc:meta])* $two:ident = $two_code:literal;)* }
        none { $($(#[$none_doc:meta])* $none:ident = $none_code:literal;)* }
    ) => {
        impl FieldTest {
            $($(#[$one_doc])* #[must_use]
            pub fn $one(self, value: impl Into<Json>) -> Filter {
                self.test($one_code, Some(value.into()))
            })*

            $($(#[$many_doc])* #[must_use]
            pub fn $many<T: Into<Json>>(self, values: impl IntoIterator<Item = T>) -> Filter {
                self.test($many_code, Some(Json::List(values.into_iter().map(Into::into).collect())))
            })*

            $($(#[$two_doc])* #[must_use]
            pub fn $two(self, first: impl Into<Json>, last: impl Into<Json>) -> Filter {
                self.test($two_code, Some(Json::List(vec![first.into(), last.into()])))
            })*

            $($(#[$none_doc])* #[must_use]
            pub fn $none(self) -> Filter {
                self.test($none_code, None)
            })*
        }

        /// The codes that have a method here.
        pub const CODES: &[&str] = &[$($one_code,)* $($many_code,)* $($two_code,)* $($none_code,)*];
    };
}

operators! {
    value {
        /// Texts, options, switches, users and records: is this; dates: falls in it.
        is = "is";
        /// Not what [`FieldTest::is`] says, or empty.
        is_not = "is_not";
        /// Texts and options: holds this text.
        contains = "contains";
        /// Texts: does not hold this text, or is empty.
        does_not_contain = "does_not_contain";
        /// Texts: begins so.
        starts_with = "starts_with";
        /// Texts: ends so.
        ends_with = "ends_with";
        /// Texts: holds this as a whole word.
        contains_word = "contains_word";
        /// Texts: an address or link of this domain.
        domain_is = "domain_is";
        /// Texts: has so many characters.
        length_eq = "length_eq";
        /// Texts: has more characters.
        length_gt = "length_gt";
        /// Texts: has fewer characters.
        length_lt = "length_lt";
        /// Numbers: equals.
        eq = "eq";
        /// Numbers: differs or is empty.
        ne = "ne";
        /// Numbers: is greater.
        gt = "gt";
        /// Numbers: is at least.
        gte = "gte";
        /// Numbers: is less.
        lt = "lt";
        /// Numbers: is at most.
        lte = "lte";
        /// Dates: falls in, as in `{"mode": "last_days", "n": 7}`.
        within = "within";
        /// Dates: is before it begins.
        before = "before";
        /// Dates: is before it ends.
        on_or_before = "on_or_before";
        /// Dates: is after it ended.
        after = "after";
        /// Dates: is after it began.
        on_or_after = "on_or_after";
        /// Several options: so many are chosen.
        count_eq = "count_eq";
        /// Several options: more are chosen.
        count_gt = "count_gt";
    }
    values {
        /// Texts, numbers, users and records: is one of these.
        is_in = "in";
        /// Texts, numbers and users: is none of these, or is empty.
        not_in = "not_in";
        /// One option: is one of these.
        is_any_of = "is_any_of";
        /// One option: is none of these, or is empty.
        is_none_of = "is_none_of";
        /// Several options: at least one of these is chosen.
        has_any_of = "has_any_of";
        /// Several options: all of these are chosen.
        has_all_of = "has_all_of";
        /// Several options: none of these is chosen.
        has_none_of = "has_none_of";
        /// Several options: these are chosen and no others.
        is_exactly = "is_exactly";
        /// Several options: others than these are chosen, or not all of them.
        is_not_exactly = "is_not_exactly";
    }
    two {
        /// Numbers and dates: lies between, ends included.
        between = "between";
        /// Numbers: lies outside, or is empty.
        not_between = "not_between";
    }
    none {
        /// Has no value.
        is_empty = "is_empty";
        /// Has a value.
        is_not_empty = "is_not_empty";
        /// Numbers: has no digits after the point.
        is_integer = "is_integer";
        /// Users: is who asks.
        is_me = "is_me";
        /// Users: is not who asks, or is empty.
        is_not_me = "is_not_me";
        /// Formulas: gives an error.
        is_error = "is_error";
        /// Formulas: gives no error.
        is_not_error = "is_not_error";
    }
}

impl Filter {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            first => Self::And(vec![first, other]),
        }
    }

    /// At least one of the two holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Or(mut any) => {
                any.push(other);
                Self::Or(any)
            }
            first => Self::Or(vec![first, other]),
        }
    }
}

impl std::ops::Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}
