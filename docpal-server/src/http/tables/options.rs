//! What the types of fields take as options, in one shape: which of them a type takes is judged by the type.

use std::borrow::Cow;

use docpal_core::field_types::TEXT_FORMATS;
use docpal_core::shape::{At, Kind, Shape};
use docpal_core::{Json, Result, shape};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::http::schema;

shape! {
    /// What a field type takes: some of these. `/api/field-types` has an example for each type.
    #[example = r#"{"min": 0, "scale": 2}"#]
    #[derive(Debug)]
    pub(crate) struct FieldOptions {
        /// number, percent, currency: the least value.
        min: Option<Exact>,
        /// number, percent, currency: the greatest value.
        max: Option<Exact>,
        /// number, percent, currency: at most so many digits after the point.
        #[within = 0, 28_u32]
        scale: Option<u32>,
        /// currency: its code of three capital letters.
        #[example = r#""EUR""#]
        #[length = 3, 3]
        code: Option<String>,
        /// text, long_text: at least so many characters.
        min_length: Option<u32>,
        /// text, long_text: at most so many characters.
        max_length: Option<u32>,
        /// text, long_text: a regular expression that the whole text matches.
        #[example = r#""[A-Z]{2}-\\d+""#]
        pattern: Option<String>,
        /// long_text: how it is shown.
        format: Option<TextFormat>,
        /// single_select, multiple_select: what can be chosen.
        #[length = 0, 1_000]
        options: Option<Vec<Choice>>,
        /// formula: its text.
        #[example = r#""{price} * {quantity}""#]
        formula: Option<String>,
    }
}

shape! {
    /// What can be chosen.
    #[name = "SelectOption"]
    #[derive(Debug)]
    pub(crate) struct FullChoice {
        /// `opt_` and 12 hex digits, which stay when the name changes; made up when it is not given.
        #[example = r#""opt_0123456789ab""#]
        id: Option<String>,
        /// 1 to 100 characters on one line, unique in the field ignoring case.
        #[length = 1, 100]
        name: String,
        /// A colour for people.
        color: Option<String>,
    }
}

/// An option by its name alone, or whole.
#[derive(Debug)]
enum Choice {
    Name(String),
    Full(FullChoice),
}

/// A number, or a text that is one, with all its digits.
#[derive(Debug)]
struct Exact(Json);

/// One of the formats of a long text.
#[derive(Debug)]
struct TextFormat(&'static str);

impl Shape for Choice {
    fn kind() -> Kind {
        Kind::Either(vec![Kind::Text, FullChoice::kind()])
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        match json {
            Json::Object(_) => FullChoice::read(json, at).map(Self::Full),
            name => String::read(name, at).map(Self::Name),
        }
    }
}

impl Shape for Exact {
    fn kind() -> Kind {
        Kind::Either(vec![Kind::Number, Kind::Text])
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        match json {
            Json::Number(_) | Json::Text(_) => Ok(Self(json)),
            other => Err(at.wrong_type("a number", &other)),
        }
    }
}

impl Shape for TextFormat {
    fn kind() -> Kind {
        Kind::Words(TEXT_FORMATS.into())
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        shape::word(json, at, &TEXT_FORMATS.map(|word| (word, word))).map(Self)
    }
}

impl From<FieldOptions> for Json {
    fn from(options: FieldOptions) -> Self {
        let FieldOptions { min, max, scale, code, min_length, max_length, pattern, format, options, formula } =
            options;
        let choices = options.map(|all| Self::List(all.into_iter().map(Self::from).collect()));
        object([
            ("min", min.map(|exact| exact.0)),
            ("max", max.map(|exact| exact.0)),
            ("scale", scale.map(Self::from)),
            ("code", code.map(Self::Text)),
            ("min_length", min_length.map(Self::from)),
            ("max_length", max_length.map(Self::from)),
            ("pattern", pattern.map(Self::Text)),
            ("format", format.map(|format| Self::from(format.0))),
            ("options", choices),
            ("formula", formula.map(Self::Text)),
        ])
    }
}

impl From<Choice> for Json {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Name(name) => Self::Text(name),
            Choice::Full(FullChoice { id, name, color }) => object([
                ("id", id.map(Self::Text)),
                ("name", Some(Self::Text(name))),
                ("color", color.map(Self::Text)),
            ]),
        }
    }
}

/// An object of what is given.
fn object<const N: usize>(entries: [(&str, Option<Json>); N]) -> Json {
    let given = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Json::Object(given.collect())
}

impl PartialSchema for FieldOptions {
    fn schema() -> RefOr<Schema> {
        schema::schema_of::<Self>()
    }
}

impl ToSchema for FieldOptions {
    fn name() -> Cow<'static, str> {
        schema::name_of::<Self>().into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schema::add_schemas::<Self>(schemas);
    }
}
