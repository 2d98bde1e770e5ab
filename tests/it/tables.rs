//! Making tables: everything wrong is said at once, nothing is half made, names are only ever data.

use docpal::core::{AppId, AppSpec, FieldSpec, RecordDraft, TableSpec};
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::world::{World, column};

async fn physical_tables(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'dt\\_%'")
        .fetch_one(world.db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_wrong_spec_gets_every_failure_with_its_path_and_makes_nothing() {
    let world = World::new().await;
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap();
    let spec = TableSpec::new("")
        .field(FieldSpec::new("Name", "text"))
        .field(FieldSpec::new("nAME", "text"))
        .field(FieldSpec::new("x", "txt"))
        .field(FieldSpec::new("y", "number").options(r#"{"minimum": 1}"#))
        .field(FieldSpec::new("z", "number").default_value("many"))
        .field(FieldSpec::new("flag", "switch").unique())
        .field(FieldSpec::new("n", "autonumber").required());
    let error = world.docpal.tables(&world.owner).create(app.id, &spec).await.unwrap_err();
    let entries: Vec<(&str, &str)> =
        error.fields().iter().map(|entry| (entry.field.as_str(), entry.code)).collect();
    let expected = [
        ("name", "required"),
        ("fields[1].name", "duplicate_name"),
        ("fields[2].type", "unknown_type"),
        ("fields[3].options", "invalid_options"),
        ("fields[4].default", "wrong_type"),
        ("fields[5].unique", "not_supported"),
        ("fields[6].required", "not_supported"),
    ];
    assert_eq!(entries, expected);
    assert!(error.fields()[2].message.contains("did you mean `text`?"), "{}", error.fields()[2].message);
    assert_eq!(physical_tables(&world).await, 0);
}

#[tokio::test]
async fn formulas_are_checked_against_the_table_with_positions_and_cycles_named() {
    let world = World::new().await;
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap();
    let create = |spec: TableSpec| {
        let world = &world;
        async move { world.docpal.tables(&world.owner).create(app.id, &spec).await }
    };
    let price = || TableSpec::new("T").field(FieldSpec::new("price", "number"));
    let error = create(price().field(FieldSpec::formula("f", "{prise} * 2"))).await.unwrap_err();
    let entry = &error.fields()[0];
    assert_eq!((entry.field.as_str(), entry.code), ("fields[1].options.formula", "unknown_field"));
    assert!(entry.message.contains("{price}") && entry.message.contains("0..7"), "{}", entry.message);
    let cycle =
        price().field(FieldSpec::formula("a", "{b} + 1")).field(FieldSpec::formula("b", "{a} + {price}"));
    let error = create(cycle).await.unwrap_err();
    assert_eq!(error.fields()[0].code, "formula_cycle");
    assert!(error.fields()[0].message.contains("a → b → a"), "{}", error.fields()[0].message);
    // A formula may come before what it needs.
    let chain = price()
        .field(FieldSpec::formula("twice", "{net} * 2"))
        .field(FieldSpec::formula("net", "{price} - 1"));
    let table = create(chain).await.unwrap();
    world.docpal.records(&world.owner, table.id()).create(&RecordDraft::new().set("price", 6)).await.unwrap();
    assert_eq!(column(&world.list(table.id(), &ViewSpec::new()).await, "twice"), ["10"]);
}

#[tokio::test]
async fn hostile_names_are_data_and_never_sql() {
    let world = World::new().await;
    let names = [
        r#"Robert"); DROP TABLE docpal.tables; --"#,
        "it's; a \"name\"",
        "emoji 😀 größe",
        "{braces} \\ and $1 :x ?",
        "SELECT",
        "ids",
    ];
    let spec =
        names.iter().fold(TableSpec::new(names[0]), |spec, name| spec.field(FieldSpec::new(*name, "text")));
    let table = world.table(spec).await;
    let draft =
        names.iter().fold(RecordDraft::new(), |draft, name| draft.set(*name, format!("{name}'\"\\; --")));
    world.docpal.records(&world.owner, table.id()).create(&draft).await.unwrap();
    let page = world.list(table.id(), &ViewSpec::new()).await;
    for name in names {
        assert_eq!(column(&page, name), [format!("{name}'\"\\; --")]);
        let filter = docpal::core::Filter::test(name, "is", format!("{name}'\"\\; --"));
        assert_eq!(world.list(table.id(), &ViewSpec::new().filter(filter)).await.len(), 1, "{name}");
    }
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT column_name::text FROM information_schema.columns WHERE table_name LIKE 'dt\\_%'",
    )
    .fetch_all(world.db.pool())
    .await
    .unwrap();
    assert!(
        columns.iter().all(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')),
        "{columns:?}"
    );
}

#[tokio::test]
async fn too_many_fields_are_refused_before_postgresql_is_asked() {
    let world = World::new().await;
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap();
    let wide = |count: usize| {
        (0..count).fold(TableSpec::new(format!("W{count}")), |spec, n| {
            spec.field(FieldSpec::new(format!("f{n}"), "text"))
        })
    };
    let error = world.docpal.tables(&world.owner).create(app.id, &wide(1_601)).await.unwrap_err();
    assert_eq!((error.code(), error.fields()[0].field.as_str()), ("too_many_fields", "fields"));
    let table = world.docpal.tables(&world.owner).create(app.id, &wide(300)).await.unwrap();
    let full =
        (0..300).fold(RecordDraft::new(), |draft, n| draft.set(format!("f{n}"), "twenty characters ok"));
    world.docpal.records(&world.owner, table.id()).create(&full).await.unwrap();
}

#[tokio::test]
async fn names_of_tables_and_apps_are_taken_ignoring_case() {
    let world = World::new().await;
    let apps = world.docpal.apps(&world.owner);
    let app = apps.create(&AppSpec::new("Sales")).await.unwrap();
    let error = apps.create(&AppSpec::new("SALES")).await.unwrap_err();
    assert_eq!((error.code(), error.fields()[0].field.as_str()), ("name_taken", "name"));
    let tables = world.docpal.tables(&world.owner);
    tables.create(app.id, &TableSpec::new("Größe")).await.unwrap();
    assert_eq!(
        tables.create(app.id, &TableSpec::new("GRÖSSE")).await.map(|_| ()).map_err(|e| e.code()),
        Ok(())
    );
    assert_eq!(tables.create(app.id, &TableSpec::new("gRÖßE")).await.unwrap_err().code(), "name_taken");
    assert_eq!(tables.create(AppId::new(), &TableSpec::new("T")).await.unwrap_err().code(), "app_not_found");
}

#[tokio::test]
async fn a_member_may_not_make_or_drop_tables() {
    let world = World::new().await;
    let table = world.orders().await;
    let app = world.docpal.apps(&world.owner).list().await.unwrap()[0].id;
    let member = world.member();
    let tables = world.docpal.tables(&member);
    assert_eq!(tables.create(app, &TableSpec::new("T")).await.unwrap_err().code(), "not_allowed");
    assert_eq!(tables.drop(table).await.unwrap_err().code(), "not_allowed");
    world.docpal.tables(&world.owner).drop(table).await.unwrap();
    assert_eq!(tables.get(table).await.unwrap_err().code(), "table_not_found");
    assert_eq!(physical_tables(&world).await, 0);
}

#[tokio::test]
async fn a_rolled_back_table_leaves_nothing() {
    let world = World::new().await;
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap();
    let mut tx = world.docpal.begin().await.unwrap();
    let spec = TableSpec::new("T")
        .field(FieldSpec::new("n", "autonumber"))
        .field(FieldSpec::new("t", "text").unique());
    let table = world.docpal.tables(&world.owner).create_in(&mut tx, app.id, &spec).await.unwrap();
    let records = world.docpal.records(&world.owner, table.id());
    let saved = records.create_in(&mut tx, &RecordDraft::new().set("t", "x")).await.unwrap();
    assert_eq!(column(saved.record().unwrap(), "n"), ["1"]);
    tx.rollback().await.unwrap();
    assert_eq!(physical_tables(&world).await, 0);
    let error = world.docpal.tables(&world.owner).get(table.id()).await.unwrap_err();
    assert_eq!(error.code(), "table_not_found");
}

#[tokio::test]
async fn autonumbers_count_and_defaults_fill_in() {
    let world = World::new().await;
    let spec = TableSpec::new("Tasks")
        .field(FieldSpec::new("no", "autonumber"))
        .field(FieldSpec::new("title", "text").default_value("untitled"))
        .field(FieldSpec::new("day", "date").default_value("today"))
        .field(FieldSpec::new("done", "switch"));
    let table = world.table(spec).await.id();
    let records = world.docpal.records(&world.owner, table);
    records.create(&RecordDraft::new()).await.unwrap();
    records.create_many(&[RecordDraft::new().set("title", "b"), RecordDraft::new()]).await.unwrap();
    let page = world.list(table, &ViewSpec::new().sort("no", docpal::query::Direction::Ascending)).await;
    assert_eq!(column(&page, "no"), ["1", "2", "3"]);
    assert_eq!(column(&page, "title"), ["untitled", "b", "untitled"]);
    assert_eq!(column(&page, "done"), ["false", "false", "false"]);
    let today = chrono::Utc::now().date_naive().to_string();
    assert_eq!(column(&page, "day")[1..], [today.clone(), today]);
    let error = records.create(&RecordDraft::new().set("no", 7)).await.unwrap_err();
    assert_eq!(error.fields()[0].code, "read_only");
}
