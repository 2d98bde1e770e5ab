//! A view spec from the query parameters of a list or an export.

use axum::http::Uri;
use docpal_core::json_out::JsonFormat;
use docpal_core::shape::{At, Kind, Shape};
use docpal_core::{Error, Filter, Json, Result, shape, words};
use docpal_query::Page;
use docpal_query::spec::{self, Count, Direction, MAX_LIMIT, MAX_OFFSET, PageSpec, Sort, ViewSpec};

use crate::export::Format;
use crate::http::error::ApiError;

shape! {
    /// What a list of records takes.
    #[derive(Debug)]
    pub(crate) struct ListParameters {
        /// JSON: `{"field", "op", "value"}`, or `and`, `or`, `not`; `/api/field-types` lists the operators
        #[example = r#""{\"field\": \"total\", \"op\": \"gt\", \"value\": 5000}""#]
        filter: FilterText = FilterText(None),
        /// `-total,name`, or a JSON list of `{"field", "direction", "empty"}`
        #[example = r#""-total""#]
        sort: SortText = SortText(Vec::new()),
        /// Which fields to give: `a,b`, or a JSON list. `columns` says the same
        #[alias = "columns"]
        fields: Option<FieldNames>,
        /// At most so many; 100 by default, 1,000 at most
        #[within = 1, MAX_LIMIT]
        limit: Option<u32>,
        /// Where the part before ended, as its `next_cursor` said
        cursor: Option<String>,
        /// So many records in, at most 10,000; not together with a cursor
        #[within = 0, MAX_OFFSET]
        offset: Option<u32>,
        /// `none`, `capped` (up to 10,001) or `exact`
        count: CountWord = CountWord(Count::None),
        /// `string` gives numbers as strings
        pub(crate) numbers: Numbers = Numbers::default(),
        /// `rows` gives the names of the fields once, and of each record a list of its values
        pub(crate) format: ListFormat = ListFormat::Records,
    }
}

shape! {
    /// How a list is written.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct ListStyle {
        /// `string` gives numbers as strings
        pub(crate) numbers: Numbers = Numbers::default(),
        /// `rows` gives the names of the fields once, and of each record a list of its values
        pub(crate) format: ListFormat = ListFormat::Records,
    }
}

shape! {
    /// How the values of an answer are written.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Style {
        /// `string` gives numbers as strings
        pub(crate) numbers: Numbers = Numbers::default(),
    }
}

shape! {
    /// What an export takes.
    #[derive(Debug)]
    pub(crate) struct ExportParameters {
        /// `csv` (the default), `json` or `ndjson`
        pub(crate) format: Format = Format::Csv { raw: false },
        /// As for a list
        filter: FilterText = FilterText(None),
        /// As for a list
        sort: SortText = SortText(Vec::new()),
        /// As for a list
        #[alias = "columns"]
        fields: Option<FieldNames>,
        /// `string` gives numbers in JSON as strings
        pub(crate) numbers: Numbers = Numbers::default(),
        /// CSV: texts that a spreadsheet would run as a formula are given as they are. Without it an apostrophe stands
        /// before each text that begins with `=`, `+`, `-` or `@`, also behind white space, and is more than digits,
        /// spaces and `+-().`; an import takes it off again
        pub(crate) raw: bool = false,
    }
}

shape! {
    /// What an export of a view in the body takes.
    #[derive(Debug)]
    pub(crate) struct FileStyle {
        /// `csv` (the default), `json` or `ndjson`
        pub(crate) format: Format = Format::Csv { raw: false },
        /// `string` gives numbers in JSON as strings
        pub(crate) numbers: Numbers = Numbers::default(),
        /// CSV: as for an export by query parameters
        pub(crate) raw: bool = false,
    }
}

/// How the records of a list are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListFormat {
    /// Each with the names of its fields.
    Records,
    /// The names once, then values only.
    Rows,
}

words!(ListFormat: "records" = ListFormat::Records, "rows" = ListFormat::Rows);

impl ListFormat {
    /// The JSON of a page.
    pub(crate) fn write(self, page: &Page, numbers: Numbers) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Records => page.write_list(numbers.0, &mut out),
            Self::Rows => page.write_rows(numbers.0, &mut out),
        }
        out
    }
}

words!(Format:
    "csv" = Format::Csv { raw: false }, "json" = Format::Json, "ndjson" = Format::Ndjson);

/// The refusal of a view, with the parameter of `uri` that is wrong as it was given.
pub(crate) fn refusal(uri: &Uri, error: impl Into<ApiError>) -> ApiError {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let fields = query.into_iter().find_map(|(key, _)| (key == "columns").then_some("columns"));
    error.into().with_paths(|path| match path.strip_prefix("columns[") {
        Some(rest) => format!("{}[{rest}", fields.unwrap_or("fields")),
        None => path.strip_prefix("page.").unwrap_or(path).to_owned(),
    })
}

impl ListParameters {
    /// The view that the parameters ask for.
    pub(crate) fn view(self) -> ViewSpec {
        ViewSpec {
            columns: self.fields.map(|fields| fields.0),
            filter: self.filter.0,
            sort: self.sort.0,
            page: PageSpec { limit: self.limit, cursor: self.cursor, offset: self.offset },
            count: self.count.0,
            ..ViewSpec::new()
        }
    }
}

impl ExportParameters {
    /// The view that the parameters ask for.
    pub(crate) fn view(self) -> ViewSpec {
        ViewSpec {
            columns: self.fields.map(|fields| fields.0),
            filter: self.filter.0,
            sort: self.sort.0,
            ..ViewSpec::new()
        }
    }
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers(pub(crate) JsonFormat);

const AS_TEXT: Numbers = Numbers(JsonFormat { numbers_as_text: true });

words!(Numbers: "number" = Numbers::default(), "string" = AS_TEXT);

/// A filter as JSON; an empty text is none.
#[derive(Debug)]
struct FilterText(Option<Filter>);

/// `-total,name`, or a JSON list of `{"field", "direction"?, "empty"?}`.
#[derive(Debug)]
struct SortText(Vec<Sort>);

/// `a,b`, or a JSON list for names that hold commas.
#[derive(Debug)]
struct FieldNames(Vec<String>);

/// How to count, in the words of a view.
#[derive(Debug)]
struct CountWord(Count);

impl Shape for FilterText {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let text = String::read(json, at)?;
        let filter = (!text.is_empty()).then(|| Filter::read(json_of(&text, at)?, at));
        filter.transpose().map(Self)
    }
}

impl Shape for SortText {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let text = String::read(json, at)?;
        if text.trim_start().starts_with('[') {
            return Vec::read(json_of(&text, at)?, &at.in_terms(spec::TERMS)).map(Self);
        }
        let sort = |name: &str| match name.strip_prefix('-') {
            Some(name) => Sort { field: name.to_owned(), direction: Direction::Descending, empty: None },
            None => Sort { field: name.to_owned(), direction: Direction::Ascending, empty: None },
        };
        Ok(Self(names(&text).map(sort).collect()))
    }
}

impl Shape for FieldNames {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let text = String::read(json, at)?;
        match text.trim_start().starts_with('[') {
            true => Vec::read(json_of(&text, at)?, at).map(Self),
            false => Ok(Self(names(&text).map(str::to_owned).collect())),
        }
    }
}

impl Shape for CountWord {
    fn kind() -> Kind {
        Count::kind()
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        Count::read(json, &at.in_terms(spec::TERMS)).map(Self)
    }
}

/// The JSON that a parameter holds as a text.
fn json_of(text: &str, at: &At<'_>) -> Result<Json> {
    Json::parse(text).map_err(|error| Error::invalid(error.code(), at.to_string(), error.message()))
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Shape>(text: &str) -> Result<T> {
        T::read(Json::from(text), &At::PARAMETERS)
    }

    #[test]
    fn sorts_and_fields_are_short_or_json() {
        let short: SortText = read("-total, name").unwrap();
        let json: SortText = read(r#"[{"field":"total","direction":"desc"},{"field":"name"}]"#).unwrap();
        assert_eq!(short.0, json.0);
        let fields = |text: &str| read::<FieldNames>(text).map(|fields| fields.0);
        assert_eq!(fields("a, b").unwrap(), fields(r#"["a","b"]"#).unwrap());
        assert_eq!(fields(r#"["a,b"]"#).unwrap(), ["a,b"]);
        assert_eq!(fields("[1]").unwrap_err().code(), "invalid_parameter");
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_parameter() {
        let at = At::PARAMETERS;
        for (key, text) in [("filter", "{"), ("sort", "[{]"), ("fields", "[")] {
            let parameters = Json::Object(vec![(key.to_owned(), Json::from(text))]);
            let error = ListParameters::read(parameters, &at).unwrap_err();
            assert_eq!((error.code(), error.fields()[0].field.as_str()), ("invalid_json", key));
        }
    }

    #[test]
    fn fields_are_columns_too() {
        let read = |text: &str| ListParameters::read(Json::parse(text).unwrap(), &At::PARAMETERS);
        let view = read(r#"{"columns": "a,b"}"#).unwrap().view();
        assert_eq!(view, ViewSpec::from_json(&Json::parse(r#"{"fields": ["a", "b"]}"#).unwrap()).unwrap());
        let error = read(r#"{"columns": "a", "fields": "b"}"#).unwrap_err();
        assert_eq!(error.fields()[0].field, "columns");
    }
}
