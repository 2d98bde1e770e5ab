//! What the audit rows and the outbox rows of records hold.

use docpal::core::events::StartAt;
use docpal::core::{Actor, Cause, Error, Event, FieldId, Json, Origin, RecordDraft, RecordId, TableId};
use docpal::query::{Direction, RecordsExt as _, ViewSpec};
use uuid::Uuid;

use crate::world::World;

/// The details of the audit rows of `action`, the oldest first.
async fn details(world: &World, action: &str) -> Vec<Json> {
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT details::text FROM docpal.audit_log WHERE action = $1 ORDER BY id")
            .bind(action)
            .fetch_all(world.db.pool())
            .await
            .unwrap();
    rows.iter().map(|row| Json::parse(row).unwrap()).collect()
}

/// The events of one kind, the oldest first.
async fn events(world: &World, kind: &str) -> Vec<Event> {
    let (log, mut found) = (world.docpal.events(), Vec::new());
    log.register(kind, StartAt::Oldest).await.unwrap();
    super::log::settle(world).await;
    let read = log.read(kind, 1_000, async |_, events| {
        found.extend(events.iter().filter(|event| event.kind == kind).cloned());
        Ok::<(), Error>(())
    });
    read.await.unwrap();
    found
}

fn keys(object: &Json) -> Vec<String> {
    let Json::Object(entries) = object else { panic!("{object} is no object") };
    let mut keys: Vec<String> = entries.iter().map(|(key, _)| key.clone()).collect();
    keys.sort();
    keys
}

fn at<'j>(object: &'j Json, key: &str) -> &'j Json {
    object.get(key).unwrap_or_else(|| panic!("{object} has no {key}"))
}

/// The id of a field by its name.
async fn field(world: &World, table: TableId, name: &str) -> String {
    let snapshot = world.docpal.snapshot(world.company, table).await.unwrap();
    snapshot.find(name).unwrap().id().to_string()
}

async fn first(world: &World, table: TableId) -> RecordId {
    world.list(table, &ViewSpec::new().sort("customer", Direction::Ascending)).await.id(0).unwrap()
}

// Finding B6
#[tokio::test]
async fn images_are_keyed_by_field_id_and_hold_nothing_internal() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let id = first(&world, table).await;
    records.update(id, &RecordDraft::new().set("quantity", 5), None).await.unwrap();
    records.delete(id, None).await.unwrap();
    let mut whole: Vec<String> =
        ["id", "created_at", "updated_at", "created_by", "updated_by", "version"].map(str::to_owned).to_vec();
    for name in ["customer", "price", "quantity", "status", "ordered"] {
        whole.push(field(&world, table, name).await);
    }
    whole.sort();
    let quantity = field(&world, table, "quantity").await;
    let update = details(&world, "record.update").await.remove(0);
    assert_eq!(keys(&update), ["after", "before"]);
    assert_eq!(keys(at(&update, "before")), whole);
    assert_eq!(at(at(&update, "before"), &quantity).to_string(), "3");
    let mut set =
        vec!["updated_at".to_owned(), "updated_by".to_owned(), "version".to_owned(), quantity.clone()];
    set.sort();
    assert_eq!(keys(at(&update, "after")), set);
    assert_eq!(at(at(&update, "after"), &quantity).to_string(), "5");
    let delete = details(&world, "record.delete").await.remove(0);
    assert_eq!((keys(&delete), keys(at(&delete, "before"))), (vec!["before".to_owned()], whole));
    assert_eq!(at(at(&delete, "before"), &quantity).to_string(), "5");
}

// Finding B6
#[tokio::test]
async fn a_bulk_delete_logs_what_each_record_held_in_rows_of_a_hundred() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let draft = |n: i64| RecordDraft::new().set("customer", "Bulk").set("quantity", n);
    let drafts: Vec<RecordDraft> = (0..205).map(draft).collect();
    let ids = records.create_many(&drafts).await.unwrap();
    assert_eq!(records.delete_many(&ids).await.unwrap(), 205);
    let quantity = field(&world, table, "quantity").await;
    let rows: Vec<(Vec<Uuid>, String)> = sqlx::query_as(
        "SELECT record_ids, details::text FROM docpal.audit_log WHERE action = 'record.delete' ORDER BY id",
    )
    .fetch_all(world.db.pool())
    .await
    .unwrap();
    let mut sizes: Vec<usize> = rows.iter().map(|(ids, _)| ids.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 100, 100]);
    let mut seen = Vec::new();
    for (row_ids, details) in &rows {
        let details = Json::parse(details).unwrap();
        let Json::List(images) = at(&details, "before") else { panic!("no list in {details}") };
        for (id, image) in row_ids.iter().zip(images) {
            assert_eq!(at(image, "id").to_string(), format!("\"{id}\""));
            seen.push((RecordId::from(*id), at(image, &quantity).to_string()));
        }
    }
    seen.sort();
    let mut wanted: Vec<(RecordId, String)> =
        ids.iter().enumerate().map(|(n, id)| (*id, n.to_string())).collect();
    wanted.sort();
    assert_eq!(seen, wanted);
}

// Finding B6
#[tokio::test]
async fn an_event_names_the_changed_fields_and_an_update_that_changes_nothing_gives_none() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let id = first(&world, table).await;
    let draft = RecordDraft::new().set("customer", "Ada").set("quantity", 4).set("price", "10.0");
    records.update(id, &draft, None).await.unwrap();
    records.update(id, &draft, None).await.unwrap();
    let events = events(&world, "record.update").await;
    let events: Vec<_> = events.into_iter().map(|event| (event.changed, event.audit)).collect();
    let quantity: FieldId = field(&world, table, "quantity").await.parse().unwrap();
    let audit: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM docpal.audit_log WHERE action = 'record.update' ORDER BY id")
            .fetch_all(world.db.pool())
            .await
            .unwrap();
    assert_eq!(audit.len(), 2, "who saves without a change is still in the audit log");
    assert_eq!(events, [(Some(vec![quantity]), audit[0])]);
}

// Finding B6
#[tokio::test]
async fn audit_and_outbox_say_from_where_and_in_which_run_somebody_acted() {
    let world = World::new().await;
    let table = world.orders().await;
    let (run, earlier) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let actor = world
        .owner
        .clone()
        .with_origin(Origin::new().session("s-1").origin("192.0.2.1 curl"))
        .with_cause(Cause::new(run, vec![earlier]));
    let id = first(&world, table).await;
    let draft = RecordDraft::new().set("quantity", 9);
    world.docpal.records(&actor, table).update(id, &draft, None).await.unwrap();
    world.docpal.records(&actor, table).create_many(&[draft.set("customer", "Fay")]).await.unwrap();
    for action in ["record.update", "record.create"] {
        let audit: (Option<String>, Option<String>, Option<Uuid>) = sqlx::query_as(
            "SELECT session, origin, run_id FROM docpal.audit_log WHERE action = $1 ORDER BY id DESC LIMIT 1",
        )
        .bind(action)
        .fetch_one(world.db.pool())
        .await
        .unwrap();
        assert_eq!(audit, (Some("s-1".to_owned()), Some("192.0.2.1 curl".to_owned()), Some(run)), "{action}");
        let event = events(&world, action).await.pop().unwrap();
        assert_eq!((event.run, event.chain), (Some(run), vec![earlier]), "{action}");
        assert!(event.actor.starts_with("user:"), "{}", event.actor);
    }
    let same = Actor::owner(world.company, world.owner.user().unwrap());
    assert_eq!(same.origin(), &Origin::new());
}
