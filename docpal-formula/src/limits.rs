//! Bounds that keep a hostile formula from costing more than a small one.

use crate::error::{ErrorCode, EvalError};

/// Bounds on a formula's source and on the work of one evaluation.
///
/// The defaults suit formulas typed by people; a host changes single bounds.
///
/// # Example
/// ```
/// use docpal_formula::{Formula, Limits};
///
/// let limits = Limits { source_bytes: 8, ..Limits::default() };
/// let errors = Formula::parse_with("1 + 2 + 3", &limits).unwrap_err();
/// assert_eq!(errors.first().code, "source_too_long");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest source in bytes.
    pub source_bytes: usize,
    /// Deepest nesting of parentheses, calls and signs.
    pub nesting: usize,
    /// Tallest expression tree; a chain of `+ - * /` or of comparisons grows by one per operator.
    pub height: usize,
    /// Most operands, operators and calls.
    pub nodes: usize,
    /// Longest text in bytes that an evaluation may make.
    pub text_bytes: usize,
    /// Longest list that an evaluation may make.
    pub list_items: usize,
    /// Units of work for one row: one per call, one per 16 bytes of text or per list item made or read,
    /// 50,000 per regular expression that is not a literal.
    pub fuel: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes: 10 * 1024,
            nesting: 64,
            height: 256,
            nodes: 2_000,
            text_bytes: 100 * 1024,
            list_items: 10_000,
            fuel: 1_000_000,
        }
    }
}

impl Limits {
    /// Refuses a text that is too long.
    pub(crate) fn check_text(&self, bytes: usize) -> Result<(), EvalError> {
        if bytes > self.text_bytes { Err(ErrorCode::TextTooLong.into()) } else { Ok(()) }
    }
}

/// Work for reading or making a text.
pub(crate) fn text_work(bytes: usize) -> u64 {
    bytes as u64 / 16
}
