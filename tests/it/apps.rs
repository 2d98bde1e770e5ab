//! Apps: they exist for who may do something in them.

use docpal::core::{
    Action, Actor, AppId, AppSpec, FieldSpec, Resource, Role, RuleSpec, Subject, TableSpec, UserId,
};

use crate::world::World;

/// The names of the apps of `actor`, which `get` must confirm; all others must look as unknown.
async fn names(world: &World, actor: &Actor) -> Vec<String> {
    let apps = world.docpal.apps(actor);
    let unknown = apps.get(AppId::new()).await.unwrap_err();
    let listed = apps.list().await.unwrap();
    let mut conn = world.docpal.acquire().await.unwrap();
    assert_eq!(apps.list_in(&mut conn).await.unwrap(), listed);
    for app in world.docpal.apps(&world.owner).list().await.unwrap() {
        let tables = world.docpal.tables(actor);
        let spec = TableSpec::new("T");
        if listed.contains(&app) {
            assert_eq!(apps.get(app.id).await.unwrap(), app);
            tables.list(app.id).await.unwrap();
        } else {
            let rule = RuleSpec::allow(Resource::App(app.id), Subject::Everyone, Action::Read);
            for error in [
                apps.get(app.id).await.unwrap_err(),
                apps.get_in(&mut conn, app.id).await.unwrap_err(),
                tables.list(app.id).await.unwrap_err(),
                tables.create(app.id, &spec).await.unwrap_err(),
                world.docpal.rules(actor).create(&rule).await.unwrap_err(),
            ] {
                assert_eq!(format!("{error:?}"), format!("{unknown:?}"));
            }
        }
    }
    listed.into_iter().map(|app| app.name).collect()
}

// Finding A5
#[tokio::test]
async fn an_app_exists_for_who_may_read_create_or_manage_something_in_it() {
    let world = World::new().await;
    let rules = world.docpal.rules(&world.owner);
    let mut ids = Vec::new();
    for name in ["Empty", "Hidden", "Half"] {
        let app = world.docpal.apps(&world.owner).create(&AppSpec::new(name)).await.unwrap().id;
        ids.push(app);
    }
    let [_, hidden, half] = ids[..] else { panic!("three apps") };
    let mut tables = Vec::new();
    for app in [hidden, half, half] {
        let spec = TableSpec::new(format!("T{}", tables.len())).field(FieldSpec::new("a", "text"));
        tables.push(world.docpal.tables(&world.owner).create(app, &spec).await.unwrap().id());
    }
    let member = world.member();
    let stranger = Actor::new(world.company, UserId::new(), []);
    assert_eq!(names(&world, &world.owner).await, ["Empty", "Half", "Hidden"]);
    assert_eq!(names(&world, &member).await, ["Empty", "Half", "Hidden"]);
    assert!(names(&world, &stranger).await.is_empty());
    // An app is hidden when nothing in it can be read or created.
    let members = Subject::Role(Role::Member);
    for action in [Action::Read, Action::Create] {
        rules.create(&RuleSpec::deny(Resource::App(hidden), members, action)).await.unwrap();
        rules.create(&RuleSpec::deny(Resource::Table(tables[1]), members, action)).await.unwrap();
    }
    assert_eq!(names(&world, &member).await, ["Empty", "Half"]);
    assert_eq!(world.docpal.tables(&member).list(half).await.unwrap().len(), 1);
    // One table is enough to know the app, for whom nothing else is allowed.
    let user = Subject::User(stranger.user().unwrap());
    for (action, on) in [
        (Action::Update, Resource::Table(tables[2])),
        (Action::Create, Resource::Table(tables[2])),
        (Action::Manage, Resource::App(hidden)),
    ] {
        rules.create(&RuleSpec::allow(on, user, action)).await.unwrap();
        match action {
            Action::Update => assert!(names(&world, &stranger).await.is_empty()),
            Action::Create => assert_eq!(names(&world, &stranger).await, ["Half"]),
            _ => assert_eq!(names(&world, &stranger).await, ["Half", "Hidden"]),
        }
    }
    let listed = world.docpal.tables(&stranger).list(half).await.unwrap();
    assert_eq!(listed.iter().map(|table| table.id).collect::<Vec<_>>(), [tables[2]]);
}

// Finding A5
#[tokio::test]
async fn the_list_of_tables_and_the_table_itself_agree_on_what_exists() {
    let world = World::new().await;
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap().id;
    let rules = world.docpal.rules(&world.owner);
    let mut tables = Vec::new();
    for (n, taken) in
        [&[][..], &[Action::Read], &[Action::Read, Action::Create], Action::ALL].iter().enumerate()
    {
        let spec = TableSpec::new(format!("T{n}")).field(FieldSpec::new("a", "text"));
        let table = world.docpal.tables(&world.owner).create(app, &spec).await.unwrap().id();
        for action in *taken {
            rules.create(&RuleSpec::deny(Resource::Table(table), Subject::Everyone, *action)).await.unwrap();
        }
        tables.push(table);
    }
    let admin = Actor::new(world.company, UserId::new(), [Role::Admin]);
    for (actor, known) in [(world.member(), 1), (admin, 3), (world.owner.clone(), 4)] {
        let listed = world.docpal.tables(&actor).list(app).await.unwrap();
        assert_eq!(listed.len(), known);
        for table in &tables {
            let got = world.docpal.tables(&actor).get(*table).await.is_ok();
            assert_eq!(got, listed.iter().any(|listed| listed.id == *table));
        }
    }
}
