//! What most tests start from: a database, a company and an owner.

use std::sync::Arc;

use docpal::core::model::TableSnapshot;
use docpal::core::testing::TestDb;
use docpal::core::{
    Actor, AppSpec, CompanyId, Docpal, FieldSpec, RecordDraft, Role, TableId, TableSpec, UserId,
};
use docpal::query::{Page, RecordsExt as _, ViewSpec};
use sqlx::Executor as _;

/// One company on a database of its own.
pub(crate) struct World {
    pub(crate) db: TestDb,
    pub(crate) docpal: Docpal,
    pub(crate) company: CompanyId,
    pub(crate) owner: Actor,
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await.expect("a test database");
        let docpal = Docpal::start(db.pool().clone()).await.expect("DocPal starts");
        let company = CompanyId::new();
        docpal.companies().create(company, "Acme").await.expect("a company");
        Self { db, docpal, company, owner: Actor::owner(company, UserId::new()) }
    }

    /// One where events can be counted at any moment: the day's first event may be in a partition that is attached while
    /// the count is planned, which then misses it. Here those of today and tomorrow are there.
    pub(crate) async fn where_events_are_counted() -> Self {
        let world = Self::new().await;
        // The row is locked by whoever makes one.
        let mut tx = world.db.pool().begin().await.expect("a transaction");
        tx.execute("SELECT FROM docpal.event_clock FOR UPDATE").await.expect("the clock");
        let days =
            "SELECT docpal.event_day((now() AT TIME ZONE 'UTC')::date + day) FROM generate_series(0, 1) day";
        tx.execute(days).await.expect("partitions");
        tx.commit().await.expect("a commit");
        world
    }

    pub(crate) fn member(&self) -> Actor {
        Actor::new(self.company, UserId::new(), [Role::Member])
    }

    /// A table in an app of its own.
    pub(crate) async fn table(&self, spec: TableSpec) -> Arc<TableSnapshot> {
        let app = AppSpec::new(format!("App of {}", spec.name));
        let app = self.docpal.apps(&self.owner).create(&app).await.expect("an app");
        self.docpal.tables(&self.owner).create(app.id, &spec).await.expect("a table")
    }

    /// Orders with a formula: five records by the owner.
    pub(crate) async fn orders(&self) -> TableId {
        let spec = TableSpec::new("Orders")
            .field(FieldSpec::new("customer", "text").required())
            .field(FieldSpec::new("price", "currency").options(r#"{"code": "EUR", "scale": 2}"#))
            .field(FieldSpec::new("quantity", "number").default_value(1))
            .field(
                FieldSpec::new("status", "single_select").options(r#"{"options": ["open", "paid", "void"]}"#),
            )
            .field(FieldSpec::new("ordered", "date"))
            .field(FieldSpec::formula("total", "{price} * {quantity}"));
        let table = self.table(spec).await.id();
        let rows = [
            ("Ada", "10.00", 3, "open", "2026-01-05"),
            ("Bob", "2.50", 10, "paid", "2026-02-10"),
            ("Cleo", "99.99", 1, "open", "2026-02-11"),
            ("Dan", "0.10", 7, "void", "2026-03-01"),
            ("Eve", "25.00", 2, "paid", "2026-03-15"),
        ];
        for (customer, price, quantity, status, ordered) in rows {
            let draft = RecordDraft::new()
                .set("customer", customer)
                .set("price", price)
                .set("quantity", quantity)
                .set("status", status)
                .set("ordered", ordered);
            self.docpal.records(&self.owner, table).create(&draft).await.expect("a record");
        }
        table
    }

    pub(crate) async fn list(&self, table: TableId, spec: &ViewSpec) -> Page {
        self.docpal.records(&self.owner, table).list(spec).await.expect("a page")
    }
}

/// The texts of one column of a page.
pub(crate) fn column(page: &Page, name: &str) -> Vec<String> {
    (0..page.len()).map(|index| page.value(index, name).to_string()).collect()
}
