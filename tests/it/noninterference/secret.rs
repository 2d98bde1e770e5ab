//! Changes of what somebody cannot see: each is tried on the model first, and made only when the naive interpreter says
//! that nothing of it shows.

use serde_json::{Value, json};

use super::build::{all_rules, random_draft};
use super::dice::Dice;
use super::kinds;
use super::model::{App, Covers, Model, Record, Rule, Table, Who};
use super::served::{KEPT, Request, Served};
use super::sight::{Sight, everything};

/// The id of what is only in the model yet.
const IMAGINED: &str = "imagined";

/// One change, complete, so that it can be made again on another copy.
#[derive(Clone, Debug)]
pub(super) enum Secret {
    Cell { table: String, record: String, field: usize, value: Value },
    Insert { table: String, draft: Value },
    Update { table: String, record: String, draft: Value },
    Delete { table: String, record: String },
    RenameField { table: String, field: usize, name: String },
    DescribeField { table: String, field: usize },
    Default { table: String, field: usize, value: Value },
    RenameTable { table: String, name: String },
    DropTable { table: String },
    RenameApp { app: String, name: String },
    NewApp { name: String },
    AddRule { rule: Value },
    DropRule { rule: String },
    OtherCompany,
    NewKey,
}

/// Some changes that `who` cannot see.
pub(super) fn secrets(model: &Model, who: &Who, dice: &mut Dice) -> Vec<Secret> {
    let before = everything(model, who);
    let mut changed = model.clone();
    let mut secrets = Vec::new();
    let wanted = 1 + dice.roll(20);
    for _ in 0..wanted * 12 {
        let mut next = changed.clone();
        let proposed = propose(&mut next, who, dice);
        // Proposing changes nothing but the numbers that are used up.
        changed.fresh = next.fresh;
        let Some(secret) = proposed else { continue };
        secret.imagine(&mut next);
        if everything(&next, who) == before {
            changed = next;
            secrets.push(secret);
        }
        if secrets.len() == wanted {
            break;
        }
    }
    secrets
}

fn propose(model: &mut Model, who: &Who, dice: &mut Dice) -> Option<Secret> {
    let table = dice.any(&model.tables)?.clone();
    let sight = Sight::new(model, &table, who);
    let id = table.id.clone();
    let number = 50 + dice.roll(900);
    let hidden: Vec<&Record> =
        table.records.iter().filter(|record| record.id != IMAGINED && !sight.reads_record(record)).collect();
    let unknown: Vec<usize> = (0..table.fields.len()).filter(|at| !sight.knows_field(*at)).collect();
    let kind = dice.roll(26);
    Some(match kind {
        0..=7 => cell(&table, &sight, dice)?,
        8..=11 => Secret::Insert { draft: random_draft(model, &id, dice), table: id },
        12..=13 => Secret::Delete { table: id, record: dice.any(&hidden)?.id.clone() },
        14..=16 => {
            let record = dice.any(&hidden)?.id.clone();
            Secret::Update { record, draft: random_draft(model, &id, dice), table: id }
        }
        17..=18 => {
            let name = format!("{} {number}", dice.pick(&["price", "bonus", "notes", "code", "total"]));
            Secret::RenameField { table: id, field: *dice.any(&unknown)?, name }
        }
        19 => match dice.chance(50) {
            true => Secret::DescribeField { table: id, field: *dice.any(&unknown)? },
            false => default(&table, *dice.any(&unknown)?, dice)?,
        },
        20 => match dice.chance(60) {
            true => Secret::DropTable { table: id },
            false => Secret::RenameTable { table: id, name: format!("Sales {number}") },
        },
        21 => match dice.chance(50) {
            true => Secret::RenameApp {
                app: dice.pick(&model.apps[..3]).id.clone(),
                name: format!("Sales {number}"),
            },
            false => Secret::NewApp { name: format!("Sales {number}") },
        },
        22..=23 => Secret::AddRule { rule: rule(model, &table, who, dice) },
        24 => {
            let others: Vec<&Rule> =
                model.rules.iter().filter(|rule| rule.covers == Covers::Table(id.clone())).collect();
            let rule = dice.any(&others)?;
            (rule.id != IMAGINED && !rule.concerns(who))
                .then(|| Secret::DropRule { rule: rule.id.clone() })?
        }
        _ => match dice.chance(50) {
            // Who manages reads of new keys in the audit log.
            false if !who.manages() => Secret::NewKey,
            _ => Secret::OtherCompany,
        },
    })
}

fn cell(table: &Table, sight: &Sight<'_>, dice: &mut Dice) -> Option<Secret> {
    let record = dice.any(&table.records).filter(|record| record.id != IMAGINED)?;
    let fits = |at: &usize| {
        let field = &table.fields[*at];
        field.is_writable() && !field.unique && !sight.reads_cell(record, *at)
    };
    let hidden: Vec<usize> = (0..table.fields.len()).filter(fits).collect();
    let field = *dice.any(&hidden)?;
    let value = kinds::value(&table.fields[field].kind, dice);
    Some(Secret::Cell { table: table.id.clone(), record: record.id.clone(), field, value })
}

fn default(table: &Table, field: usize, dice: &mut Dice) -> Option<Secret> {
    let known = &table.fields[field];
    let fits = known.is_writable() && !known.unique && known.kind != "switch" && !known.default.is_null();
    fits.then(|| Secret::Default { table: table.id.clone(), field, value: kinds::value(&known.kind, dice) })
}

fn rule(model: &Model, table: &Table, who: &Who, dice: &mut Dice) -> Value {
    let effect = dice.pick(&["allow", "deny"]);
    let action = dice.pick(&["read", "create", "update", "delete"]);
    let mut rule =
        json!({"resource_type": "table", "resource_id": table.id, "action": action, "effect": effect});
    let others: Vec<&Who> = model.actors.iter().filter(|other| other.name != who.name).collect();
    match dice.roll(3) {
        0 => rule["user_id"] = json!(dice.pick(&others).user),
        1 => rule["role"] = json!(dice.pick(&others).role),
        _ => rule["role"] = json!(dice.id()),
    }
    if dice.chance(40) && *action != "delete" {
        rule["fields"] = json!([dice.pick(&table.fields).id]);
    }
    if dice.chance(40) {
        rule["condition"] = json!({"field": "created_by", "op": "is_me"});
    }
    rule
}

impl Secret {
    /// Makes the change in the model only, as far as it can be told beforehand.
    pub(super) fn imagine(&self, model: &mut Model) {
        match self {
            Self::Cell { table, record, field, value } => {
                let records = &mut model.table_mut(table).records;
                let record = records.iter_mut().find(|known| known.id == *record).expect("a record");
                record.values[*field] = value.clone();
            }
            Self::Insert { table, draft } => {
                let table = model.table_mut(table);
                let nothing = vec![Value::Null; table.fields.len()];
                let mut record =
                    Record { id: IMAGINED.to_owned(), created_by: String::new(), values: nothing };
                for (value, field) in record.values.iter_mut().zip(&table.fields) {
                    *value = field.default.clone();
                }
                drafted(table, &mut record, draft);
                table.records.push(record);
            }
            Self::Update { table, record, draft } => {
                let table = model.table_mut(table);
                let at = table.records.iter().position(|known| known.id == *record).expect("a record");
                let mut changed = table.records[at].clone();
                drafted(table, &mut changed, draft);
                table.records[at] = changed;
            }
            Self::Delete { table, record } => {
                model.table_mut(table).records.retain(|known| known.id != *record);
            }
            Self::RenameField { table, field, name } => {
                model.table_mut(table).fields[*field].name.clone_from(name);
            }
            Self::DescribeField { table, field } => {
                "another".clone_into(&mut model.table_mut(table).fields[*field].description);
            }
            Self::Default { table, field, value } => {
                model.table_mut(table).fields[*field].default = value.clone();
            }
            Self::RenameTable { table, name } => model.table_mut(table).name.clone_from(name),
            Self::DropTable { table } => {
                // Its rules go with it, which who manages reads.
                model.rules.retain(|rule| rule.covers != Covers::Table(table.clone()));
                model.tables.retain(|known| known.id != *table);
            }
            Self::RenameApp { app, name } => {
                let app = model.apps.iter_mut().find(|known| known.id == *app).expect("an app");
                app.name.clone_from(name);
            }
            Self::NewApp { name } => model.apps.push(App { id: IMAGINED.to_owned(), name: name.clone() }),
            Self::AddRule { rule } => {
                let mut rule = rule.clone();
                rule["id"] = json!(IMAGINED);
                model.rules.push(Rule::read(&rule));
            }
            Self::DropRule { rule } => model.rules.retain(|known| known.id != *rule),
            Self::OtherCompany | Self::NewKey => {}
        }
    }

    /// Makes the change in a database and in its model.
    pub(super) async fn perform(&self, served: &Served, model: &mut Model, dice: &mut Dice) {
        let owner = model.owner_key.clone();
        let records = |table: &str| format!("/api/tables/{table}/records");
        match self {
            Self::Cell { table, record, field, value } => {
                let value = write_cell(served, model, dice, (table, record, *field), value).await;
                let secret =
                    Self::Cell { table: table.clone(), record: record.clone(), field: *field, value };
                return secret.imagine(model);
            }
            Self::Insert { table, draft } => {
                let made = served.post(&owner, &records(table), json!({ "fields": draft })).await;
                let table = model.table_mut(table);
                let record = table.read(&made);
                return table.records.push(record);
            }
            Self::Update { table, record, draft } => {
                let path = format!("{}/{record}", records(table));
                let patch = Request::new("PATCH", path).json(json!({ "fields": draft }));
                let changed = served.call(&owner, patch).await;
                let table = model.table_mut(table);
                let changed = table.read(&changed);
                let place = table.records.iter_mut().find(|known| known.id == *record).expect("a record");
                *place = changed;
                return;
            }
            Self::Delete { table, record } => {
                served.call(&owner, Request::new("DELETE", format!("{}/{record}", records(table)))).await;
            }
            Self::RenameField { .. } | Self::DescribeField { .. } | Self::Default { .. } => {
                self.change_field(served, model).await;
            }
            Self::RenameTable { table, name } => {
                let rename =
                    "UPDATE docpal.tables SET name = $1, version = version + 1 WHERE id = $2::text::uuid";
                execute(served, sqlx::query(rename).bind(name).bind(table)).await;
            }
            Self::DropTable { table } => {
                served.call(&owner, Request::new("DELETE", format!("/api/tables/{table}"))).await;
            }
            Self::RenameApp { app, name } => {
                let rename = "UPDATE docpal.apps SET name = $1 WHERE id = $2::text::uuid";
                execute(served, sqlx::query(rename).bind(name).bind(app)).await;
            }
            Self::NewApp { name } => {
                served.post(&owner, "/api/apps", json!({ "name": name })).await;
            }
            Self::AddRule { rule } => {
                served.post(&owner, "/api/permissions", rule.clone()).await;
                model.rules = all_rules(served, &owner).await;
                return;
            }
            Self::DropRule { rule } => {
                served.call(&owner, Request::new("DELETE", format!("/api/permissions/{rule}"))).await;
            }
            Self::OtherCompany => {
                let draft = json!({"fields": {"alpha 1": "more of theirs"}});
                served.post(&model.other.key, &records(&model.other.table), draft).await;
                served.post(&model.other.key, "/api/apps", json!({ "name": dice.id() })).await;
                for number in 0..8 {
                    let kept = Request::new("POST", "/api/apps").json(json!({ "name": dice.id() }));
                    served.send(&model.other.key, &kept.header(KEPT, format!("k{number}"))).await;
                }
            }
            Self::NewKey => {
                served.post(&owner, "/api/api-keys", json!({"name": "another", "role": "member"})).await;
            }
        }
        self.imagine(model);
    }

    /// Fields cannot be changed through the API yet; the version tells the server that they were.
    async fn change_field(&self, served: &Served, model: &Model) {
        let id = |table: &str, field: usize| model.table(table).expect("a table").fields[field].id.clone();
        let table = match self {
            Self::RenameField { table, field, name } => {
                let rename = "UPDATE docpal.fields SET name = $1 WHERE id = $2::text::uuid";
                execute(served, sqlx::query(rename).bind(name).bind(id(table, *field))).await;
                table
            }
            Self::DescribeField { table, field } => {
                let describe = "UPDATE docpal.fields SET description = 'another' WHERE id = $1::text::uuid";
                execute(served, sqlx::query(describe).bind(id(table, *field))).await;
                table
            }
            Self::Default { table, field, value } => {
                let default =
                    "UPDATE docpal.fields SET default_value = $1::text::json WHERE id = $2::text::uuid";
                execute(served, sqlx::query(default).bind(value.to_string()).bind(id(table, *field))).await;
                table
            }
            _ => return,
        };
        let bump = "UPDATE docpal.tables SET version = version + 1 WHERE id = $1::text::uuid";
        execute(served, sqlx::query(bump).bind(table)).await;
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

async fn execute(served: &Served, query: Query<'_>) {
    query.execute(served.db.pool()).await.expect("a change behind the API");
}

/// Writes one cell without a trace in the record's version: the owner makes a record with the value, and its cell is
/// copied. Gives the value as it is read.
async fn write_cell(
    served: &Served,
    model: &mut Model,
    dice: &mut Dice,
    (table, record, field): (&str, &str, usize),
    value: &Value,
) -> Value {
    let mut draft = random_draft(model, table, dice);
    let known = model.table(table).expect("a table");
    let ((schema, name), field_of) = (&known.physical, &known.fields[field]);
    draft[&field_of.id] = value.clone();
    let path = format!("/api/tables/{table}/records");
    let made = served.post(&model.owner_key, &path, json!({ "fields": draft })).await;
    let (donor, column) =
        (made["id"].as_str().expect("an id"), field_of.column.as_deref().expect("a column"));
    let copy = sqlx::query("SELECT ni.copy_cell($1, $2, $3, $4::text::uuid, $5::text::uuid)");
    execute(served, copy.bind(schema).bind(name).bind(column).bind(donor).bind(record)).await;
    let erase = sqlx::query("SELECT ni.erase($1, $2, $3::text::uuid)");
    execute(served, erase.bind(schema).bind(name).bind(donor)).await;
    made["fields"][&field_of.name].clone()
}

/// The record with the values of a draft.
pub(super) fn drafted(table: &Table, record: &mut Record, draft: &Value) {
    for (key, value) in draft.as_object().into_iter().flatten() {
        let same = |name: &str| name.to_lowercase() == key.to_lowercase();
        if let Some(at) = table.fields.iter().position(|field| same(&field.name) || field.id == *key) {
            record.values[at] = value.clone();
        }
    }
}
