//! Exact numbers, and the whole numbers that DocPal counts with.

use std::io::Write as _;

use docpal_formula::{Type, Value as Computed};
use rust_decimal::Decimal;

use super::family::{Family, Ranges};
use super::stored::{Markers, Stored};
use super::{Marks, PgType};
use crate::aggregates;
use crate::field_types::read_number;
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::operators;
use crate::sql::expr::{self, ArrayType, Expr, Value};
use crate::sql::numeric::{self, NumericRef};

pub(crate) static FAMILY: Family = Family {
    aggregates: aggregates::number::AGGREGATES,
    ranges: Ranges::Sizes,
    has_results: true,
    ..Family::new("number", PgType::Numeric, || Type::Number, operators::number::OPERATORS)
};

/// `numeric`
pub(super) struct Number;

impl Stored for Number {
    type Owned = Decimal;
    type Borrowed<'r> = NumericRef<'r>;

    const SQL: &'static str = "numeric";
    const LIST_SQL: &'static str = "numeric[]";
    const LIST: ArrayType = ArrayType::Decimal;
    const OID: u32 = 1700;
    const LIST_OID: u32 = 1231;
    const MARKERS: Option<Markers> = Some(Markers { error: "NaN", highest: "infinity" });

    fn read(bytes: &[u8]) -> Option<NumericRef<'_>> {
        NumericRef::new(bytes)
    }

    fn write(value: &Decimal, out: &mut Vec<u8>) {
        numeric::encode(*value, out);
    }

    fn bind(value: Option<&Decimal>) -> Value {
        value.copied().into()
    }

    fn json(value: NumericRef<'_>, format: JsonFormat, out: &mut Vec<u8>) {
        json_out::quoted_if(format.numbers_as_text, out, |out| value.write(out));
    }

    /// Nothing when it does not fit 28 digits.
    fn computed<'r>(value: Self::Borrowed<'r>) -> Computed<'r> {
        value.to_decimal().into()
    }

    fn key(value: NumericRef<'_>) -> Json {
        let mut out = Vec::new();
        value.write(&mut out);
        Json::from(String::from_utf8_lossy(&out).into_owned())
    }

    fn of_key(key: &Json) -> Option<Decimal> {
        read_number(key).ok()
    }

    fn mark(value: &Decimal, marks: &mut Marks) {
        marks.word(&value.normalize().to_string());
    }

    fn overflows(value: Expr) -> Option<Expr> {
        Some(expr::is_nan(value))
    }

    #[cfg(test)]
    fn example() -> (Decimal, &'static str) {
        (Decimal::new(-1250, 2), "-12.5")
    }
}

/// `bigint`
pub(super) struct Int;

impl Stored for Int {
    type Owned = i64;
    type Borrowed<'r> = i64;

    const SQL: &'static str = "bigint";
    const LIST_SQL: &'static str = "bigint[]";
    const LIST: ArrayType = ArrayType::BigInt;
    const OID: u32 = 20;
    const LIST_OID: u32 = 1016;
    /// One type for all numbers.
    const COMPUTED: Option<PgType> = Some(PgType::Numeric);

    fn read(bytes: &[u8]) -> Option<i64> {
        Some(i64::from_be_bytes(bytes.try_into().ok()?))
    }

    fn write(value: &i64, out: &mut Vec<u8>) {
        out.extend_from_slice(&value.to_be_bytes());
    }

    fn bind(value: Option<&i64>) -> Value {
        value.copied().into()
    }

    fn json(value: i64, format: JsonFormat, out: &mut Vec<u8>) {
        json_out::quoted_if(format.numbers_as_text, out, |out| drop(write!(out, "{value}")));
    }

    fn computed<'r>(value: i64) -> Computed<'r> {
        value.into()
    }

    fn key(value: i64) -> Json {
        Json::from(value.to_string())
    }

    fn of_key(key: &Json) -> Option<i64> {
        key.as_text()?.parse().ok()
    }

    fn mark(value: &i64, marks: &mut Marks) {
        marks.word(&value.to_string());
    }

    #[cfg(test)]
    fn example() -> (i64, &'static str) {
        (-7, "-7")
    }
}
