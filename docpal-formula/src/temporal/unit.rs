//! Units of time and their names.

use std::fmt;

/// A unit of time, as the date functions take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A thousandth of a second.
    Millisecond,
    /// 1,000 milliseconds.
    Second,
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// A day of the calendar.
    Day,
    /// 7 days.
    Week,
    /// A month of the calendar.
    Month,
    /// 3 months.
    Quarter,
    /// 12 months.
    Year,
}

impl Unit {
    /// Every unit, the shortest first.
    pub const ALL: &[Self] = &[
        Self::Millisecond,
        Self::Second,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Quarter,
        Self::Year,
    ];

    /// The full name, in the plural.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Millisecond => "milliseconds",
            Self::Second => "seconds",
            Self::Minute => "minutes",
            Self::Hour => "hours",
            Self::Day => "days",
            Self::Week => "weeks",
            Self::Month => "months",
            Self::Quarter => "quarters",
            Self::Year => "years",
        }
    }

    /// The abbreviation; unlike the full name it minds the case, since `M` is a month and `m` a minute.
    #[must_use]
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::Millisecond => "ms",
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "w",
            Self::Month => "M",
            Self::Quarter => "Q",
            Self::Year => "y",
        }
    }

    /// The unit of this name: singular, plural or abbreviation.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let lower = name.to_lowercase();
        let plural = lower.strip_suffix('s').unwrap_or(&lower);
        Self::ALL.iter().copied().find(|unit| {
            unit.abbreviation() == name
                || unit.name().strip_suffix('s') == Some(plural)
                || unit.name() == lower
        })
    }

    /// Milliseconds of a unit that is always equally long: an hour or less.
    pub(crate) fn milliseconds(self) -> Option<i64> {
        match self {
            Self::Millisecond => Some(1),
            Self::Second => Some(1_000),
            Self::Minute => Some(60_000),
            Self::Hour => Some(3_600_000),
            _ => None,
        }
    }

    /// Months of a unit that is counted in months.
    pub(crate) fn months(self) -> Option<i64> {
        match self {
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Year => Some(12),
            _ => None,
        }
    }

    /// Days of a unit that is counted in days.
    pub(crate) fn days(self) -> Option<i64> {
        match self {
            Self::Day => Some(1),
            Self::Week => Some(7),
            _ => None,
        }
    }

    /// Whether the unit is shorter than a day.
    #[must_use]
    pub fn is_time(self) -> bool {
        self.milliseconds().is_some()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
