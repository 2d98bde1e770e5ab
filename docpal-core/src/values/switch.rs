//! What is on or off.

use docpal_formula::{Type, Value as Computed};

use super::family::Family;
use super::stored::Stored;
use super::{Marks, PgType};
use crate::aggregates;
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::operators;
use crate::sql::expr::{ArrayType, Value};

pub(crate) static FAMILY: Family = Family {
    aggregates: aggregates::switch::AGGREGATES,
    has_results: true,
    ..Family::new("switch", PgType::Boolean, || Type::Bool, operators::switch::OPERATORS)
};

/// `boolean`
pub(super) struct Bool;

impl Stored for Bool {
    type Owned = bool;
    type Borrowed<'r> = bool;

    const SQL: &'static str = "boolean";
    const LIST_SQL: &'static str = "boolean[]";
    const LIST: ArrayType = ArrayType::Bool;
    const OID: u32 = 16;
    const LIST_OID: u32 = 1000;

    fn read(bytes: &[u8]) -> Option<bool> {
        bytes.first().map(|byte| *byte != 0)
    }

    fn write(value: &bool, out: &mut Vec<u8>) {
        out.push(u8::from(*value));
    }

    fn bind(value: Option<&bool>) -> Value {
        value.copied().into()
    }

    fn json(value: bool, _: JsonFormat, out: &mut Vec<u8>) {
        json_out::boolean(value, out);
    }

    fn computed<'r>(value: bool) -> Computed<'r> {
        value.into()
    }

    fn key(value: bool) -> Json {
        Json::Bool(value)
    }

    fn of_key(key: &Json) -> Option<bool> {
        match key {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn mark(value: &bool, marks: &mut Marks) {
        marks.flag(*value);
    }

    #[cfg(test)]
    fn example() -> (bool, &'static str) {
        (true, "true")
    }
}
