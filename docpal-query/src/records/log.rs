//! The audit row and the outbox row of a change of records, within the statement that makes the change. Takes the
//! names of the statement's parts with the records before and after; knows no rights.

use docpal_core::audit::actor_text;
use docpal_core::model::Field;
use docpal_core::sql::expr::{self, Expr, ExprTrait as _, PgFn, Query, SelectStatement, WithClause};
use docpal_core::sql::{ColumnName, MetaTable, PgType};
use docpal_core::{Actor, EventLog, TableSnapshot};

use super::Records;
use super::write::cte;
use crate::lower::select::SYSTEM;

/// So many deleted records are in one audit row, with all that they held.
const CHUNK: i64 = 100;

/// The audit rows.
const AUDIT: ColumnName = ColumnName::system("a");
/// The outbox rows.
const OUTBOX: ColumnName = ColumnName::system("o");
/// What a change is about: the records, with details for the audit log.
const ENTRY: ColumnName = ColumnName::system("e");
const RECORD_IDS: ColumnName = ColumnName::system("record_ids");
const DETAILS: ColumnName = ColumnName::system("details");
const CHANGED: ColumnName = ColumnName::system("changed");
const IMAGE: ColumnName = ColumnName::system("x");
const NUMBER: ColumnName = ColumnName::system("n");

/// Writes down what happens to records of one table.
#[derive(Clone, Copy)]
pub(super) struct Log<'l> {
    snapshot: &'l TableSnapshot,
    actor: &'l Actor,
    events: EventLog,
}

impl Records<'_> {
    /// The log for changes of this table.
    pub(super) fn log<'l>(&'l self, snapshot: &'l TableSnapshot) -> Log<'l> {
        Log { snapshot, actor: self.actor, events: self.docpal.event_log() }
    }
}

impl Log<'_> {
    /// The records in `written` are new. What they hold is in the table, or in the `before` of their next change.
    pub(super) fn created(self, with: &mut WithClause, written: &ColumnName) {
        let mut entry = Query::select();
        entry.expr_as(expr::record_ids(expr::column_of(written, &ColumnName::ID)), RECORD_IDS);
        entry.expr_as(expr::call(PgFn::JsonbBuildObject, []), DETAILS);
        entry.from(written.clone());
        self.append(with, "record.create", entry, None);
    }

    /// The record in `before` has become the one in `written`, by setting the fields at `given`: the audit log gets
    /// all that it held and what was set. Without a field whose value differs there is no event.
    pub(super) fn updated(
        self,
        with: &mut WithClause,
        before: &ColumnName,
        written: &ColumnName,
        given: &[usize],
    ) {
        let fields = || given.iter().filter_map(|position| self.snapshot.fields().get(*position));
        let set = [ColumnName::VERSION, ColumnName::UPDATED_AT, ColumnName::UPDATED_BY];
        let after = set.into_iter().map(|name| (name.clone(), name)).chain(fields().filter_map(stored));
        let after = after.map(|(key, column)| (key, expr::column_of(written, &column)));
        let mut entry = Query::select();
        entry.expr_as(expr::record_ids(expr::column_of(written, &ColumnName::ID)), RECORD_IDS);
        let details =
            [expr::literal("before"), self.image(before), expr::literal("after"), expr::object(after)];
        entry.expr_as(expr::call(PgFn::JsonbBuildObject, details), DETAILS);
        let changed = fields().filter_map(|field| {
            let (column, _) = field.column()?;
            let [old, new] = [before, written].map(|of| expr::column_of(of, &column));
            Some((field.id().uuid(), expr::is_distinct_from(old, new)))
        });
        entry.expr_as(expr::ids_where(changed.collect()), CHANGED);
        entry.from(written.clone()).from(before.clone());
        self.append(with, "record.update", entry, Some(expr::column_of(&ENTRY, &CHANGED)));
    }

    /// The record in `before` is gone if its id is in `deleted`: the audit log gets all that it held.
    pub(super) fn deleted(self, with: &mut WithClause, before: &ColumnName, deleted: &ColumnName) {
        let mut entry = Query::select();
        entry.expr_as(expr::record_ids(expr::column_of(deleted, &ColumnName::ID)), RECORD_IDS);
        let details = [expr::literal("before"), self.image(before)];
        entry.expr_as(expr::call(PgFn::JsonbBuildObject, details), DETAILS);
        entry.from(deleted.clone()).from(before.clone());
        self.append(with, "record.delete", entry, None);
    }

    /// As [`Log::deleted`], for many records: a row per hundred, with a list of what they held.
    pub(super) fn deleted_many(self, with: &mut WithClause, before: &ColumnName, deleted: &ColumnName) {
        let mut images = Query::select();
        images.expr_as(expr::column_of(before, &ColumnName::ID), ColumnName::ID);
        images.expr_as(self.image(before), IMAGE);
        images.expr_as(expr::row_number(expr::column_of(before, &ColumnName::ID)), NUMBER);
        images.from(deleted.clone()).from(before.clone());
        let id = |of: &ColumnName| expr::column_of(of, &ColumnName::ID);
        images.and_where(id(deleted).eq(id(before)));
        let mut entry = Query::select();
        entry.expr_as(expr::call(PgFn::ArrayAgg, [expr::column(&ColumnName::ID)]), RECORD_IDS);
        let images_of_chunk = expr::call(PgFn::JsonbAgg, [expr::column(&IMAGE)]);
        let details = [expr::literal("before"), images_of_chunk];
        entry.expr_as(expr::call(PgFn::JsonbBuildObject, details), DETAILS);
        entry.from_subquery(images, IMAGE);
        entry.add_group_by([expr::column(&NUMBER).sub(expr::integer(1)).div(expr::integer(CHUNK))]);
        self.append(with, "record.delete", entry, None);
    }

    /// All that a record holds, by field id; system values by their names.
    fn image(self, of: &ColumnName) -> Expr {
        let system = SYSTEM.iter().map(|(name, _)| (name.clone(), name.clone()));
        let columns = system.chain(self.snapshot.fields().iter().filter_map(stored));
        expr::object(columns.map(|(key, column)| (key, expr::column_of(of, &column))))
    }

    /// Adds the audit row and the outbox row of each row of `entry`; `changed` is for entries of one record.
    fn append(
        self,
        with: &mut WithClause,
        action: &'static str,
        entry: SelectStatement,
        changed: Option<Expr>,
    ) {
        let (meta, origin, cause) = (self.snapshot.meta(), self.actor.origin(), self.actor.cause());
        let text = |text: Option<&str>| match text {
            Some(text) => expr::cast(Expr::value(text), PgType::Text),
            None => expr::null(PgType::Text),
        };
        let run = || cause.map_or_else(|| expr::null(PgType::Uuid), |cause| expr::uuid(cause.run));
        let actor = actor_text(self.actor);
        let mut audit = Query::select();
        audit.exprs([
            expr::uuid(meta.company.uuid()),
            text(Some(&actor)),
            expr::literal(action),
            expr::uuid(meta.app.uuid()),
            expr::uuid(meta.id.uuid()),
            expr::column(&RECORD_IDS),
            expr::column(&DETAILS),
            text(origin.session.as_deref()),
            text(origin.origin.as_deref()),
            run(),
        ]);
        audit.from(ENTRY);
        let columns = [
            "company_id",
            "actor",
            "action",
            "app_id",
            "table_id",
            "record_ids",
            "details",
            "session",
            "origin",
        ];
        let columns = columns.into_iter().chain(["run_id"]).map(ColumnName::system).collect();
        with.cte(cte(&ENTRY, entry.into()));
        let returning = [ColumnName::ID, RECORD_IDS];
        with.cte(cte(&AUDIT, expr::insert_select(MetaTable::AuditLog, columns, audit, &returning)));
        if self.events == EventLog::Off {
            return;
        }
        let mut outbox = Query::select();
        outbox.exprs([
            expr::column_of(&AUDIT, &ColumnName::ID),
            expr::uuid(meta.company.uuid()),
            expr::uuid(meta.app.uuid()),
            expr::uuid(meta.id.uuid()),
            expr::literal(action),
            expr::column_of(&AUDIT, &RECORD_IDS),
            text(Some(&actor)),
            run(),
            expr::uuid_array(cause.iter().flat_map(|cause| cause.chain.iter().copied())),
        ]);
        outbox.from(AUDIT);
        let columns = [
            "audit_id",
            "company_id",
            "app_id",
            "table_id",
            "event",
            "record_ids",
            "actor",
            "run_id",
            "chain",
        ];
        let mut columns: Vec<ColumnName> = columns.into_iter().map(ColumnName::system).collect();
        if let Some(changed) = changed {
            columns.push(CHANGED);
            outbox.expr(changed.clone()).from(ENTRY);
            let count = expr::call(PgFn::Cardinality, [changed]);
            outbox.and_where(count.gt(expr::integer(0)));
        }
        with.cte(cte(&OUTBOX, expr::insert_select(MetaTable::Outbox, columns, outbox, &[])));
    }
}

/// The key of a field in an image, and its column, if it has one.
fn stored(field: &Field) -> Option<(ColumnName, ColumnName)> {
    field.column().map(|(column, _)| (ColumnName::image_key(field.id()), column))
}
