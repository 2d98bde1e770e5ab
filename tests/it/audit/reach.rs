//! What reading the audit log costs: nothing of tables and apps that are hidden, and a bounded part of what rows hide.

use docpal::core::{
    Action, AppSpec, FieldSpec, Filter, RecordDraft, Resource, Role, RuleSpec, Subject, TableId, TableSpec,
};
use docpal::query::{AuditExt as _, AuditPage};

use super::Salaries;

impl Salaries {
    /// Entries of `action` that name a table, an app and a record, or not, below the newest of which a page starts.
    async fn entries_behind(
        &self,
        count: i64,
        action: &str,
        (app, table): (Option<String>, Option<TableId>),
    ) {
        let insert = "
            INSERT INTO docpal.audit_log (company_id, actor, action, app_id, table_id, record_ids, details)
            SELECT $1::uuid, 'user:somebody', $2, $3::text::uuid, $4::text::uuid, ARRAY[$5::text::uuid],
                   json_build_object('before', json_build_object('id', $5, 'version', number, 'state', 'closed'))::jsonb
            FROM generate_series(1, $6::bigint) number";
        sqlx::query(insert)
            .bind(self.world.company.uuid())
            .bind(action)
            .bind(app)
            .bind(table.map(|table| table.to_string()))
            .bind(self.ids[1].to_string())
            .bind(count)
            .execute(self.world.db.pool())
            .await
            .unwrap();
    }

    /// The page that the admin gets, and how many rows of the log PostgreSQL looked at for it.
    async fn page(&self, cursor: Option<&str>, limit: usize) -> (AuditPage, i64) {
        let looked = "SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
                      FROM pg_stat_xact_user_tables WHERE relid = 'docpal.audit_log'::regclass";
        let mut tx = self.world.docpal.begin().await.unwrap();
        let before: i64 = sqlx::query_scalar(looked).fetch_one(&mut *tx).await.unwrap();
        let page = self.world.docpal.audit_log(&self.admin).list_in(&mut tx, cursor, limit).await.unwrap();
        let after: i64 = sqlx::query_scalar(looked).fetch_one(&mut *tx).await.unwrap();
        tx.rollback().await.unwrap();
        (page, after - before)
    }

    async fn analyze(&self) {
        sqlx::query("ANALYZE docpal.audit_log").execute(self.world.db.pool()).await.unwrap();
    }
}

fn ids(page: &AuditPage) -> Vec<String> {
    page.entries.iter().map(|entry| entry.id.clone()).collect()
}

// Finding A31
#[tokio::test]
async fn what_is_hidden_by_table_or_app_is_not_even_looked_at() {
    let it = Salaries::new().await;
    let spec = |name: &str| TableSpec::new(name).field(FieldSpec::new("name", "text"));
    let unread = it.world.table(spec("Unread")).await.id();
    let unknown = it.world.table(spec("Unknown")).await.id();
    let hidden = it.world.docpal.apps(&it.world.owner).create(&AppSpec::new("Hidden")).await.unwrap().id;
    let deny =
        |resource: Resource, action: Action| RuleSpec::deny(resource, Subject::Role(Role::Admin), action);
    it.rule(deny(Resource::Table(unread), Action::Read)).await;
    for action in [Action::Read, Action::Create, Action::Manage] {
        it.rule(deny(Resource::Table(unknown), action)).await;
        it.rule(deny(Resource::App(hidden), action)).await;
    }
    // So many that reading all of them in one go costs more than the index.
    it.entries_behind(20_000, "record.update", (None, Some(it.table))).await;
    it.analyze().await;
    let (before, looked) = it.page(None, 10).await;
    assert!(looked > 0);

    it.entries_behind(1_000, "record.update", (None, Some(unread))).await;
    it.entries_behind(1_000, "record.update", (None, Some(unknown))).await;
    it.entries_behind(1_000, "rule.create", (None, Some(unknown))).await;
    it.entries_behind(1_000, "table.create", (None, Some(TableId::new()))).await;
    it.entries_behind(1_000, "rule.create", (Some(hidden.to_string()), None)).await;
    it.analyze().await;
    let (after, looked_now) = it.page(None, 10).await;
    assert_eq!((ids(&after), after.next_cursor), (ids(&before), before.next_cursor));
    assert_eq!(looked_now, looked);
}

// Finding A31
#[tokio::test]
async fn a_page_looks_at_a_bounded_part_of_the_log_and_the_next_goes_on_behind_it() {
    let it = Salaries::new().await;
    it.rule(it.deny(Action::Read).when(Filter::test("state", "is", "closed"))).await;
    for _ in 0..3 {
        it.update(0, &RecordDraft::new().set("salary", 2)).await;
    }
    let whole: Vec<String> = ids(&it.page(None, 1_000).await.0);
    it.entries_behind(12_000, "record.update", (None, Some(it.table))).await;
    it.analyze().await;
    let (mut cursor, mut paged, mut pages) = (None, Vec::new(), 0);
    loop {
        let (page, looked) = it.page(cursor.as_deref(), 2).await;
        assert!(looked <= 13_000, "{looked} rows looked at");
        paged.extend(ids(&page));
        pages += 1;
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole);
    assert!(pages > whole.len().div_ceil(2) + 1, "{pages} pages");
}
