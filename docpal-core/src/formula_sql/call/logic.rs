//! Conditions, blanks and errors.

use docpal_formula::CompareOp;

use super::super::compare::compare;
use super::super::node::{choose, coalesce, not, truthy};
use super::super::sql::{Failure, Kind, Sql, any_fails};
use super::super::term::Term;
use super::{Call, Functions, Unsupported};

pub(super) const FUNCTIONS: Functions = &[
    ("AND", |call| call.scope.sequence(call.args(), true)),
    ("BLANK", |call| blank(call.kind()?)),
    ("COALESCE", |call| {
        let kind = call.kind()?;
        let parts = (0..call.args().len()).map(|index| call.sql_as(index, kind));
        Ok(coalesce(parts.collect::<Result<_, _>>()?, kind))
    }),
    ("ERROR", |_| Ok(Sql::new(Kind::Null, Kind::Null.poison(), Failure::when(Some(Term::boolean(true)))))),
    ("FALSE", |_| Ok(Sql::truth(Term::boolean(false), Failure::Never))),
    ("IF", |call| {
        let kind = call.kind()?;
        Ok(choose(call.sql(0)?, call.sql_as(1, kind)?, call.sql_as(2, kind)?, kind))
    }),
    ("IFERROR", iferror),
    ("IFS", ifs),
    ("ISBLANK", isblank),
    ("ISERROR", |call| {
        let fails = call.sql(0)?.fails();
        Ok(Sql::truth(fails.unwrap_or_else(|| Term::boolean(false)), Failure::Never))
    }),
    ("NOT", |call| Ok(not(truthy(call.sql(0)?)))),
    ("OR", |call| call.scope.sequence(call.args(), false)),
    ("SWITCH", switch),
    ("TRUE", |_| Ok(Sql::truth(Term::boolean(true), Failure::Never))),
    ("XOR", xor),
];

fn blank(kind: Kind) -> Result<Sql, Unsupported> {
    Ok(Sql::sure(kind, Term::null(kind.pg())).at_most(0).of_items(0))
}

fn iferror(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let kind = call.kind()?;
    let (first, other) = (call.sql_as(0, kind)?, call.sql_as(1, kind)?);
    let Some(fails) = first.fails() else { return Ok(first) };
    let nullable = first.nullable || other.nullable;
    let (bytes, items) = (first.bytes.max(other.bytes), first.items.max(other.items));
    let sql = if kind.has_poison() {
        let poison = kind.poison();
        let value = first.value.once(|value| value.clone().differs(poison).choose(value, other.value));
        Sql { value, ..Sql::new(kind, Term::null(kind.pg()), other.failure) }
    } else {
        let value = fails.clone().choose(other.value.clone(), first.value);
        let fails = other.fails().map(|rest| fails.and(rest));
        Sql::unless(kind, fails, value)
    };
    Ok(sql.nullable(nullable).at_most(bytes).of_items(items))
}

fn ifs(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let kind = call.kind()?;
    let mut rest = blank(kind)?;
    for pair in (0..call.args().len() / 2).rev() {
        rest = choose(call.sql(2 * pair)?, call.sql_as(2 * pair + 1, kind)?, rest, kind);
    }
    Ok(rest)
}

fn switch(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let kind = call.kind()?;
    let pairs = call.args().len().saturating_sub(1) / 2;
    // Behind the pairs stands the default, or nothing.
    let mut rest = call.sql_as(1 + 2 * pairs, kind)?;
    for pair in (0..pairs).rev() {
        let is_this = compare(CompareOp::Equal, call.sql(0)?, call.sql(1 + 2 * pair)?);
        rest = choose(is_this, call.sql_as(2 + 2 * pair, kind)?, rest, kind);
    }
    Ok(rest)
}

fn isblank(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let inner = call.sql(0)?;
    let fails = inner.fails();
    let value = match inner.kind {
        _ if !inner.nullable && inner.kind != Kind::Text => Term::boolean(false),
        Kind::Text => inner.value.or_empty().equals(Term::literal("")),
        _ => inner.value.when_null(),
    };
    Ok(Sql::truth_unless(fails, value))
}

fn xor(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let truths: Vec<Sql> = call.all()?.into_iter().map(truthy).collect();
    let failure = if any_fails(&truths).is_some() { Failure::Poison } else { Failure::Never };
    let odd = truths.into_iter().map(|truth| truth.value);
    let odd = odd.reduce(|a, b| a.binary(crate::sql::expr::BinOper::NotEqual, b));
    Ok(Sql::truth(odd.unwrap_or_else(|| Term::boolean(false)), failure))
}
