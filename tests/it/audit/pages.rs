//! Where a page of the audit log ends: by what its reader sees, in bounded work of what conditions hide.

use docpal::core::{Action, Filter, RecordDraft, RecordId, RuleSpec};
use docpal::query::{AuditExt as _, AuditPage, RecordsExt as _};

use super::Salaries;

impl Salaries {
    /// A page for the admin, in a transaction, in which only its statements are bounded in time.
    async fn page_of(&self, cursor: Option<&str>, limit: usize) -> AuditPage {
        let mut tx = self.world.docpal.begin().await.unwrap();
        let page = self.world.docpal.audit_log(&self.admin).list_in(&mut tx, cursor, limit).await.unwrap();
        tx.rollback().await.unwrap();
        page
    }

    /// The names in all images of updates become texts of so many bytes.
    async fn name_in_images(&self, bytes: i32) {
        let key = self.field("name").await;
        let large = "UPDATE docpal.audit_log
                     SET details = jsonb_set(jsonb_set(details, ARRAY['before', $1], to_jsonb(repeat('x', $2))),
                                             ARRAY['after', $1], to_jsonb(repeat('x', $2)))
                     WHERE action = 'record.update'";
        sqlx::query(large).bind(key).bind(bytes).execute(self.world.db.pool()).await.unwrap();
    }

    async fn execute(&self, statement: &'static str, ids: &[RecordId]) {
        sqlx::query(statement)
            .bind(self.world.company.uuid())
            .bind(self.table.uuid())
            .bind(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
            .execute(self.world.db.pool())
            .await
            .unwrap();
    }

    fn no_closed(&self) -> RuleSpec {
        self.deny(Action::Read).when(Filter::test("state", "is", "closed"))
    }
}

/// What is shown, and where the page ends.
fn told(page: &AuditPage) -> (Vec<(String, String)>, Option<String>) {
    let entries = page.entries.iter().map(|entry| (entry.id.clone(), entry.details.to_string()));
    (entries.collect(), page.next_cursor.clone())
}

async fn all_pages(salaries: &Salaries, limit: usize) -> Vec<AuditPage> {
    let (mut cursor, mut pages) = (None, Vec::new());
    loop {
        let page = salaries.page_of(cursor.as_deref(), limit).await;
        cursor = page.next_cursor.clone();
        pages.push(page);
        if cursor.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn the_size_of_hidden_cells_does_not_tell_where_a_page_ends() {
    for only_of_open in [false, true] {
        let it = Salaries::new().await;
        for _ in 0..20 {
            it.update(0, &RecordDraft::new().set("name", "New").set("salary", 1)).await;
        }
        let deny = it.deny(Action::Read).fields(["name"]);
        let deny = if only_of_open { deny.when(Filter::test("state", "is", "open")) } else { deny };
        it.rule(deny).await;
        it.name_in_images(14).await;
        let small = told(&it.page_of(None, 30).await);
        it.name_in_images(700_000).await;
        assert!(told(&it.page_of(None, 30).await) == small, "masked: {only_of_open}");
        assert!(small.0.len() > 20 && small.1.is_none());
    }
}

#[tokio::test]
async fn many_hidden_ids_end_a_page_and_the_next_goes_on_behind_them() {
    let it = Salaries::new().await;
    it.rule(it.no_closed()).await;
    it.update(0, &RecordDraft::new().set("salary", 2)).await;
    let whole: Vec<(String, String)> = told(&it.page_of(None, 1_000).await).0;
    let hidden = "INSERT INTO docpal.audit_log (company_id, actor, action, table_id, record_ids, details)
                  SELECT $1, 'user:somebody', 'record.create', $2, $3 || ids, '{}'
                  FROM (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, 10000)) made,
                       generate_series(1, 40)";
    it.execute(hidden, &[]).await;
    let pages = all_pages(&it, 1_000).await;
    assert!(pages.len() > 1, "400,000 ids are too many for one page");
    assert!(pages.iter().flat_map(|page| told(page).0).eq(whole));
}

#[tokio::test]
async fn of_many_records_some_are_listed_and_those_that_may_be_read_are_counted() {
    let it = Salaries::new().await;
    it.rule(it.no_closed()).await;
    let records = it.world.docpal.records(&it.world.owner, it.table);
    let state = |at: u32| if at.is_multiple_of(2) { "open" } else { "closed" };
    let drafts = (0..3_000).map(|at| RecordDraft::new().set("name", "n").set("state", state(at)));
    let ids = records.create_many(&drafts.collect::<Vec<_>>()).await.unwrap();
    for (reader, count) in [(&it.world.owner, 3_000), (&it.admin, 1_500)] {
        let page = it.world.docpal.audit_log(reader).list(None, 1).await.unwrap();
        let [entry] = &page.entries[..] else { panic!("{page:?}") };
        assert_eq!((entry.records.len(), entry.record_count), (1_000, count));
        assert!(entry.records.iter().all(|id| ids.contains(id)));
    }
}

/// In how many questions, for a page of 250 updates of records that are gone, it is asked what they held at their end, `state` each.
async fn asked_of_the_end(state: &str) -> i64 {
    let it = Salaries::new().await;
    it.rule(it.no_closed()).await;
    let records = it.world.docpal.records(&it.world.owner, it.table);
    let drafts = (0..300).map(|_| RecordDraft::new().set("name", "n").set("state", state));
    let ids = records.create_many(&drafts.collect::<Vec<_>>()).await.unwrap();
    records.delete_many(&ids).await.unwrap();
    let updates = "INSERT INTO docpal.audit_log (company_id, actor, action, table_id, record_ids, details)
                   SELECT $1, 'user:somebody', 'record.update', $2, ARRAY[id],
                          jsonb_build_object('before', jsonb_build_object('id', id, 'version', 1),
                                             'after', jsonb_build_object('version', 2))
                   FROM unnest($3::uuid[]) id";
    it.execute(updates, &ids).await;
    let mut tx = it.world.docpal.begin().await.unwrap();
    let page = it.world.docpal.audit_log(&it.admin).list_in(&mut tx, None, 250).await.unwrap();
    let asked = "SELECT coalesce(sum(generic_plans + custom_plans), 0)::bigint FROM pg_prepared_statements
                 WHERE statement LIKE 'WITH ended%jsonb_path_query%'";
    let asked: i64 = sqlx::query_scalar(asked).fetch_one(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(page.entries.iter().filter(|entry| entry.action == "record.update").count() == 250);
    asked
}

// Each question reads the deletions behind it whole.
#[tokio::test]
async fn what_records_held_at_their_end_is_asked_for_once() {
    // Of what is created nothing is asked, nor of the deletions themselves.
    assert_eq!(asked_of_the_end("open").await, 1);
    // Much of it is asked for in parts: 9 MB, about 8 MiB at once.
    assert_eq!(asked_of_the_end(&"\u{1F600}".repeat(9_000)).await, 2);
}

#[tokio::test]
async fn images_that_do_not_fit_are_given_up_in_bounded_work() {
    let it = Salaries::new().await;
    it.rule(it.deny(Action::Read).when(Filter::test("salary", "lt", 0))).await;
    let broken = "INSERT INTO docpal.audit_log (company_id, actor, action, table_id, record_ids, details)
                  SELECT $1, 'user:somebody', 'record.update', $2, $3,
                         jsonb_build_object('before', jsonb_build_object('id', $3[1], 'version', number, $4, 'much'))
                  FROM generate_series(1, 180) number";
    sqlx::query(broken)
        .bind(it.world.company.uuid())
        .bind(it.table.uuid())
        .bind(vec![it.ids[0].uuid()])
        .bind(it.field("salary").await)
        .execute(it.world.db.pool())
        .await
        .unwrap();
    let mut tx = it.world.docpal.begin().await.unwrap();
    let page = it.world.docpal.audit_log(&it.admin).list_in(&mut tx, None, 1_000).await.unwrap();
    let asked = "SELECT coalesce(sum(generic_plans + custom_plans), 0)::bigint FROM pg_prepared_statements
                 WHERE statement LIKE '%jsonb_populate_recordset%'";
    let asked: i64 = sqlx::query_scalar(asked).fetch_one(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    // What is left then is hidden; what needs no image is not.
    let shown: Vec<&str> = page.entries.iter().map(|entry| entry.action.as_str()).collect();
    assert!(!shown.contains(&"record.update") && shown.contains(&"record.create"), "{shown:?}");
    assert!((100..=150).contains(&asked), "{asked} questions of 180 images");
}
