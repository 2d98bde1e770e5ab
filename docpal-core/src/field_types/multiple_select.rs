//! `multiple_select`: some of a list of options, in the order they were given.

use std::sync::Arc;

use docpal_formula::Value;

use super::options::read;
use super::select::{self, SelectOption, SelectOptions};
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::model::FieldSpec;
use crate::sql::{CellRef, UniqueBy};
use crate::values::{Cell, Family, multiple_select};

pub(super) static TYPE: FieldType = FieldType {
    code: "multiple_select",
    summary: "Some of a list of options",
    example_options: r#"{"options": ["red", "green", "blue"]}"#,
    example_value: r#"["red", "blue"]"#,
    build,
};

impl FieldSpec {
    /// A `multiple_select` field: some of these options, given by name.
    #[must_use]
    pub fn multiple_select<T: Into<String>>(
        name: impl Into<String>,
        options: impl IntoIterator<Item = T>,
    ) -> Self {
        let names = options.into_iter().map(|option| Json::Text(option.into())).collect();
        Self::new(name, TYPE.code).option("options", Json::List(names))
    }
}

#[derive(Debug)]
struct MultipleSelect {
    options: Arc<[SelectOption]>,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: SelectOptions = read(options)?;
    Ok(Arc::new(MultipleSelect { options: options.finish()? }))
}

impl FieldKind for MultipleSelect {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        select::to_json(&self.options)
    }

    fn family(&self) -> &'static Family {
        &multiple_select::FAMILY
    }

    fn choices(&self) -> Arc<[SelectOption]> {
        Arc::clone(&self.options)
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        let items = match value {
            Json::Null => return Ok(Cell::Null),
            Json::List(items) => items,
            other => return Err(Fault::wrong_type("a list of option names", other)),
        };
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            let id = select::parse_one(&self.options, item)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        // An empty list is an empty cell, so that "is empty" has one meaning.
        Ok(if ids.is_empty() { Cell::Null } else { Cell::TextList(ids) })
    }

    fn value<'a>(&'a self, cell: CellRef<'a>) -> Value<'a> {
        match cell {
            CellRef::TextList(ids) => {
                Value::List(ids.map(|id| Value::Text(select::name_of(&self.options, id).into())).collect())
            }
            other => other.value(),
        }
    }

    fn write(&self, cell: CellRef<'_>, format: JsonFormat, out: &mut Vec<u8>) {
        match cell {
            CellRef::TextList(ids) => {
                json_out::list(ids, out, |id, out| select::write_one(&self.options, id, out))
            }
            CellRef::Null => out.extend_from_slice(b"[]"),
            other => other.write(format, out),
        }
    }

    fn unique_by(&self) -> Option<UniqueBy> {
        None
    }
}
