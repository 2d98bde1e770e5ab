//! What becomes of each column, and why, in words.

use super::{OnBad, Plan};
use crate::import::{Entry, InferredColumn, MadeName, Reason, grouped};

/// What becomes of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnReport {
    /// The name of the field.
    pub field: String,
    /// Its type.
    pub field_type: String,
    /// Why, and what else is worth a word.
    pub why: String,
}

impl Plan {
    /// What becomes of each column of the file, in its order.
    #[must_use]
    pub fn report(&self) -> Vec<ColumnReport> {
        let columns = self.inferred.columns.iter().zip(&self.targets);
        let report = columns.map(|(column, target)| {
            let (entry, skip) = (self.inferred.options.entry, &self.inferred.options.skip);
            let mut why = match target.left_out {
                true if skip.iter().any(|name| column.is_called(name)) => "left out, as asked for".to_owned(),
                true => "computed in the table, so the column is left out".to_owned(),
                false if self.appends => "as in the table".to_owned(),
                false => format!("{}{}", column.reason, say_which(&column.reason, entry)),
            };
            why.push_str(&made(column));
            if let Some(check) = target.check.as_ref().filter(|check| !check.misfits.is_empty()) {
                let (bad, all) = (grouped(check.misfits.total()), grouped(column.filled));
                let fate = match (self.on_bad, &check.beside) {
                    (OnBad::Refuse, _) => "do not fit".to_owned(),
                    (_, Some(beside)) => format!("do not fit and stand in `{beside}`"),
                    _ => "do not fit and are empty".to_owned(),
                };
                why = format!("{why}; {bad} of {all} cells {fate}");
            }
            if column.is_cut() {
                why.push_str("; the header was cut to 100 characters");
            }
            let (field, field_type) = (column.field_name.clone(), target.field_type.clone());
            ColumnReport { field, field_type, why }
        });
        report.collect()
    }
}

/// The choice that tells how a column is meant.
fn say_which(reason: &Reason, entry: Entry) -> String {
    let choice = match reason {
        Reason::DayOrMonth => entry.either("dates", "day-first", "month-first"),
        Reason::DecimalOrThousands | Reason::DecimalOrList { .. } => {
            entry.either("decimal", "point", "comma")
        }
        _ => return String::new(),
    };
    format!("; {choice} says which")
}

/// Why a field is not called as its column is.
fn made(column: &InferredColumn) -> String {
    let said = column.said_name();
    match column.made {
        None => String::new(),
        Some(MadeName::Empty) => "; so called because its header is empty".to_owned(),
        Some(MadeName::Twice) => format!("; so called because the header has `{said}` twice"),
        Some(MadeName::Reserved) => {
            format!("; so called because every record has `{said}` of its own")
        }
    }
}
