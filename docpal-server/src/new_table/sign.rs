//! Signs of currencies and of hundredths in a column whose field is of another: `$5` is no five euros.

use docpal_core::Json;

use crate::import::{InferredColumn, Kind};

/// Signs that several currencies have.
const SHARED: &[(&str, &[&str])] = &[
    ("$", &["USD", "AUD", "CAD", "NZD", "HKD", "SGD", "MXN", "ARS", "CLP", "COP", "TWD"]),
    ("£", &["GBP", "EGP", "LBP", "SYP", "FKP", "GIP", "SHP"]),
    ("¥", &["JPY", "CNY"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
];

/// Reads numbers without a sign only, when most cells have one that is not of a field of that type and options.
pub(super) fn hold(column: &mut InferredColumn, field_type: &str, options: &Json) {
    let fits = match (&column.kind, field_type) {
        (Kind::Currency { symbol, code, .. }, "currency") => {
            currency(options).is_none_or(|wanted| match code {
                Some(code) => *code == wanted,
                None => SHARED.iter().any(|(sign, codes)| sign == symbol && codes.contains(&wanted)),
            })
        }
        (Kind::Currency { .. }, "percent") | (Kind::Percent { .. }, "currency") => false,
        _ => true,
    };
    if !fits {
        column.without_unit();
    }
}

/// The currency of a field.
pub(super) fn currency(options: &Json) -> Option<&str> {
    let Json::Object(entries) = options else { return None };
    entries.iter().find(|(key, _)| key == "code")?.1.as_text()
}
