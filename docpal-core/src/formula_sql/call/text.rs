//! Texts. Positions count code points; a result that is too long is an error.

use crate::sql::PgType;
use crate::sql::expr::{BinOper, Collation, PgFn};
use docpal_formula::{CompareOp, Prepared};

use super::super::compare::compare;
use super::super::sql::{Failure, Kind, Sql, any_fails, either};
use super::super::term::Term;
use super::{Call, Functions, Unsupported, regex, through, trimmed};

pub(super) const FUNCTIONS: Functions = &[
    ("CONCATENATE", |call| call.scope.concat(call.args())),
    ("CONTAINS", |call| {
        test(call, |text, part| {
            let at = Term::call(PgFn::Place, [text, part]);
            at.binary(BinOper::GreaterThan, Term::integer(0))
        })
    }),
    ("ENCODE_URL_COMPONENT", |call| {
        Ok(grown(call.text(0)?, 3, |text| Term::call(PgFn::EncodeUrl, [text])).limited())
    }),
    ("ENDS_WITH", |call| {
        test(call, |text, part| {
            let length = Term::call(PgFn::CharLength, [part.clone()]);
            Term::call(PgFn::Right, [text, length]).collate(Collation::CodePoint).equals(part)
        })
    }),
    ("EXACT", |call| Ok(compare(CompareOp::Equal, call.text(0)?, call.text(1)?))),
    ("FIND", |call| position(call, PgFn::Find)),
    ("LEFT", |call| Ok(part(call.text(0)?, PgFn::FormulaLeft, &[count(call)?]))),
    ("LEN", |call| {
        let text = call.filled_text(0)?;
        let length = Term::call(PgFn::CharLength, [text.value.clone()]).cast(PgType::Numeric);
        Ok(Sql::unless(Kind::Number, text.fails(), length).never_null())
    }),
    ("LOWER", |call| cased(call, PgFn::Lower)),
    ("MID", |call| {
        let (text, start) = (call.text(0)?, call.number(1)?);
        let wrong = before_first(&text, &start);
        let sql = part(text, PgFn::Mid, &[start, call.number(2)?]);
        Ok(failing(sql, wrong))
    }),
    ("PAD_LEFT", |call| padded(call, true)),
    ("PAD_RIGHT", |call| padded(call, false)),
    ("PROPER", |call| {
        let proper = |text: Term| {
            let class = Term::pattern(regex::of_words());
            Term::call(PgFn::Proper, [text.collate(Collation::CodePoint), class])
                .collate(Collation::CodePoint)
        };
        Ok(grown(call.text(0)?, 3, proper).limited())
    }),
    ("REGEX_EXTRACT", regex::extract),
    ("REGEX_MATCH", regex::is_match),
    ("REGEX_REPLACE", regex::replace),
    ("REPLACE", |call| {
        let (text, start, length, new) =
            (call.text(0)?, call.number(1)?, call.number(2)?, call.filled_text(3)?);
        let wrong = before_first(&text, &start);
        let bytes = text.bytes.saturating_add(new.bytes);
        let sql = part(text, PgFn::ReplaceAt, &[start, length, new]).at_most(bytes);
        Ok(failing(sql, wrong).limited())
    }),
    ("REPT", |call| {
        let sql = part(call.text(0)?, PgFn::Rept, &[call.number(1)?]);
        Ok(sql.at_most(u64::MAX).limited())
    }),
    ("REVERSE", |call| Ok(grown(call.text(0)?, 1, |text| Term::call(PgFn::Reverse, [text])).limited())),
    ("RIGHT", |call| Ok(part(call.text(0)?, PgFn::FormulaRight, &[count(call)?]))),
    ("SEARCH", |call| Ok(position(call, PgFn::Search)?.nullable(true))),
    ("SPLIT_PART", |call| {
        let (text, separator, index) = (call.text(0)?, call.filled_text(1)?, call.number(2)?);
        let none = Term::call(PgFn::Whole, [index.value.clone()]).equals(Term::integer(0));
        let wrong = of_text(&text, none);
        Ok(failing(part(text, PgFn::SplitAt, &[separator, index]), Some(wrong)).limited())
    }),
    ("STARTS_WITH", |call| test(call, |text, part| Term::call(PgFn::StartsWith, [text, part]))),
    ("SUBSTITUTE", |call| {
        let (text, old, new, index) =
            (call.text(0)?, call.filled_text(1)?, call.filled_text(2)?, call.number(3)?);
        let wrong = call.has(3).then(|| {
            let whole = Term::call(PgFn::Whole, [index.value.clone()]);
            let below = whole.binary(BinOper::SmallerThan, Term::integer(1));
            of_text(&text, index.value.clone().when_filled().and(below))
        });
        // Where there is nothing to look for, the text stays as it is, however long.
        let made = old.value.clone().binary(BinOper::NotEqual, Term::literal(""));
        let sql = part(text, PgFn::Substitute, &[old, new, index]).at_most(u64::MAX);
        Ok(failing(sql, wrong).limited_where(Some(made)))
    }),
    ("T", |call| {
        let value = call.sql(0)?;
        let fails = value.fails();
        Ok(match value.kind {
            Kind::Text => value,
            _ => Sql::unless(Kind::Text, fails, Term::null(PgType::Text)).at_most(0),
        })
    }),
    ("TEXT", formatted),
    ("TO_TEXT", |call| call.text(0)),
    ("TRIM", |call| Ok(through(call.text(0)?, trimmed))),
    ("UPPER", |call| cased(call, PgFn::Upper)),
];

/// A text made of one text, each byte of which becomes at most `factor`.
fn grown(text: Sql, factor: u64, apply: impl FnOnce(Term) -> Term) -> Sql {
    let bytes = text.bytes.saturating_mul(factor);
    through(text, apply).at_most(bytes)
}

/// Upper or lower case; no character becomes more than three times as long.
fn cased(call: &Call<'_>, function: PgFn) -> Result<Sql, Unsupported> {
    // Its own collation must not meet another one further up.
    let change =
        |text: Term| Term::call(function, [text.collate(Collation::Unicode)]).collate(Collation::CodePoint);
    Ok(grown(call.text(0)?, 3, change).limited())
}

/// A text made by a function of the text and of others; blank when the text is.
fn part(text: Sql, function: PgFn, others: &[Sql]) -> Sql {
    let fails = either(text.fails(), any_fails(others));
    let (nullable, bytes) = (text.nullable, text.bytes);
    let args = std::iter::once(text.value).chain(others.iter().map(|other| other.value.clone()));
    Sql::unless(Kind::Text, fails, Term::call(function, args)).nullable(nullable).at_most(bytes)
}

/// The same with one more error.
fn failing(sql: Sql, wrong: Option<Term>) -> Sql {
    let failure = Failure::when(either(sql.fails(), wrong));
    Sql { failure, ..sql }
}

/// An error that there is only when the text is not blank.
fn of_text(text: &Sql, wrong: Term) -> Term {
    if text.nullable { text.value.clone().when_filled().and(wrong) } else { wrong }
}

/// The first position of a text is 1.
fn before_first(text: &Sql, start: &Sql) -> Option<Term> {
    let whole = Term::call(PgFn::Whole, [start.value.clone()]);
    Some(of_text(text, whole.binary(BinOper::SmallerThan, Term::integer(1))))
}

/// How many characters to take: 1 when it is not given.
fn count(call: &Call<'_>) -> Result<Sql, Unsupported> {
    if call.has(1) { call.number(1) } else { Ok(Sql::sure(Kind::Number, Term::integer(1))) }
}

/// A test of two texts; a blank is empty.
fn test(call: &Call<'_>, make: fn(Term, Term) -> Term) -> Result<Sql, Unsupported> {
    let (text, part) = (call.filled_text(0)?, call.filled_text(1)?);
    let fails = any_fails([&text, &part]);
    Ok(Sql::truth_unless(fails, make(text.value, part.value)))
}

fn position(call: &Call<'_>, function: PgFn) -> Result<Sql, Unsupported> {
    let (needle, text, start) = (call.filled_text(0)?, call.filled_text(1)?, call.number(2)?);
    let fails = any_fails([&needle, &text, &start]);
    let at = Term::call(function, [needle.value, text.value, start.value]);
    Ok(Sql::unless(Kind::Number, fails, at).never_null())
}

fn padded(call: &Call<'_>, before: bool) -> Result<Sql, Unsupported> {
    let fill = if call.has(2) { call.filled_text(2)? } else { Sql::sure(Kind::Text, Term::literal(" ")) };
    let before = Sql::sure(Kind::Bool, Term::boolean(before));
    let sql = part(call.text(0)?, PgFn::Pad, &[call.number(1)?, fill, before]);
    Ok(sql.at_most(u64::MAX).limited())
}

/// A number by a format.
fn formatted(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let Prepared::NumberFormat(format) = call.call.prepared(1) else {
        return Err("its number format is not written out".to_owned());
    };
    let number = call.number(0)?;
    let (nullable, mut fails) = (number.nullable, number.fails());
    if format.is_percent() {
        let hundredfold = number.value.clone().binary(BinOper::Mul, Term::integer(100));
        let overflow = Term::call(PgFn::Num, [hundredfold]).equals(Kind::Number.poison());
        fails = Some(if nullable { overflow.or_false() } else { overflow });
    }
    let digits = |count: usize| Term::integer(i64::try_from(count).unwrap_or(i64::MAX));
    let args = [
        number.value,
        Term::text(format.prefix())?,
        Term::text(format.suffix())?,
        Term::boolean(format.is_percent()),
        Term::boolean(format.is_grouped()),
        digits(format.least_whole()),
        digits(format.least_fraction()),
        digits(format.most_fraction()),
    ];
    let bytes = (format.prefix().len() + format.suffix().len() + format.least_fraction() + 200) as u64;
    let text = Sql::unless(Kind::Text, fails, Term::call(PgFn::NumberFormat, args));
    Ok(text.nullable(nullable).at_most(bytes).limited())
}
