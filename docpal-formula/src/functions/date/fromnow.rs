//! `FROMNOW`.

use chrono::TimeDelta;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Text),
    volatility: Volatility::Volatile,
    doc: "The time between now and the date in words: \"3 days ago\", \"in 2 hours\".",
    examples: &[
        example("FROMNOW(\"2024-02-26T12:34:56Z\")", "\"3 days ago\""),
        example("FROMNOW(\"2024-02-29T14:34:56Z\")", "\"in 2 hours\""),
        example("FROMNOW(\"2024-02-29T12:34:50Z\")", "\"a few seconds ago\""),
    ],
    eval: |call| {
        let now = call.now();
        Ok(call.instant(0)?.map(|instant| relative(instant - now)).into())
    },
    ..Builtin::new(Category::Date, "FROMNOW")
};

/// A distance in words, with its direction.
pub(super) fn relative(distance: TimeDelta) -> String {
    let words = words(distance.num_seconds().unsigned_abs());
    if distance > TimeDelta::zero() { format!("in {words}") } else { format!("{words} ago") }
}

/// A distance in the largest unit that is at least reached by half, roughly.
fn words(seconds: u64) -> String {
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    let (minutes, hours, days) = (rounded(60), rounded(3_600), rounded(86_400));
    let (months, years) = (rounded(2_629_746), rounded(31_556_952));
    match () {
        () if seconds < 45 => "a few seconds".to_owned(),
        () if minutes <= 1 => "a minute".to_owned(),
        () if minutes < 45 => format!("{minutes} minutes"),
        () if hours <= 1 => "an hour".to_owned(),
        () if hours < 22 => format!("{hours} hours"),
        () if days <= 1 => "a day".to_owned(),
        () if days < 26 => format!("{days} days"),
        () if months <= 1 => "a month".to_owned(),
        () if months < 11 => format!("{months} months"),
        () if years <= 1 => "a year".to_owned(),
        () => format!("{years} years"),
    }
}
