//! Texts.

use docpal_formula::{Type, Value as Computed};

use super::family::Family;
use super::stored::{OrderedBy, Stored};
use super::{Cell, Marks, PgType};
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::operators;
use crate::sql::expr::{self, ArrayType, PgFn, Value};

pub(crate) static FAMILY: Family = Family {
    has_results: true,
    without_empty: Some(|value| {
        let empty = expr::bind(&Cell::Text(String::new()), PgType::Text);
        expr::call(PgFn::NullIf, [value, empty])
    }),
    ..Family::new("text", PgType::Text, || Type::Text, operators::text::OPERATORS)
};

/// `text`
pub(super) struct Text;

impl Stored for Text {
    type Owned = String;
    type Borrowed<'r> = &'r str;

    const SQL: &'static str = "text";
    const LIST_SQL: &'static str = "text[]";
    const LIST: ArrayType = ArrayType::String;
    const OID: u32 = 25;
    const LIST_OID: u32 = 1009;
    const ORDERED_BY: OrderedBy = OrderedBy::Beginning;

    fn read(bytes: &[u8]) -> Option<&str> {
        std::str::from_utf8(bytes).ok()
    }

    fn write(value: &String, out: &mut Vec<u8>) {
        out.extend_from_slice(value.as_bytes());
    }

    fn bind(value: Option<&String>) -> Value {
        value.cloned().into()
    }

    fn json(value: &str, _: JsonFormat, out: &mut Vec<u8>) {
        json_out::text(value, out);
    }

    fn computed<'r>(value: Self::Borrowed<'r>) -> Computed<'r> {
        value.into()
    }

    fn key(value: &str) -> Json {
        Json::from(value)
    }

    fn of_key(key: &Json) -> Option<String> {
        key.as_text().map(str::to_owned)
    }

    fn mark(value: &String, marks: &mut Marks) {
        marks.word(value);
    }

    fn is_empty(value: &String) -> bool {
        value.is_empty()
    }

    #[cfg(test)]
    fn example() -> (String, &'static str) {
        ("a\"b".to_owned(), r#""a\"b""#)
    }
}
