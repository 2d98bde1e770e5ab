//! Requests on everything else: tables, apps, rules, keys, the audit log, formulas.

use serde_json::{Value, json};

use super::{Asking, query};
use crate::noninterference::kinds;
use crate::noninterference::model::Table;
use crate::noninterference::served::Request;

pub(super) fn request(method: &str, route: &str, asking: &mut Asking<'_>) -> Option<Request> {
    let plain = || Request::new(method, route);
    Some(match (method, route) {
        (
            "GET",
            "/healthz"
            | "/readyz"
            | "/api/auth/me"
            | "/api/apps"
            | "/api/permissions"
            | "/api/field-types"
            | "/api/formula/functions",
        ) => match asking.dice.chance(5) {
            true => Request::new("GET", format!("{route}?x=1")),
            false => plain(),
        },
        ("GET", "/api/audit/logs") => {
            let pages = asking.further.iter().filter(|request| request.path.starts_with(route));
            let pages: Vec<&Request> = pages.collect();
            if let Some(page) = asking.dice.any(&pages).filter(|_| asking.dice.chance(50)) {
                return Some((*page).clone());
            }
            let most = *asking.dice.pick(&[9, 9, 300]);
            let limit = ("limit".to_owned(), (1 + asking.dice.roll(most)).to_string());
            let details = asking.dice.chance(75).then(|| ("details".to_owned(), "true".to_owned()));
            let parameters: Vec<_> = [limit].into_iter().chain(details).collect();
            Request::new("GET", format!("{route}{}", query(&parameters)))
        }
        ("POST", "/api/api-keys") => {
            let role = asking.dice.pick(&["member", "owner", "king"]);
            plain().json(json!({"name": "mine", "role": role}))
        }
        // A list of keys says when they were used, which differs between two servers.
        ("GET", "/api/api-keys") => Request::new("GET", format!("{route}?x=1")),
        ("DELETE", "/api/api-keys/{key_id}") => {
            Request::new("DELETE", format!("/api/api-keys/{}", asking.dice.id()))
        }
        ("POST", "/api/apps") => {
            let app = asking.dice.pick(&asking.two.apps);
            plain().json(json!({ "name": app.name }))
        }
        ("GET", "/api/apps/{app_id}") => Request::new("GET", format!("/api/apps/{}", app(asking))),
        ("GET", "/api/apps/{app_id}/tables") => {
            Request::new("GET", format!("/api/apps/{}/tables", app(asking)))
        }
        ("POST", "/api/apps/{app_id}/tables") => {
            let path = format!("/api/apps/{}/tables", app(asking));
            Request::new("POST", path).json(json!({"name": table_name(asking), "fields": []}))
        }
        ("POST", "/api/apps/{app_id}/tables/import") => {
            let name = ("name".to_owned(), table_name(asking));
            let path = format!("/api/apps/{}/tables/import{}", app(asking), query(&[name]));
            Request::new("POST", path).raw("text/csv", "name,price\nTea,18.5\n")
        }
        ("POST", "/api/apps/{app_id}/tables/import/preview") => {
            let path = format!("/api/apps/{}/tables/import/preview", app(asking));
            Request::new("POST", path).raw("text/csv", "name,price\nTea,18.5\n")
        }
        ("GET" | "DELETE", "/api/tables/{table_id}") => {
            let (id, _) = asking.table();
            Request::new(method, format!("/api/tables/{id}"))
        }
        ("POST", "/api/permissions") => plain().json(rule(asking)),
        ("DELETE", "/api/permissions/{rule_id}") => {
            let rules: Vec<&String> =
                asking.one.rules.iter().chain(&asking.two.rules).map(|rule| &rule.id).collect();
            let id = match asking.dice.roll(4) {
                0 => asking.dice.id(),
                1 => asking.one.other.rule.clone(),
                _ => (*asking.dice.pick(&rules)).clone(),
            };
            Request::new("DELETE", format!("/api/permissions/{id}"))
        }
        ("POST", "/api/formula/check") => plain().json(checked(asking)),
        ("POST", "/api/formula/complete") => {
            let mut body = checked(asking);
            if asking.dice.chance(50) {
                let length = body["formula"].as_str().map_or(0, str::len);
                body["position"] = json!(asking.dice.roll(length + 1));
            }
            plain().json(body)
        }
        ("POST", "/api/formula/evaluate") => plain().json(json!({
            "formula": "IF({price} > 5, {price} * 2, YEAR(NOW()))", "now": "2021-05-05T05:05:05Z",
            "fields": {"price": {"type": "number", "value": asking.dice.roll(9)}}
        })),
        _ => return None,
    })
}

fn app(asking: &mut Asking<'_>) -> String {
    let apps = if asking.dice.chance(50) { &asking.one.apps } else { &asking.two.apps };
    match asking.dice.roll(10) {
        0 => asking.dice.id(),
        1 => asking.one.other.app.clone(),
        2 => "not-an-id".to_owned(),
        _ => asking.dice.pick(apps).id.clone(),
    }
}

fn table_name(asking: &mut Asking<'_>) -> String {
    let tables = if asking.dice.chance(50) { &asking.one.tables } else { &asking.two.tables };
    asking.dice.any(tables).map_or_else(|| "Orders".to_owned(), |table| table.name.clone())
}

fn rule(asking: &mut Asking<'_>) -> Value {
    let (id, table) = asking.table();
    let mut rule = json!({
        "resource_type": "table", "resource_id": id, "action": "read", "effect": "allow", "user_id": asking.who.user
    });
    if asking.dice.chance(50) {
        rule["fields"] = json!([asking.field(table).key]);
    }
    if asking.who.manages() {
        // Only one that is refused whatever there is: another would change what its maker sees.
        rule["fields"] = json!([format!("{}x", asking.field(table).key)]);
    }
    if asking.dice.chance(30) {
        rule["condition"] = json!({"field": asking.field(table).key, "op": "is_empty"});
    }
    rule
}

/// A formula with a table whose fields it may use: finished or not, with names that exist, are hidden or are near.
fn checked(asking: &mut Asking<'_>) -> Value {
    let (id, table) = asking.table();
    let name = |asking: &mut Asking<'_>, table: Option<&Table>| -> String {
        let table = table.map(|table| asking.one.table(&table.id).expect("a table"));
        let key = asking.field(table).key;
        let cut = asking.dice.roll(key.chars().count() + 1);
        if asking.dice.chance(30) { key.chars().take(cut).collect() } else { key }
    };
    let (first, second) = (name(asking, table), name(asking, table));
    let formula = match asking.dice.roll(4) {
        0 => format!("{{{first}}} + {{{second}}}"),
        1 => format!("IF({{{first}}}, {{{second}}}"),
        2 => format!("{{{first}"),
        _ => format!("LEN({{{first}}}) & {}", kinds::WORDS[0]),
    };
    json!({"formula": formula, "table_id": id})
}
