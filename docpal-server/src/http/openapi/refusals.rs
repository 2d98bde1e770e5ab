//! What the document says of refusals: once for each status, and at each operation those that it can answer.

use std::collections::BTreeMap;

use utoipa::PartialSchema as _;
use utoipa::ToSchema as _;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use crate::http::error::ErrorBody;

/// A status that refuses.
struct Refusal {
    status: &'static str,
    /// Its name in the document.
    name: &'static str,
    about: &'static str,
    /// Which operations answer it.
    at: fn(&Traits) -> bool,
}

/// What of an operation decides how it can refuse.
struct Traits {
    is_open: bool,
    writes: bool,
    has_body: bool,
    names_something: bool,
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        status: "400",
        name: "Invalid",
        about: "The request cannot be read: its parameters, its body or an id in its path",
        at: |_| true,
    },
    Refusal {
        status: "401",
        name: "Unauthorized",
        about: "Nobody is known by the key, or there is none",
        at: |traits| !traits.is_open,
    },
    Refusal {
        status: "403",
        name: "Forbidden",
        about: "The caller may not do this",
        at: |traits| !traits.is_open,
    },
    Refusal {
        status: "404",
        name: "NotFound",
        about: "There is no such thing for the caller",
        at: |traits| traits.names_something,
    },
    Refusal {
        status: "409",
        name: "Conflict",
        about: "What is there does not allow it: another version, a value that must be unique, or a write with the same \
                `Idempotency-Key` under way or done",
        at: |traits| traits.writes,
    },
    Refusal {
        status: "413",
        name: "TooLarge",
        about: "The body is larger than is taken here",
        at: |traits| traits.has_body,
    },
    Refusal {
        status: "415",
        name: "WrongMediaType",
        about: "The body is sent with another `Content-Type` than is taken here",
        at: |traits| traits.has_body,
    },
    Refusal {
        status: "422",
        name: "NotAcceptable",
        about: "The request is read and not acceptable; `fields` says where, for all that is wrong",
        at: |traits| !traits.is_open,
    },
    Refusal {
        status: "429",
        name: "TooMany",
        about: "The company has enough under way; the same request may be taken later",
        at: |traits| !traits.is_open,
    },
    Refusal {
        status: "503",
        name: "Unavailable",
        about: "The server or its database has enough to do, or is not there; the same request may be taken later",
        at: |_| true,
    },
    Refusal {
        status: "504",
        name: "TimedOut",
        about: "The answer took too long, and the request was given up",
        at: |_| true,
    },
];

/// The statuses of which the answer says when to come again.
const LATER: [&str; 2] = ["429", "503"];

/// The refusals, by their names.
pub(super) fn responses() -> BTreeMap<String, RefOr<Response>> {
    REFUSALS.iter().map(|refusal| (refusal.name.to_owned(), refusal.response().into())).collect()
}

/// Adds to an operation how it can refuse.
pub(super) fn add(method: &str, path: &str, operation: &mut Operation) {
    let traits = Traits::of(method, path, operation);
    let responses = &mut operation.responses.responses;
    for refusal in REFUSALS.iter().filter(|refusal| (refusal.at)(&traits)) {
        let reference = || RefOr::Ref(Ref::from_response_name(refusal.name));
        responses.entry(refusal.status.to_owned()).or_insert_with(reference);
    }
    let other = || RefOr::T(response("Another refusal: decide on `error.code`").build());
    responses.entry("default".to_owned()).or_insert_with(other);
}

impl Traits {
    fn of(method: &str, path: &str, operation: &Operation) -> Self {
        // One empty requirement says that no key is needed.
        let is_open = operation.security.as_ref().is_some_and(|needed| !needed.is_empty());
        let parameters = operation.parameters.iter().flatten();
        let in_path = parameters.into_iter().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Path,
            RefOr::Ref(_) => false,
        });
        let has_body = operation.request_body.is_some();
        // Bodies can name tables, users and roles.
        let names_something = in_path || has_body;
        Self { is_open, writes: method != "get" && !path.contains("/formula/"), has_body, names_something }
    }
}

impl Refusal {
    fn response(&self) -> Response {
        let response = response(self.about);
        if !LATER.contains(&self.status) {
            return response.build();
        }
        let seconds = HeaderBuilder::new()
            .schema(Some(u32::schema()))
            .description(Some("After so many seconds"))
            .build();
        response.header("Retry-After", seconds).build()
    }
}

fn response(about: &str) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
    ResponseBuilder::new().description(about).content("application/json", content)
}
