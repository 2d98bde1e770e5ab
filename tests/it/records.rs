//! Records: written whole with their audit and outbox rows, or not at all.

use docpal::core::{Json, RecordDraft, RecordId, TableId};
use docpal::query::{Direction, RecordsExt as _, ViewSpec};

use crate::world::{World, column};

/// All events: those that have their position, and those that wait for it.
const EVENTS: &str = "SELECT (SELECT count(*) FROM docpal.outbox) + (SELECT count(*) FROM docpal.events)";

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(world.db.pool()).await.unwrap()
}

#[tokio::test]
async fn a_record_comes_back_as_it_was_written_with_its_formula() {
    let world = World::new().await;
    let table = world.orders().await;
    let page = world.list(table, &ViewSpec::new().sort("customer", Direction::Ascending)).await;
    assert_eq!(column(&page, "customer"), ["Ada", "Bob", "Cleo", "Dan", "Eve"]);
    assert_eq!(column(&page, "total"), ["30", "25", "99.99", "0.7", "50"]);
    let id = page.id(0).unwrap();
    let one = world.docpal.records(&world.owner, table).get(id).await.unwrap();
    let mut json = Vec::new();
    one.write_record(0, Default::default(), &mut json);
    let json = Json::parse(&String::from_utf8(json).unwrap()).unwrap();
    let fields = json.get("fields").unwrap().to_string();
    let expected =
        r#"{"customer":"Ada","price":10,"quantity":3,"status":"open","ordered":"2026-01-05","total":30}"#;
    assert_eq!(fields, expected);
    assert_eq!(json.get("version").unwrap().to_string(), "1");
}

#[tokio::test]
async fn every_wrong_value_is_reported_at_once_and_nothing_is_written() {
    let world = World::new().await;
    let table = world.orders().await;
    let draft = RecordDraft::new()
        .set("pric", 1)
        .set("quantity", "many")
        .set("status", "lost")
        .set("ordered", "2026-02-30")
        .set("total", 5)
        .set("price", "1.234");
    let error = world.docpal.records(&world.owner, table).create(&draft).await.unwrap_err();
    let mut codes: Vec<_> = error.fields().iter().map(|entry| (entry.field.as_str(), entry.code)).collect();
    codes.sort_unstable();
    let expected = [
        ("customer", "required"),
        ("ordered", "invalid_date"),
        ("pric", "unknown_field"),
        ("price", "too_precise"),
        ("quantity", "wrong_type"),
        ("status", "unknown_option"),
        ("total", "read_only"),
    ];
    assert_eq!(codes, expected);
    let unknown = error.fields().iter().find(|entry| entry.field == "pric").unwrap();
    assert!(unknown.message.contains("did you mean `price`?"), "{}", unknown.message);
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 5);
}

#[tokio::test]
async fn nul_and_over_long_texts_are_refused_by_field() {
    let world = World::new().await;
    let table = world.orders().await;
    for (text, code) in [
        ("a\0b".to_owned(), "nul_character"),
        ("x".repeat(10_001), "too_long"),
        ("a\nb".to_owned(), "line_break"),
    ] {
        let draft = RecordDraft::new().set("customer", text);
        let error = world.docpal.records(&world.owner, table).create(&draft).await.unwrap_err();
        assert_eq!((error.fields()[0].field.as_str(), error.fields()[0].code), ("customer", code));
    }
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_counts_versions() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let page = world.list(table, &ViewSpec::new().sort("customer", Direction::Ascending)).await;
    let id = page.id(0).unwrap();
    let saved = records.update(id, &RecordDraft::new().set("quantity", 5), Some(1)).await.unwrap();
    let after = saved.record().unwrap();
    assert_eq!(
        (column(after, "customer"), column(after, "total")),
        (vec!["Ada".to_owned()], vec!["50".to_owned()])
    );
    assert_eq!(after.version(0), Some(2));
    let stale = records.update(id, &RecordDraft::new().set("quantity", 6), Some(1)).await.unwrap_err();
    assert_eq!((stale.code(), stale.is_conflict()), ("version_conflict", true));
    let gone =
        records.update(RecordId::new(), &RecordDraft::new().set("quantity", 6), None).await.unwrap_err();
    assert_eq!(gone.code(), "record_not_found");
    let details: String =
        sqlx::query_scalar("SELECT details::text FROM docpal.audit_log WHERE action = 'record.update'")
            .fetch_one(world.db.pool())
            .await
            .unwrap();
    assert!(details.contains("before") && details.contains("after"), "{details}");
}

#[tokio::test]
async fn deleting_needs_the_current_version_and_leaves_an_audit_row() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let page = world.list(table, &ViewSpec::new()).await;
    let id = page.id(0).unwrap();
    assert_eq!(records.delete(id, Some(9)).await.unwrap_err().code(), "version_conflict");
    records.delete(id, Some(1)).await.unwrap();
    assert_eq!(records.delete(id, None).await.unwrap_err().code(), "record_not_found");
    let rest: Vec<RecordId> = (1..page.len()).filter_map(|index| page.id(index)).collect();
    let with_unknown: Vec<RecordId> = rest.iter().copied().chain([RecordId::new()]).collect();
    assert_eq!(records.delete_many(&with_unknown).await.unwrap_err().code(), "record_not_found");
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 4);
    assert_eq!(records.delete_many(&rest).await.unwrap(), 4);
    assert_eq!(
        count(
            &world,
            "SELECT sum(cardinality(record_ids)) FROM docpal.audit_log WHERE action = 'record.delete'"
        )
        .await,
        5
    );
}

#[tokio::test]
async fn every_write_has_one_audit_and_one_outbox_row_in_its_transaction() {
    let world = World::where_events_are_counted().await;
    let table = world.orders().await;
    let before = count(&world, EVENTS).await;
    let draft = RecordDraft::new().set("customer", "Zoe");
    let mut tx = world.docpal.begin().await.unwrap();
    world.docpal.records(&world.owner, table).create_in(&mut tx, &draft).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(count(&world, EVENTS).await, before);
    world.docpal.records(&world.owner, table).create(&draft).await.unwrap();
    assert_eq!(count(&world, EVENTS).await, before + 1);
    assert_eq!(count(&world, "SELECT count(*) FROM docpal.audit_log").await, count(&world, EVENTS).await);
}

#[tokio::test]
async fn a_failed_operation_leaves_the_hosts_transaction_usable() {
    let world = World::new().await;
    let spec =
        docpal::core::TableSpec::new("Codes").field(docpal::core::FieldSpec::new("code", "text").unique());
    let table: TableId = world.table(spec).await.id();
    let records = world.docpal.records(&world.owner, table);
    let draft = RecordDraft::new().set("code", "A");
    let mut tx = world.docpal.begin().await.unwrap();
    records.create_in(&mut tx, &draft).await.unwrap();
    let error = records.create_in(&mut tx, &draft).await.unwrap_err();
    assert_eq!((error.code(), error.fields()[0].field.as_str()), ("duplicate_value", "code"));
    records.create_in(&mut tx, &RecordDraft::new().set("code", "B")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 2);
}

#[tokio::test]
async fn many_records_are_made_all_or_none() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let mut drafts: Vec<RecordDraft> = (0..2_000)
        .map(|n| RecordDraft::new().set("customer", format!("C{n}")).set("price", "1.5").set("quantity", n))
        .collect();
    let ids = records.create_many(&drafts).await.unwrap();
    assert_eq!(ids.len(), 2_000);
    let page = world.list(table, &ViewSpec::new().sort("total", Direction::Descending).limit(1)).await;
    assert_eq!(column(&page, "total"), ["2998.5"]);
    drafts.truncate(10);
    drafts[3] = RecordDraft::new().set("customer", "C").set("quantity", "x");
    drafts[7] = RecordDraft::new();
    let error = records.create_many(&drafts).await.unwrap_err();
    let entries: Vec<_> = error.fields().iter().map(|entry| (entry.record, entry.code)).collect();
    assert_eq!(entries, [(Some(3), "wrong_type"), (Some(7), "required")]);
    assert_eq!(
        count(&world, "SELECT count(*) FROM docpal.audit_log WHERE action = 'record.create'").await,
        6
    );
    let empty = records.create_many(&[]).await.unwrap();
    assert!(empty.is_empty());
}

#[tokio::test]
async fn an_export_gives_every_record_once() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let drafts: Vec<RecordDraft> =
        (0..2_345).map(|n| RecordDraft::new().set("customer", format!("C{n}"))).collect();
    records.create_many(&drafts).await.unwrap();
    let mut export = records.export(&ViewSpec::new().sort("customer", Direction::Ascending)).await.unwrap();
    let mut seen = Vec::new();
    while let Some(page) = export.next().await.unwrap() {
        seen.extend(column(&page, "customer"));
    }
    assert_eq!(seen.len(), 2_350);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 2_350);
}

/// Finding A26
#[tokio::test]
async fn only_the_first_few_unknown_fields_of_a_record_get_suggestions() {
    let world = World::new().await;
    let table = world.orders().await;
    let draft = (0..5_000).fold(RecordDraft::new(), |draft, n| draft.set(format!("custumer{n}"), "x"));
    let error = world.docpal.records(&world.owner, table).create(&draft).await.unwrap_err();
    let unknown: Vec<_> = error.fields().iter().filter(|entry| entry.code == "unknown_field").collect();
    assert_eq!(unknown.len(), 5_000);
    assert_eq!(unknown.iter().filter(|entry| entry.message.contains("did you mean `customer`?")).count(), 3);
}
