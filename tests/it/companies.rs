//! Companies: what tells them apart is their whole id.

use docpal::core::{Actor, AppSpec, CompanyId, FieldSpec, RecordDraft, TableSpec, UserId};
use docpal::query::{RecordsExt as _, ViewSpec};
use uuid::Uuid;

use crate::world::{World, column};

/// A company with one table and one record, which it then reads back.
async fn works(world: &World, company: CompanyId) {
    let owner = Actor::owner(company, UserId::new());
    let app = world.docpal.apps(&owner).create(&AppSpec::new("App")).await.unwrap();
    let spec =
        TableSpec::new("T").field(FieldSpec::new("name", "text")).field(FieldSpec::new("no", "autonumber"));
    let table = world.docpal.tables(&owner).create(app.id, &spec).await.unwrap();
    let records = world.docpal.records(&owner, table.id());
    let name = company.to_string();
    records.create(&RecordDraft::new().set("name", name.as_str())).await.unwrap();
    assert_eq!(column(&records.list(&ViewSpec::new()).await.unwrap(), "name"), [name]);
}

// Finding A9
#[tokio::test]
async fn companies_whose_ids_begin_alike_stand_side_by_side() {
    let world = World::new().await;
    // As hosts number them, and as many as one millisecond has of version 7.
    let ids = (1..=3_u128).chain((1..=3).map(|n| 0x0193_0000_0000_7000_8000_0000_0000_0000 + n));
    let ids: Vec<CompanyId> = ids.map(|id| Uuid::from_u128(id).into()).collect();
    for id in &ids {
        world.docpal.companies().create(*id, "Numbered").await.unwrap();
    }
    for id in &ids {
        works(&world, *id).await;
        let again = world.docpal.companies().create(*id, "Numbered").await.unwrap_err();
        assert_eq!(again.code(), "company_exists");
    }
}

// Finding A9
#[tokio::test]
async fn companies_whose_ids_begin_alike_can_be_made_at_once() {
    let world = World::new().await;
    let mut ids: Vec<CompanyId> = (1..=8_u128).map(|id| Uuid::from_u128(id).into()).collect();
    // And one of them twice: one of the two is told so.
    ids.push(ids[0]);
    let tasks: Vec<_> = ids
        .iter()
        .map(|id| {
            let (docpal, id) = (world.docpal.clone(), *id);
            tokio::spawn(async move { docpal.companies().create(id, "Acme").await.map_err(|e| e.code()) })
        })
        .collect();
    let mut refused = Vec::new();
    for task in tasks {
        refused.extend(task.await.unwrap().err());
    }
    assert_eq!(refused, ["company_exists"]);
    for id in &ids[..8] {
        works(&world, *id).await;
    }
}

// Finding A9
#[tokio::test]
async fn two_open_transactions_make_companies_whose_ids_begin_alike() {
    let world = World::new().await;
    let [one, two]: [CompanyId; 2] = [1, 2].map(|id| Uuid::from_u128(id).into());
    let mut first = world.docpal.begin().await.unwrap();
    world.docpal.companies().create_in(&mut first, one, "One").await.unwrap();
    // The second waits for what becomes of the first, and then takes what is left.
    let docpal = world.docpal.clone();
    let second = tokio::spawn(async move {
        let mut tx = docpal.begin().await.unwrap();
        docpal.companies().create_in(&mut tx, two, "Two").await.unwrap();
        tx.commit().await.unwrap();
    });
    first.commit().await.unwrap();
    second.await.unwrap();
    works(&world, one).await;
    works(&world, two).await;
}
