//! The field type of each column: the one found, or the one wished for when it can hold what was found.

use docpal_core::{Error, FieldError, Json, Result, field_types, names};

use crate::import::{Inferred, InferredColumn, Kind};

/// The field that a column becomes.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) field_type: String,
    pub(super) options: Json,
}

/// The field of every column; a column that becomes a text is read as one from here on.
pub(super) fn targets(inferred: &mut Inferred, wishes: &[(String, String)]) -> Result<Vec<Target>> {
    let names: Vec<String> = inferred.columns.iter().map(|column| column.field_name.clone()).collect();
    for (name, _) in wishes {
        if !names.iter().any(|known| known == name) {
            let near = names::suggestion(names::nearest(name, names.iter().map(String::as_str)));
            return Err(refused(name, "unknown_column", &format!("the file has no column `{name}`{near}")));
        }
    }
    let target = |column: &mut InferredColumn| {
        let wish = wishes.iter().rev().find(|(name, _)| *name == column.field_name);
        match wish {
            Some((_, wanted)) => wished(column, wanted),
            None => Ok(found(column)),
        }
    };
    inferred.columns.iter_mut().map(target).collect()
}

/// The field for what was found.
fn found(column: &InferredColumn) -> Target {
    let (field_type, options) = match &column.kind {
        // A sign that several currencies share does not say which one; a number claims nothing. `$` is read as
        // what it mostly is.
        Kind::Currency { code, symbol, .. } => match code.or((*symbol == "$").then_some("USD")) {
            Some(code) => ("currency", object("code", Json::from(code))),
            None => ("number", Json::Null),
        },
        Kind::SingleSelect { options } => ("single_select", select(options)),
        other => (other.name(), Json::Null),
    };
    Target { field_type: field_type.to_owned(), options }
}

/// The field that was wished for.
fn wished(column: &mut InferredColumn, wanted: &str) -> Result<Target> {
    let name = column.field_name.clone();
    if field_types::find(wanted).is_none() {
        let codes = field_types::FIELD_TYPES.iter().map(|ty| ty.code);
        let near = names::suggestion(names::nearest(wanted, codes));
        return Err(refused(&name, "unknown_type", &format!("there is no field type `{wanted}`{near}")));
    }
    let numeric = matches!(column.kind, Kind::Number { .. } | Kind::Percent { .. } | Kind::Currency { .. });
    let options = match wanted {
        same if same == column.kind.name() => return Ok(found(column)),
        "text" | "long_text" | "email" | "url" => {
            column.kind = Kind::Text;
            Json::Null
        }
        "number" | "currency" | "percent" if numeric => Json::Null,
        "datetime" if matches!(column.kind, Kind::Date { .. }) => Json::Null,
        _ => {
            let message = format!(
                "the column was read as {}, which does not become {wanted}; `text` fits every column",
                column.kind.name()
            );
            return Err(refused(&name, "unfit_type", &message));
        }
    };
    Ok(Target { field_type: wanted.to_owned(), options })
}

fn select(options: &[String]) -> Json {
    object("options", Json::List(options.iter().map(|name| Json::from(name.as_str())).collect()))
}

fn object(key: &str, value: Json) -> Json {
    Json::Object(vec![(key.to_owned(), value)])
}

fn refused(column: &str, code: &'static str, message: &str) -> Error {
    Error::validation(vec![FieldError::new(column, code, message)])
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
        assert_eq!(code(&[("name", "number")]), "unfit_type");
    }

    #[test]
    fn only_a_known_currency_is_one() {
        assert_eq!(of("a,b,c\n$1,€2,kr 3\n$2,€4,kr 5\n", &[]).unwrap(), ["currency", "currency", "number"]);
    }
}
