//! `+ - * /` by the number rule: results are rounded to 28 digits after every operation.
//!
//! PostgreSQL's own `+ - *` are exact. Where the operands are short enough for every result to be, the rule changes
//! nothing, and the plain expression stands behind one test of the operands instead of a call per operation.

use crate::sql::expr::{BinOper, PgFn};
use docpal_formula::ArithmeticOp;
use rust_decimal::Decimal;

use super::sql::{Failure, Kind, Sql};
use super::term::Term;

/// Digits of a result.
const DIGITS: u32 = 28;
/// More different operands than this cost more to test than they save.
const MOST_OPERANDS: usize = 6;

/// A sum of products over columns and constants, without rounding.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    raw: Term,
    /// The columns, each once: its slot, and how often its fraction digits count in the result's.
    columns: Vec<(usize, Term, u32)>,
    /// How many columns are multiplied, at most: each adds its digits before the point to the result's.
    factors: u32,
    /// Digits before the point that constants and sums add.
    whole: u32,
    /// Digits behind the point that constants add.
    fraction: u32,
    has_operator: bool,
}

impl Exact {
    pub(crate) fn column(slot: usize, column: Term) -> Self {
        let columns = vec![(slot, column.clone(), 1)];
        Self { raw: column, columns, factors: 1, whole: 0, fraction: 0, has_operator: false }
    }

    pub(crate) fn constant(number: Decimal, bind: Term) -> Self {
        let whole = number.trunc().mantissa().unsigned_abs().checked_ilog10().map_or(0, |log| log + 1);
        let fraction = number.normalize().scale();
        Self { raw: bind, columns: Vec::new(), factors: 0, whole, fraction, has_operator: false }
    }

    fn joined(op: ArithmeticOp, a: &Self, b: &Self) -> Option<Self> {
        let (operator, is_product) = match op {
            ArithmeticOp::Add => (BinOper::Add, false),
            ArithmeticOp::Subtract => (BinOper::Sub, false),
            ArithmeticOp::Multiply => (BinOper::Mul, true),
            ArithmeticOp::Divide => return None,
        };
        let mut columns = a.columns.clone();
        for (slot, column, count) in &b.columns {
            match columns.iter_mut().find(|(known, _, _)| known == slot) {
                Some((_, _, known)) if is_product => *known += count,
                Some((_, _, known)) => *known = (*known).max(*count),
                None => columns.push((*slot, column.clone(), *count)),
            }
        }
        let (factors, whole, fraction) = if is_product {
            (a.factors + b.factors, a.whole + b.whole, a.fraction + b.fraction)
        } else {
            (a.factors.max(b.factors), a.whole.max(b.whole) + 1, a.fraction.max(b.fraction))
        };
        let raw = a.raw.clone().binary(operator, b.raw.clone());
        let exact = Self { raw, columns, factors, whole, fraction, has_operator: true };
        (exact.columns.len() <= MOST_OPERANDS && exact.room().is_some()).then_some(exact)
    }

    /// The digits each column may have before the point, and all of them together behind it.
    fn room(&self) -> Option<(u32, u32)> {
        [9, 7, 6].into_iter().find_map(|digits| {
            let left = DIGITS.checked_sub(self.factors * digits + self.whole + self.fraction)?;
            (left >= 4).then_some((digits, left))
        })
    }

    /// Whether the operands are short enough for `raw`; `None` when that is not worth a test.
    fn test(&self) -> Option<Term> {
        let (digits, fraction) = self.room().filter(|_| self.has_operator)?;
        let bound = 10i64.pow(digits);
        let bounded = self.columns.iter().map(|(_, column, _)| {
            let above = column.clone().binary(BinOper::GreaterThan, Term::integer(-bound));
            above.and(column.clone().binary(BinOper::SmallerThan, Term::integer(bound)))
        });
        let scales = self.columns.iter().map(|(_, column, count)| {
            let scale = Term::call(PgFn::Scale, [column.clone()]);
            if *count > 1 { scale.binary(BinOper::Mul, Term::integer((*count).into())) } else { scale }
        });
        let scales = scales.reduce(|sum, scale| sum.binary(BinOper::Add, scale))?;
        let short = scales.binary(BinOper::SmallerThanOrEqual, Term::integer(fraction.into()));
        Some(bounded.reduce(Term::and)?.and(short))
    }
}

impl Sql {
    /// The number 0.
    pub(crate) fn zero() -> Self {
        let zero = Term::integer(0);
        let exact = Exact::constant(Decimal::ZERO, zero.clone());
        Self { exact: Some(Box::new(exact)), ..Self::sure(Kind::Number, zero).never_null() }
    }

    /// The plain form of the number, and for which records it is right.
    pub(crate) fn plain(&self) -> Option<(Term, Term)> {
        let exact = self.exact.as_ref()?;
        Some((exact.test()?, exact.raw.clone()))
    }

    /// The number with its plain form chosen where that is possible.
    pub(crate) fn settled(mut self) -> Self {
        let plain = self.plain();
        self.exact = None;
        if let Some((test, plain)) = plain {
            let is_nan = self.value.clone().equals(Kind::Number.poison());
            let is_nan = if self.nullable { is_nan.or_false() } else { is_nan };
            self.doubt = Some(Box::new(test.clone().choose(Term::boolean(false), is_nan)));
            self.value = test.choose(plain, self.value);
        }
        self
    }
}

/// Two numbers; null counts as 0, a null divisor is a division by zero.
pub(super) fn arithmetic(op: ArithmeticOp, a: Sql, b: Sql) -> Sql {
    let exact = match (&a.exact, &b.exact) {
        (Some(a), Some(b)) => Exact::joined(op, a, b),
        _ => None,
    };
    // A side that goes on as part of a larger plain form stays unsettled.
    let (a, b) = if exact.is_some() { (a, b) } else { (a.settled(), b.settled()) };
    let or_zero = |sql: Sql| if sql.nullable { sql.value.or_zero() } else { sql.value };
    let ruled = |operator, a, b| Term::call(PgFn::Num, [or_zero(a).binary(operator, or_zero(b))]);
    let value = match op {
        ArithmeticOp::Add => ruled(BinOper::Add, a, b),
        ArithmeticOp::Subtract => ruled(BinOper::Sub, a, b),
        ArithmeticOp::Multiply => ruled(BinOper::Mul, a, b),
        // A null divisor stays null: docpal.div takes it as a division by zero.
        ArithmeticOp::Divide => Term::call(PgFn::Div, [or_zero(a), b.value]),
    };
    let sql = Sql::new(Kind::Number, value, Failure::Poison).never_null();
    Sql { exact: exact.map(Box::new), ..sql }
}
