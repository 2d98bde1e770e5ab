//! The calling convention: one call of a function, as the function sees it. It knows neither the functions nor who
//! evaluates them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};
use chrono_tz::Tz;
use regex::Regex;
use rust_decimal::Decimal;

use crate::context::Context;
use crate::error::{ErrorCode, EvalError};
use crate::limits::{Limits, text_work};
use crate::number::round;
use crate::prepared::regex::compile_regex;
use crate::prepared::{JsonPath, NumberFormat, Prepared};
use crate::temporal;
use crate::temporal::format::DateFormat;
use crate::temporal::unit::Unit;
use crate::types::Type;
use crate::value::{Value, as_number, truthy, wrong_type};

/// Work for making a regular expression, which takes milliseconds when it is one of the largest.
const REGEX_WORK: u64 = 50_000;

/// Who evaluates: what a call asks of it.
pub(crate) trait Caller<'a> {
    /// How many arguments were given.
    fn count(&self) -> usize;

    /// The value of an argument, evaluated now; null when it was not given.
    fn value(&self, index: usize) -> Result<Value<'a>, EvalError>;

    /// The truth of an argument, evaluated now; false when it was not given.
    fn truth(&self, index: usize) -> Result<bool, EvalError>;

    /// What the check made of an argument.
    fn prepared(&self, index: usize) -> &'a Prepared;

    /// The static type of an argument that was given.
    fn arg_type(&self, index: usize) -> Option<&'a Type>;

    /// The static type of the result.
    fn result_type(&self) -> &'a Type;

    /// The zone that `SET_TIMEZONE` gave to an argument.
    fn zone(&self) -> Option<Tz>;

    /// Clock, zone and limits.
    fn context(&self) -> &Context;

    /// Takes `units` of work off what is left.
    fn burn(&self, units: u64) -> Result<(), EvalError>;
}

/// One call of a function: its arguments by index, the clock, the zone and the limits.
///
/// An argument of an eager function can be taken once; an argument of a lazy function is evaluated each time it
/// is asked for.
pub struct Call<'c, 'a> {
    caller: &'c dyn Caller<'a>,
    args: Option<&'c mut [Value<'a>]>,
}

impl<'c, 'a> Call<'c, 'a> {
    /// A call whose arguments are evaluated.
    pub(crate) fn eager(caller: &'c dyn Caller<'a>, args: &'c mut [Value<'a>]) -> Self {
        Self { caller, args: Some(args) }
    }

    /// A call that evaluates the arguments it needs.
    pub(crate) fn lazy(caller: &'c dyn Caller<'a>) -> Self {
        Self { caller, args: None }
    }

    /// The number of arguments given.
    #[must_use]
    pub fn count(&self) -> usize {
        self.args.as_ref().map_or_else(|| self.caller.count(), |args| args.len())
    }

    /// An argument; null when it was not given.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn value(&mut self, index: usize) -> Result<Value<'a>, EvalError> {
        match &mut self.args {
            Some(args) => Ok(args.get_mut(index).map(std::mem::take).unwrap_or_default()),
            None => self.caller.value(index),
        }
    }

    /// A number, or null.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn number(&mut self, index: usize) -> Result<Option<Decimal>, EvalError> {
        as_number(self.value(index)?)
    }

    /// A whole number, toward zero; numbers beyond 64 bits are clamped.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn whole(&mut self, index: usize) -> Result<Option<i64>, EvalError> {
        let clamp = |number: Decimal| if number.is_sign_negative() { i64::MIN } else { i64::MAX };
        Ok(self.number(index)?.map(|number| round::whole(number).unwrap_or_else(|| clamp(number))))
    }

    /// A text; null is empty.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn text(&mut self, index: usize) -> Result<Cow<'a, str>, EvalError> {
        match self.value(index)? {
            Value::Text(text) => Ok(text),
            Value::Null => Ok(Cow::Borrowed("")),
            other => Err(wrong_type("a text", &other)),
        }
    }

    /// A truth; null is false.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn truth(&mut self, index: usize) -> Result<bool, EvalError> {
        match &self.args {
            None => self.caller.truth(index),
            Some(_) => Ok(truthy(&self.value(index)?)),
        }
    }

    /// A list; null is empty, another value is a list of one.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn list(&mut self, index: usize) -> Result<Vec<Value<'a>>, EvalError> {
        Ok(match self.value(index)? {
            Value::List(items) => items,
            Value::Null => Vec::new(),
            other => vec![other],
        })
    }

    /// A JSON document, or null.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn json(&mut self, index: usize) -> Result<Option<Cow<'a, serde_json::Value>>, EvalError> {
        match self.value(index)? {
            Value::Json(json) => Ok(Some(json)),
            Value::Null => Ok(None),
            other => Err(wrong_type("JSON", &other)),
        }
    }

    /// The wall-clock time of a date or datetime in the call's zone, or null.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn local(&mut self, index: usize) -> Result<Option<NaiveDateTime>, EvalError> {
        match self.value(index)? {
            Value::Date(date) => Ok(Some(date.into())),
            Value::DateTime(instant) => temporal::local(instant, self.zone()).map(Some),
            Value::Null => Ok(None),
            other => Err(wrong_type("a date", &other)),
        }
    }

    /// The day of a date or datetime in the call's zone, or null.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn day(&mut self, index: usize) -> Result<Option<NaiveDate>, EvalError> {
        Ok(self.local(index)?.map(|local| local.date()))
    }

    /// The instant of a datetime, or of a date's midnight in the call's zone, or null.
    ///
    /// # Errors
    /// The argument's own, in a lazy function; overflow at the end of the calendar.
    pub fn instant(&mut self, index: usize) -> Result<Option<DateTime<Utc>>, EvalError> {
        match self.value(index)? {
            Value::Date(date) => temporal::midnight(date, self.zone()).map(Some),
            Value::DateTime(instant) => Ok(Some(instant)),
            Value::Null => Ok(None),
            other => Err(wrong_type("a date", &other)),
        }
    }

    /// Visits the arguments from `first` on, lists item by item at any depth.
    pub(crate) fn each(
        &mut self,
        first: usize,
        visit: &mut impl FnMut(Value<'a>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        (first..self.count()).try_for_each(|index| self.each_of(index, visit))
    }

    /// Visits one argument, a list item by item at any depth.
    pub(crate) fn each_of(
        &mut self,
        index: usize,
        visit: &mut impl FnMut(Value<'a>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        let mut todo = match self.value(index)? {
            Value::List(items) => vec![items.into_iter()],
            // A blank list is empty; another blank is a value.
            Value::Null if self.is_list(index) => return Ok(()),
            value => return visit(value),
        };
        while let Some(items) = todo.last_mut() {
            match items.next() {
                Some(Value::List(inner)) => todo.push(inner.into_iter()),
                Some(value) => {
                    self.caller.burn(1)?;
                    visit(value)?;
                }
                None => drop(todo.pop()),
            }
        }
        Ok(())
    }

    /// Visits every number among all arguments, also in lists; blanks are skipped.
    pub(crate) fn each_number(
        &mut self,
        visit: &mut impl FnMut(Decimal) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        self.each(0, &mut |value| as_number(value)?.map_or(Ok(()), &mut *visit))
    }

    /// Every number among all arguments, also in lists; blanks are skipped.
    pub(crate) fn numbers(&mut self) -> Result<Vec<Decimal>, EvalError> {
        let mut numbers = Vec::new();
        self.each_number(&mut |number| {
            numbers.push(number);
            Ok(())
        })?;
        Ok(numbers)
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.caller.context().now()
    }

    /// The zone to read instants in: the one `SET_TIMEZONE` gave to an argument, else the context's.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.caller.zone().unwrap_or_else(|| self.caller.context().zone())
    }

    /// The bounds of the evaluation.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.caller.context().limits()
    }

    /// What the check made of the literal argument `index`.
    #[must_use]
    pub fn prepared(&self, index: usize) -> &'a Prepared {
        self.caller.prepared(index)
    }

    /// A unit of time, or nothing when the argument is null.
    ///
    /// # Errors
    /// A bad argument when there is no such unit.
    pub fn unit(&mut self, index: usize) -> Result<Option<Unit>, EvalError> {
        if let Prepared::Unit(unit) = self.prepared(index) {
            return Ok(Some(*unit));
        }
        let name = self.text(index)?;
        if name.is_empty() {
            return Ok(None);
        }
        Unit::parse(&name).map(Some).ok_or_else(|| bad_argument(format!("there is no unit `{name}`")))
    }

    /// A regular expression.
    ///
    /// # Errors
    /// A bad argument when the pattern does not compile; out of fuel.
    pub fn regex(&mut self, index: usize) -> Result<Arc<Regex>, EvalError> {
        if let Prepared::Regex(regex) = self.prepared(index) {
            return Ok(Arc::clone(regex));
        }
        let pattern = self.text(index)?;
        // Also for a pattern that is known from the row before: a row's result must not depend on other rows.
        self.caller.burn(REGEX_WORK)?;
        self.caller.context().regex(&pattern, |pattern| compile_regex(pattern).map_err(bad_argument))
    }

    /// A date format, or nothing when the argument is blank.
    ///
    /// # Errors
    /// The argument's own, in a lazy function.
    pub fn date_format(&mut self, index: usize) -> Result<Option<Arc<DateFormat>>, EvalError> {
        if let Prepared::DateFormat(format) = self.prepared(index) {
            return Ok(Some(Arc::clone(format)));
        }
        let format = self.text(index)?;
        self.pay_for_text(format.len() * 16)?;
        Ok((!format.is_empty()).then(|| Arc::new(DateFormat::parse(&format))))
    }

    /// A number format.
    ///
    /// # Errors
    /// A bad argument when the text is none.
    pub fn number_format(&mut self, index: usize) -> Result<Arc<NumberFormat>, EvalError> {
        if let Prepared::NumberFormat(format) = self.prepared(index) {
            return Ok(Arc::clone(format));
        }
        let format = self.text(index)?;
        let parsed = NumberFormat::parse(&format).map(Arc::new);
        parsed.ok_or_else(|| bad_argument(format!("`{format}` is not a number format")))
    }

    /// A path into JSON.
    ///
    /// # Errors
    /// A bad argument when the text is none.
    pub fn json_path(&mut self, index: usize) -> Result<Arc<JsonPath>, EvalError> {
        if let Prepared::JsonPath(path) = self.prepared(index) {
            return Ok(Arc::clone(path));
        }
        let path = self.text(index)?;
        JsonPath::parse(&path).map(Arc::new).ok_or_else(|| bad_argument(format!("`{path}` is not a path")))
    }

    /// The day a week starts on: Sunday when the argument is not given.
    #[must_use]
    pub fn week_start(&self, index: usize) -> Weekday {
        match self.prepared(index) {
            Prepared::WeekStart(day) => *day,
            _ => Weekday::Sun,
        }
    }

    /// Whether the argument is a date without time, by its static type.
    #[must_use]
    pub fn is_date(&self, index: usize) -> bool {
        self.caller.arg_type(index) == Some(&Type::Date)
    }

    /// Whether the argument is a list, by its static type.
    fn is_list(&self, index: usize) -> bool {
        matches!(self.caller.arg_type(index), Some(Type::List(_)))
    }

    /// The static type of the call's result.
    #[must_use]
    pub fn result_type(&self) -> &'a Type {
        self.caller.result_type()
    }

    /// Pays for work in proportion to `bytes` of text.
    ///
    /// # Errors
    /// [`ErrorCode::OutOfFuel`](crate::ErrorCode::OutOfFuel).
    pub fn pay_for_text(&self, bytes: usize) -> Result<(), EvalError> {
        self.caller.burn(text_work(bytes))
    }

    /// Refuses a text that would have more bytes than the limit; to be asked before it is made.
    ///
    /// # Errors
    /// [`ErrorCode::TextTooLong`](crate::ErrorCode::TextTooLong).
    pub fn check_text(&self, bytes: usize) -> Result<(), EvalError> {
        self.caller.context().limits().check_text(bytes)
    }
}

fn bad_argument(message: String) -> EvalError {
    EvalError::with_message(ErrorCode::BadArgument, message)
}

impl fmt::Debug for Call<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("result", self.result_type()).finish_non_exhaustive()
    }
}
