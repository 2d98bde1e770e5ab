//! A table that is dropped while an operation on it is on its way: it ends as on a table that is not there.

use std::pin::pin;

use docpal::core::{
    Action, Actor, Error, Filter, Json, RecordDraft, RecordId, Resource, Role, RuleSpec, Subject, TableId,
    UserId,
};
use docpal::query::{AuditExt as _, RecordsExt as _, ViewSpec};

use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    List,
    Get,
    Summary,
    Export,
    Audit,
    Create,
    CreateMany,
    Update,
    Delete,
    DeleteMany,
    Drop,
}

const CALLS: [Call; 11] = [
    Call::List,
    Call::Get,
    Call::Summary,
    Call::Export,
    Call::Audit,
    Call::Create,
    Call::CreateMany,
    Call::Update,
    Call::Delete,
    Call::DeleteMany,
    Call::Drop,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Pool,
    /// In a transaction, which is committed.
    Transaction,
    /// On a connection without one.
    Connection,
}

struct Stage {
    world: World,
    table: TableId,
    record: RecordId,
    /// Who reads some of the records only.
    admin: Actor,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let table = world.orders().await;
        let record = world.list(table, &ViewSpec::new()).await.id(0).unwrap();
        let deny = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Admin), Action::Read);
        let deny = deny.when(Filter::test("customer", "is", Json::from("Bob")));
        world.docpal.rules(&world.owner).create(&deny).await.unwrap();
        let changed = RecordDraft::new().set("quantity", 4);
        world.docpal.records(&world.owner, table).update(record, &changed, None).await.unwrap();
        let admin = Actor::new(world.company, UserId::new(), [Role::Admin]);
        Self { world, table, record, admin }
    }

    async fn call(&self, call: Call, form: Form) -> Result<(), Error> {
        let (docpal, table) = (&self.world.docpal, self.table);
        let records = docpal.records(&self.world.owner, table);
        let (tables, log) = (docpal.tables(&self.world.owner), docpal.audit_log(&self.admin));
        let (view, draft) = (ViewSpec::new(), RecordDraft::new().set("customer", "Zoe"));
        let (drafts, ids) = ([draft.clone()], [self.record]);
        if form == Form::Pool {
            return match call {
                Call::List => records.list(&view).await.map(drop),
                Call::Get => records.get(self.record).await.map(drop),
                Call::Summary => records.summary(&view.aggregate("price", "sum")).await.map(drop),
                Call::Export => records.export(&view).await.map(drop),
                Call::Audit => log.list(None, 100).await.map(drop),
                Call::Create => records.create(&draft).await.map(drop),
                Call::CreateMany => records.create_many(&drafts).await.map(drop),
                Call::Update => records.update(self.record, &draft, None).await.map(drop),
                Call::Delete => records.delete(self.record, None).await,
                Call::DeleteMany => records.delete_many(&ids).await.map(drop),
                Call::Drop => tables.drop(table).await,
            };
        }
        let mut tx = docpal.begin().await?;
        let mut free = docpal.acquire().await?;
        let conn: &mut docpal::core::sql::Connection =
            if form == Form::Transaction { &mut tx } else { &mut free };
        let done = match call {
            Call::List | Call::Export => records.list_in(conn, &view).await.map(drop),
            Call::Get => records.get_in(conn, self.record).await.map(drop),
            Call::Summary => records.summary_in(conn, &view.aggregate("price", "sum")).await.map(drop),
            Call::Audit => log.list_in(conn, None, 100).await.map(drop),
            Call::Create => records.create_in(conn, &draft).await.map(drop),
            Call::CreateMany => records.create_many_in(conn, &drafts).await.map(drop),
            Call::Update => records.update_in(conn, self.record, &draft, None).await.map(drop),
            Call::Delete => records.delete_in(conn, self.record, None).await,
            Call::DeleteMany => records.delete_many_in(conn, &ids).await.map(drop),
            Call::Drop => tables.drop_in(conn, table).await,
        };
        if !call.reads() {
            docpal.apps(&self.world.owner).list_in(conn).await.expect("a failed write leaves all usable");
        }
        done
    }

    /// Does a session wait for a lock?
    async fn somebody_waits(&self) -> bool {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        sqlx::query_scalar::<_, i64>(waiting).fetch_one(self.world.db.pool()).await.unwrap() > 0
    }
}

impl Call {
    fn reads(self) -> bool {
        matches!(self, Self::List | Self::Get | Self::Summary | Self::Export | Self::Audit)
    }
}

/// What comes of `call` that has begun before the table was dropped, and goes on after that.
async fn outrun(call: Call, form: Form) -> Result<(), Error> {
    let stage = Stage::new().await;
    let mut tx = stage.world.docpal.begin().await.unwrap();
    stage.world.docpal.tables(&stage.world.owner).drop_in(&mut tx, stage.table).await.unwrap();
    let mut called = pin!(stage.call(call, form));
    tokio::select! {
        done = &mut called => panic!("{call:?} {form:?} waits for the table: {done:?}"),
        () = async { while !stage.somebody_waits().await {} } => {}
    }
    tx.commit().await.unwrap();
    called.await
}

#[tokio::test]
async fn a_table_that_is_dropped_under_an_operation_is_one_that_is_not_there() {
    for call in CALLS {
        for form in [Form::Pool, Form::Transaction, Form::Connection] {
            let done = outrun(call, form).await;
            let code = done.as_ref().err().map(Error::code);
            let expected = match (call, form) {
                // The entries of the table are left out.
                (Call::Audit, Form::Pool) => code.is_none(),
                // The transaction has failed: nothing more can be asked in it.
                (call, Form::Transaction) if call.reads() => code == Some("table_changed"),
                (Call::Audit, _) => code == Some("table_changed"),
                _ => code == Some("table_not_found"),
            };
            assert!(expected, "{call:?} {form:?}: {done:?}");
        }
    }
}
