//! How a view groups its records, and what it computes over them: plain data, untrusted.

use chrono_tz::Tz;
use docpal_core::shape::{At, Kind, Shape};
use docpal_core::{Json, Result, shape};
use rust_decimal::Decimal;

use super::{Direction, EmptyPlace, TERMS};

/// A view groups by at most this many fields, one inside the other.
pub const MAX_GROUPS: usize = 3;
/// A view computes at most this many aggregates.
pub const MAX_AGGREGATES: usize = 50;

shape! {
    /// One level of groups. The records of a view come in the order of its groups, whatever else it sorts by.
    #[name = "Group"]
    #[terms = TERMS]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct GroupBy {
        /// The field, by name or id.
        pub field: String,
        /// What counts as the same value; the value itself when there is none.
        pub bucket: Option<Bucket>,
        /// The zone in which the days of instants begin; UTC when there is none.
        #[example = r#""Europe/Rome""#]
        pub zone: Option<Tz>,
        /// Which end first.
        pub direction: Direction = Direction::Ascending,
        /// Where the group without a value goes; by default first when ascending, last when descending.
        pub empty: Option<EmptyPlace>,
    }
}

impl GroupBy {
    /// A group for each value of `field`, the small ones first.
    #[must_use]
    pub fn field(field: impl Into<String>) -> Self {
        let (direction, empty) = (Direction::default(), None);
        Self { field: field.into(), bucket: None, zone: None, direction, empty }
    }

    /// The same with a group for each `bucket` of values.
    #[must_use]
    pub fn bucket(mut self, bucket: Bucket) -> Self {
        self.bucket = Some(bucket);
        self
    }

    /// The same with days that begin at midnight in `zone`.
    #[must_use]
    pub fn zone(mut self, zone: Tz) -> Self {
        self.zone = Some(zone);
        self
    }

    /// The same with the large values first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.direction = Direction::Descending;
        self
    }
}

/// Values that make one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// The dates of a day.
    Day,
    /// The dates of a week, which begins on Monday.
    Week,
    /// The dates of a month.
    Month,
    /// The dates of a quarter.
    Quarter,
    /// The dates of a year.
    Year,
    /// The numbers from a multiple of this size up to, but not including, the next.
    Size(Decimal),
}

shape! {
    /// One value computed over the records of a view and of each of its groups.
    #[name = "Aggregate"]
    #[example = r#"{"field": "total", "function": "sum"}"#]
    #[terms = TERMS]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AggregateSpec {
        /// The field, by name or id.
        pub field: String,
        /// What is computed, as `sum`; `/api/field-types` lists the functions. `avg` and `mean` are `average`, too; of
        /// dates `min` is `earliest` and `max` is `latest`.
        pub function: String,
    }
}

/// The buckets that have a word.
const BUCKETS: [(&str, Bucket); 5] = [
    ("day", Bucket::Day),
    ("week", Bucket::Week),
    ("month", Bucket::Month),
    ("quarter", Bucket::Quarter),
    ("year", Bucket::Year),
];

impl Shape for Bucket {
    fn kind() -> Kind {
        Kind::Either(vec![Kind::Words(BUCKETS.map(|(word, _)| word).into()), Kind::Number])
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let wrong = || at.invalid("expected `day`, `week`, `month`, `quarter`, `year`, or a number above 0");
        match &json {
            Json::Text(text) => {
                let found = BUCKETS.into_iter().find(|(word, _)| word == text);
                found.map(|(_, bucket)| bucket).ok_or_else(wrong)
            }
            number => match docpal_core::field_types::read_number(number) {
                Ok(size) if size > Decimal::ZERO => Ok(Self::Size(size)),
                _ => Err(wrong()),
            },
        }
    }
}
