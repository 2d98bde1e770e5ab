//! Ids.

use docpal_formula::{Type, Value as Computed};
use uuid::Uuid;

use super::family::Family;
use super::stored::Stored;
use super::{Marks, PgType};
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::operators;
use crate::sql::expr::{ArrayType, Value};

pub(crate) static FAMILY: Family =
    Family::new("record id", PgType::Uuid, || Type::Text, operators::id::OPERATORS);

/// `uuid`
pub(super) struct Id;

impl Stored for Id {
    type Owned = Uuid;
    type Borrowed<'r> = Uuid;

    const SQL: &'static str = "uuid";
    const LIST_SQL: &'static str = "uuid[]";
    const LIST: ArrayType = ArrayType::Uuid;
    const OID: u32 = 2950;
    const LIST_OID: u32 = 2951;

    fn read(bytes: &[u8]) -> Option<Uuid> {
        Uuid::from_slice(bytes).ok()
    }

    fn write(value: &Uuid, out: &mut Vec<u8>) {
        out.extend_from_slice(value.as_bytes());
    }

    fn bind(value: Option<&Uuid>) -> Value {
        value.copied().into()
    }

    fn json(value: Uuid, _: JsonFormat, out: &mut Vec<u8>) {
        json_out::uuid(value, out);
    }

    fn computed<'r>(value: Uuid) -> Computed<'r> {
        value.to_string().into()
    }

    fn key(value: Uuid) -> Json {
        Json::from(value.to_string())
    }

    fn of_key(key: &Json) -> Option<Uuid> {
        key.as_text()?.parse().ok()
    }

    fn mark(value: &Uuid, marks: &mut Marks) {
        marks.id(*value);
    }

    #[cfg(test)]
    fn example() -> (Uuid, &'static str) {
        (Uuid::from_u128(7), r#""00000000-0000-0000-0000-000000000007""#)
    }
}
