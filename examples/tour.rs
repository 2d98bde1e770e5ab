//! A program of a host on the data of [the tour](../docs/tour.md), beside the server that runs on it:
//! `DATABASE_URL=$(docpal-server psql --url) cargo run --example tour`.
//!
//! `main` is `pub(crate)` for the test of the tour, which runs it, too.

#![expect(clippy::print_stdout, reason = "an example prints")]

use docpal::core::{Actor, Docpal, Role, SystemReason, TableId, UserId, field};
use docpal::query::{Bucket, Count, Direction, GroupBy, RecordsExt as _, ViewSpec};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A host passes the pool that it has.
    let url =
        std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set; docs/tour.md says to what")?;
    let docpal = Docpal::start(sqlx::PgPool::connect(&url).await?).await?;
    let company = docpal.companies().list().await?.pop().ok_or("no company yet: import the orders first")?;

    // What a program does for none of its users, it does as the host: rules take nothing from it.
    let host = Actor::system(company.id, SystemReason::Host);
    let orders = find(&docpal, &host, "orders").await?.ok_or("no table `orders` yet: import it first")?;

    let dear = ViewSpec::new().filter(field("total").gt(200)).sort("total", Direction::Descending).limit(3);
    let page = docpal.records(&host, orders).list(&dear).await?;
    for row in 0..page.len() {
        println!(
            "{} {}: {}",
            page.value(row, "number"),
            page.value(row, "customer"),
            page.value(row, "total")
        );
    }

    let by_month =
        ViewSpec::new().group(GroupBy::field("ordered").bucket(Bucket::Month)).aggregate("total", "sum");
    let summary = docpal.records(&host, orders).summary(&by_month).await?;
    for month in summary.whole().groups() {
        let sums: Vec<String> =
            month.aggregates().iter().filter_map(|sum| Some(sum.value()?.to_string())).collect();
        println!("since {}: {} orders, {}", month.value(), month.count(), sums.join(" "));
    }

    // A user of the host, with the role that the rules of the tour are about.
    let bob = Actor::new(company.id, UserId::new(), [Role::Member]);
    let page = docpal.records(&bob, orders).list(&ViewSpec::new().count(Count::Exact)).await?;
    let fields: Vec<&str> = page.columns().map(|field| field.name()).collect();
    println!("Bob sees {} orders: {}", page.total().unwrap_or_default(), fields.join(", "));
    if let Err(error) = docpal.records(&bob, orders).list(&dear).await {
        println!("Bob is told: {error}");
    }
    Ok(())
}

/// The table of a name, whatever app it is in.
async fn find(docpal: &Docpal, actor: &Actor, name: &str) -> docpal::core::Result<Option<TableId>> {
    for app in docpal.apps(actor).list().await? {
        if let Some(table) = docpal.tables(actor).list(app.id).await?.iter().find(|table| table.name == name)
        {
            return Ok(Some(table.id));
        }
    }
    Ok(None)
}
