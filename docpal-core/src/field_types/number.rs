//! `number`: an exact decimal number.

use super::FieldType;
use super::numeric::plain;
use crate::model::FieldSpec;

pub(super) static TYPE: FieldType = FieldType {
    code: "number",
    summary: "An exact decimal number",
    example_options: r#"{"min": 0, "scale": 2}"#,
    example_value: r#"12.5"#,
    build: |options| plain("number", options),
};

impl FieldSpec {
    /// A `number` field; see [`FieldSpec::min`], [`FieldSpec::max`] and [`FieldSpec::scale`].
    #[must_use]
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}
