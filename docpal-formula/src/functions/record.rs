//! Properties of the record.

use super::builtin::Builtin;

mod auto_number;
mod created_by;
mod created_time;
mod last_modified_by;
mod last_modified_time;
mod record_id;

pub(super) static ALL: &[&Builtin] = &[
    &auto_number::FUNCTION,
    &created_by::FUNCTION,
    &created_time::FUNCTION,
    &last_modified_by::FUNCTION,
    &last_modified_time::FUNCTION,
    &record_id::FUNCTION,
];
