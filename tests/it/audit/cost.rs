//! What a page of the audit log costs who is no owner: as much with sixty tables as with three.

use docpal::core::{
    Action, Actor, AppSpec, FieldSpec, Filter, Resource, Role, RuleSpec, Subject, TableId, TableSpec, UserId,
};
use docpal::query::{AuditExt as _, AuditPage};
use sqlx::PgConnection;

use crate::world::World;

/// A company with tables of one app, and an admin who is no owner.
struct Tables {
    world: World,
    ids: Vec<TableId>,
    admin: Actor,
}

/// What a page took: rows of the log that PostgreSQL looked at, and statements.
#[derive(Debug)]
struct Work {
    rows: i64,
    statements: i64,
}

impl Tables {
    async fn new(count: usize) -> Self {
        let world = World::new().await;
        let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap().id;
        let mut ids = Vec::new();
        for n in 0..count {
            let spec = TableSpec::new(format!("Table {n}")).field(FieldSpec::new("state", "text"));
            ids.push(world.docpal.tables(&world.owner).create(app, &spec).await.unwrap().id());
        }
        let admin = Actor::new(world.company, UserId::new(), [Role::Admin]);
        Self { world, ids, admin }
    }

    /// Of each table the closed records are hidden from the admin.
    async fn hide_closed(&self) {
        for id in &self.ids {
            let admins = Subject::Role(Role::Admin);
            let deny = RuleSpec::deny(Resource::Table(*id), admins, Action::Read);
            let deny = deny.when(Filter::test("state", "is", "closed"));
            self.world.docpal.rules(&self.world.owner).create(&deny).await.unwrap();
        }
    }

    /// So many entries of records that are gone without an image, of `tables` in turn.
    async fn entries(&self, count: i64, tables: &[TableId]) {
        let insert = "
            INSERT INTO docpal.audit_log (company_id, actor, action, table_id, record_ids, details)
            SELECT $1::uuid, 'user:somebody', 'record.create', ($2::uuid[])[number % cardinality($2) + 1],
                   ARRAY[gen_random_uuid()], '{}'
            FROM generate_series(1, $3::bigint) number ORDER BY number";
        sqlx::query(insert)
            .bind(self.world.company.uuid())
            .bind(tables.iter().map(|id| id.uuid()).collect::<Vec<_>>())
            .bind(count)
            .execute(self.world.db.pool())
            .await
            .unwrap();
        sqlx::query("ANALYZE docpal.audit_log").execute(self.world.db.pool()).await.unwrap();
    }

    /// The first page on a handle that has seen no table yet, and what it took.
    async fn page(&self, limit: usize) -> (AuditPage, Work) {
        let docpal = docpal::core::Docpal::start(self.world.db.pool().clone()).await.unwrap();
        let mut tx = docpal.begin().await.unwrap();
        let before = taken(&mut tx).await;
        let page = docpal.audit_log(&self.admin).list_in(&mut tx, None, limit).await.unwrap();
        let after = taken(&mut tx).await;
        tx.rollback().await.unwrap();
        (page, Work { rows: after.rows - before.rows, statements: after.statements - before.statements })
    }
}

/// What the transaction has looked at of the log, and how often its connection has run prepared statements.
async fn taken(conn: &mut PgConnection) -> Work {
    let question = "
        SELECT (SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
                FROM pg_stat_xact_user_tables WHERE relid = 'docpal.audit_log'::regclass),
               (SELECT coalesce(sum(generic_plans + custom_plans), 0)::bigint FROM pg_prepared_statements)";
    let (rows, statements) = sqlx::query_as(question).fetch_one(conn).await.unwrap();
    Work { rows, statements }
}

// Finding D2
#[tokio::test]
async fn a_page_takes_about_as_much_for_sixty_tables_as_for_three() {
    for count in [3_usize, 60] {
        let it = Tables::new(count).await;
        it.entries(24_000, &it.ids).await;
        let (page, work) = it.page(20).await;
        assert_eq!(page.entries.len(), 20);
        let bound = 1_000 + 10 * i64::try_from(count).unwrap();
        assert!(work.rows <= bound, "{work:?} for {count} tables");
        assert!(work.statements <= 25, "{work:?} for {count} tables");
    }
}

// Finding D2
#[tokio::test]
async fn a_page_of_what_conditions_hide_looks_at_as_much_for_sixty_tables_as_for_three() {
    for count in [3_usize, 60] {
        let it = Tables::new(count).await;
        it.hide_closed().await;
        it.entries(24_000, &it.ids).await;
        let (page, work) = it.page(20).await;
        assert!(page.entries.is_empty() && page.next_cursor.is_some());
        let bound = 13_000 + 10 * i64::try_from(count).unwrap();
        assert!(work.rows <= bound, "{work:?} for {count} tables");
    }
}

// Finding D2
#[tokio::test]
async fn tables_are_asked_only_about_entries_that_are_theirs() {
    let it = Tables::new(40).await;
    it.hide_closed().await;
    let (last, others) = it.ids.split_last().unwrap();
    it.entries(6_000, &[*last]).await;
    it.entries(39, others).await;
    let (page, work) = it.page(20).await;
    assert!(page.entries.is_empty() && page.next_cursor.is_some());
    // Two questions per table, about what is there and what is gone, the same per batch of the last table's, and a few for
    // each batch itself.
    assert!(work.statements <= 2 * 39 + 7 * 26, "{work:?}");
}
