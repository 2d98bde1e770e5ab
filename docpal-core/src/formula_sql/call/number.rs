//! Arithmetic and rounding. NaN goes through all of it.

use crate::Cell;
use crate::sql::PgType;
use crate::sql::expr::{self, PgFn};
use docpal_formula::Value;
use rust_decimal::{Decimal, RoundingStrategy};

use super::super::node::truthy;
use super::super::sql::{Failure, Kind, Sql};
use super::super::term::Term;
use super::{Call, Functions, Unsupported, through};

pub(super) const FUNCTIONS: Functions = &[
    ("ABS", |call| Ok(through(call.number(0)?, |number| Term::call(PgFn::Abs, [number])))),
    ("CEILING", |call| multiple(call, true)),
    ("EVEN", |call| own(call, PgFn::Parity, [Term::integer(0)])),
    ("EXP", |call| own(call, PgFn::Exp, [])),
    ("FLOOR", |call| multiple(call, false)),
    ("INT", |call| Ok(through(call.number(0)?, |number| Term::call(PgFn::Floor, [number])))),
    ("LN", |call| own(call, PgFn::Ln, [])),
    ("LOG", |call| own(call, PgFn::FormulaLog, [call.number(1)?.value])),
    ("LOG10", |call| own(call, PgFn::FormulaLog, [Term::null(PgType::Numeric)])),
    ("MOD", |call| own(call, PgFn::Mod, [call.number(1)?.value])),
    ("NUMBER", number_of_truth),
    ("ODD", |call| own(call, PgFn::Parity, [Term::integer(1)])),
    ("PI", |_| {
        let pi = Decimal::PI.round_dp_with_strategy(27, RoundingStrategy::MidpointAwayFromZero);
        Ok(Sql::sure(Kind::Number, Term::leaf(expr::bind(&Cell::Number(pi), PgType::Numeric))).never_null())
    }),
    ("POWER", |call| own(call, PgFn::Power, [call.number(1)?.value])),
    ("ROUND", |call| rounded(call, PgFn::FormulaRound, PgFn::Round)),
    ("ROUNDDOWN", |call| rounded(call, PgFn::RoundDown, PgFn::Trunc)),
    ("ROUNDUP", |call| own(call, PgFn::RoundUp, [call.number(1)?.value])),
    ("SIGN", |call| Ok(through(call.number(0)?, |number| Term::call(PgFn::Sign, [number])))),
    ("SQRT", |call| own(call, PgFn::Sqrt, [])),
    ("TRUNC", |call| rounded(call, PgFn::RoundDown, PgFn::Trunc)),
    ("VALUE", |call| {
        let text = call.text(0)?;
        let value = Term::call(PgFn::ValueOf, [text.value.clone()]);
        let number = Sql::unless(Kind::Number, text.fails(), value);
        Ok(Sql { failure: Failure::Poison, ..number })
    }),
];

/// A function in DocPal's schema of the first argument, then others; it sees to blanks and NaN itself.
fn own(call: &Call<'_>, function: PgFn, more: impl IntoIterator<Item = Term>) -> Result<Sql, Unsupported> {
    let number = call.number(0)?;
    let nullable = number.nullable;
    let args = std::iter::once(number.value).chain(more);
    Ok(Sql::poisonous(Kind::Number, Term::call(function, args)).nullable(nullable))
}

fn multiple(call: &Call<'_>, up: bool) -> Result<Sql, Unsupported> {
    own(call, PgFn::Multiple, [call.number(1)?.value, Term::boolean(up)])
}

/// Rounding; to digits behind the point that are written out, PostgreSQL's own, which then cannot fail.
fn rounded(call: &Call<'_>, own_form: PgFn, plain: PgFn) -> Result<Sql, Unsupported> {
    let digits = match call.args().get(1).map(|digits| digits.as_constant()) {
        None | Some(Some(Value::Null)) => Some(0),
        Some(Some(Value::Number(digits))) => {
            u32::try_from(digits.trunc()).ok().filter(|digits| *digits <= 28)
        }
        Some(_) => None,
    };
    match digits {
        Some(digits) => {
            let digits = Term::integer(digits.into());
            Ok(through(call.number(0)?, |number| Term::call(plain, [number, digits])))
        }
        None => own(call, own_form, [call.number(1)?.value]),
    }
}

/// 1 for true, 0 for false; a blank stays blank.
fn number_of_truth(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let truth = call.sql(0)?;
    let nullable = truth.nullable;
    let (fails, failure) = (truth.fails(), truth.failure.clone());
    let number = |value: i64| Term::integer(value).cast(PgType::Numeric);
    let sql = match (truth.kind, failure) {
        (Kind::Bool, Failure::Poison) => {
            let value = truth.value.by_truth(number(1), number(0), Kind::Number.poison());
            Sql::poisonous(Kind::Number, value)
        }
        (Kind::Bool, _) => {
            let value = truth.value.by_truth(number(1), number(0), Term::null(PgType::Numeric));
            Sql::unless(Kind::Number, fails, value)
        }
        _ => {
            let truth = truthy(truth);
            Sql::unless(Kind::Number, fails, truth.value.choose(number(1), number(0)))
        }
    };
    Ok(sql.nullable(nullable))
}
