//! Several handles on one database, as on several nodes: what one changes the others forget.

use std::sync::Arc;
use std::time::Duration;

use docpal::core::{
    Action, Actor, Docpal, EventLog, RecordDraft, Resource, Role, RuleSpec, Subject, TableId,
};
use docpal::query::{RecordsExt as _, ViewSpec};
use tokio::sync::mpsc;

use crate::world::World;

/// Looks again and again until `check` holds; a minute is far more than the bound, for slow machines.
async fn until(what: &str, check: impl AsyncFn() -> bool) {
    let look = async {
        let mut pace = tokio::time::interval(Duration::from_millis(5));
        while !check().await {
            pace.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// A handle of another node.
async fn node(world: &World, log: EventLog) -> Docpal {
    let pool =
        sqlx::postgres::PgPoolOptions::new().max_connections(4).connect_lazy_with(world.db.connect_options());
    Docpal::builder(pool).events(log).start().await.unwrap()
}

/// Takes the right to read a table from members.
async fn hide(world: &World, table: TableId) {
    let rule = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Read);
    world.docpal.rules(&world.owner).create(&rule).await.unwrap();
}

async fn reads(docpal: &Docpal, actor: &Actor, table: TableId) -> bool {
    docpal.records(actor, table).list(&ViewSpec::new()).await.is_ok()
}

// Finding B6
#[tokio::test]
async fn a_rule_changed_on_one_node_holds_on_another_that_follows() {
    let world = World::new().await;
    let table = world.orders().await;
    let member = world.member();
    let other = node(&world, EventLog::On).await;
    until("the other node follows", async || other.events().is_following()).await;
    assert!(reads(&other, &member, table).await);
    hide(&world, table).await;
    until("the rule holds there", async || !reads(&other, &member, table).await).await;
}

// Finding B6
#[tokio::test]
async fn a_rule_of_the_company_changed_on_one_node_holds_on_another_and_spares_other_companies() {
    let (world, member) = {
        let world = World::new().await;
        let member = world.member();
        (world, member)
    };
    let table = world.orders().await;
    let neighbour = docpal::core::CompanyId::new();
    world.docpal.companies().create(neighbour, "Neighbour").await.unwrap();
    let owner = Actor::owner(neighbour, docpal::core::UserId::new());
    let app = world.docpal.apps(&owner).create(&docpal::core::AppSpec::new("App")).await.unwrap();
    let theirs = world
        .docpal
        .tables(&owner)
        .create(app.id, &docpal::core::TableSpec::new("Theirs"))
        .await
        .unwrap()
        .id();
    let other = node(&world, EventLog::On).await;
    until("the other node follows", async || other.events().is_following()).await;
    assert!(reads(&other, &member, table).await);
    let cached = other.snapshot(neighbour, theirs).await.unwrap();
    let rule = RuleSpec::deny(Resource::Company, Subject::Role(Role::Member), Action::Read);
    world.docpal.rules(&world.owner).create(&rule).await.unwrap();
    until("the rule holds there", async || !reads(&other, &member, table).await).await;
    assert!(Arc::ptr_eq(&cached, &other.snapshot(neighbour, theirs).await.unwrap()));
}

#[tokio::test]
async fn news_of_what_a_handle_knows_already_leaves_its_snapshot() {
    let world = World::new().await;
    // Nobody hears of the table until it is cached.
    let mut stuck = world.db.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE docpal.event_clock IN ACCESS EXCLUSIVE MODE").execute(&mut *stuck).await.unwrap();
    let table = world.orders().await;
    let cached = world.docpal.snapshot(world.company, table).await.unwrap();
    let (news, mut heard) = mpsc::unbounded_channel();
    let kept = world.docpal.events().subscribe(move |position| news.send(position).unwrap_or_default());
    stuck.rollback().await.unwrap();
    let told = async {
        let last = "SELECT pos FROM docpal.event_clock WHERE NOT EXISTS (SELECT FROM docpal.outbox)";
        loop {
            let at = heard.recv().await.unwrap();
            let last: Option<i64> = sqlx::query_scalar(last).fetch_optional(world.db.pool()).await.unwrap();
            if last == Some(at) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.expect("told");
    drop(kept);
    assert!(Arc::ptr_eq(&cached, &world.docpal.snapshot(world.company, table).await.unwrap()));
}

// Finding B6
#[tokio::test]
async fn a_node_that_cannot_read_the_log_stops_trusting_what_it_has_cached() {
    let world = World::new().await;
    let table = world.orders().await;
    let member = world.member();
    let other = node(&world, EventLog::On).await;
    until("the other node follows", async || other.events().is_following()).await;
    assert!(reads(&other, &member, table).await);
    let mut frozen = world.db.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE docpal.event_clock IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *frozen)
        .await
        .unwrap();
    until("the other node knows that it is behind", async || !other.events().is_following()).await;
    hide(&world, table).await;
    until("the rule holds there", async || !reads(&other, &member, table).await).await;
    assert!(!other.events().is_following());
    frozen.rollback().await.unwrap();
    until("the other node follows again", async || other.events().is_following()).await;
}

// Finding B6
#[tokio::test]
async fn a_change_is_known_to_followers_also_while_nobody_gives_positions() {
    let world = World::new().await;
    let table = world.orders().await;
    let member = world.member();
    let other = node(&world, EventLog::On).await;
    until("the other node follows", async || other.events().is_following()).await;
    assert!(reads(&other, &member, table).await);
    // Somebody has the clock and does not let go.
    let mut stuck = world.db.pool().begin().await.unwrap();
    sqlx::query("SELECT FROM docpal.event_clock FOR UPDATE").execute(&mut *stuck).await.unwrap();
    hide(&world, table).await;
    until("the rule holds there", async || !reads(&other, &member, table).await).await;
    until("the other node still follows", async || other.events().is_following()).await;
    stuck.rollback().await.unwrap();
}

// Finding B6
#[tokio::test]
async fn without_the_event_log_versions_are_looked_at_and_record_events_are_not_written() {
    let world = World::new().await;
    let table = world.orders().await;
    let member = world.member();
    let quiet = node(&world, EventLog::Off).await;
    world.docpal.events().sequence().await.unwrap();
    let all = async || {
        let count = "SELECT (SELECT count(*) FROM docpal.outbox) + (SELECT count(*) FROM docpal.events)";
        sqlx::query_scalar::<_, i64>(count).fetch_one(world.db.pool()).await.unwrap()
    };
    // The partition of the day is attached by now, and no count misses it.
    until("all have positions", async || {
        let waits = "SELECT NOT EXISTS (SELECT FROM docpal.outbox)";
        sqlx::query_scalar::<_, bool>(waits).fetch_one(world.db.pool()).await.unwrap()
    })
    .await;
    let before = all().await;
    let records = quiet.records(&world.owner, table);
    let draft = RecordDraft::new().set("customer", "Fay");
    let id = records.create(&draft).await.unwrap().id();
    records.update(id, &RecordDraft::new().set("quantity", 2), None).await.unwrap();
    records.create_many(&[draft]).await.unwrap();
    records.delete_many(&[id]).await.unwrap();
    assert_eq!(all().await, before, "nobody reads");
    assert!(reads(&quiet, &member, table).await);
    assert!(!quiet.events().is_following());
    hide(&world, table).await;
    until("the rule holds there", async || !reads(&quiet, &member, table).await).await;
    // What others follow is written all the same.
    let before = all().await;
    let rule = RuleSpec::deny(Resource::Table(table), Subject::Everyone, Action::Read);
    quiet.rules(&world.owner).create(&rule).await.unwrap();
    assert_eq!(all().await, before + 1);
}

#[tokio::test]
async fn subscribers_are_woken_on_this_node_and_on_others() {
    let world = World::new().await;
    let table = world.orders().await;
    let other = node(&world, EventLog::On).await;
    let (here, mut heard_here) = mpsc::unbounded_channel();
    let (there, mut heard_there) = mpsc::unbounded_channel();
    let kept = [
        world.docpal.events().subscribe(move |position| here.send(position).unwrap_or_default()),
        other.events().subscribe(move |position| there.send(position).unwrap_or_default()),
    ];
    world.docpal.events().sequence().await.unwrap();
    let last: i64 =
        sqlx::query_scalar("SELECT pos FROM docpal.event_clock").fetch_one(world.db.pool()).await.unwrap();
    let records = world.docpal.records(&world.owner, table);
    records.create(&RecordDraft::new().set("customer", "Fay")).await.unwrap();
    for heard in [&mut heard_here, &mut heard_there] {
        let told = async { while heard.recv().await.unwrap() <= last {} };
        tokio::time::timeout(Duration::from_secs(60), told).await.expect("told");
    }
    drop(kept);
}

#[tokio::test]
async fn the_background_task_ends_with_its_handle() {
    let world = World::new().await;
    let other = node(&world, EventLog::On).await;
    let lines = async || {
        let count = "SELECT count(*) FROM pg_stat_activity
                     WHERE application_name = 'docpal events' AND datname = current_database()";
        sqlx::query_scalar::<_, i64>(count).fetch_one(world.db.pool()).await.unwrap()
    };
    until("both handles have a line", async || lines().await == 2).await;
    drop(other);
    until("one has ended", async || lines().await == 1).await;
}
