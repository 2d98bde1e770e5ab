//! From a draft to a write that its actor may do: values checked, and the conditions that the record must meet as it
//! was and as it will be.

use docpal_core::model::Field;
use docpal_core::records::validate::preset;
use docpal_core::records::{Mode, ValidRecord, validate};
use docpal_core::{Action, Error, FieldError, RecordDraft, Result};

use super::not_allowed;
use crate::access::Access;
use crate::predicate::Predicate;

/// A record whose values fit and whose actor may write them. Made by [`authorize`] only.
pub(super) struct AuthorizedWrite {
    /// The columns to write.
    pub(super) columns: ValidRecord,
    /// What the record must meet as it was. A record that is made was not.
    pub(super) may_before: Predicate,
    /// What it must meet once it is written.
    pub(super) must_after: Predicate,
}

/// Checks a draft and the right to write each field it names.
///
/// # Errors
/// `validation_failed` with an entry per value; `not_allowed` for what the actor's rules refuse whatever the record
/// holds. A field that the actor may not know is in no answer.
pub(super) fn authorize(
    draft: &RecordDraft,
    access: &Access,
    action: Action,
) -> Result<AuthorizedWrite, Vec<FieldError>> {
    let (mode, knows): (Mode, &dyn Fn(&Field) -> bool) = match action {
        Action::Create => (Mode::Create, &|field| access.may_fill(field)),
        _ => (Mode::Update, &|field| access.sees(field)),
    };
    let columns = validate(draft, access.snapshot(), mode, access.now(), knows)?;
    let mut guards = vec![access.row(action).clone()];
    let mut refused = Vec::new();
    for position in columns.given() {
        match access.write_field(action, *position) {
            Predicate::Always => {}
            Predicate::Never => {
                let name = access.snapshot().fields().get(*position).map_or("", Field::name);
                let message = "your roles do not allow you to write this field";
                refused.push(FieldError::new(name, "field_not_writable", message));
            }
            predicate => guards.push(predicate.clone()),
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let must_after = Predicate::all(guards);
    let may_before = if mode == Mode::Create { Predicate::Always } else { must_after.clone() };
    Ok(AuthorizedWrite { columns, may_before, must_after })
}

/// May the actor make records here at all, whatever is in them?
///
/// A field that they may not fill in takes its default. Where that cannot be, or where it could clash with records that
/// they do not know, no record of theirs could be made for a reason that they may know: so none is.
///
/// # Errors
/// `table_not_found`, or `not_allowed` in words that name no field.
pub(super) fn require_create(access: &Access) -> Result<()> {
    if !access.knows_table() {
        return Err(docpal_core::docpal::table_not_found());
    }
    let mut unknown = access.snapshot().fields().iter().filter(|field| !access.may_fill(field));
    let needs_more = unknown.any(|field| match preset(field, access.now()) {
        Ok(cell) => field.is_unique() && cell.is_some_and(|cell| !cell.is_null()),
        Err(_) => true,
    });
    if *access.row(Action::Create) == Predicate::Never {
        Err(not_allowed("create records here"))
    } else if needs_more {
        Err(not_allowed("create complete records here"))
    } else {
        Ok(())
    }
}

/// Failed entries as one error: forbidden when rights are all that is missing.
pub(super) fn refused(entries: Vec<FieldError>) -> Error {
    if entries.iter().all(|entry| entry.code == "field_not_writable") {
        not_allowed("write some of these fields").with_fields(entries)
    } else {
        Error::validation(entries)
    }
}
