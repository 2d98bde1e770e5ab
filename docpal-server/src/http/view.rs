//! A view spec from the query parameters of a list.

use docpal_core::json_out::JsonFormat;
use docpal_core::{Error, Filter, Json, Result};
use docpal_query::spec::{self, Direction, PageSpec, Sort, ViewSpec};

use super::extract::Params;

/// What a list of records takes.
pub(crate) const LIST: &[&str] =
    &["filter", "sort", "fields", "limit", "cursor", "offset", "count", "numbers"];

/// The view that the parameters ask for.
///
/// # Errors
/// `invalid_parameter`, and those of the parts.
pub(crate) fn view(params: &Params) -> Result<ViewSpec> {
    let filter = params.get("filter").filter(|text| !text.is_empty());
    let filter = filter.map(|text| Filter::from_json(&Json::parse(text)?, "filter")).transpose()?;
    let count = params.get("count").map(|word| spec::count(&Json::from(word), "count")).transpose()?;
    Ok(ViewSpec {
        columns: params.get("fields").map(fields).transpose()?,
        filter,
        sort: params.get("sort").map(sort).transpose()?.unwrap_or_default(),
        page: PageSpec {
            limit: params.number("limit")?,
            cursor: params.get("cursor").map(str::to_owned),
            offset: params.number("offset")?,
        },
        count: count.unwrap_or_default(),
        ..ViewSpec::new()
    })
}

/// How the parameters want numbers written.
///
/// # Errors
/// `invalid_parameter`.
pub(crate) fn format(params: &Params) -> Result<JsonFormat> {
    match params.get("numbers") {
        None | Some("number") => Ok(JsonFormat::default()),
        Some("string") => Ok(JsonFormat { numbers_as_text: true }),
        Some(_) => Err(Error::invalid("invalid_parameter", "numbers", "expected `number` or `string`")),
    }
}

/// `a,b`, or a JSON list for names that hold commas.
fn fields(text: &str) -> Result<Vec<String>> {
    if !text.trim_start().starts_with('[') {
        return Ok(names(text).map(str::to_owned).collect());
    }
    let invalid = || Error::invalid("invalid_parameter", "fields", "expected a list of field names");
    let Json::List(items) = Json::parse(text)? else { return Err(invalid()) };
    items.iter().map(|item| item.as_text().map(str::to_owned).ok_or_else(invalid)).collect()
}

/// `-total,name`, or a JSON list of `{"field", "direction"?, "empty"?}`.
fn sort(text: &str) -> Result<Vec<Sort>> {
    if text.trim_start().starts_with('[') {
        return spec::sorts(&Json::parse(text)?);
    }
    let sorts: Vec<Sort> = names(text)
        .map(|name| match name.strip_prefix('-') {
            Some(name) => Sort { field: name.to_owned(), direction: Direction::Descending, empty: None },
            None => Sort { field: name.to_owned(), direction: Direction::Ascending, empty: None },
        })
        .collect();
    match sorts.len() > spec::MAX_SORTS {
        true => Err(Error::invalid(
            "invalid_view",
            "sort",
            format!("a view sorts by at most {} fields", spec::MAX_SORTS),
        )),
        false => Ok(sorts),
    }
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_and_fields_are_short_or_json() {
        let short = sort("-total, name").unwrap();
        let json = sort(r#"[{"field":"total","direction":"desc"},{"field":"name"}]"#).unwrap();
        assert_eq!(short, json);
        assert_eq!(fields("a, b").unwrap(), fields(r#"["a","b"]"#).unwrap());
        assert_eq!(fields(r#"["a,b"]"#).unwrap(), ["a,b"]);
        assert_eq!(fields("[1]").unwrap_err().code(), "invalid_parameter");
        assert_eq!(sort("a,b,c,d,e,f,g,h,i").unwrap_err().code(), "invalid_view");
    }
}
