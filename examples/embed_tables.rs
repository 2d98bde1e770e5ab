//! A Rust program with Airtable inside: a company, a table with typed fields and a formula, records, a
//! view, and a permission rule. Runs on a throw-away PostgreSQL of its own.
//!
//! `cargo run --example embed_tables`

#![expect(clippy::print_stdout, reason = "an example prints")]

use docpal::core::access::{Action, Resource, Subject};
use docpal::core::testing::TestDb;
use docpal::core::{
    Actor, AppSpec, CompanyId, Docpal, FieldSpec, Filter, RecordDraft, Role, RuleSpec, TableSpec, UserId,
};
use docpal::query::{Direction, RecordsExt as _, ViewSpec};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A host passes its own pool here.
    let db = TestDb::empty().await?;
    let docpal = Docpal::start(db.pool().clone()).await?;

    // The host owns its users and tenants; DocPal takes their ids.
    let acme = CompanyId::new();
    docpal.companies().create(acme, "Acme").await?;
    let ada = Actor::owner(acme, UserId::new());
    let bob = Actor::new(acme, UserId::new(), [Role::Member]);

    let app = docpal.apps(&ada).create(&AppSpec::new("Sales")).await?;
    let orders = TableSpec::new("Orders")
        .field(FieldSpec::new("Customer", "text").required())
        .field(FieldSpec::new("Price", "currency").options(r#"{"code": "EUR", "scale": 2}"#))
        .field(FieldSpec::new("Quantity", "number").default_value(1))
        .field(FieldSpec::new("Status", "single_select").options(r#"{"options": ["open", "paid"]}"#))
        .field(FieldSpec::formula("Total", "{Price} * {Quantity}"));
    let table = docpal.tables(&ada).create(app.id, &orders).await?;
    println!("made {} as {}", table.meta().name, table.physical());

    let records = docpal.records(&ada, table.id());
    for (customer, price, quantity, status) in
        [("Ada", "19.99", 3, "open"), ("Bob", "5.00", 10, "paid"), ("Cleo", "120", 1, "open")]
    {
        let draft = RecordDraft::new()
            .set("Customer", customer)
            .set("Price", price)
            .set("Quantity", quantity)
            .set("Status", status);
        records.create(&draft).await?;
    }

    // Members see open orders only, and no prices; so no totals either.
    let members = |action| RuleSpec::deny(Resource::Table(table.id()), Subject::Role(Role::Member), action);
    let rules = docpal.rules(&ada);
    rules.create(&members(Action::Read).when(Filter::test("Status", "is_not", "open"))).await?;
    rules.create(&members(Action::Read).fields(["Price"])).await?;

    let view = ViewSpec::new().filter(Filter::test("Total", "gt", 55)).sort("Total", Direction::Descending);
    for actor in [&ada, &bob] {
        match docpal.records(actor, table.id()).list(&view).await {
            Ok(page) => {
                for index in 0..page.len() {
                    println!("  {} {}", page.value(index, "Customer"), page.value(index, "Total"));
                }
            }
            Err(error) => println!("  the member is told: {error}"),
        }
    }
    let wrong = RecordDraft::new().set("Customer", "Dan").set("Quantty", 2).set("Price", "a lot");
    if let Err(error) = records.create(&wrong).await {
        for entry in error.fields() {
            println!("  {}: {}", entry.field, entry.message);
        }
    }
    Ok(())
}
