//! Rules, when they are made: what means nothing, cannot be asked, or asks for more than its maker may see is refused.

use docpal::core::access::Action;
use docpal::core::{
    Actor, AppSpec, Effect, Error, FieldSpec, Filter, Json, Resource, Role, RuleSpec, Subject, TableSpec,
    UserId,
};
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::world::World;

// Findings A35 and B5
#[tokio::test]
async fn a_rule_that_means_nothing_is_refused_when_it_is_made() {
    let world = World::new().await;
    let table = world.orders().await;
    let (table_rule, company_rule) = (Resource::Table(table), Resource::Company);
    for (resource, condition, code) in [
        (table_rule, Filter::test("status", "gt", 1), "unknown_operator"),
        (table_rule, Filter::test("status", "is", "opn"), "invalid_value"),
        (table_rule, Filter::test("total", "contains", "x"), "unknown_operator"),
        (table_rule, Filter::test("created_by", "is_mine", 1), "unknown_operator"),
        (table_rule, Filter::test("statuss", "is", "open"), "unknown_field"),
        (table_rule, Filter::Not(Box::new(Filter::Or(Vec::new()))), "invalid_filter"),
        (company_rule, Filter::check("created_by", "is_mee"), "unknown_operator"),
    ] {
        let spec = RuleSpec::deny(resource, Subject::Role(Role::Member), Action::Read).when(condition);
        assert_eq!(rules_error(world.docpal.rules(&world.owner).create(&spec).await.unwrap_err()), code);
    }
    let rules = world.docpal.rules(&world.owner);
    let manage = RuleSpec::deny(Resource::Table(table), Subject::Everyone, Action::Manage);
    let manage = manage.when(Filter::test("status", "is", "open"));
    assert_eq!(rules_error(rules.create(&manage).await.unwrap_err()), "not_supported");
    // What is done to a whole is not given or taken in parts.
    for (action, effect) in
        [(Action::Manage, Effect::Deny), (Action::Delete, Effect::Deny), (Action::Delete, Effect::Allow)]
    {
        let mut part = RuleSpec::deny(Resource::Table(table), Subject::Everyone, action).fields(["status"]);
        part.effect = effect;
        let error = rules.create(&part).await.unwrap_err();
        assert_eq!(error.fields()[0].field, "fields");
        assert_eq!(rules_error(error), "not_supported");
    }
    // A list of fields that came out empty means neither all fields nor none.
    for rule in [
        RuleSpec::deny(table_rule, Subject::Everyone, Action::Read),
        RuleSpec::allow(table_rule, Subject::Everyone, Action::Read),
    ] {
        let error = rules.create(&rule.fields(Vec::<String>::new())).await.unwrap_err();
        assert_eq!(error.fields()[0].field, "fields");
        assert_eq!(rules_error(error), "not_supported");
    }
    let member = world.member();
    assert_eq!(world.docpal.records(&member, table).list(&ViewSpec::new()).await.unwrap().len(), 5);
}

// Finding B5
#[tokio::test]
async fn a_rule_on_a_formula_that_the_database_cannot_compute_is_refused_when_it_is_made() {
    let world = World::new().await;
    let spec = TableSpec::new("Notes")
        .field(FieldSpec::new("name", "text"))
        .field(FieldSpec::formula("changed", r#"LAST_MODIFIED_TIME({name})"#))
        .field(FieldSpec::formula("day", r#"DAY({changed})"#))
        .field(FieldSpec::formula("upper", r#"UPPER({name})"#));
    let table = world.table(spec).await.id();
    let rules = world.docpal.rules(&world.owner);
    let rule = |field: &str, value: Json| {
        RuleSpec::deny(Resource::Table(table), Subject::Everyone, Action::Read)
            .when(Filter::test(field, "is", value))
    };
    for field in ["changed", "day"] {
        let error = rules.create(&rule(field, 1.into())).await.unwrap_err();
        assert_eq!(rules_error(error), "not_in_sql");
    }
    rules.create(&rule("upper", "ADA".into())).await.unwrap();
}

#[tokio::test]
async fn a_rule_asks_for_nothing_that_its_maker_may_not_see() {
    let world = World::new().await;
    let table = world.orders().await;
    let admin = Actor::new(world.company, UserId::new(), [Role::Admin]);
    let on = |action| RuleSpec::deny(Resource::Table(table), Subject::User(admin.user().unwrap()), action);
    let asking = |field: &str| on(Action::Read).when(Filter::test(field, "gt", 5));
    let (owner, rules) = (world.docpal.rules(&world.owner), world.docpal.rules(&admin));
    let refused = async |spec: &RuleSpec| {
        let error = rules.create(spec).await.unwrap_err();
        (
            error.fields()[0].code,
            error.message().replace("price", "x").replace("total", "x").replace("prize", "x"),
        )
    };
    // Where nothing is hidden, a rule may ask.
    let made = rules.create(&asking("price")).await.unwrap();
    rules.delete(made.id).await.unwrap();
    let hide = |action| RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Admin), action);
    // Part of the values: the name is known, and asking would tell the others.
    let part = hide(Action::Read).fields(["price"]).when(Filter::test("status", "is", "open"));
    let part = owner.create(&part).await.unwrap();
    for field in ["price", "total"] {
        assert_eq!(refused(&asking(field)).await.0, "not_readable");
    }
    rules.create(&on(Action::Update).fields(["price"])).await.unwrap();
    owner.delete(part.id).await.unwrap();
    // The whole field, and what is computed from it: there is none.
    owner.create(&hide(Action::Read).fields(["price"])).await.unwrap();
    let unknown = refused(&asking("prize")).await;
    assert_eq!(unknown.0, "unknown_field");
    for field in ["price", "total"] {
        assert_eq!(refused(&asking(field)).await, unknown);
    }
    let unknown = refused(&on(Action::Update).fields(["prize"])).await;
    assert_eq!(refused(&on(Action::Update).fields(["price"])).await, unknown);
}

// Finding B5
#[tokio::test]
async fn names_that_every_record_has_are_no_names_of_fields() {
    let world = World::new().await;
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap();
    for name in ["Created_At", "updated_at", "created_by", "updated_by"] {
        let spec = TableSpec::new("T").field(FieldSpec::new(name, "text"));
        let error = world.docpal.tables(&world.owner).create(app.id, &spec).await.unwrap_err();
        assert_eq!(
            (error.fields()[0].field.as_str(), error.fields()[0].code),
            ("fields[0].name", "reserved_name")
        );
    }
}

// Finding A2, its sibling
#[tokio::test]
async fn a_suggestion_to_who_makes_a_rule_names_no_field_that_is_hidden_from_them() {
    let world = World::new().await;
    let table = world.orders().await;
    let deny =
        RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Admin), Action::Read).fields(["price"]);
    world.docpal.rules(&world.owner).create(&deny).await.unwrap();
    let admin = Actor::new(world.company, UserId::new(), [Role::Admin]);
    let suggested = async |field: &str| {
        let rule =
            RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Read).fields([field]);
        let error = world.docpal.rules(&admin).create(&rule).await.unwrap_err();
        error.fields()[0].message.clone()
    };
    assert!(!suggested("prise").await.contains("price"));
    assert!(suggested("statuss").await.contains("status"));
}

fn rules_error(error: Error) -> &'static str {
    assert!(error.is_validation(), "{error:?}");
    error.fields()[0].code
}
