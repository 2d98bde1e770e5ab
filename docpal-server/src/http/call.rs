//! The entry of every route: who calls, then whether the table or app in the path exists for them, and only then
//! anything else of the request. A handler takes one of these first; so for a thing that its caller may not know of,
//! every route gives the answer that it gives for an id of nothing, whatever else is in the request.

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use docpal_core::access::{Resource, scope};
use docpal_core::docpal::{Tables, table_not_found};
use docpal_core::shape::Kind;
use docpal_core::{Actor, AppId, CompanyId, Docpal, Error, RecordId, RuleId, TableId};
use docpal_query::{Records, RecordsExt as _};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};

use super::answer::Account;
use super::error::ApiError;
use super::idempotency::{Within, write};
use super::schema;
use crate::api_key::ApiKeyId;
use crate::limits::{Rooms, ServerLimits};
use crate::server::ServerState;
use crate::share::Turn;

const APP_ID: &str = "app_id";
const TABLE_ID: &str = "table_id";
const RECORD_ID: &str = "record_id";
const RULE_ID: &str = "rule_id";
const KEY_ID: &str = "key_id";

/// Who calls, and the DocPal to call.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) docpal: Docpal,
    pub(crate) actor: Actor,
    /// The transaction for what the call writes, when it came with an `Idempotency-Key`.
    pub(crate) within: Option<Within>,
    pub(crate) limits: Arc<ServerLimits>,
    pub(crate) rooms: Rooms,
    /// The turn of its company, for as long as the call is under way and its body is not still to come.
    #[expect(dead_code, reason = "held, and given back when dropped")]
    pub(crate) turn: Turn,
}

/// The company for which a request takes room, among the extensions of an authenticated request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payer(pub(crate) CompanyId);

/// A call about the table in the path, which exists for the caller.
#[derive(Debug)]
pub(crate) struct TableCall {
    pub(crate) caller: Caller,
    pub(crate) table: TableId,
}

/// A call about a record of the table in the path, which exists for the caller; the record need not.
#[derive(Debug)]
pub(crate) struct RecordCall {
    pub(crate) call: TableCall,
    pub(crate) record: RecordId,
}

/// A call about the rule in the path, which need not exist.
#[derive(Debug)]
pub(crate) struct RuleCall {
    pub(crate) caller: Caller,
    pub(crate) rule: RuleId,
}

/// A call about the API key in the path, which need not exist.
#[derive(Debug)]
pub(crate) struct KeyCall {
    pub(crate) caller: Caller,
    pub(crate) key: ApiKeyId,
}

/// A call about the app in the path, which exists for the caller.
#[derive(Debug)]
pub(crate) struct AppCall {
    pub(crate) caller: Caller,
    pub(crate) app: docpal_core::App,
}

impl Caller {
    /// The tables that the caller may see or change.
    pub(crate) fn tables(&self) -> Tables<'_> {
        self.docpal.tables(&self.actor)
    }

    /// The answer will tell of `about`, which the path does not name.
    pub(crate) fn tells_of(&self, about: Resource) {
        if let Some(within) = &self.within {
            within.tells_of(about);
        }
    }
}

impl TableCall {
    /// The records that the caller may see or change.
    pub(crate) fn records(&self) -> Records<'_> {
        self.caller.docpal.records(&self.caller.actor, self.table)
    }
}

impl FromRequestParts<ServerState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        // One authentication and one turn for both, the layer of an `Idempotency-Key` and the handler inside it.
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let actor = state.authenticator.authenticate(parts).await?.into_actor(parts);
        // What is read of the request afterwards is counted for the company.
        parts.extensions.insert(Payer(actor.company()));
        let account = parts.extensions.get::<Account>().cloned();
        if let Some(account) = &account {
            account.admit(actor.company(), &state.rooms)?;
        }
        let turn = state.shares.turn(actor.company()).await?;
        if let Some(account) = account {
            account.charge(turn.clone());
        }
        parts.extensions.insert(turn.clone());
        let ServerState { docpal, limits, rooms, .. } = state.clone();
        // A call that is given up leaves its turn to another when its connection is free.
        let docpal = docpal.holding(turn.clone());
        Ok(Self { docpal, actor, within: None, limits, rooms, turn })
    }
}

impl FromRequestParts<ServerState> for TableCall {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let table: TableId = id_in_path(parts, TABLE_ID).await?;
        let company = caller.actor.company();
        let snapshot = write!(
            caller,
            |conn| caller.docpal.snapshot_in(conn, company, table),
            caller.docpal.snapshot(company, table)
        )?;
        if !scope(&caller.actor, &snapshot).knows_table() {
            return Err(table_not_found().into());
        }
        Ok(Self { caller, table })
    }
}

impl FromRequestParts<ServerState> for RecordCall {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        let call = TableCall::from_request_parts(parts, state).await?;
        let record = id_in_path(parts, RECORD_ID).await?;
        Ok(Self { call, record })
    }
}

impl FromRequestParts<ServerState> for AppCall {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let app: AppId = id_in_path(parts, APP_ID).await?;
        let apps = caller.docpal.apps(&caller.actor);
        let app = write!(caller, |conn| apps.get_in(conn, app), apps.get(app))?;
        Ok(Self { caller, app })
    }
}

impl FromRequestParts<ServerState> for KeyCall {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        Ok(Self { caller, key: id_in_path(parts, KEY_ID).await? })
    }
}

impl FromRequestParts<ServerState> for RuleCall {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        Ok(Self { caller, rule: id_in_path(parts, RULE_ID).await? })
    }
}

/// Documents the ids that a call takes from the path.
macro_rules! in_path {
    ($($call:ty = $($name:ident),+;)*) => {$(
        impl IntoParams for $call {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                let id = schema::schema(&Kind::Id);
                let parameter = |name: &str| {
                    ParameterBuilder::new()
                        .name(name)
                        .parameter_in(ParameterIn::Path)
                        .required(Required::True)
                        .schema(Some(id.clone()))
                        .build()
                };
                vec![$(parameter($name)),+]
            }
        }
    )*};
}

in_path! {
    AppCall = APP_ID;
    TableCall = TABLE_ID;
    RecordCall = TABLE_ID, RECORD_ID;
    RuleCall = RULE_ID;
    KeyCall = KEY_ID;
}

/// What the path of a request names: a table, an app or neither, whether it exists or not.
pub(crate) async fn place_of(parts: &mut Parts) -> Resource {
    if let Ok(table) = id_in_path(parts, TABLE_ID).await {
        return Resource::Table(table);
    }
    id_in_path(parts, APP_ID).await.map_or(Resource::Company, Resource::App)
}

/// The id that stands in the path under `name`.
///
/// # Errors
/// `invalid_id`.
pub(crate) async fn id_in_path<T: FromStr>(parts: &mut Parts, name: &str) -> Result<T, ApiError> {
    let defect = || ApiError::from(Error::internal("a route without its path parameters"));
    let all = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| defect())?;
    let (_, text) = all.iter().find(|(known, _)| *known == name).ok_or_else(defect)?;
    text.parse()
        .map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "invalid_id", "an id in the path is not a UUID"))
}
