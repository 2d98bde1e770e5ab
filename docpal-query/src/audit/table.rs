//! A table as the reader of the log sees it: what conditions ask of its records, and what need not even be fetched.

use docpal_core::target::Target;

use crate::access::{Access, Visibility};
use crate::lower::select::SYSTEM;
use crate::predicate::Predicate;

/// A table that entries are about.
pub(super) struct Table {
    pub(super) access: Access,
    /// Is every cell of every record seen that is seen at all?
    pub(super) sees_all: bool,
    /// What conditions read of a record, and what names it: the keys in images with their columns.
    pub(super) asked: Vec<(String, String)>,
    /// The keys of images that are hidden, and that no condition reads.
    pub(super) unwanted: Vec<String>,
}

impl Table {
    pub(super) fn new(access: Access) -> Self {
        let system = SYSTEM.iter().map(|(name, _)| (name.as_str().to_owned(), name.as_str().to_owned()));
        let mut asked: Vec<(String, String)> = system.collect();
        let mut unwanted = Vec::new();
        for (position, field) in access.snapshot().fields().iter().enumerate() {
            let Some((column, _)) = field.column() else { continue };
            if is_asked(&access, position) {
                asked.push((field.id().to_string(), column.as_str().to_owned()));
            } else if *access.visibility(position) == Visibility::Hidden {
                unwanted.push(field.id().to_string());
            }
        }
        let sees_all = *access.read() == Predicate::Always && masks(&access).next().is_none();
        Self { access, sees_all, asked, unwanted }
    }

    /// Is there a record to be looked at before it is shown?
    pub(super) fn has_conditions(&self) -> bool {
        self.access.sees_table() && !self.sees_all
    }
}

/// Does a condition read the field at `position`, itself or through formulas?
fn is_asked(access: &Access, position: usize) -> bool {
    let inputs = |of: usize| access.snapshot().inputs(of);
    let reads = |predicate: &Predicate| {
        predicate.any_test(&|test| match test.target {
            Target::Field(of) => of == position || inputs(of).is_some_and(|inputs| inputs.contains(position)),
            Target::System(_) => false,
        })
    };
    reads(access.read()) || masks(access).any(|(_, when)| reads(when))
}

/// The stored fields that are there for some records only, and for which.
pub(super) fn masks(access: &Access) -> impl Iterator<Item = (usize, &Predicate)> {
    let fields = access.snapshot().fields().iter().enumerate();
    fields.filter(|(_, field)| field.column().is_some()).filter_map(|(position, _)| {
        match access.visibility(position) {
            Visibility::Masked(when) => Some((position, when)),
            _ => None,
        }
    })
}
