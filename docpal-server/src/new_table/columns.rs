//! The field type of each column: the one found, or the one wished for.

use docpal_core::{Json, Result, field_types, names};

use super::check::{Check, Target};
use super::{refused, sign};
use crate::import::{Entry, Inferred, InferredColumn, Kind, Unreadable};

/// The field of every column; one whose type is wished for is read as that from here on.
pub(super) fn targets(inferred: &mut Inferred, wishes: &[(String, String)]) -> Result<Vec<Target>> {
    let names: Vec<String> = inferred.columns.iter().map(|column| column.field_name.clone()).collect();
    let (entry, skip) = (inferred.options.entry, inferred.options.skip.clone());
    for name in wishes.iter().map(|(name, _)| name).chain(&skip) {
        if !inferred.columns.iter().any(|column| column.is_called(name)) {
            let near = names::suggestion(names::nearest(name, names.iter().map(String::as_str)));
            return Err(refused(name, "unknown_column", &format!("the file has no column `{name}`{near}")));
        }
    }
    let target = |column: &mut InferredColumn| {
        if skip.iter().any(|name| column.is_called(name)) {
            return Ok(Target { left_out: true, ..found(column) });
        }
        match wishes.iter().rev().find(|(name, _)| column.is_called(name)) {
            Some((_, wanted)) => wished(column, wanted, entry),
            None => Ok(found(column)),
        }
    };
    inferred.columns.iter_mut().map(target).collect()
}

/// The field for what was found.
fn found(column: &InferredColumn) -> Target {
    match &column.kind {
        // A sign that several currencies share does not say which one; a number claims nothing. `$` is read as
        // what it mostly is.
        Kind::Currency { code, symbol, .. } => match currency(code.as_deref(), symbol) {
            Some(code) => Target::found("currency", object("code", Json::from(code))),
            None => Target::found("number", Json::Null),
        },
        Kind::SingleSelect { options } => Target::found("single_select", select(options)),
        other => Target::found(other.name(), Json::Null),
    }
}

fn currency<'c>(code: Option<&'c str>, symbol: &str) -> Option<&'c str> {
    code.or((symbol == "$").then_some("USD"))
}

/// The field that was wished for.
fn wished(column: &mut InferredColumn, wanted: &str, entry: Entry) -> Result<Target> {
    let name = column.field_name.clone();
    let (code, detail) = wanted.split_once(':').map_or((wanted, None), |(code, rest)| (code, Some(rest)));
    let Some(ty) = field_types::find(code) else {
        let codes = field_types::FIELD_TYPES.iter().map(|ty| ty.code);
        let near = names::suggestion(names::nearest(code, codes));
        return Err(refused(&name, "unknown_type", &format!("there is no field type `{code}`{near}")));
    };
    let (options, separator) = details(column, code, detail)?;
    column.read_as(code).map_err(|why| unfit(&name, code, why, entry))?;
    let fault = |fault: field_types::Fault| refused(&name, fault.code, &fault.message);
    let gathers = matches!(code, "single_select" | "multiple_select");
    let kind = if gathers { None } else { Some(ty.build(&options).map_err(fault)?) };
    if let Some(kind) = &kind {
        sign::hold(column, code, &kind.options());
    }
    let check = Check::new(kind, separator);
    Ok(Target { check: Some(check), ..Target::found(code, options) })
}

/// The options that a wish comes with, and what separates items: `currency:EUR`, `multiple_select:;`.
fn details(column: &InferredColumn, code: &str, detail: Option<&str>) -> Result<(Json, Option<char>)> {
    let name = &column.field_name;
    match (code, detail) {
        ("currency", Some(code)) => Ok((object("code", Json::from(code)), None)),
        ("currency", None) => {
            let known = match &column.kind {
                Kind::Currency { code, symbol, .. } => currency(code.as_deref(), symbol),
                _ => None,
            };
            Ok((known.map_or(Json::Null, |code| object("code", Json::from(code))), None))
        }
        ("multiple_select", detail) => {
            let mut given = detail.unwrap_or_default().chars();
            match (given.next(), given.next()) {
                (None, _) => Ok((Json::Null, Some(column.separator().unwrap_or(',')))),
                (one, None) => Ok((Json::Null, one)),
                _ => Err(refused(
                    name,
                    "unfit_type",
                    "one character separates the options, as in `multiple_select:;`",
                )),
            }
        }
        (_, None) => Ok((Json::Null, None)),
        (_, Some(detail)) => {
            let message = format!("nothing follows `{code}`; there is `:{detail}`");
            Err(refused(name, "unfit_type", &message))
        }
    }
}

/// Why a column cannot be of a type.
pub(super) fn unfit(name: &str, code: &str, why: Unreadable, entry: Entry) -> docpal_core::Error {
    let message = match why {
        Unreadable::DayOrMonth => {
            let say = entry.either("dates", "day-first", "month-first");
            format!("the day or the month may be first in its dates; {say} says which")
        }
        Unreadable::DecimalOrThousands => {
            let say = entry.either("decimal", "point", "comma");
            format!("the mark in its numbers may be of decimals, of thousands or of a list; {say} says which")
        }
        Unreadable::NotFromText => format!("a {code} is computed, and nothing in a file becomes one"),
    };
    refused(name, "unfit_type", &message)
}

fn select(options: &[String]) -> Json {
    object("options", Json::List(options.iter().map(|name| Json::from(name.as_str())).collect()))
}

fn object(key: &str, value: Json) -> Json {
    Json::Object(vec![(key.to_owned(), value)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{InferOptions, Source, infer};

    fn of(csv: &str, wishes: &[(&str, &str)]) -> Result<Vec<String>> {
        let source = Source::from_bytes(csv.as_bytes().to_vec()).unwrap();
        let mut inferred = infer(&source, &InferOptions::default(), |_| ()).unwrap();
        let wishes: Vec<_> = wishes.iter().map(|(name, ty)| ((*name).to_owned(), (*ty).to_owned())).collect();
        Ok(targets(&mut inferred, &wishes)?.into_iter().map(|target| target.field_type).collect())
    }

    #[test]
    fn a_column_has_the_type_found_or_the_one_wished_for() {
        let csv = "id,price,day\n1,2.5,2026-01-31\n";
        assert_eq!(of(csv, &[]).unwrap(), ["number", "number", "date"]);
        let wishes = [("id", "text"), ("price", "currency"), ("day", "long_text")];
        assert_eq!(of(csv, &wishes).unwrap(), ["text", "currency", "long_text"]);
    }

    #[test]
    fn wishes_that_cannot_be_met_are_refused() {
        let csv = "name\nAda\n";
        let code = |wishes| of(csv, wishes).unwrap_err().fields()[0].code;
        assert_eq!(code(&[("nmae", "text")]), "unknown_column");
        assert_eq!(code(&[("name", "txt")]), "unknown_type");
        assert_eq!(code(&[("name", "formula")]), "unfit_type");
        assert_eq!(code(&[("name", "autonumber")]), "unfit_type");
        assert_eq!(code(&[("name", "date:x")]), "unfit_type");
        assert_eq!(code(&[("name", "multiple_select:, ")]), "unfit_type");
        assert_eq!(code(&[("name", "currency:euro")]), "invalid_options");
        let open = |csv: &str, ty: &str| of(csv, &[("a", ty)]).unwrap_err().fields()[0].message.clone();
        assert!(open("a\n03/04/2020\n", "date").contains("day-first"));
        assert!(open("a;b\n1.234;x\n", "number").contains("decimal"));
    }

    #[test]
    fn only_a_known_currency_is_one() {
        assert_eq!(of("a,b,c\n$1,€2,kr 3\n$2,€4,kr 5\n", &[]).unwrap(), ["currency", "currency", "number"]);
    }
}
