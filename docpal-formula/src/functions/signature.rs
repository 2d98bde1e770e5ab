//! What a function takes and gives.

use std::fmt;

use serde::Serialize;

use crate::prepared::Prepared;
use crate::types::Type;

/// Where the reference lists a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// Conditions, blanks and errors.
    Logic,
    /// Arithmetic, rounding, aggregates.
    Number,
    /// Texts and regular expressions.
    Text,
    /// Dates and instants.
    Date,
    /// Lists.
    List,
    /// Properties of the record.
    Record,
    /// JSON documents.
    Json,
    /// Functions of the host.
    Host,
}

/// Whether arguments are evaluated before the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Laziness {
    /// All arguments are evaluated from left to right; the first error is the result.
    Eager,
    /// The function evaluates what it needs: an error in an argument it does not ask for is never seen.
    Lazy,
}

/// What a result depends on beside the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Volatility {
    /// On nothing.
    Immutable,
    /// On the formula's time zone.
    Zone,
    /// On the clock.
    Volatile,
}

/// Which null arguments make the result of an eager function null without a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// The first, main argument.
    First,
    /// Any argument.
    Any,
    /// None: the function sees to nulls itself.
    Own,
}

/// A call and its result, both written as formulas; run as a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The call.
    pub formula: &'static str,
    /// A formula of the same value, or an error code behind `#`.
    pub result: &'static str,
}

/// A type that a signature leaves open: all places of one variable in a call have one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Var {
    /// A value that is compared: types that differ are an error.
    Compared,
    /// A result: a text makes all results texts, and the literal `""` is blank beside other types.
    Result,
}

/// What a parameter takes. Null, and so a literal `NULL`, fits everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParamType {
    /// A number.
    Number,
    /// A text.
    Text,
    /// A truth.
    Bool,
    /// Anything, taken as a truth.
    Condition,
    /// Anything but JSON, taken in its text form.
    Display,
    /// A date or datetime; an ISO text literal is read as one.
    Temporal,
    /// JSON.
    Json,
    /// Anything as it is.
    Any,
    /// A number or a list of numbers.
    Numbers,
    /// A list; another value is taken as a list of one.
    List,
    /// A list of the variable's type; another value is taken as a list of one.
    ListOf(Var),
    /// A value of the variable's type.
    Same(Var),
    /// A unit of time.
    Unit,
    /// A regular expression.
    Regex,
    /// A date format.
    DateFormat,
    /// A number format.
    NumberFormat,
    /// The literal name of a time zone.
    TimeZone,
    /// The literal name of a locale.
    Locale,
    /// The literal name of the day a week starts on: `"Sunday"` or `"Monday"`.
    WeekStart,
    /// A path into a JSON document: `"address.city"`, `"items[0].price"`.
    JsonPath,
    /// A field reference.
    Field,
}

impl fmt::Display for ParamType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Bool => "bool",
            Self::Condition => "condition",
            Self::Display | Self::Any | Self::Same(_) => "any",
            Self::Temporal => "date or datetime",
            Self::Json => "json",
            Self::Numbers => "number or list<number>",
            Self::List | Self::ListOf(_) => "list",
            Self::Unit => "unit",
            Self::Regex => "regex",
            Self::DateFormat => "date format",
            Self::NumberFormat => "number format",
            Self::TimeZone => "time zone",
            Self::Locale => "locale",
            Self::WeekStart => "first day of the week",
            Self::JsonPath => "path",
            Self::Field => "field",
        })
    }
}

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Param {
    /// The name shown in signature help.
    pub name: &'static str,
    /// What it takes.
    pub ty: ParamType,
    /// Whether it may lack, with all parameters behind it.
    pub is_optional: bool,
}

impl Param {
    /// A parameter that every call gives.
    #[must_use]
    pub const fn required(name: &'static str, ty: ParamType) -> Self {
        Self { name, ty, is_optional: false }
    }

    /// A parameter that may lack.
    #[must_use]
    pub const fn optional(name: &'static str, ty: ParamType) -> Self {
        Self { name, ty, is_optional: true }
    }
}

/// The type of a result.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Returns {
    /// Number.
    Number,
    /// Text.
    Text,
    /// Bool; never null.
    Bool,
    /// Date.
    Date,
    /// Datetime.
    DateTime,
    /// JSON.
    Json,
    /// The type of a variable.
    Var(Var),
    /// A list of a variable's type.
    ListOf(Var),
    /// The type of the first argument.
    First,
    /// Whatever the function makes of the typed arguments.
    With(fn(&[&Type], &[Prepared]) -> Type),
}

/// Parameters and result of a function.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    params: &'static [Param],
    repeated: usize,
    tail: Option<Param>,
    returns: Returns,
}

impl Signature {
    /// A function of these parameters, optional ones at the end.
    #[must_use]
    pub const fn new(params: &'static [Param], returns: Returns) -> Self {
        Self { params, repeated: 0, tail: None, returns }
    }

    /// The last `count` parameters repeat, all together.
    #[must_use]
    pub const fn repeating(mut self, count: usize) -> Self {
        self.repeated = count;
        self
    }

    /// One more optional parameter behind the repeated ones.
    #[must_use]
    pub const fn tail(mut self, param: Param) -> Self {
        self.tail = Some(param);
        self
    }

    /// The parameters; repeated ones once.
    #[must_use]
    pub fn params(&self) -> &'static [Param] {
        self.params
    }

    /// How many of the last parameters repeat.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.repeated
    }

    /// The result.
    #[must_use]
    pub fn returns(&self) -> Returns {
        self.returns
    }

    /// The fewest arguments of a call.
    #[must_use]
    pub fn fewest(&self) -> usize {
        self.params.iter().filter(|param| !param.is_optional).count()
    }

    /// The most arguments of a call, if they are bounded.
    #[must_use]
    pub fn most(&self) -> Option<usize> {
        (self.repeated == 0).then_some(self.params.len())
    }

    /// The parameter that argument `index` of a call with `count` arguments stands for.
    #[must_use]
    pub fn param(&self, index: usize, count: usize) -> Option<Param> {
        if self.repeated == 0 || index < self.params.len() - self.repeated {
            return self.params.get(index).copied();
        }
        let fixed = self.params.len() - self.repeated;
        let is_tail = self.tail.is_some() && index + 1 == count && (count - fixed) % self.repeated == 1;
        if is_tail {
            return self.tail;
        }
        self.params.get(fixed + (index - fixed) % self.repeated).copied()
    }

    /// Whether a call with `count` arguments breaks a group of repeated parameters.
    pub(crate) fn splits_group(&self, count: usize) -> bool {
        let Some(behind) = count.checked_sub(self.params.len()) else { return false };
        self.repeated > 1 && behind % self.repeated > usize::from(self.tail.is_some())
    }
}

/// `value, [digits]`, the way a call is written.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, param) in self.params.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            if param.is_optional { write!(f, "[{}]", param.name)? } else { f.write_str(param.name)? }
        }
        if self.repeated > 0 {
            f.write_str(", ...")?;
        }
        self.tail.map_or(Ok(()), |tail| write!(f, ", [{}]", tail.name))
    }
}
