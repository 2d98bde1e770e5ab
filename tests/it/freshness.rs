//! A handle never serves what is older than a change made through it, and looks at the database as seldom as it can.

use std::sync::Arc;
use std::time::Duration;

use docpal::core::{
    Action, Actor, AppSpec, CompanyId, FieldSpec, RecordDraft, Resource, RuleSpec, Subject, TableId,
    TableSpec, UserId,
};
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::world::World;

/// Can members read the table, by the handle's cache?
async fn read(world: &World, member: &Actor, table: TableId) -> Result<usize, &'static str> {
    let page = world.docpal.records(member, table).list(&ViewSpec::new()).await;
    page.map(|page| page.len()).map_err(|error| error.code())
}

/// What hides the table whole, on the table or on the company.
fn hiding(table: TableId) -> [RuleSpec; 4] {
    [Resource::Table(table), Resource::Company]
        .map(|on| [Action::Read, Action::Create].map(|action| RuleSpec::deny(on, Subject::Everyone, action)))
        .concat()
        .try_into()
        .unwrap()
}

// Finding A7
#[tokio::test]
async fn a_rule_made_in_the_hosts_transaction_holds_from_its_commit() {
    let world = World::new().await;
    let (table, member) = (world.orders().await, world.member());
    let rules = world.docpal.rules(&world.owner);
    for specs in hiding(table).chunks(2) {
        assert_eq!(read(&world, &member, table).await, Ok(5));
        let mut tx = world.docpal.begin().await.unwrap();
        let mut made = Vec::new();
        for spec in specs {
            made.push(rules.create_in(&mut tx, spec).await.unwrap().id);
        }
        // What is read meanwhile is as before, and is kept by no cache beyond the commit.
        assert_eq!(read(&world, &member, table).await, Ok(5));
        assert_eq!(read(&world, &member, table).await, Ok(5));
        tx.commit().await.unwrap();
        assert_eq!(read(&world, &member, table).await, Err("table_not_found"));
        let mut tx = world.docpal.begin().await.unwrap();
        for id in made {
            rules.delete_in(&mut tx, id).await.unwrap();
        }
        assert_eq!(read(&world, &member, table).await, Err("table_not_found"));
        tx.commit().await.unwrap();
        assert_eq!(read(&world, &member, table).await, Ok(5));
    }
}

// Finding A7
#[tokio::test]
async fn a_rule_made_in_a_transaction_that_is_rolled_back_never_holds() {
    let world = World::new().await;
    let (table, member) = (world.orders().await, world.member());
    let rules = world.docpal.rules(&world.owner);
    for spec in hiding(table) {
        let mut tx = world.docpal.begin().await.unwrap();
        rules.create_in(&mut tx, &spec).await.unwrap();
        assert_eq!(read(&world, &member, table).await, Ok(5));
        tx.rollback().await.unwrap();
        assert_eq!(read(&world, &member, table).await, Ok(5));
    }
    // The version that was taken back is taken by another change, which holds.
    for spec in hiding(table) {
        rules.create(&spec).await.unwrap();
    }
    assert_eq!(read(&world, &member, table).await, Err("table_not_found"));
}

// Finding A7
#[tokio::test]
async fn a_table_dropped_in_the_hosts_transaction_is_gone_from_its_commit() {
    let world = World::new().await;
    let table = world.orders().await;
    let get =
        || async { world.docpal.snapshot(world.company, table).await.map(|_| ()).map_err(|e| e.code()) };
    let mut tx = world.docpal.begin().await.unwrap();
    world.docpal.tables(&world.owner).drop_in(&mut tx, table).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(get().await, Ok(()));
    let mut tx = world.docpal.begin().await.unwrap();
    world.docpal.tables(&world.owner).drop_in(&mut tx, table).await.unwrap();
    assert_eq!(get().await, Ok(()));
    tx.commit().await.unwrap();
    assert_eq!(get().await, Err("table_not_found"));
}

// Finding A22
#[tokio::test]
async fn a_rule_of_one_company_leaves_the_snapshots_of_others() {
    let world = World::new().await;
    let table = world.orders().await;
    let other = CompanyId::new();
    world.docpal.companies().create(other, "Other").await.unwrap();
    let before = world.docpal.snapshot(world.company, table).await.unwrap();
    let owner = Actor::owner(other, UserId::new());
    let rule = RuleSpec::deny(Resource::Company, Subject::Everyone, Action::Delete);
    world.docpal.rules(&owner).create(&rule).await.unwrap();
    let after = world.docpal.snapshot(world.company, table).await.unwrap();
    assert!(Arc::ptr_eq(&before, &after));
    world.docpal.rules(&world.owner).create(&rule).await.unwrap();
    let after = world.docpal.snapshot(world.company, table).await.unwrap();
    assert!(!Arc::ptr_eq(&before, &after));
}

/// How often the connection has run prepared statements.
async fn statements(conn: &mut sqlx::PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT coalesce(sum(generic_plans + custom_plans), 0)::bigint FROM pg_prepared_statements",
    )
    .fetch_one(conn)
    .await
    .unwrap()
}

// Finding A22
#[tokio::test]
async fn lists_of_tables_and_apps_take_as_many_statements_for_thirty_as_for_one() {
    let world = World::new().await;
    let member = world.member();
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap().id;
    let mut taken = Vec::new();
    for tables in [1, 30] {
        for n in 1..=tables {
            let name = format!("{tables} {n}");
            world.docpal.apps(&world.owner).create(&AppSpec::new(&name)).await.unwrap();
            let spec = TableSpec::new(name).field(FieldSpec::new("a", "text"));
            let table = world.docpal.tables(&world.owner).create(app, &spec).await.unwrap().id();
            let rule = RuleSpec::deny(Resource::Table(table), Subject::Everyone, Action::Delete);
            world.docpal.rules(&world.owner).create(&rule).await.unwrap();
        }
        let mut conn = world.docpal.acquire().await.unwrap();
        let mut count = Vec::new();
        // The first round prepares.
        for _ in 0..2 {
            let before = statements(&mut conn).await;
            world.docpal.tables(&member).list_in(&mut conn, app).await.unwrap();
            let between = statements(&mut conn).await;
            world.docpal.apps(&member).list_in(&mut conn).await.unwrap();
            count = vec![between - before - 1, statements(&mut conn).await - between - 1];
        }
        taken.push(count);
    }
    assert_eq!(taken, [[3, 2], [3, 2]]);
}

#[tokio::test]
async fn a_snapshot_is_served_without_a_connection_once_changes_are_over() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let deny = RuleSpec::deny(Resource::Company, Subject::Everyone, Action::Delete);
    world.docpal.rules(&world.owner).create(&deny).await.unwrap();
    records.create(&RecordDraft::new().set("customer", "Finn")).await.unwrap();
    // What the log tells of these changes comes late: until then the version is looked at.
    let served = async {
        loop {
            world.docpal.snapshot(world.company, table).await.unwrap();
            let mut all = Vec::new();
            for _ in 0..world.db.pool().options().get_max_connections() {
                all.push(world.docpal.acquire().await.unwrap());
            }
            let snapshot = world.docpal.snapshot(world.company, table);
            if tokio::time::timeout(Duration::from_millis(100), snapshot).await.is_ok() {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), served).await.expect("served from the cache");
}
