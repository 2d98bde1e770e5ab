//! `/api/tables/{table_id}/records` and below.

mod bulk;
mod export;
mod read;
mod stream;
mod write;

use docpal_core::json_out::JsonFormat;
use docpal_core::{Json as Value, RecordDraft, RecordId, shape};
use docpal_query::Page;
use serde::Serialize;
use utoipa::ToSchema;

use super::cell::ShownValue;

// `routes!` finds the documentation of a handler beside it, so the handlers are taken in whole.
pub(crate) use self::bulk::*;
pub(crate) use self::export::*;
pub(crate) use self::read::*;
pub(crate) use self::write::*;

/// A record, with the fields that the caller may read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Record)]
pub(crate) struct RecordBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = Uuid)]
    created_by: Option<String>,
    #[schema(format = Uuid)]
    updated_by: Option<String>,
    /// Counts the changes of the record.
    version: i64,
    /// Names with values. A formula that has no value for the record is `{"error": {"code", "message"}}`.
    #[schema(value_type = HashMap<String, ShownValue>,
        example = json!({"customer": "Ada", "price": 19.99, "quantity": 2}))]
    fields: Value,
}

/// A record that was written: whole, or only its id when its writer may not read it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = WrittenRecord)]
#[expect(dead_code, reason = "describes what is written of a docpal_query::Saved")]
pub(crate) enum SavedBody {
    Record(RecordBody),
    Id(OnlyId),
}

/// What is left to say of a record that was written by one who may not read it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordId)]
pub(crate) struct OnlyId {
    #[schema(value_type = String, format = Uuid)]
    id: RecordId,
}

/// A part of the records of a view.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordList {
    data: Vec<RecordBody>,
    /// Send it as `cursor` for the next part; null after the last.
    next_cursor: Option<String>,
    /// Only when `count` asks for it; 10001 of a capped count means more than 10,000.
    total: Option<i64>,
}

/// A part of the records of a view, without the names of the fields in each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordRows {
    /// The names of the fields.
    #[schema(example = json!(["customer", "price", "quantity"]))]
    fields: Vec<String>,
    /// The id of each record.
    #[schema(value_type = Vec<String>)]
    ids: Vec<RecordId>,
    /// How often each record was changed, as in a list of whole records.
    versions: Vec<i64>,
    /// The values of each record, in the order of `fields`.
    #[schema(value_type = Vec<Vec<ShownValue>>, example = json!([["Ada", 19.99, 2]]))]
    rows: Vec<Vec<Value>>,
    /// Send it as `cursor` for the next part; null after the last.
    next_cursor: Option<String>,
    /// As in a list of whole records.
    total: Option<i64>,
}

/// Records as `format` asks for them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what docpal_query::Page writes")]
pub(crate) enum Listed {
    Records(RecordList),
    Rows(RecordRows),
}

shape! {
    /// The values of a new record.
    #[derive(Debug)]
    pub(crate) struct Draft {
        /// Field names (or ids) with values.
        #[example = r#"{"customer": "Ada", "price": 19.99, "quantity": 2}"#]
        fields: RecordDraft,
    }
}

/// One record as JSON.
fn one(page: &Page, format: JsonFormat) -> Vec<u8> {
    let mut out = Vec::new();
    page.write_record(0, format, &mut out);
    out
}
