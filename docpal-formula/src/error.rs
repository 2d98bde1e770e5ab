//! Errors of an evaluation: values with a code, not failures of the program.

use std::fmt;
use std::str::FromStr;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $message:literal;)+) => {
        /// Why an evaluation has no value. The text of a code never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable text of the code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What the code means, for people.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message),+ }
            }
        }
    };
}

codes! {
    /// Division by zero or by a blank divisor.
    DivByZero = "div_by_zero", "division by zero";
    /// More than 28 digits before the decimal point, or a date outside the calendar.
    Overflow = "overflow", "the result is too large";
    /// An argument outside the function's domain, such as the square root of a negative number.
    Domain = "domain", "an argument is outside the function's range";
    /// A text that is no number where a number is read from it.
    NotANumber = "not_a_number", "the text is not a number";
    /// A text that is no date where a date is read from it.
    NotADate = "not_a_date", "the text is not a date";
    /// A regular expression, unit or format, made while evaluating, that means nothing.
    BadArgument = "bad_argument", "an argument means nothing to the function";
    /// A text grew over the limit.
    TextTooLong = "text_too_long", "the text is too long";
    /// A list grew over the limit.
    ListTooLong = "list_too_long", "the list is too long";
    /// The row used up its units of work.
    OutOfFuel = "out_of_fuel", "the formula does too much work";
    /// The formula called ERROR.
    Raised = "raised", "the formula reports an error";
    /// The host could not supply a field's value.
    Unavailable = "unavailable", "a value the formula needs is not available";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no [`ErrorCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an error code")]
pub struct UnknownErrorCode(String);

impl FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(text: &str) -> Result<Self, UnknownErrorCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| UnknownErrorCode(text.to_owned()))
    }
}

/// The error value of an evaluation.
///
/// It propagates through every operation except `ISERROR`, `IFERROR` and branches not taken;
/// of two errors the left one wins.
///
/// # Example
/// ```
/// use docpal_formula::{Context, ErrorCode, Formula, Functions};
///
/// let program = Formula::parse("1 / 0")?.check(&(), &Functions::standard())?;
/// let error = program.eval(&(), &Context::system()).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::DivByZero);
/// # Ok::<(), docpal_formula::Errors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    code: ErrorCode,
    message: Option<Box<str>>,
}

impl EvalError {
    /// An error with the code's own message.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self { code, message: None }
    }

    /// An error with a message of its own.
    #[must_use]
    pub fn with_message(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into().into_boxed_str()) }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What happened, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_else(|| self.code.message())
    }
}

impl From<ErrorCode> for EvalError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message())
    }
}

impl std::error::Error for EvalError {}
