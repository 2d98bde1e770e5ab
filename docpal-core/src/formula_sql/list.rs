//! Lists as arrays. A list that cannot be computed is told by a condition beside it, as a text is; a blank one counts
//! as empty, except for what asks whether it is blank.

use crate::sql::expr::{self, BinOper, Collation, PgFn};

use super::Unsupported;
use super::kind::{Item, Kind};
use super::sql::{Failure, Sql, any_fails, either};
use super::term::Term;

/// Longest list that a formula may make.
const LIST_LIMIT: u64 = 10_000;
/// The text form of a value that is no text has at most this many bytes.
const ITEM_BYTES: u64 = 64;

/// The values of a list or, of another value, the list of it: empty when that is blank.
pub(crate) fn to_list(value: Sql) -> Result<Sql, Unsupported> {
    if matches!(value.kind, Kind::List(_)) {
        return Ok(value);
    }
    let kind = Kind::List(value.kind.item()?);
    let (fails, bytes) = (value.fails(), value.bytes);
    Ok(Sql::unless(kind, fails, items(value)).never_null().at_most(bytes).of_items(1))
}

/// The array of a list or of one value, without its error; never null.
fn items(value: Sql) -> Term {
    if matches!(value.kind, Kind::List(_)) {
        return value.filled().value;
    }
    let ty = value.kind.pg();
    let Ok(item) = value.kind.item() else { return value.value };
    let one = Term::call(PgFn::ArrayAppend, [Term::null(Kind::List(item).pg()), value.value.cast(ty)]);
    if value.nullable { Term::call(PgFn::ArrayRemove, [one, Term::null(ty)]) } else { one }
}

/// The values of all `parts`, lists and others, one behind the other, as a list of `item`.
pub(crate) fn flattened(parts: Vec<Sql>, item: Item) -> Sql {
    let parts: Vec<Sql> = parts.into_iter().map(|part| part.into_items(item)).collect();
    let fails = any_fails(&parts);
    let sum = |size: fn(&Sql) -> u64| parts.iter().map(size).fold(0, u64::saturating_add);
    let (bytes, count) = (sum(|part| part.bytes), sum(|part| part.items));
    let arrays: Vec<Term> = parts.into_iter().map(items).collect();
    let kind = Kind::List(item);
    Sql::unless(kind, fails, concatenated(&arrays, kind))
        .never_null()
        .at_most(bytes)
        .of_items(count)
        .limited_items()
}

/// Arrays one behind the other, by halves: the expression stays low.
fn concatenated(arrays: &[Term], kind: Kind) -> Term {
    match arrays {
        [] => no_items(kind),
        [one] => one.clone(),
        more => {
            let (first, rest) = more.split_at(more.len() / 2);
            Term::call(PgFn::ArrayCat, [concatenated(first, kind), concatenated(rest, kind)])
        }
    }
}

fn no_items(list: Kind) -> Term {
    Term::leaf(expr::array(&[], list.pg()))
}

/// The text form of a list: null stays null.
pub(crate) fn text_of(list: Sql) -> Sql {
    joined(list, Term::literal(", "), 2)
}

/// The values that are not blank in their text form, with a separator of some bytes between them.
pub(crate) fn joined(list: Sql, separator: Term, separator_bytes: u64) -> Sql {
    let (fails, nullable, count) = (list.fails(), list.nullable, list.items);
    let list = list.into_texts();
    let bytes = list.bytes.saturating_add(count.saturating_mul(separator_bytes));
    let text = Term::call(PgFn::Joined, [list.value, separator]);
    Sql::unless(Kind::Text, fails, text).nullable(nullable).at_most(bytes).limited()
}

impl Sql {
    /// The value alone: the caller sees to when it cannot be computed.
    pub(crate) fn without_failure(self) -> Self {
        Self { failure: Failure::Never, ..self }
    }

    /// The same with one more condition in which it cannot be computed; for kinds without poison.
    pub(crate) fn or_when(self, fails: Option<Term>) -> Self {
        let failure = Failure::when(either(self.fails(), fails));
        Self { failure, ..self }
    }

    /// A list of at most this many values.
    pub(crate) fn of_items(self, items: u64) -> Self {
        Self { items, ..self }
    }

    /// The list; an empty one where it is blank, or null because it cannot be computed. Other values stay.
    pub(crate) fn filled(self) -> Self {
        if !matches!(self.kind, Kind::List(_)) || (!self.nullable && self.is_sure()) {
            return self;
        }
        let value = self.value.or_else(no_items(self.kind));
        Self { value, nullable: false, ..self }
    }

    /// How many values the list has, as a whole number.
    pub(crate) fn count(self) -> Term {
        let count = Term::call(PgFn::Cardinality, [self.value]);
        if self.nullable { count.or_zero() } else { count }
    }

    /// The list without blanks.
    pub(crate) fn compacted(self) -> Self {
        let Kind::List(item) = self.kind else { return self };
        let ty = item.kind().pg();
        let list = self.filled();
        let without = |list: Term, blank: Term| Term::call(PgFn::ArrayRemove, [list, blank]);
        let value = without(list.value, Term::null(ty));
        let value = match item {
            Item::Text => without(value.collate(Collation::CodePoint), Term::literal("")),
            _ => value,
        };
        Self { value, ..list }
    }

    /// The list with the collation of formulas, if it has any.
    pub(crate) fn by_code_point(self) -> Self {
        match self.kind {
            Kind::List(Item::Text | Item::Null) => {
                Self { value: self.value.collate(Collation::CodePoint), ..self }
            }
            _ => self,
        }
    }

    /// A list of the text forms of its values.
    pub(crate) fn into_texts(self) -> Self {
        let kind = Kind::List(Item::Text);
        match self.kind {
            Kind::List(Item::Text | Item::Null) => Self { kind, ..self },
            _ => {
                let bytes = self.items.saturating_mul(ITEM_BYTES);
                Self { kind, value: Term::call(PgFn::Texts, [self.value]), bytes, ..self }
            }
        }
    }

    /// The same as part of a list of `item`: what is of another type becomes text.
    fn into_items(self, item: Item) -> Self {
        match self.kind {
            Kind::List(of) if of != item && item == Item::Text => self.into_texts(),
            _ => self.into_kind(Kind::List(item)),
        }
    }

    /// A list made by a formula: an error when it has more values than allowed.
    pub(crate) fn limited_items(self) -> Self {
        if self.items <= LIST_LIMIT {
            return self;
        }
        let limit = Term::integer(i64::try_from(LIST_LIMIT).unwrap_or(i64::MAX));
        let too_long = self.clone().count().binary(BinOper::GreaterThan, limit);
        let failure = Failure::when(either(self.fails(), Some(too_long)));
        Self { failure, items: LIST_LIMIT, ..self }
    }
}
