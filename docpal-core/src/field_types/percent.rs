//! `percent`: a share, kept as a fraction.

use super::FieldType;
use super::numeric::plain;
use crate::model::FieldSpec;

pub(super) static TYPE: FieldType = FieldType {
    code: "percent",
    summary: "A share, kept as a fraction: 0.15 is 15 %",
    example_options: r#"{"min": 0, "max": 1}"#,
    example_value: r#"0.15"#,
    build: |options| plain("percent", options),
};

impl FieldSpec {
    /// A `percent` field, whose values are fractions; see [`FieldSpec::min`], [`FieldSpec::max`] and [`FieldSpec::scale`].
    #[must_use]
    pub fn percent(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}
