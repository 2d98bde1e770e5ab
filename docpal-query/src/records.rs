//! Records of one table for one actor: the whole way from request to page, or from draft to saved record,
//! in one call each.
//!
//! Each operation has a form on the pool and one, named `.._in`, on the host's connection or transaction.
//! Inside a transaction a failure undoes the operation only, by a savepoint.

mod authorize;
mod bulk;
mod delete;
mod log;
mod read;
mod rows;
mod write;

use std::sync::Arc;

use chrono::Utc;
use docpal_core::access::scope;
use docpal_core::sql::{self, Connection, Transaction, errors};
use docpal_core::{
    Actor, Docpal, Error, ErrorKind, FieldError, RecordDraft, RecordId, Result, TableId, TableSnapshot,
};

pub use bulk::MAX_RECORDS;
pub use delete::MAX_IDS;
pub use read::Export;
pub use write::Saved;

use self::rows::Rows;
use crate::access::Access;
use crate::page::Page;
use crate::spec::ViewSpec;
use crate::summary::Summary;

/// Gives [`Docpal`] its records.
pub trait RecordsExt {
    /// The records of `table` that `actor` may see or change.
    fn records<'d>(&'d self, actor: &'d Actor, table: TableId) -> Records<'d>;
}

impl RecordsExt for Docpal {
    fn records<'d>(&'d self, actor: &'d Actor, table: TableId) -> Records<'d> {
        Records { docpal: self, actor, table }
    }
}

/// The records of one table that one actor may see or change.
#[derive(Clone, Copy, Debug)]
pub struct Records<'d> {
    docpal: &'d Docpal,
    actor: &'d Actor,
    table: TableId,
}

/// Runs an operation on the pool: with the snapshot at hand, and once more with a fresh one when the table
/// has moved since.
macro_rules! on_pool {
    ($records:expr, |$conn:ident, $snapshot:ident| $body:expr) => {{
        let company = $records.actor.company();
        let docpal = $records.docpal;
        let $snapshot = docpal.snapshot(company, $records.table).await?;
        let mut connection = docpal.acquire().await?;
        let $conn: &mut Connection = &mut connection;
        match docpal.bounded($body).await {
            Err(error) if errors::schema_moved(&error) => {
                docpal.forget(company, $records.table);
                let $snapshot = docpal.bounded(docpal.snapshot_in($conn, company, $records.table)).await?;
                docpal.bounded($body).await.map_err(errors::or_table_changed)
            }
            done => done,
        }
    }};
}

/// Runs a write on the pool, in a transaction `$tx` of its own; once more with a fresh snapshot when the table has moved.
macro_rules! write_on_pool {
    ($records:expr, |$tx:ident, $snapshot:ident| $body:expr) => {{
        let (docpal, company) = ($records.docpal, $records.actor.company());
        let mut moved = false;
        loop {
            let $snapshot = docpal.snapshot(company, $records.table).await?;
            let mut own = docpal.begin().await?;
            let $tx: &mut Transaction = &mut own;
            match $body.await {
                Ok(done) => {
                    own.commit().await?;
                    docpal.events().wake();
                    break Ok(done);
                }
                Err(error) if !moved && errors::schema_moved(&error) => {
                    moved = true;
                    docpal.forget(company, $records.table);
                }
                Err(error) => break Err(errors::or_table_changed(error)),
            }
        }
    }};
}

/// Runs a read on the host's connection.
macro_rules! read_in {
    ($records:expr, $conn:ident, |$snapshot:ident| $body:expr) => {{
        let $snapshot = $records.snapshot_in($conn).await?;
        let done = $body.await;
        $records.told($conn, done).await
    }};
}

/// Runs a write on the host's connection, where a failure undoes this write and nothing else.
macro_rules! write_in {
    ($records:expr, $host:expr, |$conn:ident, $snapshot:ident| $body:expr) => {{
        let done = {
            let mut guarded = sql::guarded($host).await?;
            let $conn = guarded.connection();
            let done = match $records.snapshot_in($conn).await {
                Ok($snapshot) => $body.await,
                Err(error) => Err(error),
            };
            guarded.end(done).await
        };
        $records.told($host, done).await
    }};
}

impl Records<'_> {
    /// The records of a view.
    ///
    /// # Errors
    /// `table_not_found`, and what [`crate::resolve()`] and [`crate::lower()`] refuse.
    pub async fn list(&self, spec: &ViewSpec) -> Result<Page> {
        on_pool!(self, |conn, snapshot| self.list_with(conn, &snapshot, spec))
    }

    /// As [`Records::list`], as the host's connection sees it. The records that a page which ends early by its size leaves
    /// are read over by the connection's next statement, as cancelling would abort the host's transaction; with a
    /// smaller limit there are fewer.
    ///
    /// # Errors
    /// As [`Records::list`].
    pub async fn list_in(&self, conn: &mut Connection, spec: &ViewSpec) -> Result<Page> {
        read_in!(self, conn, |snapshot| self.list_with(conn, &snapshot, spec))
    }

    /// The groups of a view, and its aggregates over all records and over each group. Columns, sorts and the page part
    /// of `spec` change nothing.
    ///
    /// # Errors
    /// As [`Records::list`], and `too_complex` for many large formulas at once.
    pub async fn summary(&self, spec: &ViewSpec) -> Result<Summary> {
        on_pool!(self, |conn, snapshot| self.summary_with(conn, &snapshot, spec))
    }

    /// As [`Records::summary`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Records::summary`].
    pub async fn summary_in(&self, conn: &mut Connection, spec: &ViewSpec) -> Result<Summary> {
        read_in!(self, conn, |snapshot| self.summary_with(conn, &snapshot, spec))
    }

    /// One record, as a page of one.
    ///
    /// # Errors
    /// `record_not_found`, also for a record the actor may not read; `table_not_found`.
    pub async fn get(&self, id: RecordId) -> Result<Page> {
        on_pool!(self, |conn, snapshot| self.get_with(conn, &snapshot, id))
    }

    /// As [`Records::get`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Records::get`].
    pub async fn get_in(&self, conn: &mut Connection, id: RecordId) -> Result<Page> {
        read_in!(self, conn, |snapshot| self.get_with(conn, &snapshot, id))
    }

    /// Every record of a view, page by page from one snapshot of the data, in constant memory. The page
    /// part of `spec` is not used.
    ///
    /// # Errors
    /// As [`Records::list`].
    pub async fn export(&self, spec: &ViewSpec) -> Result<Export> {
        Export::start(self, spec).await
    }

    /// Makes a record.
    ///
    /// # Errors
    /// `validation_failed` with an entry per field, `not_allowed`, `field_not_writable`, `duplicate_value`,
    /// `table_not_found`.
    pub async fn create(&self, draft: &RecordDraft) -> Result<Saved> {
        write_on_pool!(self, |tx, snapshot| self.create_with(tx, &snapshot, draft))
    }

    /// As [`Records::create`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Records::create`].
    pub async fn create_in(&self, conn: &mut Connection, draft: &RecordDraft) -> Result<Saved> {
        write_in!(self, conn, |conn, snapshot| self.create_with(conn, &snapshot, draft))
    }

    /// May the actor make records here at all, whatever is in them? To be asked before work is done for them.
    ///
    /// # Errors
    /// `table_not_found`, `not_allowed`.
    pub async fn may_create(&self) -> Result<()> {
        let snapshot = self.docpal.snapshot(self.actor.company(), self.table).await?;
        authorize::require_create(&self.access(&snapshot))
    }

    /// As [`Records::may_create`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Records::may_create`].
    pub async fn may_create_in(&self, conn: &mut Connection) -> Result<()> {
        let snapshot = self.snapshot_in(conn).await?;
        authorize::require_create(&self.access(&snapshot))
    }

    /// Makes many records, all or none.
    ///
    /// # Errors
    /// As [`Records::create`]; the entries say in which record. At most 100 entries are given.
    pub async fn create_many(&self, drafts: &[RecordDraft]) -> Result<Vec<RecordId>> {
        write_on_pool!(self, |tx, snapshot| self.create_many_with(Rows::copied(tx), &snapshot, drafts))
    }

    /// As [`Records::create_many`], in the host's transaction. By statements: [`Records::create_many`] streams, and is
    /// faster.
    ///
    /// # Errors
    /// As [`Records::create_many`].
    pub async fn create_many_in(
        &self,
        conn: &mut Connection,
        drafts: &[RecordDraft],
    ) -> Result<Vec<RecordId>> {
        write_in!(self, conn, |conn, snapshot| self.create_many_with(Rows::inserted(conn), &snapshot, drafts))
    }

    /// Changes the fields given; the others stay. With `version`, only if the record still has it.
    ///
    /// # Errors
    /// As [`Records::create`], and `record_not_found`, `version_conflict`.
    pub async fn update(&self, id: RecordId, draft: &RecordDraft, version: Option<i64>) -> Result<Saved> {
        write_on_pool!(self, |tx, snapshot| self.update_with(tx, &snapshot, id, draft, version))
    }

    /// As [`Records::update`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Records::update`].
    pub async fn update_in(
        &self,
        conn: &mut Connection,
        id: RecordId,
        draft: &RecordDraft,
        version: Option<i64>,
    ) -> Result<Saved> {
        write_in!(self, conn, |conn, snapshot| self.update_with(conn, &snapshot, id, draft, version))
    }

    /// Deletes a record; with `version`, only if it still has it.
    ///
    /// # Errors
    /// `record_not_found`, `not_allowed`, `version_conflict`.
    pub async fn delete(&self, id: RecordId, version: Option<i64>) -> Result<()> {
        write_on_pool!(self, |tx, snapshot| self.delete_with(tx, &snapshot, id, version))
    }

    /// As [`Records::delete`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Records::delete`].
    pub async fn delete_in(&self, conn: &mut Connection, id: RecordId, version: Option<i64>) -> Result<()> {
        write_in!(self, conn, |conn, snapshot| self.delete_with(conn, &snapshot, id, version))
    }

    /// Deletes many records, all or none; gives how many.
    ///
    /// # Errors
    /// As [`Records::delete`], for any of them.
    pub async fn delete_many(&self, ids: &[RecordId]) -> Result<u64> {
        write_on_pool!(self, |tx, snapshot| self.delete_many_with(tx, &snapshot, ids))
    }

    /// As [`Records::delete_many`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Records::delete_many`].
    pub async fn delete_many_in(&self, conn: &mut Connection, ids: &[RecordId]) -> Result<u64> {
        write_in!(self, conn, |conn, snapshot| self.delete_many_with(conn, &snapshot, ids))
    }

    async fn snapshot_in(&self, conn: &mut Connection) -> Result<Arc<TableSnapshot>> {
        self.docpal.snapshot_in(conn, self.actor.company(), self.table).await
    }

    /// What a call on the host's connection came to. Of a table that has gone meanwhile it says so, where the connection can
    /// be asked; nobody retries there.
    async fn told<T>(&self, conn: &mut Connection, done: Result<T>) -> Result<T> {
        match done {
            Err(error) if errors::schema_moved(&error) => match self.snapshot_in(conn).await {
                Err(gone) if gone.kind() == ErrorKind::NotFound => Err(gone),
                _ => Err(errors::or_table_changed(error)),
            },
            done => done,
        }
    }

    fn access(&self, snapshot: &Arc<TableSnapshot>) -> Access {
        Access::new(&scope(self.actor, snapshot), snapshot, Utc::now())
    }
}

fn record_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "record_not_found", "there is no such record")
}

fn not_allowed(what: &str) -> Error {
    Error::new(ErrorKind::Forbidden, "not_allowed", format!("your roles do not allow you to {what}"))
}

fn version_conflict(current: i64) -> Error {
    let message = format!("the record has been changed meanwhile; it is at version {current} now");
    Error::new(ErrorKind::Conflict, "version_conflict", message)
}

/// A violated unique index as an error on its field. When the actor does not know of the field, the record could not be
/// made for a reason that is not theirs to know.
fn on_field(error: Error, access: &Access) -> Error {
    let Some(index) = errors::violated_constraint(&error) else { return error };
    let snapshot = Arc::clone(access.snapshot());
    let field = snapshot.fields().iter().find(|field| {
        field.column().is_some_and(|(column, _)| docpal_core::sql::ddl::unique_index_name(&column) == index)
    });
    match field {
        Some(field) if access.may_fill(field) => {
            let message =
                format!("another record has this value of `{}`, which must be unique", field.name());
            let entry = FieldError::new(field.name(), "duplicate_value", message.clone());
            Error::new(ErrorKind::Conflict, "duplicate_value", message)
                .with_fields(vec![entry])
                .with_source(error)
        }
        Some(_) => not_allowed("create complete records here").with_source(error),
        None => error,
    }
}
