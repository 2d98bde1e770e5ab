//! The SQL of every operator on every family of values, and of one view under many rules, against what it was: a change
//! of it is seen, and looked at. `DOCPAL_BLESS=1` writes it anew.

use docpal::core::access::{Action, scope};
use docpal::core::operators::{computed_operators, operators_of};
use docpal::core::target::{Compared, System};
use docpal::core::{
    Actor, FieldSpec, Filter, Json, Resource, Role, RuleSpec, Subject, TableSnapshot, TableSpec,
};
use docpal::query::{Access, Direction, ViewSpec, lower, plan, resolve, secure};

use crate::world::World;

const RECORDED: &str = include_str!("operator_sql/recorded.txt");

fn spec() -> TableSpec {
    let options = r#"{"options": ["open", "done", "red"]}"#;
    TableSpec::new("All")
        .field(FieldSpec::new("text", "text"))
        .field(FieldSpec::new("number", "number"))
        .field(FieldSpec::new("date", "date"))
        .field(FieldSpec::new("datetime", "datetime"))
        .field(FieldSpec::new("switch", "switch"))
        .field(FieldSpec::new("single", "single_select").options(options))
        .field(FieldSpec::new("multiple", "multiple_select").options(options))
        .field(FieldSpec::formula("double", "{number} * 2"))
}

/// The SQL of a view, with the names of its fields in the place of columns.
fn sql(world: &World, actor: &Actor, snapshot: &std::sync::Arc<TableSnapshot>, view: &ViewSpec) -> String {
    let access = Access::new(&scope(actor, snapshot), snapshot, chrono::DateTime::UNIX_EPOCH);
    let secured = secure(plan(resolve(view, &access).unwrap()), &access).unwrap();
    let compiled = lower(&secured, world.docpal.cursor_key()).unwrap();
    let mut text = compiled.sql().to_owned();
    for field in snapshot.fields() {
        if let Some((column, _)) = field.column() {
            text = text.replace(column.as_str(), field.name());
        }
    }
    let physical = snapshot.physical();
    text.replace(physical.as_str(), "all").replace(physical.schema().as_str(), "company")
}

/// What stands between WHERE and the order.
fn condition(sql: &str) -> &str {
    let (_, rest) = sql.split_once(" WHERE ").expect("a condition");
    rest.rsplit_once(" ORDER BY ").expect("an order").0
}

#[tokio::test]
async fn the_sql_of_every_operator_is_what_was_recorded() {
    let world = World::new().await;
    let snapshot = world.table(spec()).await;
    let mut lines = Vec::new();
    let targets = snapshot.fields().iter().map(|field| (field.name(), Compared::of_field(field)));
    let system = [System::Id, System::CreatedBy].map(|system| (system.name(), Compared::of_system(system)));
    for (name, compared) in targets.chain(system) {
        let extra = if name == "double" { computed_operators() } else { &[] };
        for operator in operators_of(&compared).iter().chain(extra) {
            let mut filter = Filter::check(name, operator.code);
            if let (Filter::Test(test), false) = (&mut filter, operator.example.is_empty()) {
                test.value = Some(Json::parse(operator.example).unwrap());
            }
            let view = ViewSpec::new().columns(["text"]).filter(filter);
            let sql = sql(&world, &world.owner, &snapshot, &view);
            lines.push(format!("{name} {}: {}", operator.code, condition(&sql)));
        }
    }
    let (on, members) = (Resource::Table(snapshot.id()), Subject::Role(Role::Member));
    let mine = Filter::Not(Box::new(Filter::check("created_by", "is_me")));
    for rule in [
        RuleSpec::deny(on, members, Action::Read).when(mine),
        RuleSpec::deny(on, members, Action::Read).when(Filter::test("single", "is", "done")),
        RuleSpec::deny(on, members, Action::Read).fields(["number"]).when(Filter::test("switch", "is", true)),
        RuleSpec::deny(on, members, Action::Read).fields(["date"]),
    ] {
        world.docpal.rules(&world.owner).create(&rule).await.unwrap();
    }
    let snapshot = world.docpal.tables(&world.owner).get(snapshot.id()).await.unwrap();
    let view = ViewSpec::new()
        .filter(Filter::And(vec![Filter::test("double", "gt", 1), Filter::test("text", "is", "x")]))
        .sort("double", Direction::Descending)
        .sort("text", Direction::Ascending);
    lines.push(format!("a view under rules: {}", sql(&world, &world.member(), &snapshot, &view)));
    let written = lines.join("\n") + "\n";
    if std::env::var_os("DOCPAL_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/operator_sql/recorded.txt");
        std::fs::write(path, &written).unwrap();
        return;
    }
    for (line, recorded) in written.lines().zip(RECORDED.lines()) {
        assert_eq!(line, recorded);
    }
    assert_eq!(written.lines().count(), RECORDED.lines().count());
}
