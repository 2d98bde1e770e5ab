//! The audit log shows its reader what they may read, and nothing tells of the rest.

mod cost;
mod pages;
mod reach;

use docpal::core::{
    Action, Actor, CompanyId, FieldSpec, Filter, Json, RecordDraft, RecordId, Resource, Role, RuleSpec,
    Subject, TableId, TableSpec, UserId,
};
use docpal::query::{AuditEntry, AuditExt as _, RecordsExt as _};

use crate::world::World;

/// A table of salaries with three records: `[open, closed, open]`.
struct Salaries {
    world: World,
    table: TableId,
    ids: Vec<RecordId>,
    admin: Actor,
}

impl Salaries {
    async fn new() -> Self {
        let world = World::new().await;
        let spec = TableSpec::new("Salaries")
            .field(FieldSpec::new("name", "text"))
            .field(FieldSpec::new("state", "text"))
            .field(FieldSpec::new("salary", "number"));
        let table = world.table(spec).await.id();
        let mut ids = Vec::new();
        for (name, state) in [("Ada", "open"), ("Bob", "closed"), ("Cleo", "open")] {
            let draft = RecordDraft::new().set("name", name).set("state", state).set("salary", 9_000);
            ids.push(world.docpal.records(&world.owner, table).create(&draft).await.unwrap().id());
        }
        let admin = Actor::new(world.company, UserId::new(), [Role::Admin]);
        Self { world, table, ids, admin }
    }

    async fn rule(&self, spec: RuleSpec) {
        self.world.docpal.rules(&self.world.owner).create(&spec).await.unwrap();
    }

    fn deny(&self, action: Action) -> RuleSpec {
        RuleSpec::deny(Resource::Table(self.table), Subject::Role(Role::Admin), action)
    }

    async fn update(&self, record: usize, draft: &RecordDraft) {
        let records = self.world.docpal.records(&self.world.owner, self.table);
        records.update(self.ids[record], draft, None).await.unwrap();
    }

    /// What the admin sees of the table, the newest first.
    async fn entries(&self) -> Vec<AuditEntry> {
        let page = self.world.docpal.audit_log(&self.admin).list(None, 1_000).await.unwrap();
        assert_eq!(page.next_cursor, None);
        page.entries.into_iter().filter(|entry| entry.table == Some(self.table)).collect()
    }

    async fn field(&self, name: &str) -> String {
        let snapshot = self.world.docpal.snapshot(self.world.company, self.table).await.unwrap();
        snapshot.find(name).unwrap().id().to_string()
    }
}

fn actions(entries: &[AuditEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.action.as_str()).collect()
}

// Finding A31
#[tokio::test]
async fn entries_of_records_are_left_out_for_who_may_not_read_the_table() {
    let it = Salaries::new().await;
    it.update(0, &RecordDraft::new().set("salary", 9_001)).await;
    assert_eq!(it.entries().await.len(), 5);
    it.rule(it.deny(Action::Read)).await;
    assert_eq!(actions(&it.entries().await), ["rule.create", "table.create"], "it is there, to be managed");
    for action in [Action::Manage, Action::Create] {
        it.rule(it.deny(action)).await;
    }
    assert!(it.entries().await.is_empty(), "it is not there");
    let owner = it.world.docpal.audit_log(&it.world.owner).list(None, 1_000).await.unwrap();
    let of_table = owner.entries.iter().filter(|entry| entry.table == Some(it.table));
    assert_eq!(of_table.count(), 8);
}

// Finding A31
#[tokio::test]
async fn who_may_not_manage_the_company_gets_nothing_of_the_log() {
    let it = Salaries::new().await;
    let member = it.world.member();
    let refused = it.world.docpal.audit_log(&member).list(None, 10).await.unwrap_err();
    assert_eq!(refused.code(), "not_allowed");
}

// Finding A31
#[tokio::test]
async fn only_records_that_may_be_read_are_shown_also_when_they_are_gone() {
    let it = Salaries::new().await;
    it.rule(it.deny(Action::Read).when(Filter::test("state", "is", Json::from("closed")))).await;
    for record in 0..3 {
        it.update(record, &RecordDraft::new().set("salary", 1_000)).await;
    }
    let of = |entries: &[AuditEntry], action: &str| -> Vec<RecordId> {
        let found = entries.iter().filter(|entry| entry.action == action);
        found.flat_map(|entry| entry.records.iter().copied()).collect()
    };
    let open = [it.ids[2], it.ids[0]];
    let entries = it.entries().await;
    assert_eq!(
        (of(&entries, "record.update"), of(&entries, "record.create")),
        (open.to_vec(), open.to_vec())
    );
    let records = it.world.docpal.records(&it.world.owner, it.table);
    records.delete_many(&it.ids).await.unwrap();
    let entries = it.entries().await;
    let [gone] = entries.iter().filter(|entry| entry.action == "record.delete").collect::<Vec<_>>()[..]
    else {
        panic!("not one entry");
    };
    let mut shown = gone.records.clone();
    shown.sort_unstable();
    assert_eq!(shown, [it.ids[0], it.ids[2]]);
    let Some(Json::List(images)) = gone.details.get("before") else { panic!("{}", gone.details) };
    assert_eq!(images.len(), 2);
    assert!(!gone.details.to_string().contains("Bob"));
    assert_eq!(of(&entries, "record.update"), open);
    assert!(of(&entries, "record.create").is_empty(), "without an image it cannot be decided");
}

// Finding A31
#[tokio::test]
async fn images_hold_the_fields_that_may_be_read_of_that_record() {
    let it = Salaries::new().await;
    let (name, salary) = (it.field("name").await, it.field("salary").await);
    let closed = Filter::test("state", "is", Json::from("closed"));
    it.rule(it.deny(Action::Read).fields(["salary"]).when(closed)).await;
    for record in 0..2 {
        it.update(record, &RecordDraft::new().set("salary", 1_000).set("name", "New")).await;
    }
    let entries = it.entries().await.into_iter().filter(|entry| entry.action == "record.update");
    let [bob, ada] = <[AuditEntry; 2]>::try_from(entries.collect::<Vec<_>>()).unwrap();
    for (entry, sees) in [(&ada, true), (&bob, false)] {
        for part in ["before", "after"] {
            let part = entry.details.get(part).unwrap();
            assert!(part.get(&name).is_some(), "{part}");
            assert_eq!(part.get(&salary).is_some(), sees, "{part}");
        }
    }
    it.rule(it.deny(Action::Read).fields(["name"])).await;
    for entry in it.entries().await {
        assert!(!entry.details.to_string().contains(&name), "{}", entry.details);
    }
}

#[tokio::test]
async fn a_hidden_field_that_a_condition_reads_is_in_no_image() {
    let it = Salaries::new().await;
    it.rule(it.deny(Action::Read).when(Filter::test("state", "is", "closed"))).await;
    it.rule(it.deny(Action::Read).fields(["state"])).await;
    it.update(0, &RecordDraft::new().set("salary", 1).set("state", "ajar")).await;
    let (entries, state) = (it.entries().await, it.field("state").await);
    let update = entries.iter().find(|entry| entry.action == "record.update").unwrap();
    let told = update.details.to_string();
    assert!(told.contains(&it.field("salary").await) && !told.contains(&state), "{told}");
}

// Finding A31
#[tokio::test]
async fn pages_are_full_and_ids_tell_nothing_of_what_is_left_out() {
    let it = Salaries::new().await;
    it.rule(it.deny(Action::Read).when(Filter::test("state", "is", Json::from("closed")))).await;
    for _ in 0..5 {
        it.update(1, &RecordDraft::new().set("salary", 1)).await;
        it.update(0, &RecordDraft::new().set("salary", 2)).await;
    }
    let whole = it.world.docpal.audit_log(&it.admin).list(None, 1_000).await.unwrap().entries;
    let (mut cursor, mut paged) = (None, Vec::new());
    loop {
        let page = it.world.docpal.audit_log(&it.admin).list(cursor.as_deref(), 3).await.unwrap();
        assert!(page.entries.len() == 3 || page.next_cursor.is_none());
        paged.extend(page.entries.into_iter().map(|entry| entry.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>());
    let neighbour = CompanyId::new();
    it.world.docpal.companies().create(neighbour, "Neighbour").await.unwrap();
    let owner = Actor::owner(neighbour, UserId::new());
    let taken =
        it.world.docpal.audit_log(&owner).list(paged.first().map(String::as_str), 3).await.unwrap_err();
    assert_eq!(taken.code(), "invalid_cursor");
}

// Finding A31
#[tokio::test]
async fn what_is_left_of_a_table_that_is_gone_only_owners_see() {
    let it = Salaries::new().await;
    it.world.docpal.tables(&it.world.owner).drop(it.table).await.unwrap();
    assert!(it.entries().await.is_empty());
    let owner = it.world.docpal.audit_log(&it.world.owner).list(None, 1_000).await.unwrap().entries;
    let of_table: Vec<&AuditEntry> = owner.iter().filter(|entry| entry.table == Some(it.table)).collect();
    assert_eq!(of_table.len(), 5);
    assert!(of_table.iter().all(|entry| entry.records.is_empty()));
    assert!(of_table[0].details.to_string().contains("Salaries"));
}

// Finding A31: an image is judged by itself, not by what the record became.
#[tokio::test]
async fn what_a_record_held_while_it_was_hidden_stays_hidden() {
    let salaries = Salaries::new().await;
    let closed = Filter::test("state", "is", "closed");
    salaries.rule(salaries.deny(Action::Read).when(closed)).await;
    let set = |name: &str, value: Json| RecordDraft::new().set(name, value);
    // Hidden with a salary, then opened without it.
    salaries.update(1, &set("salary", Json::from(424_242))).await;
    salaries.update(1, &set("salary", Json::Null)).await;
    salaries.update(1, &set("state", Json::from("open"))).await;
    // Shown, then hidden with a salary, then gone.
    let both = set("state", Json::from("closed")).set("salary", 777_777);
    salaries.update(0, &both).await;
    let records = salaries.world.docpal.records(&salaries.world.owner, salaries.table);
    records.delete(salaries.ids[0], None).await.unwrap();
    let told = format!("{:?}", salaries.entries().await);
    assert!(!told.contains("424242") && !told.contains("777777"), "{told}");
    // Of the opened one the last change is told, as far as it led into the open.
    let opened = salaries.entries().await.into_iter().find(|entry| entry.records == [salaries.ids[1]]);
    assert!(format!("{:?}", opened.unwrap().details).contains("open"));
}

// Finding A31: that a hidden record is gone tells nothing of it, as little as that it was there.
#[tokio::test]
async fn the_deletion_of_a_hidden_record_changes_nothing_of_the_log() {
    let salaries = Salaries::new().await;
    salaries.rule(salaries.deny(Action::Read).when(Filter::test("state", "is", "closed"))).await;
    let set = |name: &str, value: Json| RecordDraft::new().set(name, value);
    for record in [0, 2] {
        salaries.update(record, &set("salary", Json::from(10_000))).await;
        salaries.update(record, &set("state", Json::from("closed"))).await;
    }
    let told = async || {
        let entries = salaries.entries().await;
        entries.into_iter().map(|entry| (entry.id, entry.records, entry.details)).collect::<Vec<_>>()
    };
    let before = told().await;
    let records = salaries.world.docpal.records(&salaries.world.owner, salaries.table);
    records.delete(salaries.ids[0], None).await.unwrap();
    assert_eq!(told().await, before);
    records.delete_many(&[salaries.ids[1], salaries.ids[2]]).await.unwrap();
    assert_eq!(told().await, before);
}

// Finding A31
#[tokio::test]
async fn an_image_that_does_not_fit_the_table_hides_itself_and_no_other() {
    let salaries = Salaries::new().await;
    salaries.rule(salaries.deny(Action::Read).when(Filter::test("salary", "lt", 0))).await;
    for record in 0..3 {
        salaries.update(record, &RecordDraft::new().set("name", "New")).await;
    }
    let before = salaries.entries().await;
    let broken = format!(
        "UPDATE docpal.audit_log SET details = jsonb_set(details, '{{before,{}}}', '\"much\"')
         WHERE action = 'record.update' AND record_ids = ARRAY['{}'::uuid]",
        salaries.field("salary").await,
        salaries.ids[1]
    );
    sqlx::query(sqlx::AssertSqlSafe(broken)).execute(salaries.world.db.pool()).await.unwrap();
    let updates = |entries: &[AuditEntry]| {
        let updates = entries.iter().filter(|entry| entry.action == "record.update");
        updates.map(|entry| entry.records.clone()).collect::<Vec<_>>()
    };
    let all: Vec<_> = salaries.ids.iter().rev().map(|id| vec![*id]).collect();
    assert_eq!(updates(&before), all);
    let fitting: Vec<_> = all.into_iter().filter(|ids| ids[0] != salaries.ids[1]).collect();
    assert_eq!(updates(&salaries.entries().await), fitting);
}

// Finding A19
#[tokio::test]
async fn a_page_of_large_entries_ends_early_and_says_where_the_next_begins() {
    let salaries = Salaries::new().await;
    for _ in 0..20 {
        salaries.update(0, &RecordDraft::new().set("name", "New")).await;
    }
    let large = "UPDATE docpal.audit_log
                 SET details = jsonb_build_object('before', jsonb_build_object($1, repeat('x', 4000000)))
                 WHERE action = 'record.update'";
    let name = salaries.field("name").await;
    sqlx::query(large).bind(name).execute(salaries.world.db.pool()).await.unwrap();
    let (mut cursor, mut pages) = (None, Vec::new());
    loop {
        let log = salaries.world.docpal.audit_log(&salaries.world.owner);
        let page = log.list(cursor.as_deref(), 1_000).await.unwrap();
        pages.push(page.entries.iter().filter(|entry| entry.action == "record.update").count());
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert!(pages.len() > 1 && pages.iter().sum::<usize>() == 20, "{pages:?}");
}
