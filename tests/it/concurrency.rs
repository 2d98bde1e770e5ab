//! Many at once: whatever the order in which they got their turn, the end is one that some order explains.

use std::sync::Arc;

use docpal::core::{
    Action, AppSpec, Docpal, Error, ErrorKind, FieldSpec, RecordDraft, RecordId, Resource, Role, RuleSpec,
    Subject, TableId, TableSpec,
};
use docpal::query::{Count, RecordsExt as _, Saved, ViewSpec};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::world::World;

type Outcome<T> = Result<T, Error>;

/// Runs `count` tasks that begin at the same moment; gives what came of each.
async fn at_once<T, F, W>(count: usize, work: W) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
    W: Fn(usize) -> F,
{
    let start = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (start, work) = (Arc::clone(&start), work(number));
        tasks.spawn(async move {
            start.wait().await;
            work.await
        });
    }
    tasks.join_all().await
}

fn split<T>(outcomes: Vec<Outcome<T>>) -> (Vec<T>, Vec<Error>) {
    let (done, failed): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    (done.into_iter().map(Result::unwrap).collect(), failed.into_iter().filter_map(Result::err).collect())
}

fn quantity(value: usize) -> RecordDraft {
    RecordDraft::new().set("quantity", u32::try_from(value).unwrap())
}

/// The quantity and the version of a record.
async fn state(world: &World, table: TableId, id: RecordId) -> (String, i64) {
    let page = world.docpal.records(&world.owner, table).get(id).await.unwrap();
    (page.value(0, "quantity").to_string(), page.version(0).unwrap())
}

async fn first(world: &World, table: TableId) -> RecordId {
    let page = world.list(table, &ViewSpec::new().limit(1)).await;
    page.id(0).unwrap()
}

/// `count` writers on one record, each with its own quantity, which no other number of writers gives.
async fn writers(
    world: &World,
    table: TableId,
    id: RecordId,
    count: usize,
    version: Option<i64>,
) -> Vec<Outcome<(usize, Saved)>> {
    at_once(count, |number| {
        let (docpal, owner) = (world.docpal.clone(), world.owner.clone());
        async move {
            let value = 100 * count + number;
            let saved = docpal.records(&owner, table).update(id, &quantity(value), version).await?;
            Ok((value, saved))
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_writers_that_name_the_same_version_one_wins_and_the_others_are_told() {
    let world = World::new().await;
    let table = world.orders().await;
    let id = first(&world, table).await;
    let mut version = 1;
    for count in [2, 20] {
        let (won, lost) = split(writers(&world, table, id, count, Some(version)).await);
        assert_eq!((won.len(), lost.len()), (1, count - 1));
        assert!(lost.iter().all(|error| error.code() == "version_conflict"), "{lost:?}");
        version += 1;
        assert_eq!(state(&world, table, id).await, (won[0].0.to_string(), version));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_without_a_version_all_succeed_one_after_the_other() {
    let world = World::new().await;
    let table = world.orders().await;
    let id = first(&world, table).await;
    let (before, _) = state(&world, table, id).await;
    let mut successes = 0;
    for count in [2, 20] {
        let (won, lost) = split(writers(&world, table, id, count, None).await);
        assert!(lost.is_empty(), "{lost:?}");
        successes += won.len();
    }
    let (after, version) = state(&world, table, id).await;
    assert_eq!(version, 1 + i64::try_from(successes).unwrap());
    // What each found is what the one before it left: a chain from the first value to the last.
    let quantity = world.docpal.snapshot(world.company, table).await.unwrap().find("quantity").unwrap().id();
    let changes: Vec<(String, String)> = sqlx::query_as(
        "SELECT details->'before'->>$1, details->'after'->>$1 FROM docpal.audit_log
         WHERE action = 'record.update' ORDER BY (details->'after'->>'version')::bigint NULLS FIRST, id",
    )
    .bind(quantity.to_string())
    .fetch_all(world.db.pool())
    .await
    .unwrap();
    assert_eq!(changes.len(), successes);
    let mut links = changes.clone();
    let mut at = before;
    while let Some(next) = links.iter().position(|(from, _)| *from == at) {
        at = links.swap_remove(next).1;
    }
    assert_eq!((links.len(), at), (0, after), "{changes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_creates_of_one_unique_value_one_wins_and_the_field_is_named() {
    let world = World::new().await;
    let spec = TableSpec::new("Codes").field(FieldSpec::new("code", "text").unique());
    let table = world.table(spec).await.id();
    let singles = at_once(20, |_| {
        let (docpal, owner) = (world.docpal.clone(), world.owner.clone());
        async move { docpal.records(&owner, table).create(&RecordDraft::new().set("code", "A-1")).await }
    });
    let (won, lost) = split(singles.await);
    assert_eq!((won.len(), lost.len()), (1, 19));
    assert!(lost.iter().all(|error| error.kind() == ErrorKind::Conflict), "{lost:?}");
    assert!(lost.iter().all(|error| error.fields()[0].field == "code"), "{lost:?}");
    // Bulks that share one value each with the next: none is written by half.
    let bulks = at_once(8, |number| {
        let (docpal, owner) = (world.docpal.clone(), world.owner.clone());
        async move {
            let draft = |code: usize| RecordDraft::new().set("code", format!("B-{code}"));
            let drafts = [draft(number), draft(number + 1)];
            docpal.records(&owner, table).create_many(&drafts).await
        }
    });
    let (made, refused) = split(bulks.await);
    assert!(refused.iter().all(|error| matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Unavailable)));
    let page = world.list(table, &ViewSpec::new().count(Count::Exact)).await;
    assert_eq!(page.total(), Some(1 + 2 * i64::try_from(made.len()).unwrap()));
    assert!(!made.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_tables_and_apps_of_one_name_one_is_made() {
    let world = World::new().await;
    let apps = at_once(8, |_| {
        let (docpal, owner) = (world.docpal.clone(), world.owner.clone());
        async move { docpal.apps(&owner).create(&AppSpec::new("Sales")).await }
    });
    let (made, refused) = split(apps.await);
    assert_eq!((made.len(), refused.len()), (1, 7));
    assert!(refused.iter().all(|error| error.code() == "name_taken"), "{refused:?}");
    let app = made[0].id;
    let tables = at_once(8, |number| {
        let (docpal, owner) = (world.docpal.clone(), world.owner.clone());
        let name = if number % 2 == 0 { "Orders" } else { "orders" };
        let spec = TableSpec::new(name).field(FieldSpec::new("name", "text"));
        async move { docpal.tables(&owner).create(app, &spec).await }
    });
    let (made, refused) = split(tables.await);
    assert_eq!((made.len(), refused.len()), (1, 7));
    assert!(refused.iter().all(|error| error.code() == "name_taken"), "{refused:?}");
    assert_eq!(world.docpal.tables(&world.owner).list(app).await.unwrap().len(), 1);
    let schema = made[0].physical().schema().as_str().to_owned();
    let physical: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = $1")
        .bind(schema)
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert_eq!(physical, 1, "a refused table leaves nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_sees_a_bulk_delete_whole_or_not_at_all_and_an_export_sees_what_was_when_it_began() {
    let world = World::new().await;
    let table = world.table(TableSpec::new("Notes").field(FieldSpec::new("number", "number"))).await.id();
    let records = world.docpal.records(&world.owner, table);
    let drafts: Vec<RecordDraft> =
        (0..900_u32).map(|number| RecordDraft::new().set("number", number)).collect();
    let ids = records.create_many(&drafts).await.unwrap();
    let mut export = records.export(&ViewSpec::new()).await.unwrap();
    let lists = at_once(6, |number| {
        let (docpal, owner, ids) = (world.docpal.clone(), world.owner.clone(), ids.clone());
        async move {
            let records = docpal.records(&owner, table);
            if number == 0 {
                return records
                    .delete_many(&ids[..400])
                    .await
                    .map(|deleted| vec![usize::try_from(deleted).unwrap()]);
            }
            let mut seen = Vec::new();
            for _ in 0..6 {
                seen.push(records.list(&ViewSpec::new().limit(1_000)).await?.len());
            }
            Ok(seen)
        }
    });
    for seen in lists.await {
        let seen = seen.unwrap();
        assert!(seen.iter().all(|count| [400, 500, 900].contains(count)), "{seen:?}");
        assert!(seen.is_sorted_by(|one, next| one >= next), "what was gone came back: {seen:?}");
    }
    let mut exported = 0;
    while let Some(page) = export.next().await.unwrap() {
        exported += page.len();
    }
    assert_eq!(exported, 900);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_rule_is_made_no_write_lands_that_it_forbids() {
    let world = World::new().await;
    let table = world.orders().await;
    let id = first(&world, table).await;
    let member = world.member();
    let mut tasks = JoinSet::new();
    for number in 0..6 {
        let (docpal, member) = (world.docpal.clone(), member.clone());
        // Each writes until it is refused.
        tasks.spawn(async move {
            let mut written = 0_i64;
            loop {
                match docpal.records(&member, table).update(id, &quantity(number), None).await {
                    Ok(_) => written += 1,
                    Err(error) if error.is_retryable() => {}
                    Err(error) => return (written, error),
                }
            }
        });
    }
    while state(&world, table, id).await.1 < 20 {
        tokio::task::yield_now().await;
    }
    // Another node: nothing but the database tells the writers of the rule.
    let other = Docpal::start(world.db.pool().clone()).await.unwrap();
    let rule = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Update);
    other.rules(&world.owner).create(&rule).await.unwrap();
    let (_, when_made) = state(&world, table, id).await;
    let mut written = 0;
    for (count, error) in tasks.join_all().await {
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{error:?}");
        written += count;
    }
    let (_, in_the_end) = state(&world, table, id).await;
    assert_eq!(in_the_end, when_made, "a write landed after the rule against it");
    assert_eq!(in_the_end, 1 + written, "as many changes as were said to have succeeded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_dropped_under_its_readers_and_writers_is_there_or_not_found() {
    let world = World::new().await;
    let table = world.orders().await;
    let mut tasks = JoinSet::new();
    for number in 0..6 {
        let (docpal, owner) = (world.docpal.clone(), world.owner.clone());
        tasks.spawn(async move {
            let (records, mut made) = (docpal.records(&owner, table), 0_i64);
            loop {
                let done = match number % 3 {
                    0 => records.create(&RecordDraft::new().set("customer", "Zoe")).await.map(|_| 1),
                    1 => records.list(&ViewSpec::new()).await.map(|_| 0),
                    _ => records.summary(&ViewSpec::new()).await.map(|_| 0),
                };
                match done {
                    Ok(more) => made += more,
                    Err(error) if error.is_retryable() => {}
                    Err(error) => return (made, error),
                }
            }
        });
    }
    let many = ViewSpec::new().count(Count::Exact);
    while world.list(table, &many).await.total() < Some(12) {
        tokio::task::yield_now().await;
    }
    let mut dropped = world.docpal.tables(&world.owner).drop(table).await;
    while dropped.as_ref().is_err_and(Error::is_retryable) {
        dropped = world.docpal.tables(&world.owner).drop(table).await;
    }
    dropped.unwrap();
    let mut made = 0;
    for (count, error) in tasks.join_all().await {
        assert_eq!(error.code(), "table_not_found", "{error:?}");
        made += count;
    }
    let audited: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM docpal.audit_log WHERE action = 'record.create' AND table_id = $1",
    )
    .bind(table.uuid())
    .fetch_one(world.db.pool())
    .await
    .unwrap();
    assert_eq!(audited, made + 5, "each record that was said to be made is in the log, and no other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletes_of_the_same_records_in_opposite_orders_end() {
    let world = World::new().await;
    let table = world.table(TableSpec::new("Notes").field(FieldSpec::new("number", "number"))).await.id();
    let records = world.docpal.records(&world.owner, table);
    let drafts: Vec<RecordDraft> =
        (0..300_u32).map(|number| RecordDraft::new().set("number", number)).collect();
    let ids = records.create_many(&drafts).await.unwrap();
    let deletes = at_once(4, |number| {
        let (docpal, owner, mut ids) = (world.docpal.clone(), world.owner.clone(), ids.clone());
        if number % 2 == 1 {
            ids.reverse();
        }
        async move { docpal.records(&owner, table).delete_many(&ids).await }
    });
    let (done, failed) = split(deletes.await);
    assert_eq!(done, [300], "{failed:?}");
    assert!(failed.iter().all(|error| error.is_not_found() || error.is_retryable()), "{failed:?}");
    assert!(world.list(table, &ViewSpec::new()).await.is_empty());
}
