//! A CSV file as a new table, or as more records of one that is there: planned from the whole file, then written in one
//! transaction, all or nothing.
//!
//! ```text
//! Source -> plan() -> Plan { table spec, how each column is read } -> load() -> Loaded { table, rows }
//!                \-> ImportFailure { line, column, code, message }
//! ```

mod append;
mod check;
mod chunk;
mod columns;
mod failure;
mod load;
mod refusal;
mod rehearsal;
mod report;
mod sign;

use docpal_core::model::MAX_FIELDS;
use docpal_core::{Error, FieldError, FieldSpec, Json, TableSpec};

pub use self::append::{append_options, plan_append};
pub use self::failure::ImportFailure;
pub use self::load::{Loaded, append, load};
pub use self::rehearsal::{Destination, rehearse};
pub use self::report::ColumnReport;

use self::check::Target;
use crate::import::{self, ImportErrors, InferOptions, Inferred, Progress, Source};

/// What is wanted of a table beside what its file says.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The name of the table.
    pub table: String,
    /// Columns with the field type they must have in the place of the one found, as `number`, `currency:EUR` or
    /// `multiple_select:;` with what separates the options. They are to be in [`InferOptions::wished`], too.
    pub types: Vec<(String, String)>,
    /// Formula fields to add: names and formulas.
    pub formulas: Vec<(String, String)>,
    /// What becomes of cells that do not fit a type that was asked for.
    pub on_bad: OnBad,
}

/// What becomes of cells that do not fit the type that their column must have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBad {
    /// Nothing is imported; they are listed.
    #[default]
    Refuse,
    /// They are empty.
    Empty,
    /// They are empty, and their texts stand in a text field beside.
    Keep,
}

/// A table to make of a file, or to fill from it: its fields, and how each column is read.
#[derive(Debug)]
pub struct Plan {
    spec: TableSpec,
    inferred: Inferred,
    targets: Vec<Target>,
    on_bad: OnBad,
    /// The table is there already.
    appends: bool,
}

/// Reads the whole file and plans a table for it. Nothing is written.
///
/// # Errors
/// All that is wrong with the file by line and column; and as [`Plan::of`].
///
/// # Example
/// ```
/// use docpal_server::import::Source;
/// use docpal_server::new_table::{Wishes, options, plan};
///
/// let source = Source::from_bytes(b"name,price\nTea,18.5\n".to_vec())?;
/// let wishes = Wishes { table: "Products".to_owned(), ..Wishes::default() };
/// let plan = plan(&source, &options(), &wishes, |_| ())?;
/// assert_eq!(plan.spec().fields[1].field_type, "number");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan(
    source: &Source,
    options: &InferOptions,
    wishes: &Wishes,
    progress: impl FnMut(Progress),
) -> Result<Plan, ImportFailure> {
    let wished = wishes.types.iter().map(|(name, _)| name.clone()).collect();
    let options = InferOptions { wished, ..options.clone() };
    let inferred = import::infer(source, &options, progress)?;
    Plan::of(source, inferred, wishes)
}

/// How a file is read that becomes a table: no more columns than a table can have, and a header alone is one, too.
#[must_use]
pub fn options() -> InferOptions {
    InferOptions { max_columns: MAX_FIELDS, allow_no_rows: true, ..InferOptions::default() }
}

impl Plan {
    /// The table for a file that was read. Columns whose types are wished for are looked at once more.
    ///
    /// # Errors
    /// `unknown_column`, `unknown_type` and `unfit_type` for wishes that cannot be met. Cells that do not fit a wish are
    /// no error yet: see [`refusal`](Self::refusal).
    pub fn of(source: &Source, mut inferred: Inferred, wishes: &Wishes) -> Result<Self, ImportFailure> {
        let mut targets = columns::targets(&mut inferred, &wishes.types)?;
        check::look(source, &inferred, &mut targets)?;
        if wishes.on_bad == OnBad::Keep {
            check::place_beside(&inferred, &mut targets);
        }
        let mut spec = TableSpec::new(wishes.table.as_str());
        for (column, target) in inferred.columns.iter().zip(&targets).filter(|(_, target)| !target.left_out) {
            let mut field = FieldSpec::new(column.field_name.as_str(), target.field_type.as_str());
            field.options = target.options.clone();
            spec.fields.push(field);
            let beside = target.check.as_ref().and_then(|check| check.beside.as_deref());
            spec.fields.extend(beside.map(
                |name| match target.check.as_ref().is_some_and(|check| check.long) {
                    true => FieldSpec::long_text(name),
                    false => FieldSpec::text(name),
                },
            ));
        }
        spec.fields.extend(wishes.formulas.iter().map(|(name, formula)| FieldSpec::formula(name, formula)));
        Ok(Self { spec, inferred, targets, on_bad: wishes.on_bad, appends: false })
    }

    /// The table as it will be made; of one that is there, its name and the fields that are filled.
    #[must_use]
    pub fn spec(&self) -> &TableSpec {
        &self.spec
    }

    /// What was found in the file.
    #[must_use]
    pub fn inferred(&self) -> &Inferred {
        &self.inferred
    }

    /// The cells that do not fit the types that their columns must have, in the order of the columns.
    #[must_use]
    pub fn misfits(&self) -> ImportErrors {
        let mut all = ImportErrors::none();
        for check in self.targets.iter().filter_map(|target| target.check.as_ref()) {
            all.extend(&check.misfits, self.inferred.options.max_errors);
        }
        all
    }

    /// The first `count` rows, as lists of field names and values.
    ///
    /// # Errors
    /// When the file changed meanwhile.
    pub fn first_rows(
        &self,
        source: &Source,
        count: usize,
    ) -> Result<Vec<Vec<(String, Json)>>, ImportFailure> {
        let rows = import::rows(source, &self.inferred)?.take(count);
        rows.map(|row| Ok(self.entries(&row?))).collect()
    }

    /// Why the plan is not to be carried out: cells that do not fit, unless something is to become of them.
    #[must_use]
    pub fn refusal(&self) -> Option<ImportFailure> {
        let misfits = self.misfits();
        (self.on_bad == OnBad::Refuse && !misfits.is_empty()).then(|| misfits.into())
    }
}

/// Refuses a wish for a column.
fn refused(column: &str, code: &'static str, message: &str) -> Error {
    Error::validation(vec![FieldError::new(column, code, message)])
}
