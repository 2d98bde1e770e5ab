//! The rules of a generated world: for a member, who may do everything that no rule takes, and for others, who may do
//! what some rule gives.

use serde_json::{Value, json};

use super::dice::Dice;
use super::model::{Model, Table, Who};

const WRITES: &[&str] = &["create", "update", "delete"];

/// The bodies of the rules to make.
pub(super) fn rules(model: &Model, dice: &mut Dice) -> Vec<Value> {
    let managers = model.actors.iter().filter(|who| who.manages());
    let manage = |who: &Who| json!({"resource_type": "company", "action": "manage", "effect": "allow", "role": who.role});
    let mut rules: Vec<Value> = managers.map(manage).collect();
    for table in &model.tables {
        for who in &model.actors {
            let mut making = Making { table, who, dice, rules: &mut rules };
            match who.name {
                "member" => making.member(),
                "guest" => making.guest(),
                "manager" => making.manager(),
                _ => making.outsider(),
            }
        }
    }
    rules
}

struct Making<'m> {
    table: &'m Table,
    who: &'m Who,
    dice: &'m mut Dice,
    rules: &'m mut Vec<Value>,
}

impl Making<'_> {
    /// Takes from one who has everything.
    fn member(&mut self) {
        if self.dice.chance(12) {
            for action in ["read"].iter().chain(WRITES) {
                self.add("deny", action, None, None);
            }
            return;
        }
        if self.dice.chance(60) {
            let condition = self.condition();
            self.add("deny", "read", Some(condition), None);
        }
        if self.dice.chance(70) {
            let hidden = self.fields(25);
            self.add("deny", "read", None, Some(&hidden));
            if self.dice.chance(70) {
                self.add("deny", "create", None, Some(&hidden));
                self.add("deny", "update", None, Some(&hidden));
            }
        }
        if self.dice.chance(70) {
            let (condition, masked) = (self.condition(), self.fields(25));
            self.add("deny", "read", Some(condition), Some(&masked));
        }
        for action in WRITES {
            if self.dice.chance(30) {
                let condition = self.condition();
                let fields = (self.dice.chance(50) && *action != "delete").then(|| self.fields(25));
                self.add("deny", action, Some(condition), fields.as_deref());
            }
        }
    }

    /// Gives to one who has nothing.
    fn outsider(&mut self) {
        if self.dice.chance(15) {
            return;
        }
        let condition = self.dice.chance(60).then(|| self.condition());
        if self.dice.chance(50) {
            let shown = self.fields(60);
            self.add("allow", "read", condition, Some(&shown));
        } else {
            self.add("allow", "read", condition, None);
        }
        if self.dice.chance(60) {
            let (condition, shown) = (self.condition(), self.fields(30));
            self.add("allow", "read", Some(condition), Some(&shown));
        }
        if self.dice.chance(30) {
            let (condition, masked) = (self.condition(), self.fields(20));
            self.add("deny", "read", Some(condition), Some(&masked));
        }
        for action in WRITES {
            if self.dice.chance(60) {
                let condition = self.dice.chance(30).then(|| self.condition());
                let fields = (self.dice.chance(40) && *action != "delete").then(|| self.fields(70));
                self.add("allow", action, condition, fields.as_deref());
            }
        }
    }

    /// Gives the reading of some to one who may manage all, or takes also that.
    fn manager(&mut self) {
        if self.dice.chance(25) {
            self.add("deny", "manage", None, None);
        }
        self.outsider();
    }

    /// Gives only the making of records.
    fn guest(&mut self) {
        if self.dice.chance(70) {
            let condition = self.dice.chance(20).then(|| self.condition());
            let fields = self.dice.chance(50).then(|| self.fields(70));
            self.add("allow", "create", condition, fields.as_deref());
        }
    }

    fn fields(&mut self, percent: usize) -> Vec<String> {
        let all: Vec<String> = self.table.fields.iter().map(|field| field.id.clone()).collect();
        self.dice.some(&all, percent)
    }

    fn add(&mut self, effect: &str, action: &str, condition: Option<Value>, fields: Option<&[String]>) {
        let mut rule = json!({"resource_type": "table", "resource_id": self.table.id, "action": action, "effect": effect});
        match self.who.name {
            "single" => rule["user_id"] = json!(self.who.user),
            _ => rule["role"] = json!(self.who.role),
        }
        if let Some(condition) = condition {
            rule["condition"] = condition;
        }
        if let Some(fields) = fields {
            rule["fields"] = json!(fields);
        }
        self.rules.push(rule);
    }

    fn condition(&mut self) -> Value {
        match self.dice.roll(8) {
            0 => json!({"and": [self.test(), self.test()]}),
            1 => json!({"or": [self.test(), self.test()]}),
            2 => json!({"not": self.test()}),
            3 => json!({"field": "created_by", "op": "is_me"}),
            _ => self.test(),
        }
    }

    fn test(&mut self) -> Value {
        let kinds = ["number", "single_select", "switch", "text", "date"];
        let fields: Vec<_> =
            self.table.fields.iter().filter(|field| kinds.contains(&field.kind.as_str())).collect();
        let field = *self.dice.pick(&fields);
        let value = super::kinds::value(&field.kind, self.dice);
        let (op, value) = match (field.kind.as_str(), self.dice.roll(3)) {
            (_, 0) if field.kind != "switch" => ("is_not_empty", Value::Null),
            ("number", 1) => ("gt", value),
            ("number", _) => ("lte", value),
            ("single_select", 1) => ("is_any_of", json!(["open", "void"])),
            ("single_select", _) => ("is_not", value),
            ("switch", _) => ("is", value),
            ("text", 1) => ("contains", json!("alpha")),
            ("text", _) => ("is", value),
            (_, _) => ("before", value),
        };
        let mut test = json!({"field": field.id, "op": op});
        if !value.is_null() {
            test["value"] = value;
        }
        test
    }
}
