//! What the two select types share: options with ids that survive renames. Records show the name and take
//! the name or the id.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Fault;
use crate::json::Json;
use crate::json_out;
use crate::names::fold;

/// A select has at most this many options.
pub const MAX_OPTIONS: usize = 1_000;
const MAX_NAME: usize = 100;

/// One option of a select.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelectOption {
    /// `opt_` and 12 hex digits; what records store.
    pub id: String,
    /// What people see; unique in the field ignoring case.
    pub name: String,
    /// A colour for people, as the client wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// An option as it comes in: a name, or an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Name(String),
    Full(FullOption),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullOption {
    id: Option<String>,
    name: String,
    color: Option<String>,
}

/// The options of a select field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SelectOptions {
    options: Vec<Given>,
}

impl SelectOptions {
    pub(super) fn finish(self) -> Result<Arc<[SelectOption]>, Fault> {
        let fault = |message: String| Fault::new("invalid_options", format!("options: {message}"));
        if self.options.len() > MAX_OPTIONS {
            return Err(fault(format!("a select has at most {MAX_OPTIONS} options")));
        }
        let (mut names, mut ids) = (HashSet::new(), HashSet::new());
        let mut made = Vec::with_capacity(self.options.len());
        for given in self.options {
            let given = match given {
                Given::Name(name) => FullOption { id: None, name, color: None },
                Given::Full(full) => full,
            };
            let name = given.name.trim().to_owned();
            let length = name.chars().count();
            if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
                return Err(fault(format!("an option's name is 1 to {MAX_NAME} characters on one line")));
            }
            if !names.insert(fold(&name)) {
                return Err(fault(format!("the option `{name}` stands twice")));
            }
            let id = match given.id {
                None => new_id(),
                Some(id) if is_id(&id) => id,
                Some(_) => {
                    return Err(fault("an option's id is `opt_` and 12 hex digits; leave it out".to_owned()));
                }
            };
            if !ids.insert(id.clone()) {
                return Err(fault(format!("the option id `{id}` stands twice")));
            }
            made.push(SelectOption { id, name, color: given.color });
        }
        Ok(made.into())
    }
}

fn new_id() -> String {
    let hex: String = Uuid::new_v4().simple().to_string().chars().take(12).collect();
    format!("opt_{hex}")
}

fn is_id(text: &str) -> bool {
    text.strip_prefix("opt_")
        .is_some_and(|hex| hex.len() == 12 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The options as JSON, for storing and for the API.
pub(super) fn to_json(options: &[SelectOption]) -> Json {
    let items = options.iter().map(|option| {
        let mut entries = vec![
            ("id".to_owned(), Json::from(option.id.as_str())),
            ("name".to_owned(), Json::from(option.name.as_str())),
        ];
        entries.extend(option.color.as_deref().map(|color| ("color".to_owned(), Json::from(color))));
        Json::Object(entries)
    });
    Json::Object(vec![("options".to_owned(), Json::List(items.collect()))])
}

impl SelectOption {
    /// The option that `text` means: by id, by name, or by name ignoring case.
    #[must_use]
    pub fn find<'o>(options: &'o [Self], text: &str) -> Option<&'o Self> {
        let by = |test: &dyn Fn(&Self) -> bool| options.iter().find(|option| test(option));
        by(&|option| option.id == text).or_else(|| by(&|option| option.name == text)).or_else(|| {
            let wanted = fold(text.trim());
            by(&|option| fold(&option.name) == wanted)
        })
    }
}

/// The id of the option that a value means.
pub(super) fn parse_one(options: &[SelectOption], value: &Json) -> Result<String, Fault> {
    let Json::Text(text) = value else { return Err(Fault::wrong_type("the name of an option", value)) };
    SelectOption::find(options, text).map(|option| option.id.clone()).ok_or_else(|| {
        let names: Vec<&str> = options.iter().take(10).map(|option| option.name.as_str()).collect();
        let more = if options.len() > names.len() { ", .." } else { "" };
        let shown: String = text.chars().take(60).collect();
        Fault::new(
            "unknown_option",
            format!("`{shown}` is not an option; the options are: {}{more}", names.join(", ")),
        )
    })
}

/// The name of the option with `id`; an id without an option is shown as it is.
pub(super) fn name_of<'o>(options: &'o [SelectOption], id: &'o str) -> &'o str {
    options.iter().find(|option| option.id == id).map_or(id, |option| option.name.as_str())
}

/// Appends the name of the option with `id`.
pub(super) fn write_one(options: &[SelectOption], id: &str, out: &mut Vec<u8>) {
    json_out::text(name_of(options, id), out);
}
