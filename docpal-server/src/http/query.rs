//! The query parameters of a request, as a shape has them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use docpal_core::shape::{At, Key, Kind, Shape};
use docpal_core::{Error, Json, names};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::error::ApiError;
use super::schema;

/// The query parameters, each at most once, as the shape `T` has them: for a handler and for its documentation.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: Shape> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(parameters(parts.uri.query().unwrap_or_default())?))
    }
}

impl<T: Shape> IntoParams for Query<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        schema::parameters_of::<T>()
    }
}

fn parameters<T: Shape>(query: &str) -> docpal_core::Result<T> {
    let kind = match T::kind() {
        Kind::Named(named) => (named.kind)(),
        kind => kind,
    };
    let kind_of = |name: &str| match &kind {
        Kind::Object(keys) => {
            let is_named = |key: &&Key| key.name == name || key.alias == Some(name);
            keys.iter().find(is_named).map(|key| &key.kind)
        }
        _ => None,
    };
    let mut entries: Vec<(String, Json)> = Vec::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if entries.iter().any(|(known, _)| *known == key) {
            let path = names::shown(&key);
            return Err(Error::invalid("duplicate_parameter", path, "the parameter is given twice"));
        }
        // One that means nothing is refused when it is met: there are few that mean something.
        if kind_of(&key).is_none() {
            return T::read(Json::Object(vec![(key.into_owned(), Json::Null)]), &At::PARAMETERS);
        }
        let value = parameter(kind_of(&key), value.into_owned());
        entries.push((key.into_owned(), value));
    }
    T::read(Json::Object(entries), &At::PARAMETERS)
}

/// A parameter as the JSON that its text stands for.
fn parameter(kind: Option<&Kind>, text: String) -> Json {
    match (kind, text.as_str()) {
        (Some(Kind::Flag), "true") => Json::Bool(true),
        (Some(Kind::Flag), "false") => Json::Bool(false),
        (Some(Kind::Whole(..)), number) if is_whole(number) => Json::Number(text),
        _ => Json::Text(text),
    }
}

/// Is it a whole number as JSON writes it? Elsewhere `+5` and `05` are none either.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_long = digits.len() > 1;
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !(is_long && digits.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    docpal_core::shape! {
        /// A part.
        #[derive(Debug)]
        struct Part {
            limit: Option<u32>,
            cursor: Option<String>,
            raw: bool = false,
        }
    }

    #[test]
    fn an_unknown_parameter_names_the_nearest() {
        let error = parameters::<Part>("limt=5").unwrap_err();
        assert_eq!(error.code(), "unknown_parameter");
        assert!(error.message().contains("did you mean `limit`?"), "{error}");
        let error = parameters::<()>("limit=5").unwrap_err();
        assert!(error.message().ends_with("The parameters are: none"), "{error}");
    }

    #[test]
    fn a_name_that_is_long_is_not_repeated_whole() {
        let error = parameters::<Part>(&"x".repeat(100_000)).unwrap_err();
        assert_eq!(error.code(), "unknown_parameter");
        assert!(error.message().len() + error.fields()[0].field.len() < 1_000, "{}", error.message().len());
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert_eq!(parameters::<Part>("limit=1&limit=2").unwrap_err().code(), "duplicate_parameter");
    }

    #[test]
    fn numbers_and_flags_are_read_of_their_texts() {
        let part: Part = parameters("limit=5&cursor=7&raw=true").unwrap();
        assert_eq!((part.limit, part.cursor.as_deref(), part.raw), (Some(5), Some("7"), true));
        for wrong in ["limit=-1", "limit=%2B5", "limit=05", "limit=many", "limit=", "raw=yes"] {
            assert_eq!(parameters::<Part>(wrong).unwrap_err().code(), "invalid_parameter", "{wrong}");
        }
    }
}
