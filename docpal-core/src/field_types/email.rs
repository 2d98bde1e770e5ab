//! `email`: an e-mail address.

use std::sync::Arc;

use serde::Deserialize;

use super::options::read;
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::sql::UniqueBy;
use crate::values::{Cell, Family, text};

pub(super) static TYPE: FieldType = FieldType {
    code: "email",
    summary: "An e-mail address",
    example_options: "{}",
    example_value: r#""ada@example.com""#,
    build,
};

impl FieldSpec {
    /// An `email` field.
    #[must_use]
    pub fn email(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {}

#[derive(Debug)]
struct Email;

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let Options {} = read(options)?;
    Ok(Arc::new(Email))
}

impl FieldKind for Email {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::empty()
    }

    fn family(&self) -> &'static Family {
        &text::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        match value {
            Json::Null => Ok(Cell::Null),
            Json::Text(text) if is_address(text.trim()) => Ok(Cell::Text(text.trim().to_owned())),
            Json::Text(_) => {
                Err(Fault::new("invalid_email", "expected an e-mail address as \"ada@example.com\""))
            }
            other => Err(Fault::wrong_type("a text", other)),
        }
    }

    fn unique_by(&self) -> Option<UniqueBy> {
        Some(UniqueBy::FoldedTextDigest)
    }
}

/// The shape RFC 5321 gives (local part up to 64 bytes, address up to 254, a domain of dotted labels),
/// without quoted local parts and address literals, which no one types.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let printable = |c: char| !c.is_whitespace() && !c.is_control() && !"()<>[]:;,\\\"@".contains(c);
    let local_ok = (1..=64).contains(&local.len())
        && local.chars().all(printable)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local_ok && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label_ok)
}
