//! Columns that must have a type: which cells fit it, and what their values are.

use std::collections::HashSet;
use std::sync::Arc;

use docpal_core::field_types::{self, FieldKind, MAX_OPTIONS};
use docpal_core::{Json, names};

use super::{ImportFailure, refused, sign};
use crate::import::{self, Cell, ColumnRef, ImportErrors, Inferred, LineError, Source};

/// The longest name of an option.
const LONGEST_OPTION: usize = 100;
/// The characters of a cell in a message.
const SHOWN: usize = 60;

/// The field that a column becomes.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) field_type: String,
    pub(super) options: Json,
    /// Of a column whose type does not come of its cells.
    pub(super) check: Option<Check>,
    /// The values are not taken: they are computed in the table.
    pub(super) left_out: bool,
}

/// A cell that does not fit the type that its column must have.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) text: String,
    /// What its field says of it; nothing of one that cannot be read as a value of the type at all.
    why: Option<String>,
}

/// How the cells of a column are held against the type that it must have.
#[derive(Debug, Default)]
pub(super) struct Check {
    /// What the values must be; not yet known of a select whose options come of the cells.
    pub(super) kind: Option<Arc<dyn FieldKind>>,
    /// Cells are lists, with this between the items.
    pub(super) separator: Option<char>,
    pub(super) misfits: ImportErrors,
    /// The text field for what does not fit.
    pub(super) beside: Option<String>,
    /// That field holds long texts.
    pub(super) long: bool,
    options: Vec<Json>,
    seen: HashSet<String>,
}

impl Target {
    /// A column whose type comes of its cells.
    pub(super) fn found(field_type: &str, options: Json) -> Self {
        Self { field_type: field_type.to_owned(), options, check: None, left_out: false }
    }

    /// The value of a cell, if it fits.
    pub(super) fn value(&self, cell: Cell<'_>) -> Result<Json, Misfit> {
        let Some(check) = &self.check else { return plain(cell) };
        let json = check.read(cell).map_err(|misfit| self.explained(misfit))?;
        match check.kind.as_ref().map(|kind| kind.parse(&json)) {
            Some(Err(why)) => Err(Misfit { text: text(cell), why: Some(why.message) }),
            _ => Ok(json),
        }
    }

    /// Says what would have been a value of the type, where that is shortly said.
    fn explained(&self, misfit: Misfit) -> Misfit {
        let options = self.check.as_ref().and_then(|check| check.kind.as_ref()).map(|kind| kind.options());
        let why = match self.field_type.as_str() {
            "switch" => Some("true/false, yes/no, on/off, t/f, y/n and 1/0 do".to_owned()),
            "currency" => {
                options.as_ref().and_then(sign::currency).map(|code| format!("the field is in {code}"))
            }
            _ => None,
        };
        Misfit { why, ..misfit }
    }
}

impl Check {
    pub(super) fn new(kind: Option<Arc<dyn FieldKind>>, separator: Option<char>) -> Self {
        Self { kind, separator, ..Self::default() }
    }

    fn read(&self, cell: Cell<'_>) -> Result<Json, Misfit> {
        match (self.separator, cell) {
            (Some(separator), Cell::Text(text)) => {
                let items = text.split(separator).map(str::trim).filter(|item| !item.is_empty());
                Ok(Json::List(items.map(Json::from).collect()))
            }
            _ => plain(cell),
        }
    }

    /// Takes the options of a select from a cell; false when they are none.
    fn gather(&mut self, json: &Json) -> bool {
        let items = match json {
            Json::List(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        let fits = |name: &str| {
            name.chars().count() <= LONGEST_OPTION && !name.chars().any(char::is_control) && !name.is_empty()
        };
        let names: Vec<&str> = items.iter().filter_map(Json::as_text).map(str::trim).collect();
        if !names.iter().all(|name| fits(name)) {
            return false;
        }
        for name in names {
            if self.seen.len() <= MAX_OPTIONS && self.seen.insert(names::fold(name)) {
                self.options.push(Json::from(name));
            }
        }
        true
    }
}

/// A cell as it was read.
fn plain(cell: Cell<'_>) -> Result<Json, Misfit> {
    Ok(match cell {
        Cell::Empty => Json::Null,
        Cell::Text(text) => Json::from(text),
        Cell::Number(text) => Json::Number(text.to_owned()),
        Cell::Bool(flag) => Json::Bool(flag),
        Cell::Date(day) => Json::from(day),
        Cell::DateTime(instant) => Json::from(instant),
        Cell::Odd(text) => return Err(Misfit { text: text.to_owned(), why: None }),
    })
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) | Cell::Number(text) | Cell::Odd(text) => text.to_owned(),
        Cell::Empty => String::new(),
        Cell::Bool(flag) => flag.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::DateTime(instant) => instant.to_rfc3339(),
    }
}

/// Looks at every cell of the columns that must have a type: lists what does not fit, and gathers the options of selects.
pub(super) fn look(
    source: &Source,
    inferred: &Inferred,
    targets: &mut [Target],
) -> Result<(), ImportFailure> {
    if targets.iter().all(|target| target.check.is_none()) {
        return Ok(());
    }
    for row in import::rows(source, inferred)? {
        let row = row?;
        let columns = inferred.columns.iter().zip(targets.iter_mut()).zip(row.cells());
        for (at, ((column, target), cell)) in columns.enumerate() {
            if cell == Cell::Empty || target.check.is_none() {
                continue;
            }
            let value = target.value(cell);
            let Target { field_type, check: Some(check), .. } = target else { continue };
            let wrong = match value {
                Ok(json) if check.kind.is_none() && !check.gather(&json) => {
                    Some(Misfit { text: text(cell), why: None })
                }
                other => other.err(),
            };
            if let Some(wrong) = wrong {
                check.long |= import::is_long(&wrong.text);
                let name = column.field_name.clone();
                let error = wrong.at(row.line(), ColumnRef { index: at + 1, name }, field_type);
                check.misfits.push(error, inferred.options.max_errors);
            }
        }
    }
    let named = inferred.columns.iter().zip(targets);
    named.into_iter().try_for_each(|(column, target)| finish(&column.field_name, target))
}

impl Misfit {
    fn at(&self, line: u64, column: ColumnRef, field_type: &str) -> LineError {
        let text = self.text.trim();
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push_str("..");
        }
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let message = format!("{shown:?} does not fit {field_type}{why}");
        LineError { line: Some(line), column: Some(column), code: "invalid_value", message }
    }
}

/// Makes a select of the options that were gathered.
fn finish(name: &str, target: &mut Target) -> Result<(), ImportFailure> {
    let Some(check) = target.check.as_mut().filter(|check| check.kind.is_none()) else { return Ok(()) };
    if check.seen.len() > MAX_OPTIONS {
        let message = format!(
            "the column has more than {MAX_OPTIONS} different values, and a select at most so many options"
        );
        return Err(refused(name, "unfit_type", &message).into());
    }
    let options = Json::Object(vec![("options".to_owned(), Json::List(std::mem::take(&mut check.options)))]);
    check.seen = HashSet::new();
    let kind = field_types::find(&target.field_type).map(|ty| ty.build(&options)).transpose();
    check.kind = kind.map_err(|fault| refused(name, fault.code, &fault.message))?;
    target.options = options;
    Ok(())
}

/// Gives each column with cells that do not fit a text field for them.
pub(super) fn place_beside(inferred: &Inferred, targets: &mut [Target]) {
    let mut taken: HashSet<String> =
        inferred.columns.iter().map(|column| names::fold(&column.field_name)).collect();
    for (column, target) in inferred.columns.iter().zip(targets) {
        let Some(check) = target.check.as_mut().filter(|check| !check.misfits.is_empty()) else { continue };
        let free = |number: u32| {
            let end = if number < 2 { " as text".to_owned() } else { format!(" as text {number}") };
            let room = names::MAX_NAME.saturating_sub(end.len());
            let stem: String = column.field_name.chars().take(room).collect();
            format!("{}{end}", stem.trim_end())
        };
        check.beside = (1..).map(free).find(|name| taken.insert(names::fold(name)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::import::{InferOptions, Kind, infer};

    proptest! {
        /// The field takes every address that makes a column one of addresses.
        #[test]
        fn an_address_of_a_column_is_one_of_a_field(
            text in "[aé用+.!#-]{1,6}@[aé用1.-]{1,8}\\.[a用é]{2,3}",
        ) {
            let source = Source::from_bytes(format!("h,x\n{text},1\n")).unwrap();
            let inferred = infer(&source, &InferOptions::default(), |_| ()).unwrap();
            if inferred.columns[0].kind == Kind::Email {
                let field = field_types::find("email").unwrap().build(&Json::Null).unwrap();
                prop_assert!(field.parse(&Json::from(text.as_str())).is_ok(), "{}", text);
            }
        }
    }
}
