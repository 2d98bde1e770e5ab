//! Makes a world: through the API, as its owner would, so that the model knows nothing of how DocPal stores it.

use docpal::core::testing::TestDb;
use docpal::core::{Actor, CompanyId, Role, TableId, UserId};
use docpal_server::api_key::{self, KeySpec};
use docpal_server::bootstrap::{OwnerKey, bootstrap};
use serde_json::{Value, json};

use super::dice::Dice;
use super::kinds::{self, KINDS};
use super::model::{App, Field, Model, Other, Rule, Table, Who};
use super::rules;
use super::served::{Request, Served};

/// Functions of the test in its database: changes that the API cannot make, or not without a trace.
const FUNCTIONS: &str = "
DO $outer$ BEGIN
CREATE SCHEMA ni;
CREATE FUNCTION ni.copy_cell(s text, t text, c text, source uuid, target uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE %1$I.%2$I SET %3$I = (SELECT %3$I FROM %1$I.%2$I WHERE id = $1) WHERE id = $2', s, t, c)
    USING source, target;
END $$;
CREATE FUNCTION ni.give(s text, t text, record uuid, creator uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE %I.%I SET created_by = $1 WHERE id = $2', s, t) USING creator, record;
END $$;
CREATE FUNCTION ni.erase(s text, t text, record uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.%I WHERE id = $1', s, t) USING record;
    DELETE FROM docpal.audit_log WHERE record_ids = ARRAY[record];
END $$;
CREATE FUNCTION ni.keep(s text, t text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE ni.%2$I AS TABLE %1$I.%2$I', s, t);
END $$;
CREATE FUNCTION ni.undo(s text, t text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.%I', s, t);
    EXECUTE format('INSERT INTO %1$I.%2$I OVERRIDING SYSTEM VALUE TABLE ni.%2$I', s, t);
END $$;
CREATE FUNCTION ni.level(place bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setval(oid::regclass, place) FROM pg_class WHERE relkind = 'S';
END $$;
END $outer$";

/// A world on a database that nobody is connected to.
pub(super) struct Base {
    pub(super) db: TestDb,
    pub(super) model: Model,
}

pub(super) async fn base(seed: u64) -> Base {
    let db = TestDb::new().await.expect("a test database");
    sqlx::query(FUNCTIONS).execute(db.pool()).await.expect("the functions of the test");
    let served = Served::on(db).await;
    let mut builder = Builder { dice: Dice::new(seed), model: Model::default(), served };
    builder.people().await;
    builder.other_company().await;
    for (name, tables) in [("Sales", 2), ("Staff", 1), ("Board", 1)] {
        builder.app(name, tables).await;
    }
    builder.rules().await;
    let Builder { model, served, .. } = builder;
    let Served { db, .. } = served;
    Base { db, model }
}

struct Builder {
    dice: Dice,
    model: Model,
    served: Served,
}

impl Builder {
    async fn people(&mut self) {
        let first = bootstrap(&self.served.docpal, "Acme", None).await.expect("a first company");
        let OwnerKey::Made(secret) = first.key else { panic!("a new database has no key") };
        self.model.owner_key = secret.reveal().to_owned();
        let member = "member".to_owned();
        for name in ["member", "custom", "single", "guest", "manager"] {
            let (user, custom, other) = (self.dice.id(), self.dice.id(), self.dice.id());
            let (role, another) = if name == "member" { (&member, &custom) } else { (&custom, &member) };
            let key = self.key(name, role, &user).await;
            let (colleague, second) =
                (self.key(name, role, &other).await, self.key(name, another, &user).await);
            self.model.actors.push(Who { name, key, user, role: role.clone(), colleague, second });
        }
    }

    async fn key(&mut self, name: &str, role: &str, user: &str) -> String {
        let body = json!({"name": name, "role": role, "user_id": user});
        let made = self.served.post(&self.model.owner_key, "/api/api-keys", body).await;
        made["key"].as_str().expect("a key").to_owned()
    }

    async fn other_company(&mut self) {
        let company = CompanyId::new();
        let docpal = &self.served.docpal;
        docpal.companies().create(company, "Other").await.expect("a company");
        let owner = Actor::owner(company, UserId::new());
        let key = api_key::create(docpal, &owner, &KeySpec::new("key", Role::Owner)).await;
        let key = key.expect("a key").secret.reveal().to_owned();
        let (app, table) = self.plain_table(&key, "Sales", "Orders").await;
        let records = format!("/api/tables/{table}/records");
        let record = self.served.post(&key, &records, json!({"fields": {"alpha 1": "theirs"}})).await;
        let rules = self.served.get(&key, "/api/permissions").await;
        let text = |value: &Value| value["id"].as_str().expect("an id").to_owned();
        let (record, rule) = (text(&record), text(&rules["data"][0]));
        self.model.other = Other { key, app, table, record, rule };
    }

    async fn plain_table(&self, key: &str, app: &str, table: &str) -> (String, String) {
        let app = self.served.post(key, "/api/apps", json!({ "name": app })).await;
        let app = app["id"].as_str().expect("an id").to_owned();
        let fields = json!([{"name": "alpha 1", "type": "text"}]);
        let table = json!({"name": table, "fields": fields});
        let table = self.served.post(key, &format!("/api/apps/{app}/tables"), table).await;
        let table = table["id"].as_str().expect("an id").to_owned();
        (app, table)
    }

    async fn app(&mut self, name: &str, tables: usize) {
        let key = self.model.owner_key.clone();
        let app = self.served.post(&key, "/api/apps", json!({ "name": name })).await;
        let app = App { id: app["id"].as_str().expect("an id").to_owned(), name: name.to_owned() };
        for number in 0..tables {
            self.table(&app, &format!("{name} {number}"), number == 0 && name == "Sales").await;
        }
        self.model.apps.push(app);
    }

    async fn table(&mut self, app: &App, name: &str, whole: bool) {
        let specs = self.fields(whole);
        let body = json!({"name": name, "fields": specs.iter().map(|(spec, _)| spec).collect::<Vec<_>>()});
        let key = self.model.owner_key.clone();
        let made = self.served.post(&key, &format!("/api/apps/{}/tables", app.id), body).await;
        let id = made["id"].as_str().expect("an id").to_owned();
        let (schema, columns, table) = self.physical(&id).await;
        let fields = specs.iter().zip(made["fields"].as_array().expect("fields")).zip(columns);
        let fields = fields.map(|(((spec, inputs), field), column)| Field {
            id: field["id"].as_str().expect("an id").to_owned(),
            name: spec["name"].as_str().expect("a name").to_owned(),
            kind: spec["type"].as_str().expect("a type").to_owned(),
            required: spec["required"] == true,
            unique: spec["unique"] == true,
            default: spec["default"].clone(),
            description: String::new(),
            inputs: inputs.clone(),
            column,
        });
        self.model.tables.push(Table {
            id: id.clone(),
            app: app.id.clone(),
            name: name.to_owned(),
            fields: fields.collect(),
            records: Vec::new(),
            physical: (schema, table),
        });
        self.records(&id, if whole { 14 } else { 7 }).await;
    }

    async fn physical(&self, table: &str) -> (String, Vec<Option<String>>, String) {
        let docpal = &self.served.docpal;
        let owner = self.served.get(&self.model.owner_key, "/api/auth/me").await;
        let company: CompanyId = owner["company_id"].as_str().unwrap().parse().unwrap();
        let table: TableId = table.parse().expect("an id");
        let snapshot = docpal.snapshot(company, table).await.expect("a snapshot");
        let physical = snapshot.physical();
        let columns =
            snapshot.fields().iter().map(|field| field.column().map(|(name, _)| name.as_str().to_owned()));
        (physical.schema().as_str().to_owned(), columns.collect(), physical.as_str().to_owned())
    }

    /// Fields with what they are computed from. Their names are near to each other, so that every miss has a near one.
    fn fields(&mut self, whole: bool) -> Vec<(Value, Vec<usize>)> {
        let mut kinds: Vec<&str> = vec!["number", "text", "single_select", "number", "switch"];
        let others = KINDS.iter().copied().filter(|kind| *kind != "formula");
        kinds.extend(others.filter(|_| whole || self.dice.chance(30)));
        let mut known: Vec<(String, String)> = Vec::new();
        let mut specs = Vec::new();
        for (position, kind) in kinds.into_iter().enumerate() {
            let name = format!("{} {position}", self.dice.pick(&["price", "bonus", "notes", "state"]));
            let mut spec = json!({"name": name, "type": kind, "options": kinds::options(kind)});
            if self.dice.chance(20) && kind != "autonumber" && kind != "switch" {
                spec["default"] = kinds::value(kind, &mut self.dice);
            }
            spec["required"] = json!(kind != "autonumber" && self.dice.chance(10));
            known.push((name, kind.to_owned()));
            specs.push((spec, Vec::new()));
        }
        for (position, kind) in [(specs.len(), "text"), (specs.len() + 1, "number")] {
            let name = format!("code {position}");
            specs.push((json!({"name": name, "type": kind, "unique": true}), Vec::new()));
        }
        known.extend([("-".to_owned(), String::new()), ("-".to_owned(), String::new())]);
        for number in 0..3 + self.dice.roll(2) {
            let (formula, inputs) = kinds::formula(&known, &mut self.dice);
            let name = format!("total {number}");
            specs.push((json!({"name": name, "type": "formula", "options": {"formula": formula}}), inputs));
            known.push((name, "formula".to_owned()));
        }
        specs
    }

    async fn records(&mut self, table: &str, count: usize) {
        for _ in 0..count {
            let made = self.record(table).await;
            let user = self.dice.pick(&self.model.actors).user.clone();
            let mut record = self.model.table(table).expect("a table").read(&made);
            if self.dice.chance(40) {
                record.created_by = user;
                let (schema, name) = &self.model.table(table).expect("a table").physical;
                let give = sqlx::query("SELECT ni.give($1, $2, $3::text::uuid, $4::text::uuid)");
                let give = give.bind(schema).bind(name).bind(&record.id).bind(&record.created_by);
                give.execute(self.served.db.pool()).await.expect("another creator");
            }
            self.model.table_mut(table).records.push(record);
        }
        self.history(table).await;
    }

    /// Some records are changed, and others have been there: for the audit log.
    async fn history(&mut self, table: &str) {
        let (owner, path) = (self.model.owner_key.clone(), format!("/api/tables/{table}/records"));
        for at in 0..self.model.table(table).expect("a table").records.len() {
            if self.dice.chance(40) {
                let draft = random_draft(&mut self.model, table, &mut self.dice);
                let id = self.model.table(table).expect("a table").records[at].id.clone();
                let patch = Request::new("PATCH", format!("{path}/{id}")).json(json!({ "fields": draft }));
                let changed = self.served.call(&owner, patch).await;
                let table = self.model.table_mut(table);
                table.records[at] = table.read(&changed);
            }
        }
        for _ in 0..2 {
            let made = self.record(table).await;
            let id = made["id"].as_str().expect("an id");
            self.served.call(&owner, Request::new("DELETE", format!("{path}/{id}"))).await;
        }
    }

    async fn record(&mut self, table: &str) -> Value {
        let draft = random_draft(&mut self.model, table, &mut self.dice);
        let path = format!("/api/tables/{table}/records");
        self.served.post(&self.model.owner_key, &path, json!({ "fields": draft })).await
    }

    async fn rules(&mut self) {
        let wanted = rules::rules(&self.model, &mut self.dice);
        for rule in wanted {
            self.served.post(&self.model.owner_key, "/api/permissions", rule).await;
        }
        self.model.rules = all_rules(&self.served, &self.model.owner_key).await;
    }
}

/// The rules of the company, as its owner reads them.
pub(super) async fn all_rules(served: &Served, owner: &str) -> Vec<Rule> {
    let listed = served.call(owner, Request::new("GET", "/api/permissions")).await;
    listed["data"].as_array().expect("rules").iter().map(Rule::read).collect()
}

/// The values of a new record, by the ids of fields: valid, with gaps.
pub(super) fn random_draft(model: &mut Model, table: &str, dice: &mut Dice) -> Value {
    let fields = model.table(table).expect("a table").fields.clone();
    let mut draft = serde_json::Map::new();
    for field in fields.iter().filter(|field| field.is_writable()) {
        if field.unique {
            let fresh = model.next_fresh();
            draft.insert(field.id.clone(), kinds::unique_value(&field.kind, fresh));
        } else if field.required || dice.chance(80) {
            draft.insert(field.id.clone(), kinds::value(&field.kind, dice));
        }
    }
    Value::Object(draft)
}
