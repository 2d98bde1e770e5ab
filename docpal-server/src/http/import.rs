//! CSV files: `/api/apps/{app_id}/tables/import` and `/api/tables/{table_id}/records/import`, each with a preview.

mod choices;
mod preview;

use std::future::Future;

use axum::Json;
use axum::http::StatusCode;
use docpal_core::access::{Resource, scope};
use docpal_core::sql::Transaction;
use docpal_core::{AppId, Error, TableId};
use docpal_query::{RecordsExt as _, known_fields};
use serde::Serialize;
use utoipa::ToSchema;

use self::choices::{AppendParameters, Choices, ImportParameters, PreviewParameters};
use self::preview::{Outcome, Preview};
use super::call::{AppCall, Caller, TableCall};
use super::error::{ApiError, ApiResult};
use super::extract::CsvBody;
use super::idempotency::write;
use super::query::Query;
use super::tables::TableBody;
use crate::aside;
use crate::import::{GivenUp, Source, Waiting};
use crate::new_table::{Destination, ImportFailure, Plan, append, load, plan, plan_append, rehearse};

/// A table that was made of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    table: TableBody,
    /// How many records it has.
    rows: u64,
    /// What became of the columns, and what was left out.
    report: Outcome,
}

/// What a file added to a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Appended {
    /// How many records were added.
    rows: u64,
    /// What became of the columns, and what was left out.
    report: Outcome,
}

/// Make a table of a CSV file, with the types of its columns inferred from all rows
#[utoipa::path(post, path = "/api/apps/{app_id}/tables/import", tag = "tables",
    params(AppCall, Query<ImportParameters>),
    request_body(content = String, content_type = "text/csv", example = "name,price\nTea,18.5\n"),
    responses((status = 201, description = "The table, and what became of each column", body = Imported)))]
pub(crate) async fn new_table(
    AppCall { caller, app }: AppCall,
    Query(parameters): Query<ImportParameters>,
    body: CsvBody,
) -> ApiResult<(StatusCode, Json<Imported>)> {
    let (name, choices) = parameters.split();
    may_make(&caller, app.id).await?;
    let imported =
        reading(
            move |given_up| async move { import(&caller, app.id, (body, given_up), name, &choices).await },
        );
    Ok((StatusCode::CREATED, Json(imported.await?)))
}

/// Say what an import of a CSV file would make, and why: types, first rows, and what is wrong; writes nothing
#[utoipa::path(post, path = "/api/apps/{app_id}/tables/import/preview", tag = "tables",
    params(AppCall, Query<PreviewParameters>),
    request_body(content = String, content_type = "text/csv", example = "name,price\nTea,18.5\n"),
    responses((status = 200, description = "What an import with the same parameters would make", body = Preview)))]
pub(crate) async fn preview(
    AppCall { caller, app }: AppCall,
    Query(parameters): Query<PreviewParameters>,
    body: CsvBody,
) -> ApiResult<Json<Preview>> {
    let (name, choices) = parameters.split();
    may_make(&caller, app.id).await?;
    let preview = reading(move |given_up| async move {
        let CsvBody { bytes, room: _room } = body;
        let source = choices.source(bytes, given_up)?;
        let wishes = choices.wishes(name.unwrap_or_default());
        let plan = plan(&source, &choices.leniently(), &wishes, |_| ())?;
        tried(&caller, Destination::NewTable(app.id), &source, &plan, &choices).await
    });
    Ok(Json(preview.await?))
}

/// Add the rows of a CSV file to a table: columns go to the fields of their names, all rows or none
#[utoipa::path(post, path = "/api/tables/{table_id}/records/import", tag = "records",
    params(TableCall, Query<AppendParameters>),
    request_body(content = String, content_type = "text/csv", example = "customer,price\nAda,18.5\n"),
    responses((status = 201, description = "How many records were added", body = Appended)))]
pub(crate) async fn append_rows(
    TableCall { caller, table }: TableCall,
    Query(parameters): Query<AppendParameters>,
    body: CsvBody,
) -> ApiResult<(StatusCode, Json<Appended>)> {
    let choices = parameters.split();
    may_add(&caller, table).await?;
    let appended =
        reading(move |given_up| async move { add(&caller, table, (body, given_up), &choices).await });
    Ok((StatusCode::CREATED, Json(appended.await?)))
}

/// Say what the rows of a CSV file would add to a table, and what is wrong with them; keeps nothing
///
/// The import is carried out and undone: it uses up automatic numbers, and who writes the same unique value meanwhile
/// waits.
#[utoipa::path(post, path = "/api/tables/{table_id}/records/import/preview", tag = "records",
    params(TableCall, Query<AppendParameters>),
    request_body(content = String, content_type = "text/csv", example = "customer,price\nAda,18.5\n"),
    responses((status = 200, description = "What an import with the same parameters would add", body = Preview)))]
pub(crate) async fn append_preview(
    TableCall { caller, table }: TableCall,
    Query(parameters): Query<AppendParameters>,
    body: CsvBody,
) -> ApiResult<Json<Preview>> {
    let choices = parameters.split();
    may_add(&caller, table).await?;
    let preview = reading(move |given_up| async move {
        let CsvBody { bytes, room: _room } = body;
        let source = choices.source(bytes, given_up)?;
        let plan = appending(&caller, table, &source, &choices, true).await?;
        tried(&caller, Destination::Table(table), &source, &plan, &choices).await
    });
    Ok(Json(preview.await?))
}

/// May the caller add records at all? Asked before the file is read.
async fn may_add(caller: &Caller, table: TableId) -> ApiResult<()> {
    let records = caller.docpal.records(&caller.actor, table);
    Ok(write!(caller, |tx| records.may_create_in(tx), records.may_create())?)
}

/// May the caller make tables at all? Asked before the file is read.
async fn may_make(caller: &Caller, app: AppId) -> ApiResult<()> {
    let tables = caller.tables();
    Ok(write!(caller, |tx| tables.may_create_in(tx, app), tables.may_create(app))?)
}

/// The preview of a plan that is carried out and undone, unless it is not to be carried out anyway.
async fn tried(
    caller: &Caller,
    to: Destination,
    source: &Source,
    plan: &Plan,
    choices: &Choices,
) -> ApiResult<Preview> {
    let skipped = &plan.inferred().skipped;
    if plan.refusal().is_some() || !(choices.skip_ragged || skipped.is_empty()) {
        return Preview::of(source, plan, None);
    }
    let tried = rehearse(&caller.docpal, &caller.actor, to, source, plan).await;
    Preview::of(source, plan, Some(tried))
}

/// Reads a file. Reading all cells is work for the processor, so requests go on meanwhile; it ends soon after the one that
/// waits for it has gone.
async fn reading<T, F>(make: impl FnOnce(GivenUp) -> F + Send + 'static) -> ApiResult<T>
where
    T: Send + 'static,
    F: Future<Output = ApiResult<T>>,
{
    let waiting = Waiting::default();
    let given_up = waiting.watch();
    aside::run(move || make(given_up)).await?
}

async fn import(
    caller: &Caller,
    app: AppId,
    (body, given_up): (CsvBody, GivenUp),
    name: String,
    choices: &Choices,
) -> ApiResult<Imported> {
    let CsvBody { bytes, room: _room } = body;
    let source = choices.source(bytes, given_up)?;
    let plan = plan(&source, &choices.options(), &choices.wishes(name), |_| ())?;
    write!(caller, |tx| import_in(caller, tx, app, &source, &plan), async {
        let mut tx = caller.docpal.begin().await?;
        let imported = import_in(caller, &mut tx, app, &source, &plan).await?;
        tx.commit().await?;
        Ok(imported)
    })
}

async fn import_in(
    caller: &Caller,
    tx: &mut Transaction,
    app: AppId,
    source: &Source,
    plan: &Plan,
) -> ApiResult<Imported> {
    let loaded = load(&caller.docpal, &caller.actor, tx, app, source, plan, |_| ()).await?;
    let table = caller.tables().get_in(tx, loaded.table).await?;
    caller.tells_of(Resource::Table(loaded.table));
    let table = TableBody::of(&caller.actor, &table);
    Ok(Imported { table, rows: loaded.rows, report: Outcome::of(plan) })
}

async fn add(
    caller: &Caller,
    table: TableId,
    (body, given_up): (CsvBody, GivenUp),
    choices: &Choices,
) -> ApiResult<Appended> {
    let CsvBody { bytes, room: _room } = body;
    let source = choices.source(bytes, given_up)?;
    let plan = appending(caller, table, &source, choices, false).await?;
    write!(caller, |tx| add_in(caller, tx, table, &source, &plan), async {
        let mut tx = caller.docpal.begin().await?;
        let added = add_in(caller, &mut tx, table, &source, &plan).await?;
        tx.commit().await?;
        Ok(added)
    })
}

async fn add_in(
    caller: &Caller,
    tx: &mut Transaction,
    table: TableId,
    source: &Source,
    plan: &Plan,
) -> ApiResult<Appended> {
    let added = append(&caller.docpal, &caller.actor, tx, table, source, plan, |_| ()).await?;
    Ok(Appended { rows: added.rows, report: Outcome::of(plan) })
}

/// The plan for the fields of the table that the caller knows.
async fn appending(
    caller: &Caller,
    table: TableId,
    source: &Source,
    choices: &Choices,
    leniently: bool,
) -> ApiResult<Plan> {
    let company = caller.actor.company();
    let snapshot = write!(
        caller,
        |conn| caller.docpal.snapshot_in(conn, company, table),
        caller.docpal.snapshot(company, table)
    )?;
    let scope = scope(&caller.actor, &snapshot);
    let known = known_fields(&scope, &snapshot);
    let options = if leniently { choices.leniently() } else { choices.options() };
    Ok(plan_append(source, &options, &snapshot.meta().name, &known, choices.on_bad, |_| ())?)
}

impl From<ImportFailure> for ApiError {
    fn from(failure: ImportFailure) -> Self {
        match failure {
            ImportFailure::Refused(error) => error.into(),
            ref lines @ ImportFailure::Lines { kind, code, .. } => {
                Error::new(kind, code, lines.message()).with_fields(lines.fields()).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::import::{InferOptions, infer};

    // A request that timed out had its file read on, for hours.
    #[tokio::test]
    async fn a_file_is_read_no_further_when_its_request_has_gone() {
        let (started, is_started) = oneshot::channel();
        let (told, ended) = oneshot::channel();
        let request = tokio::spawn(reading(move |given_up| async move {
            let source = Source::from_bytes("a\n1\n").unwrap().while_waited(given_up);
            let _ = started.send(());
            loop {
                if let Err(errors) = infer(&source, &InferOptions::default(), |_| ()) {
                    let _ = told.send(errors.to_string());
                    return Ok(());
                }
            }
        }));
        is_started.await.unwrap();
        request.abort();
        assert!(ended.await.unwrap().contains("nobody waits"));
    }
}
