//! A file as more records of a table that is there: its columns are the fields of their names.

use docpal_core::field_types::{self, Storage};
use docpal_core::{Error, Field, FieldError, FieldSpec, Json, TableSpec, names};
use docpal_formula::SUGGESTED;

use super::check::{self, Check, Target};
use super::{ImportFailure, OnBad, Plan, columns, sign};
use crate::import::{self, Entry, InferOptions, Inferred, InferredColumn, MadeName, Progress, Source};

/// How a file is read whose rows are for the fields `known`: all that its cells show is kept, since their types are set.
#[must_use]
pub fn append_options(options: &InferOptions, known: &[&Field]) -> InferOptions {
    let wished = known.iter().map(|field| field.name().to_owned()).collect();
    InferOptions { wished, ..options.clone() }
}

/// Reads the whole file and plans how its columns fill the fields `known` of the table `name`, found by their names
/// ignoring case. Nothing is written. Columns of fields that are computed, or count by themselves, are left out. A header
/// that is empty, or has a name twice, names no field; `created_at` names the one that an import makes of it, `created_at 2`.
///
/// # Errors
/// All that is wrong with the file by line and column; `unknown_column` for each column without a field; `keep_in_append`.
pub fn plan_append(
    source: &Source,
    options: &InferOptions,
    name: &str,
    known: &[&Field],
    on_bad: OnBad,
    progress: impl FnMut(Progress),
) -> Result<Plan, ImportFailure> {
    if on_bad == OnBad::Keep {
        let message =
            "there is no column beside in a table that is there; `empty` empties cells that do not fit";
        return Err(Error::invalid("keep_in_append", "on_bad", message).into());
    }
    let mut inferred = import::infer(source, &append_options(options, known), progress)?;
    let mut targets = targets(&mut inferred, known)?;
    check::look(source, &inferred, &mut targets)?;
    let mut spec = TableSpec::new(name);
    let filled = inferred.columns.iter().zip(&targets).filter(|(_, target)| !target.left_out);
    spec.fields = filled
        .map(|(column, target)| FieldSpec::new(column.field_name.as_str(), target.field_type.as_str()))
        .collect();
    Ok(Plan { spec, inferred, targets, on_bad, appends: true })
}

fn targets(inferred: &mut Inferred, known: &[&Field]) -> Result<Vec<Target>, ImportFailure> {
    let (mut targets, mut unknown) = (Vec::new(), Vec::new());
    let (entry, skip) = (inferred.options.entry, inferred.options.skip.clone());
    for name in &skip {
        if !inferred.columns.iter().any(|column| column.is_called(name)) {
            unknown.push(FieldError::new(
                name.as_str(),
                "unknown_column",
                format!("the file has no column `{name}`"),
            ));
        }
    }
    for (at, column) in inferred.columns.iter_mut().enumerate() {
        if skip.iter().any(|name| column.is_called(name)) {
            targets.push(Target { left_out: true, ..Target::found("text", Json::Null) });
            continue;
        }
        if let Some(wrong) = nameless(column, at + 1, entry) {
            unknown.push(wrong);
            continue;
        }
        let same = |field: &&&Field| names::fold(field.name()) == names::fold(&column.field_name);
        match known.iter().find(same) {
            Some(field) => targets.push(target(column, field, entry)?),
            None => {
                let name = column.field_name.as_str();
                // Each suggestion looks at all fields.
                let fields = if unknown.len() < SUGGESTED { known } else { &[] };
                let near = names::suggestion(names::nearest(name, fields.iter().map(|field| field.name())));
                let out = entry.choice("skip");
                let message = format!("the table has no field `{name}`{near}; {out} leaves the column out");
                unknown.push(FieldError::new(name, "unknown_column", message));
            }
        }
    }
    if unknown.is_empty() { Ok(targets) } else { Err(Error::validation(unknown).into()) }
}

/// Refuses a column whose name is not in the file.
fn nameless(column: &InferredColumn, place: usize, entry: Entry) -> Option<FieldError> {
    let name = column.field_name.as_str();
    let why = match column.made? {
        MadeName::Empty => format!("the header of column {place} is empty"),
        MadeName::Twice => format!("the header has `{}` twice", column.said_name()),
        MadeName::Reserved => return None,
    };
    let out = entry.set("skip", &format!("\"{name}\""));
    let message = format!("{why}, so no field is meant by column {place}; {out} leaves it out");
    Some(FieldError::new(name, "unknown_column", message))
}

fn target(column: &mut InferredColumn, field: &Field, entry: Entry) -> Result<Target, ImportFailure> {
    let kind = field.kind();
    column.field_name = field.name().to_owned();
    let found = Target::found(kind.code(), kind.options());
    if kind.storage() == Storage::Computed || kind.counts() {
        return Ok(Target { left_out: true, ..found });
    }
    let separator = (kind.code() == "multiple_select").then(|| column.separator().unwrap_or(','));
    column.read_as(kind.code()).map_err(|why| columns::unfit(field.name(), kind.code(), why, entry))?;
    sign::hold(column, kind.code(), &kind.options());
    let built = field_types::find(kind.code()).map(|ty| ty.build(&kind.options())).transpose();
    let built = built.map_err(|fault| Error::internal(fault.message))?;
    Ok(Target { check: Some(Check::new(built, separator)), ..found })
}
