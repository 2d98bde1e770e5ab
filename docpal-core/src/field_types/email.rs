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

/// The shape RFC 5321 gives (local part up to 64 bytes, address up to 254, a domain of dotted labels), with letters and
/// marks of any script, as RFC 6531 has it; without quoted local parts and address literals, which no one types.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let printable = |c: char| !c.is_whitespace() && !c.is_control() && !"()<>[]:;,\\\"@".contains(c);
    let local_ok = (1..=64).contains(&local.len())
        && local.chars().all(printable)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_ok = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || is_mark(c))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local_ok && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label_ok)
}

/// A mark that scripts of South and South East Asia put between their letters, and that is no letter to Unicode: a virama
/// or a joiner.
fn is_mark(c: char) -> bool {
    const VIRAMAS: [char; 20] = [
        '\u{94D}', '\u{9CD}', '\u{A4D}', '\u{ACD}', '\u{B4D}', '\u{BCD}', '\u{C4D}', '\u{CCD}', '\u{D4D}',
        '\u{DCA}', '\u{E3A}', '\u{EBA}', '\u{F84}', '\u{1039}', '\u{103A}', '\u{1714}', '\u{17D2}',
        '\u{1B44}', '\u{200C}', '\u{200D}',
    ];
    VIRAMAS.contains(&c)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_of_any_script_are_addresses() {
        for address in [
            "josé@example.org",
            "用户@例子.广告",
            "उदाहरण@मन्दिर.भारत",
            "θσερ@εχαμπλε.ψομ",
            "Dörte@Sörensen.example.com",
            "коля@пример.рф",
        ] {
            assert!(is_address(address), "{address}");
        }
        let long = "例".repeat(63);
        assert!(is_address(&format!("a@{long}.jp")) && !is_address(&format!("a@{long}例.jp")));
        for text in ["josé@exämple", "a\u{a0}b@c.de", "用户@例子。广告 x", "a@b！.de", "@例子.广告"]
        {
            assert!(!is_address(text), "{text}");
        }
    }
}
