//! Lists. A blank list is an empty one.

use crate::sql::expr::{Collation, PgFn};

use super::super::list::{flattened, joined, to_list};
use super::super::sql::{Item, Kind, Sql, any_fails};
use super::super::term::Term;
use super::{Call, Functions, Unsupported};

pub(super) const FUNCTIONS: Functions = &[
    ("ARRAYCOMPACT", |call| Ok(list(call)?.compacted().limited_items())),
    ("ARRAYFLATTEN", |call| {
        let Kind::List(item) = call.kind()? else { return Err("it does not give a list".to_owned()) };
        Ok(flattened(call.all()?, item))
    }),
    ("ARRAYJOIN", |call| {
        if !call.has(1) {
            return Ok(joined(list(call)?, Term::literal(", "), 2));
        }
        let separator = call.filled_text(1)?;
        let fails = separator.fails();
        Ok(joined(list(call)?, separator.value, separator.bytes).or_when(fails))
    }),
    ("ARRAYSLICE", |call| {
        let (start, finish) = (call.number(1)?, call.number(2)?);
        made(list(call)?, PgFn::Slice, vec![start, finish])
    }),
    ("ARRAYSORT", |call| made(list(call)?.by_code_point(), PgFn::Sorted, vec![call.filled_text(1)?])),
    ("ARRAYUNIQUE", |call| {
        let list = list(call)?.by_code_point();
        let texts = Sql::sure(Kind::List(Item::Text), list.clone().into_texts().by_code_point().value);
        made(list, PgFn::Different, vec![texts])
    }),
    ("AT", |call| item(list(call)?, call.number(1)?)),
    ("FIRST", |call| item(list(call)?, Sql::sure(Kind::Number, Term::integer(1)))),
    ("INCLUDES", includes),
    ("LAST", |call| item(list(call)?, Sql::sure(Kind::Number, Term::integer(-1)))),
];

/// The first argument, a list that is never blank.
fn list(call: &Call<'_>) -> Result<Sql, Unsupported> {
    Ok(to_list(call.sql(0)?)?.filled())
}

/// Some values of a list, by a function in DocPal's schema.
fn made(list: Sql, function: PgFn, others: Vec<Sql>) -> Result<Sql, Unsupported> {
    let (kind, bytes, items) = (list.kind, list.bytes, list.items);
    let fails = any_fails(std::iter::once(&list).chain(&others));
    let args = std::iter::once(list.value).chain(others.into_iter().map(|other| other.value));
    let value = Term::call(function, args);
    Ok(Sql::unless(kind, fails, value).never_null().at_most(bytes).of_items(items).limited_items())
}

/// The value at a position.
fn item(list: Sql, index: Sql) -> Result<Sql, Unsupported> {
    let Kind::List(item) = list.kind else { return Err("it does not read a list".to_owned()) };
    let (fails, bytes) = (any_fails([&list, &index]), list.bytes);
    let index = index.value.cast(Kind::Number.pg());
    Ok(Sql::unless(item.kind(), fails, Term::call(PgFn::Item, [list.value, index])).at_most(bytes))
}

/// Blank and the empty text are the same.
fn includes(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let (list, value) = (list(call)?, call.sql(1)?);
    let Kind::List(item) = list.kind else { return Err("it does not read a list".to_owned()) };
    let fails = any_fails([&list, &value]);
    if item == Item::Null {
        return Ok(Sql::truth_unless(fails, Term::boolean(false)));
    }
    let value = value.into_kind(item.kind());
    if value.kind != item.kind() {
        return Err("it looks for a date with time among dates".to_owned());
    }
    let value = value.value.cast(item.kind().pg());
    let (list, value) = match item {
        Item::Text => {
            let texts = list.value.collate(Collation::CodePoint);
            let filled =
                Term::call(PgFn::ArrayReplace, [texts, Term::null(item.kind().pg()), Term::literal("")]);
            (filled, value.or_empty().collate(Collation::CodePoint))
        }
        _ => (list.value, value),
    };
    let found = Term::call(PgFn::ArrayPosition, [list, value]).when_filled();
    Ok(Sql::truth_unless(fails, found))
}
