#![doc = include_str!("../README.md")]

pub mod api_key;
mod apostrophe;
mod aside;
pub mod auth;
pub mod bootstrap;
pub mod demo;
pub mod export;
mod http;
mod identity;
pub mod import;
mod limits;
pub mod new_table;
mod room;
mod server;
mod serving;
mod share;
mod sql;

pub use axum;

#[doc(inline)]
pub use auth::{ApiKeys, Authenticator};
#[doc(inline)]
pub use http::error::{ApiError, ApiResult, ErrorBody, ErrorDetail, FieldErrorBody};
#[doc(inline)]
pub use http::openapi::document as openapi;
#[doc(inline)]
pub use identity::Identity;
#[doc(inline)]
pub use server::{Server, ServerBuilder};
#[doc(inline)]
pub use serving::Connections;
#[doc(inline)]
pub use sql::{migrate, require_migrated};
