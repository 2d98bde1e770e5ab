//! Lists of options, by id.

use docpal_formula::{Type, Value as Computed};

use super::family::{Family, Input};
use super::stored::Stored;
use super::{Marks, PgType, single_select, text};
use crate::field_types::{MAX_OPTIONS, SelectOption};
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::operators;
use crate::sql::copy::sized;
use crate::sql::expr::{self, ArrayType, Expr, PgFn, Value};

pub(crate) static FAMILY: Family = Family {
    rank: Some(|options, value| {
        (expr::call(PgFn::SelectRank, [single_select::ids(options), value]), PgType::Text)
    }),
    input,
    ..Family::new(
        "multiple select",
        PgType::TextArray,
        || Type::list(Type::Text),
        operators::multiple_select::OPERATORS,
    )
};

/// The names of the options.
fn input(options: &[SelectOption], column: Expr, _: PgType) -> Input {
    let array = |of: fn(&SelectOption) -> &str| {
        expr::cast(Expr::value(expr::text_array(options.iter().map(of))), PgType::TextArray)
    };
    let args = [column, array(|option| &option.id), array(|option| &option.name)];
    // Each option is chosen once; an id whose option is gone stands for itself.
    let known: usize = options.iter().map(|option| option.name.len()).sum();
    Input {
        value: expr::call(PgFn::Names, args),
        weight: 4 + 2 * (options.len() / 16),
        height: 2,
        bytes: (known + MAX_OPTIONS * 16) as u64,
        items: MAX_OPTIONS as u64,
    }
}

/// `text[]`
pub(super) struct TextList;

/// The elements of a `text[]`, read on the fly.
#[derive(Clone, Copy, Debug)]
pub struct TextListRef<'r>(&'r [u8]);

impl<'r> Iterator for TextListRef<'r> {
    type Item = &'r str;

    fn next(&mut self) -> Option<&'r str> {
        loop {
            let (length, rest) = self.0.split_at_checked(4)?;
            let length = i32::from_be_bytes(length.try_into().ok()?);
            let Ok(length) = usize::try_from(length) else {
                self.0 = rest; // a NULL element
                continue;
            };
            let (bytes, rest) = rest.split_at_checked(length)?;
            self.0 = rest;
            return std::str::from_utf8(bytes).ok();
        }
    }
}

impl Stored for TextList {
    type Owned = Vec<String>;
    type Borrowed<'r> = TextListRef<'r>;

    const SQL: &'static str = "text[]";
    const LIST_SQL: &'static str = "text[]";
    const LIST: ArrayType = ArrayType::String;
    const OID: u32 = text::Text::OID;
    const LIST_OID: u32 = text::Text::LIST_OID;
    const ITEM: Option<PgType> = Some(PgType::Text);

    fn read(bytes: &[u8]) -> Option<TextListRef<'_>> {
        // ndim, flags, element oid, then per dimension: length, lower bound; one dimension or none.
        let dimensions = i32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
        Some(TextListRef(if dimensions == 1 { bytes.get(20..)? } else { &[] }))
    }

    fn write(value: &Vec<String>, out: &mut Vec<u8>) {
        let dimensions = u32::from(!value.is_empty());
        for word in [dimensions, 0, Self::OID] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        if !value.is_empty() {
            out.extend_from_slice(&i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
            out.extend_from_slice(&1i32.to_be_bytes());
        }
        for item in value {
            sized(out, |out| out.extend_from_slice(item.as_bytes()));
        }
    }

    /// Arrays of arrays are of one length in PostgreSQL: the text that it reads one from.
    fn write_item(value: &Vec<String>, out: &mut Vec<u8>) {
        out.push(b'{');
        for (index, item) in value.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"\"" } else { b",\"" });
            for byte in item.bytes() {
                if matches!(byte, b'"' | b'\\') {
                    out.push(b'\\');
                }
                out.push(byte);
            }
            out.push(b'"');
        }
        out.push(b'}');
    }

    fn bind(value: Option<&Vec<String>>) -> Value {
        match value {
            Some(items) => expr::text_array(items.iter().map(String::as_str)),
            None => Value::Array(ArrayType::String, None),
        }
    }

    fn json(value: TextListRef<'_>, _: JsonFormat, out: &mut Vec<u8>) {
        json_out::list(value, out, json_out::text);
    }

    fn computed<'r>(value: Self::Borrowed<'r>) -> Computed<'r> {
        Computed::List(value.map(Computed::from).collect())
    }

    fn key(_: TextListRef<'_>) -> Json {
        Json::Null
    }

    fn of_key(_: &Json) -> Option<Vec<String>> {
        None
    }

    fn mark(value: &Vec<String>, marks: &mut Marks) {
        marks.count(value.len());
        value.iter().for_each(|item| marks.word(item));
    }

    #[cfg(test)]
    fn example() -> (Vec<String>, &'static str) {
        (vec!["a".to_owned(), "b".to_owned()], r#"["a","b"]"#)
    }
}
