//! Filters as a program writes them.

use docpal::core::{Filter, Json, field};
use docpal::query::ViewSpec;

use crate::world::{World, column};

#[test]
fn a_method_makes_the_filter_that_a_request_would() {
    for (made, json) in [
        (field("a").gt(5), r#"{"field": "a", "op": "gt", "value": 5}"#),
        (field("a").is_in([1, 2]), r#"{"field": "a", "op": "in", "value": [1, 2]}"#),
        (field("a").between("x", "y"), r#"{"field": "a", "op": "between", "value": ["x", "y"]}"#),
        (field("a").is_empty(), r#"{"field": "a", "op": "is_empty"}"#),
        (
            field("a").case_sensitive().is("x"),
            r#"{"field": "a", "op": "is", "value": "x", "case_sensitive": true}"#,
        ),
        (!field("a").is_me(), r#"{"not": {"field": "a", "op": "is_me"}}"#),
    ] {
        assert_eq!(made, Filter::from_json(&Json::parse(json).unwrap(), "filter").unwrap());
    }
}

#[tokio::test]
async fn methods_find_what_they_say() {
    let world = World::new().await;
    let table = world.orders().await;
    for (filter, found) in [
        (field("total").gt(50), &["Cleo"][..]),
        (field("quantity").between(2, 3), &["Ada", "Eve"]),
        (field("status").is_any_of(["open", "void"]).and(field("customer").starts_with("c")), &["Cleo"]),
        (field("ordered").before("2026-02-01").or(field("customer").is("Eve")), &["Ada", "Eve"]),
        (!field("status").is_not_empty(), &[]),
    ] {
        let view = ViewSpec::new().filter(filter).sort("customer", docpal::query::Direction::Ascending);
        assert_eq!(column(&world.list(table, &view).await, "customer"), found);
    }
}
