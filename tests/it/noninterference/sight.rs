//! What somebody may see of a world, by a naive interpreter: every rule is tried on every record, one by one, as the
//! documentation of rules says. It shares nothing with the code that makes SQL of them.

use serde_json::{Value, json};

use super::model::{Covers, Field, Model, Record, Rule, Table, Who};

/// The rules about one table that concern one actor.
pub(super) struct Sight<'m> {
    table: &'m Table,
    who: &'m Who,
    rules: Vec<&'m Rule>,
}

/// Everything that `who` may learn of a world. Two worlds in which this is the same must answer the same. Besides what
/// may be read it holds what each of the actor's rules says of each readable record: those who made a rule about
/// something hidden have decided that its outcome shows.
pub(super) fn everything(model: &Model, who: &Who) -> Value {
    let tables = model.tables.iter().map(|table| Sight::new(model, table, who));
    let tables: Vec<Value> = tables.filter(Sight::knows_table).map(|sight| sight.all()).collect();
    let apps = model.apps.iter().filter(|app| knows_app(model, &app.id, who));
    let apps: Vec<Value> = apps.map(|app| json!([app.id, app.name])).collect();
    let rules = model.rules.iter().filter(|_| who.manages());
    let rules: Vec<Value> = rules.map(|rule| json!([rule.id, rule.action, rule.allow])).collect();
    json!({ "apps": apps, "tables": tables, "rules": rules })
}

/// Does `who` know of the app: by a rule about it, or by a table in it?
pub(super) fn knows_app(model: &Model, app: &str, who: &Who) -> bool {
    let mut about = model.rules.iter().filter(|rule| match &rule.covers {
        Covers::Company => rule.concerns(who),
        Covers::App(id) => id == app && rule.concerns(who),
        Covers::Table(_) => false,
    });
    let mut tables = model.tables.iter().filter(|table| table.app == app);
    about.any(|rule| rule.allow) || tables.any(|table| Sight::new(model, table, who).knows_table())
}

impl<'m> Sight<'m> {
    pub(super) fn new(model: &'m Model, table: &'m Table, who: &'m Who) -> Self {
        let rules = model.rules.iter().filter(|rule| rule.is_about(table) && rule.concerns(who));
        Self { table, who, rules: rules.collect() }
    }

    fn of<'s>(&'s self, action: &'s str, allow: bool) -> impl Iterator<Item = &'m Rule> + 's {
        self.rules.iter().copied().filter(move |rule| rule.action == action && rule.allow == allow)
    }

    fn holds(&self, rule: &Rule, record: &Record) -> bool {
        rule.condition.as_ref().is_none_or(|condition| holds(condition, self.table, record, &self.who.user))
    }

    /// May the actor do anything at all here? Whoever may only make records knows of the table, too.
    pub(super) fn knows_table(&self) -> bool {
        ["read", "create", "update", "delete", "manage"].iter().any(|action| {
            let never = |rule: &Rule| rule.fields.is_none() && rule.condition.is_none();
            self.of(action, true).next().is_some() && !self.of(action, false).any(never)
        })
    }

    /// May a record be touched? A rule about some fields gives the record and does not take it.
    pub(super) fn may(&self, action: &str, record: &Record) -> bool {
        self.of(action, true).any(|rule| self.holds(rule, record))
            && !self.of(action, false).any(|rule| rule.fields.is_none() && self.holds(rule, record))
    }

    pub(super) fn reads_record(&self, record: &Record) -> bool {
        self.may("read", record)
    }

    fn names(rule: &Rule, field: &Field) -> bool {
        rule.fields.as_ref().is_none_or(|fields| fields.contains(&field.id))
    }

    /// May this cell be read? A computed one needs all that it is computed from.
    pub(super) fn reads_cell(&self, record: &Record, position: usize) -> bool {
        let field = &self.table.fields[position];
        self.reads_record(record)
            && self.of("read", true).any(|rule| Self::names(rule, field) && self.holds(rule, record))
            && !self.of("read", false).any(|rule| Self::names(rule, field) && self.holds(rule, record))
            && field.inputs.iter().all(|input| self.reads_cell(record, *input))
    }

    /// May `action` reach the field in some record? Conditions count as met.
    fn reaches(&self, action: &str, field: &Field) -> bool {
        let always = |rule: &Rule| rule.condition.is_none() && Self::names(rule, field);
        self.of(action, true).any(|rule| Self::names(rule, field)) && !self.of(action, false).any(always)
    }

    /// Does the actor know that there is such a field?
    pub(super) fn knows_field(&self, position: usize) -> bool {
        let field = &self.table.fields[position];
        let written =
            field.is_writable() && ["create", "update"].iter().any(|action| self.reaches(action, field));
        written || self.reads_field(position)
    }

    /// Does the field exist for reading: for the actor, and all that it is computed from?
    pub(super) fn reads_field(&self, position: usize) -> bool {
        let field = &self.table.fields[position];
        self.reaches("read", field) && field.inputs.iter().all(|input| self.reads_field(*input))
    }

    fn all(&self) -> Value {
        let table = self.table;
        let known: Vec<usize> = (0..table.fields.len()).filter(|at| self.knows_field(*at)).collect();
        let fields = known.iter().map(|at| &table.fields[*at]).map(|field| {
            json!([
                field.id,
                field.name,
                field.kind,
                field.required,
                field.unique,
                field.default,
                field.description
            ])
        });
        let mut records: Vec<Value> = table
            .records
            .iter()
            .filter(|record| self.reads_record(record))
            .map(|record| self.record(record))
            .collect();
        records.sort_by_key(ToString::to_string);
        json!([table.id, table.app, table.name, fields.collect::<Vec<_>>(), records])
    }

    /// All that shows of a record: its readable cells, and what the actor's rules say of it.
    pub(super) fn record(&self, record: &Record) -> Value {
        let cell = |position: usize| match self.reads_cell(record, position) {
            true if self.table.fields[position].is_formula() => json!("computed"),
            true => json!([record.values[position]]),
            false => Value::Null,
        };
        let cells: Vec<Value> = (0..self.table.fields.len()).map(cell).collect();
        let outcomes: Vec<bool> = self.rules.iter().map(|rule| self.holds(rule, record)).collect();
        json!([record.id, record.created_by, cells, outcomes, self.reads_record(record)])
    }
}

/// Does a condition hold for a record? A comparison with an empty value does not; one that denies does.
fn holds(condition: &Value, table: &Table, record: &Record, user: &str) -> bool {
    let list = |key: &str| condition[key].as_array();
    if let Some(items) = list("and") {
        return items.iter().all(|item| holds(item, table, record, user));
    }
    if let Some(items) = list("or") {
        return items.iter().any(|item| holds(item, table, record, user));
    }
    if condition.get("not").is_some() {
        return !holds(&condition["not"], table, record, user);
    }
    let field = condition["field"].as_str().expect("a test names a field");
    let op = condition["op"].as_str().expect("a test has an operator");
    if field == "created_by" {
        return match op {
            "is_me" => record.created_by == user,
            "is_not_me" => record.created_by != user,
            other => panic!("the interpreter does not know `{other}` of users"),
        };
    }
    let position = table.position(field).expect("a rule's condition names a field of its table");
    compare(&record.values[position], op, &condition["value"])
}

fn compare(cell: &Value, op: &str, with: &Value) -> bool {
    let folded = |value: &Value| value.as_str().map(str::to_lowercase);
    let number = |value: &Value| value.as_f64();
    let order = || Some(number(cell)?.total_cmp(&number(with)?));
    let among = || with.as_array().is_some_and(|options| options.contains(cell));
    let shared = || {
        let (have, asked) = (cell.as_array(), with.as_array());
        have.zip(asked).is_some_and(|(have, asked)| have.iter().any(|option| asked.contains(option)))
    };
    match op {
        "is_empty" => is_empty(cell),
        "is_not_empty" => !is_empty(cell),
        "is" if with.is_boolean() => cell.as_bool().unwrap_or(false) == (*with == json!(true)),
        "is" => !cell.is_null() && folded(cell) == folded(with),
        "is_not" => folded(cell) != folded(with),
        "is_any_of" => among(),
        "is_none_of" => !among(),
        "has_any_of" => shared(),
        "has_none_of" => !shared(),
        "contains" => folded(cell).zip(folded(with)).is_some_and(|(text, part)| text.contains(&part)),
        "gt" => order().is_some_and(std::cmp::Ordering::is_gt),
        "lte" => order().is_some_and(std::cmp::Ordering::is_le),
        "before" => cell.as_str().zip(with.as_str()).is_some_and(|(day, end)| day < end),
        other => panic!("the interpreter does not know the operator `{other}`"),
    }
}

fn is_empty(cell: &Value) -> bool {
    match cell {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
