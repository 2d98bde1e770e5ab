//! A plan carried out and undone: what an import would be refused for, by the same checks.

use std::collections::HashMap;
use std::sync::Arc;

use docpal_core::field_types::{self, FieldKind};
use docpal_core::{Actor, AppId, Docpal, FieldError, TableId, TableSpec};
use docpal_query::RecordsExt as _;
use uuid::Uuid;

use super::load::{make, write};
use super::{ImportFailure, Plan};
use crate::import::{self, ImportErrors, Source};

/// Where the rows of a file go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a table to be made in the app. One without a name is made under a name that nothing has.
    NewTable(AppId),
    /// To a table that is there.
    Table(TableId),
}

/// Carries out `plan` in a transaction that is rolled back. Of a new table only the first rows are written, since nothing
/// is there that the others could clash with, and every cell is held against its field.
///
/// # Errors
/// Those of [`load`](super::load()) and [`append`](super::append()).
pub async fn rehearse(
    docpal: &Docpal,
    actor: &Actor,
    to: Destination,
    source: &Source,
    plan: &Plan,
) -> Result<(), ImportFailure> {
    plan.refusal().map_or(Ok(()), Err)?;
    // The whole file is read for this: no connection waits for it.
    plan.look(source)?;
    let records = |table| docpal.records(actor, table);
    let mut tx = docpal.begin().await?;
    let done = match to {
        Destination::Table(table) => write(&records(table), &mut tx, source, plan, usize::MAX, |_| ()).await,
        Destination::NewTable(app) => match make(docpal, actor, &mut tx, app, &named(plan.spec())).await {
            Ok(table) => write(&records(table), &mut tx, source, plan, 1, |_| ()).await,
            Err(error) => Err(error.into()),
        },
    };
    tx.rollback().await?;
    done.map(|_| ())
}

fn named(spec: &TableSpec) -> TableSpec {
    let mut spec = spec.clone();
    if spec.name.is_empty() {
        spec.name = Uuid::new_v4().to_string();
    }
    spec
}

impl Plan {
    /// Holds every cell against the field of a new table that it is for.
    ///
    /// # Errors
    /// The cells that their fields refuse, by line and column, as an import says them.
    pub fn look(&self, source: &Source) -> Result<(), ImportFailure> {
        // What a table that is there asks of its records is asked there.
        if self.appends {
            return Ok(());
        }
        let build = |name: &str, code: &str, options| -> Option<(String, Arc<dyn FieldKind>)> {
            // Options that mean nothing are told when the table is made.
            Some((name.to_owned(), field_types::find(code)?.build(options).ok()?))
        };
        let fields = self.spec.fields.iter();
        let kinds: HashMap<String, Arc<dyn FieldKind>> =
            fields.filter_map(|field| build(&field.name, &field.field_type, &field.options)).collect();
        let mut errors = ImportErrors::none();
        for row in import::rows(source, &self.inferred)? {
            let row = row?;
            for (name, json) in self.entries(&row) {
                let Some(Err(fault)) = kinds.get(&name).map(|kind| kind.parse(&json)) else { continue };
                let entry = FieldError::new(name, fault.code, fault.message);
                errors.push(self.located(&entry, row.line()), self.inferred.options.max_errors);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
    }
}
