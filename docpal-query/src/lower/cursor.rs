//! Cursors: where a page ended, as an opaque text that its reader can neither read more from than they saw
//! nor change. Bound to the view, the order and the permissions it was made under.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use docpal_core::sql::{PgType, Row};
use docpal_core::{Cell, Error, Json, RecordId, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

const TAG_BYTES: usize = 16;

/// The sort values and the id of the last record of a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Position {
    pub(crate) keys: Vec<Cell>,
    pub(crate) id: RecordId,
}

fn invalid() -> Error {
    Error::invalid(
        "invalid_cursor",
        "page.cursor",
        "this cursor is not one of this view; start again without it",
    )
}

/// What a cursor is bound to: everything that decides which records come in which order.
pub(crate) fn binding(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

fn tag(key: &[u8], binding: &[u8; 32], payload: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(binding);
    mac.update(payload);
    Some(mac.finalize().into_bytes().iter().take(TAG_BYTES).copied().collect())
}

/// The cursor after `row`, whose sort keys are at `keys` and whose id is at `id`.
pub(crate) fn encode(
    row: &Row,
    keys: &[(usize, PgType)],
    id: usize,
    key: &[u8],
    binding: &[u8; 32],
) -> Option<String> {
    let mut values: Vec<Json> = keys.iter().map(|(index, ty)| row.cell(*index, *ty).key()).collect();
    values.push(Json::from(row.uuid(id)?.to_string()));
    let payload = Json::List(values).to_string().into_bytes();
    let mut bytes = tag(key, binding, &payload)?;
    bytes.extend_from_slice(&payload);
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// The position that `cursor` says, if it was made for this view by this database.
pub(crate) fn decode(cursor: &str, types: &[PgType], key: &[u8], binding: &[u8; 32]) -> Result<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    let (given, payload) = bytes.split_at_checked(TAG_BYTES).ok_or_else(invalid)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| invalid())?;
    mac.update(binding);
    mac.update(payload);
    mac.verify_truncated_left(given).map_err(|_| invalid())?;
    let text = std::str::from_utf8(payload).map_err(|_| invalid())?;
    let Json::List(mut values) = Json::parse(text).map_err(|_| invalid())? else { return Err(invalid()) };
    let id = values.pop().and_then(|id| id.as_text()?.parse().ok()).ok_or_else(invalid)?;
    if values.len() != types.len() {
        return Err(invalid());
    }
    let keys = values.iter().zip(types).map(|(value, ty)| ty.of_key(value).ok_or_else(invalid));
    Ok(Position { keys: keys.collect::<Result<_>>()?, id })
}
