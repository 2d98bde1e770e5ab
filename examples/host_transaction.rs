//! DocPal inside the host's own transaction: the host's row, a new table and its first record are kept
//! together or not at all.
//!
//! `cargo run --example host_transaction`

#![expect(clippy::print_stdout, reason = "an example prints")]

use docpal::core::testing::TestDb;
use docpal::core::{Actor, AppSpec, CompanyId, Docpal, FieldSpec, RecordDraft, TableSpec, UserId};
use docpal::query::{RecordsExt as _, ViewSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = TestDb::empty().await?;
    sqlx::query("CREATE TABLE host_project (id int PRIMARY KEY, name text NOT NULL)")
        .execute(db.pool())
        .await?;
    let docpal = Docpal::start(db.pool().clone()).await?;
    let acme = CompanyId::new();
    docpal.companies().create(acme, "Acme").await?;
    let actor = Actor::owner(acme, UserId::new());
    let app = docpal.apps(&actor).create(&AppSpec::new("Projects")).await?;

    for keep in [false, true] {
        // The host's transaction, begun and ended by the host.
        let mut tx = db.pool().begin().await?;
        sqlx::query("INSERT INTO host_project VALUES (1, 'Bridge')").execute(&mut *tx).await?;
        let spec = TableSpec::new("Tasks").field(FieldSpec::new("Title", "text").required());
        let table = docpal.tables(&actor).create_in(&mut tx, app.id, &spec).await?;
        let records = docpal.records(&actor, table.id());
        records.create_in(&mut tx, &RecordDraft::new().set("Title", "Survey the river")).await?;
        // A failure undoes only itself; the host's transaction goes on.
        if let Err(refused) = records.create_in(&mut tx, &RecordDraft::new()).await {
            println!("refused inside the transaction: {refused}");
        }
        if keep {
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }

        let projects: i64 =
            sqlx::query_scalar("SELECT count(*) FROM host_project").fetch_one(db.pool()).await?;
        let tables = docpal.tables(&actor).list(app.id).await?;
        println!("kept: {keep}; projects: {projects}; tables: {}", tables.len());
        assert_eq!((projects, tables.len()), if keep { (1, 1) } else { (0, 0) });
        if keep {
            assert_eq!(docpal.records(&actor, table.id()).list(&ViewSpec::new()).await?.len(), 1);
        }
    }
    Ok(())
}
