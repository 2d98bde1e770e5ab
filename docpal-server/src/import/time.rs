//! The time of day in a point in time, and its zone.

use chrono::NaiveTime;

/// Parts a date from its time: `1996-07-04T10:00`, `4 Jul 1996 10:00 AM`; `None` when there is no time.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let (head, _) = text.split_once(':')?;
    let (date, hour) = head.rsplit_once(['T', 't', ' '])?;
    let time = text.get(head.len() - hour.len()..)?;
    Some((date.trim_end(), time))
}

/// `H:MM[:SS[.fraction]]`, AM or PM, and a zone; the zone's offset is in seconds east of UTC.
pub(super) fn read(text: &str) -> Option<(NaiveTime, Option<i32>)> {
    let end = text.find(|char: char| !matches!(char, '0'..='9' | ':' | '.')).unwrap_or(text.len());
    let (clock, rest) = text.split_at_checked(end)?;
    let (afternoon, rest) = meridiem(rest.trim_start());
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 1..=2)?;
    let minute = digits(parts.next()?, 2..=2)?;
    let (second, nanos) = parts.next().map_or(Some((0, 0)), seconds)?;
    if parts.next().is_some() {
        return None;
    }
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)?;
    let zone = if rest.is_empty() { None } else { Some(zone(rest)?) };
    Some((time, zone))
}

fn meridiem(text: &str) -> (Option<bool>, &str) {
    let half = text.get(..2).unwrap_or_default();
    let rest = text.get(2..).unwrap_or_default().trim_start();
    if half.eq_ignore_ascii_case("am") {
        (Some(false), rest)
    } else if half.eq_ignore_ascii_case("pm") {
        (Some(true), rest)
    } else {
        (None, text)
    }
}

fn seconds(text: &str) -> Option<(u32, u32)> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let nanos = match fraction {
        None => 0,
        Some(part) => digits(part, 1..=9)? * 10_u32.checked_pow(9 - u32::try_from(part.len()).ok()?)?,
    };
    Some((digits(whole, 2..=2)?, nanos))
}

fn zone(text: &str) -> Option<i32> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix(['-', '\u{2212}'])) {
        (Some(rest), _) => (1, rest),
        (None, rest) => (-1, rest?),
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => (rest.get(..2)?, rest.get(2..)?),
    };
    let hours = digits(hours, 2..=2)?;
    let minutes = if minutes.is_empty() { 0 } else { digits(minutes, 2..=2)? };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= 15 && minutes < 60).then_some(sign * seconds)
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let fine = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fine { text.parse().ok() } else { None }
}
