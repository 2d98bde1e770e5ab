//! A world as plain data: what the test knows of it, read by the naive interpreter and by nothing of DocPal.

use serde_json::Value;

/// One company with everything in it, and what is needed to ask about another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) apps: Vec<App>,
    pub(super) tables: Vec<Table>,
    pub(super) rules: Vec<Rule>,
    pub(super) actors: Vec<Who>,
    pub(super) owner_key: String,
    pub(super) other: Other,
    /// For values that must differ from all others.
    pub(super) fresh: u32,
}

/// The other company.
#[derive(Clone, Debug, Default)]
pub(super) struct Other {
    pub(super) key: String,
    pub(super) app: String,
    pub(super) table: String,
    pub(super) record: String,
    pub(super) rule: String,
}

#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) id: String,
    pub(super) app: String,
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
    pub(super) records: Vec<Record>,
    /// The schema and name of its PostgreSQL table.
    pub(super) physical: (String, String),
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) required: bool,
    pub(super) unique: bool,
    pub(super) default: Value,
    pub(super) description: String,
    /// The fields that a formula reads, by position.
    pub(super) inputs: Vec<usize>,
    /// Its PostgreSQL column, unless it is computed.
    pub(super) column: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) created_by: String,
    /// By the position of the field, as its owner reads it.
    pub(super) values: Vec<Value>,
}

/// What a rule covers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Covers {
    Company,
    App(String),
    Table(String),
}

/// Whom a rule is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum For {
    Everyone,
    Role(String),
    User(String),
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) covers: Covers,
    pub(super) subject: For,
    pub(super) action: String,
    pub(super) allow: bool,
    pub(super) condition: Option<Value>,
    /// By id.
    pub(super) fields: Option<Vec<String>>,
}

/// Somebody who sends requests.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) name: &'static str,
    pub(super) key: String,
    pub(super) user: String,
    pub(super) role: String,
    /// A key of somebody else with the same role.
    pub(super) colleague: String,
    /// Another key of the same user, with another role.
    pub(super) second: String,
}

impl Who {
    /// Do rules let them manage the company?
    pub(super) fn manages(&self) -> bool {
        self.name == "manager"
    }
}

impl Model {
    pub(super) fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    pub(super) fn table_mut(&mut self, id: &str) -> &mut Table {
        self.tables.iter_mut().find(|table| table.id == id).expect("a table of the model")
    }

    /// A number that no other value holds.
    pub(super) fn next_fresh(&mut self) -> u32 {
        self.fresh += 1;
        self.fresh
    }
}

impl Table {
    pub(super) fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| known.id == field)
    }

    pub(super) fn record(&self, id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.id == id)
    }

    /// A record from what the server answered.
    pub(super) fn read(&self, record: &Value) -> Record {
        let values = self.fields.iter().map(|field| record["fields"][&field.name].clone()).collect();
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        Record { id: text("id"), created_by: text("created_by"), values }
    }
}

impl Field {
    pub(super) fn is_formula(&self) -> bool {
        self.kind == "formula"
    }

    /// Can somebody give it a value?
    pub(super) fn is_writable(&self) -> bool {
        !self.is_formula() && self.kind != "autonumber"
    }
}

impl Rule {
    pub(super) fn read(rule: &Value) -> Self {
        let text = |key: &str| rule[key].as_str().map(str::to_owned);
        let covers = match rule["resource_type"].as_str().expect("a kind of resource") {
            "company" => Covers::Company,
            "app" => Covers::App(text("resource_id").expect("an app")),
            "table" => Covers::Table(text("resource_id").expect("a table")),
            other => panic!("the interpreter does not know the resource {other}"),
        };
        let subject = match (text("role"), text("user_id")) {
            (None, None) => For::Everyone,
            (Some(role), None) => For::Role(role),
            (None, Some(user)) => For::User(user),
            (Some(_), Some(_)) => panic!("a rule for a role and a user: {rule}"),
        };
        let fields = rule["fields"].as_array();
        Self {
            id: text("id").expect("an id"),
            covers,
            subject,
            action: text("action").expect("an action"),
            allow: rule["effect"] == "allow",
            condition: Some(rule["condition"].clone()).filter(|condition| !condition.is_null()),
            fields: fields.map(|ids| ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect()),
        }
    }

    pub(super) fn concerns(&self, who: &Who) -> bool {
        match &self.subject {
            For::Everyone => true,
            For::Role(role) => *role == who.role,
            For::User(user) => *user == who.user,
        }
    }

    pub(super) fn is_about(&self, table: &Table) -> bool {
        match &self.covers {
            Covers::Company => true,
            Covers::App(app) => *app == table.app,
            Covers::Table(id) => *id == table.id,
        }
    }
}
