//! Aggregates: of their arguments, and of the values of the lists among them. NaN goes through all of them.

use crate::sql::expr::{BinOper, PgFn};
use docpal_formula::ArithmeticOp;

use super::super::arithmetic::arithmetic;
use super::super::list::flattened;
use super::super::sql::{Failure, Item, Kind, Sql, any_fails};
use super::super::term::Term;
use super::{Call, Functions, Unsupported, through};

/// PostgreSQL passes at most this many arguments to a function.
const MOST_ARGUMENTS: usize = 99;

pub(super) const FUNCTIONS: Functions = &[
    ("AVERAGE", |call| aggregate(call, PgFn::Average, None)),
    ("COUNT", |call| {
        count(call, |arg| match arg.kind {
            Kind::Number => Some(one(arg.value.when_filled())),
            Kind::List(Item::Number) => Some(arg.compacted().count()),
            _ => None,
        })
    }),
    ("COUNTA", |call| {
        count(call, |arg| {
            Some(match arg.kind {
                Kind::List(_) => arg.compacted().count(),
                Kind::Text => one(arg.value.null_if(Term::literal("")).when_filled()),
                _ => one(arg.value.when_filled()),
            })
        })
    }),
    ("COUNTALL", |call| {
        count(call, |arg| {
            Some(if matches!(arg.kind, Kind::List(_)) { arg.count() } else { Term::integer(1) })
        })
    }),
    ("MAX", |call| greatest(call, PgFn::Most, |number| number)),
    ("MEDIAN", |call| aggregate(call, PgFn::Median, None)),
    ("MIN", |call| {
        // PostgreSQL's least() would not let NaN win; the greatest of the negated numbers does.
        let negated = |number: Term| Term::integer(0).binary(BinOper::Sub, number);
        Ok(through(greatest(call, PgFn::Least, negated)?, negated))
    }),
    ("PRODUCT", |call| aggregate(call, PgFn::Product, None)),
    ("STDEV", |call| Ok(root(aggregate(call, PgFn::Variance, Some(1))?))),
    ("STDEVP", |call| Ok(root(aggregate(call, PgFn::Variance, Some(0))?))),
    ("SUM", |call| {
        let numbers = numbers(call)?;
        if numbers.iter().any(is_list) {
            return Ok(aggregate(call, PgFn::SumByRule, None)?.never_null());
        }
        Ok(numbers.into_iter().fold(Sql::zero(), |sum, number| arithmetic(ArithmeticOp::Add, sum, number)))
    }),
    ("VAR", |call| aggregate(call, PgFn::Variance, Some(1))),
    ("VARP", |call| aggregate(call, PgFn::Variance, Some(0))),
];

/// The arguments as numbers or lists of numbers.
fn numbers(call: &Call<'_>) -> Result<Vec<Sql>, Unsupported> {
    if call.args().len() > MOST_ARGUMENTS {
        return Err(format!("it has more than {MOST_ARGUMENTS} arguments"));
    }
    (0..call.args().len()).map(|index| call.number(index)).collect()
}

fn is_list(number: &Sql) -> bool {
    matches!(number.kind, Kind::List(_))
}

/// A function in DocPal's schema of any count of numbers, behind a first argument of its own.
fn aggregate(call: &Call<'_>, function: PgFn, first: Option<i64>) -> Result<Sql, Unsupported> {
    let numbers = numbers(call)?;
    let first = first.map(Term::integer).into_iter();
    if !numbers.iter().any(is_list) {
        let args = first.chain(numbers.into_iter().map(|number| number.value));
        return Ok(Sql::poisonous(Kind::Number, Term::call(function, args)));
    }
    let fails = any_fails(numbers.iter().filter(|number| is_list(number)));
    // A number that could not be computed is NaN among the others.
    let numbers = numbers.into_iter().map(|number| number.filled().without_failure());
    let list = flattened(numbers.collect(), Item::Number);
    let value = Term::call(function, first.chain([list.value.variadic()]));
    Ok(Sql { failure: Failure::Poison, ..Sql::unless(Kind::Number, fails, value) })
}

/// The greatest, blanks skipped: NaN is above all numbers.
fn greatest(call: &Call<'_>, of_list: PgFn, make: impl Fn(Term) -> Term) -> Result<Sql, Unsupported> {
    let of_list = |list: Sql| Sql::unless(Kind::Number, list.fails(), Term::call(of_list, [list.value]));
    let numbers = numbers(call)?.into_iter();
    let numbers: Vec<Sql> =
        numbers.map(|number| if is_list(&number) { of_list(number) } else { number }).collect();
    let failure = if any_fails(&numbers).is_some() { Failure::Poison } else { Failure::Never };
    let nullable = numbers.iter().all(|number| number.nullable);
    let values = numbers.into_iter().map(|number| make(number.value));
    Ok(Sql::new(Kind::Number, Term::call(PgFn::Greatest, values), failure).nullable(nullable))
}

fn root(variance: Sql) -> Sql {
    through(variance, |number| Term::call(PgFn::Sqrt, [number]))
}

/// 1 where `counted` holds.
fn one(counted: Term) -> Term {
    counted.choose(Term::integer(1), Term::integer(0))
}

/// The sum of what `counts` makes of each argument.
fn count(call: &Call<'_>, counts: fn(Sql) -> Option<Term>) -> Result<Sql, Unsupported> {
    let args = call.all()?;
    let fails = any_fails(&args);
    let sum = args.into_iter().filter_map(counts).reduce(|a, b| a.binary(BinOper::Add, b));
    let sum = sum.unwrap_or_else(|| Term::integer(0)).cast(crate::sql::PgType::Numeric);
    Ok(Sql::unless(Kind::Number, fails, sum).never_null())
}
