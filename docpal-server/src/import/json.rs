//! A file of JSON objects as a table: each object is a record, its keys are the columns.
//!
//! The file is read twice or more, as one of lines is: [`Shape::look`] reads all of it for the keys and whether it is an
//! export, [`ObjectRows`] gives the values of each object by these. Nothing of it is kept but the keys.

mod look;
mod objects;
mod rows;
mod wrong;

#[cfg(test)]
mod tests;

pub(super) use self::look::Shape;
pub(super) use self::rows::ObjectRows;

/// Does a text begin as objects do? `whole` says that nothing follows it.
pub(super) fn begins(beginning: &[u8], whole: bool) -> bool {
    let after = |byte| beginning.trim_ascii_start().strip_prefix(byte).map(<[u8]>::trim_ascii_start);
    let next = |text: &[u8]| text.first().copied();
    let ends = |text: &[u8]| text.is_empty() && whole;
    if let Some(object) = after(b"{") {
        return match next(object) {
            Some(b'"') => true,
            // `{}` alone, or before more objects.
            Some(b'}') => {
                let behind = object.get(1..).unwrap_or_default().trim_ascii_start();
                ends(behind) || next(behind) == Some(b'{')
            }
            other => other.is_none() && !whole,
        };
    }
    let Some(list) = after(b"[") else { return false };
    match next(list) {
        Some(b'{') => true,
        Some(b']') => {
            let behind = list.get(1..).unwrap_or_default().trim_ascii_start();
            ends(behind) || next(behind) == Some(b'[')
        }
        other => other.is_none() && !whole,
    }
}
