//! What the whole file says, for columns that cannot tell alone.

use super::{Apostrophes, Column};
use crate::import::{
    date::DateOrder,
    infer::InferOptions,
    number::{DecimalMark, NumberHint, Numbers},
};

/// What the whole file says, for columns that cannot tell alone.
#[derive(Debug)]
pub(in crate::import) struct FileHints {
    guarded: bool,
    pub(super) number: NumberHint,
    pub(super) date_order: Option<DateOrder>,
    pub(super) dates: Vec<(char, DateOrder)>,
}

impl FileHints {
    pub(in crate::import) fn gather(
        columns: &[Column],
        headers: &[String],
        options: &InferOptions,
        delimiter: u8,
    ) -> FileHints {
        let mut seen = Apostrophes::default();
        headers.iter().for_each(|header| seen.look(header));
        let all = columns.iter().map(|column| column.apostrophes).chain([seen]);
        let (put, missing) = all.fold((false, false), |all, one| (all.0 | one.put, all.1 | one.missing));
        let numbers: Vec<Numbers<'_>> = columns.iter().filter_map(Column::all_numbers).collect();
        let points = numbers.iter().any(|numbers| numbers.proof() == Some(DecimalMark::Point));
        let hint = NumberHint { chosen: options.decimal_mark, proven: None, delimiter, points };
        let sure = numbers.iter().filter(|numbers| !numbers.may_be_lists(hint));
        let mut marks = sure.filter_map(|numbers| numbers.proof());
        let proven = marks.next().filter(|first| marks.all(|mark| mark == *first));
        let dates = columns.iter().filter_map(Column::all_dates);
        FileHints {
            guarded: !options.raw && put && !missing,
            number: NumberHint { proven, ..hint },
            date_order: options.date_order,
            dates: dates.filter_map(|dates| dates.proof()).collect(),
        }
    }

    /// Are apostrophes before formulas those of an export?
    pub(in crate::import) fn guarded(&self) -> bool {
        self.guarded
    }
}
