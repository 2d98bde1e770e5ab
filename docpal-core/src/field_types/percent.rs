//! `percent`: a share, kept as a fraction.

use super::FieldType;
use super::numeric::plain;

pub(super) static TYPE: FieldType = FieldType {
    code: "percent",
    summary: "A share, kept as a fraction: 0.15 is 15 %",
    example_options: r#"{"min": 0, "max": 1}"#,
    example_value: r#"0.15"#,
    build: |options| plain("percent", options),
};
