//! What an import makes of a file, or would make: columns with their reasons, first rows, what is wrong.

use docpal_core::{ErrorKind, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::cell::ShownValue;
use crate::http::error::ApiResult;
use crate::import::{ImportErrors, LineError, Reason, Source};
use crate::new_table::{ImportFailure, Plan};

/// The rows that a preview shows.
const ROWS: usize = 10;

/// What an import would make of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportPreview)]
pub(crate) struct Preview {
    /// Would an import with the same choices go through now? It is tried, and undone.
    ready: bool,
    /// What it would be refused for, beside the misfits and the lines that are left out of the preview.
    refused: Vec<ProblemBody>,
    /// The encoding of the file, as `UTF-8`.
    encoding: String,
    /// What separates the cells.
    delimiter: String,
    /// The rows to import, without lines that are left out.
    rows: u64,
    /// The first rows, up to ten, by field name.
    #[schema(value_type = Vec<HashMap<String, ShownValue>>)]
    first_rows: Vec<Json>,
    /// What became of the columns, and what was left out.
    report: Outcome,
}

/// What becomes of the columns of a file, and what is left out of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportOutcome)]
pub(crate) struct Outcome {
    /// What is worth a word about the whole file, as its encoding where that is guessed, for people.
    #[schema(example = json!(["read as windows-1252 (guessed), separated by \",\"; `encoding`, `delimiter` if that is wrong"]))]
    notes: Vec<String>,
    /// The columns, in the order of the file.
    columns: Vec<ColumnBody>,
    /// Cells that do not fit the type that their column must have: the first hundred.
    misfits: Vec<ProblemBody>,
    /// How many there are.
    misfit_count: u64,
    /// Lines with more or fewer cells than the header, which are left out: the first hundred.
    skipped: Vec<ProblemBody>,
    /// How many there are.
    skipped_count: u64,
}

/// What becomes of a column.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportColumn)]
pub(crate) struct ColumnBody {
    /// The header as it stands in the file.
    header: String,
    /// The name of the field.
    field: String,
    /// The type of the field.
    #[schema(example = "number")]
    r#type: String,
    /// Why, for people.
    #[schema(example = "because line 4,711 holds \"n/a\" (23 of 58,227 do not fit number)")]
    why: String,
    /// Of a text that would be of another type without a few cells: what they are.
    odd: Option<OddBody>,
    /// How many cells have a value.
    filled: u64,
    /// How many have none.
    empty: u64,
    /// The first different values, up to five.
    samples: Vec<String>,
}

/// The cells that keep a column from having a type.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportOddCells)]
pub(crate) struct OddBody {
    /// That type.
    #[schema(example = "number")]
    nearest: String,
    /// The line of the first of them.
    line: u64,
    /// Its text.
    text: String,
    /// How many there are.
    count: u64,
}

/// Something that is wrong in a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportProblem)]
pub(crate) struct ProblemBody {
    /// The line, from 1.
    line: Option<u64>,
    /// The field of the column.
    field: Option<String>,
    /// The stable code.
    #[schema(example = "invalid_value")]
    code: String,
    /// What is wrong, for people.
    message: String,
}

impl Preview {
    /// Of a plan that was carried out and undone, if it was, with what it was refused for.
    pub(super) fn of(
        source: &Source,
        plan: &Plan,
        tried: Option<Result<(), ImportFailure>>,
    ) -> ApiResult<Self> {
        let (ready, refused) = match tried {
            Some(Err(failure)) => (false, refused(failure)?),
            Some(Ok(())) => (true, Vec::new()),
            None => (false, Vec::new()),
        };
        let inferred = plan.inferred();
        let first_rows = plan.first_rows(source, ROWS)?.into_iter().map(Json::Object).collect();
        Ok(Self {
            ready,
            refused,
            encoding: inferred.encoding.to_string(),
            delimiter: inferred.delimiter.to_string(),
            rows: inferred.rows,
            first_rows,
            report: Outcome::of(plan),
        })
    }
}

impl Outcome {
    pub(super) fn of(plan: &Plan) -> Self {
        let (misfits, skipped) = (plan.misfits(), &plan.inferred().skipped);
        let columns = plan.inferred().columns.iter().zip(plan.report()).map(|(column, report)| ColumnBody {
            header: column.header.clone(),
            field: report.field,
            r#type: report.field_type,
            why: report.why,
            odd: OddBody::of(&column.reason),
            filled: column.filled,
            empty: column.empty,
            samples: column.samples.clone(),
        });
        Self {
            notes: plan.inferred().notes.clone(),
            columns: columns.collect(),
            misfit_count: misfits.total(),
            misfits: problems(&misfits),
            skipped_count: skipped.total(),
            skipped: problems(skipped),
        }
    }
}

impl OddBody {
    fn of(reason: &Reason) -> Option<Self> {
        let Reason::Odd { nearest, first, odd, .. } = reason else { return None };
        let text = first.text.clone();
        Some(Self { nearest: (*nearest).to_owned(), line: first.line, text, count: *odd })
    }
}

fn problems(errors: &ImportErrors) -> Vec<ProblemBody> {
    errors.iter().map(ProblemBody::of).collect()
}

impl ProblemBody {
    fn of(error: &LineError) -> Self {
        Self {
            line: error.line,
            field: error.column.as_ref().map(|column| column.name.clone()).filter(|name| !name.is_empty()),
            code: error.code.to_owned(),
            message: error.message.clone(),
        }
    }
}

/// What an import is refused for; a failure that is no judgement of it is one of the preview, too.
fn refused(failure: ImportFailure) -> ApiResult<Vec<ProblemBody>> {
    let error = match failure {
        ImportFailure::Lines { errors, .. } => return Ok(errors.iter().map(ProblemBody::of).collect()),
        ImportFailure::Refused(error) => error,
    };
    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unavailable | ErrorKind::Internal) {
        return Err(error.into());
    }
    let problem = |field: Option<&str>, code: &str, message: &str| ProblemBody {
        line: None,
        field: field.filter(|field| !field.is_empty()).map(str::to_owned),
        code: code.to_owned(),
        message: message.to_owned(),
    };
    let entries = error.fields().iter();
    let entries: Vec<_> =
        entries.map(|entry| problem(Some(&entry.field), entry.code, &entry.message)).collect();
    let whole = || vec![problem(None, error.code(), error.message())];
    Ok(if entries.is_empty() { whole() } else { entries })
}
