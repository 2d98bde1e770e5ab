//! `/api/apps/{app_id}/tables/import`

use axum::Json;
use axum::http::StatusCode;
use docpal_core::sql::Transaction;
use docpal_core::{AppId, Resource, shape};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{AppCall, Caller};
use super::error::{ApiError, ApiResult};
use super::extract::CsvBody;
use super::idempotency::write;
use super::query::Query;
use super::tables::TableBody;
use crate::aside;
use crate::import::{InferOptions, Source};
use crate::new_table::{self, ImportFailure, Plan, Wishes, load, plan};

shape! {
    /// What an import takes.
    #[derive(Debug)]
    pub(crate) struct ImportParameters {
        /// The name of the table
        #[example = r#""orders""#]
        name: String,
        /// Texts with an apostrophe before a formula are taken as they are. Without it such apostrophes are taken off
        /// when every text that an export guards has one
        raw: bool = false,
    }
}

/// A table that was made of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    table: TableBody,
    /// How many records it has.
    rows: u64,
}

/// Make a table of a CSV file, with the types of its columns inferred from all rows
#[utoipa::path(post, path = "/api/apps/{app_id}/tables/import", tag = "tables",
    params(AppCall, Query<ImportParameters>),
    request_body(content = String, content_type = "text/csv", example = "name,price\nTea,18.5\n"),
    responses((status = 201, body = Imported)))]
pub(crate) async fn new_table(
    AppCall { caller, app }: AppCall,
    Query(ImportParameters { name, raw }): Query<ImportParameters>,
    body: CsvBody,
) -> ApiResult<(StatusCode, Json<Imported>)> {
    let options = InferOptions { raw, ..new_table::options() };
    let wishes = Wishes { table: name, ..Wishes::default() };
    // Reading all cells is work for the processor; requests go on meanwhile.
    let imported = aside::run(move || async move { import(&caller, app.id, body, &options, &wishes).await });
    Ok((StatusCode::CREATED, Json(imported.await??)))
}

async fn import(
    caller: &Caller,
    app: AppId,
    body: CsvBody,
    options: &InferOptions,
    wishes: &Wishes,
) -> ApiResult<Imported> {
    let CsvBody { bytes, room: _room } = body;
    let source = Source::from_bytes(bytes).map_err(ImportFailure::from)?;
    let plan = plan(&source, options, wishes, |_| ())?;
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
    Ok(Imported { table: TableBody::of(&caller.actor, &table), rows: loaded.rows })
}

impl From<ImportFailure> for ApiError {
    fn from(failure: ImportFailure) -> Self {
        match failure {
            ImportFailure::Refused(error) => error.into(),
            lines @ ImportFailure::Lines { .. } => {
                let message = lines.to_string().lines().next().unwrap_or_default().to_owned();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, lines.code(), message).with_fields(lines.fields())
            }
        }
    }
}
