//! What is known to be open: the requests and secrets that would find it again are left out until it is closed. The
//! list is empty when all is well; `nothing_is_open` says so.

/// A finding that is not closed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// A required field that its creator may not know of gives its name away.
    A2,
    /// A table that does not exist for the actor exists in answers to wrong requests.
    A3,
    /// Apps show to everyone.
    A5,
    /// Whoever may only make records is told that there is no table.
    A8,
    /// A very long word makes a filter fail or not, depending on hidden records.
    A23,
    /// A formula's text names a field that its reader may not know of.
    A30,
    /// The audit log shows cells that its reader may not read.
    A31,
    /// A hidden unique field with a default.
    A35,
    /// The bytes of a cursor tell that a rule for somebody else, or a hidden field, was changed.
    N1,
    /// The moment of a table's last change tells of rules for others.
    N2,
    /// Deleting a rule tells whoever may not manage rules whether it exists.
    N3,
}

/// What is open now.
pub(super) const OPEN: &[Finding] = &[
    Finding::A2,
    Finding::A3,
    Finding::A5,
    Finding::A8,
    Finding::A23,
    Finding::A30,
    Finding::A31,
    Finding::A35,
    Finding::N1,
    Finding::N2,
    Finding::N3,
];

/// Is it closed, or asked for by name in `DOCPAL_NI_CLOSED` (as `A2,A3`)?
pub(super) fn closed(finding: Finding) -> bool {
    let asked = std::env::var("DOCPAL_NI_CLOSED").unwrap_or_default();
    !OPEN.contains(&finding) || asked.split(',').any(|name| name == format!("{finding:?}") || name == "all")
}
