//! `number`: an exact decimal number.

use super::FieldType;
use super::numeric::plain;

pub(super) static TYPE: FieldType = FieldType {
    code: "number",
    summary: "An exact decimal number",
    example_options: r#"{"min": 0, "scale": 2}"#,
    example_value: r#"12.5"#,
    build: |options| plain("number", options),
};
