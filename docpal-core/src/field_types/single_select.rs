//! `single_select`: one of a list of options.

use std::sync::Arc;

use docpal_formula::Value;

use super::options::read;
use super::select::{self, SelectOption, SelectOptions};
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::json_out::JsonFormat;
use crate::model::FieldSpec;
use crate::sql::CellRef;
use crate::values::{Cell, Family, single_select};

pub(super) static TYPE: FieldType = FieldType {
    code: "single_select",
    summary: "One of a list of options",
    example_options: r#"{"options": ["open", {"name": "done", "color": "green"}]}"#,
    example_value: r#""open""#,
    build,
};

impl FieldSpec {
    /// A `single_select` field: one of these options, given by name.
    #[must_use]
    pub fn single_select<T: Into<String>>(
        name: impl Into<String>,
        options: impl IntoIterator<Item = T>,
    ) -> Self {
        let names = options.into_iter().map(|option| Json::Text(option.into())).collect();
        Self::new(name, TYPE.code).option("options", Json::List(names))
    }
}

#[derive(Debug)]
struct SingleSelect {
    options: Arc<[SelectOption]>,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: SelectOptions = read(options)?;
    Ok(Arc::new(SingleSelect { options: options.finish()? }))
}

impl FieldKind for SingleSelect {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        select::to_json(&self.options)
    }

    fn family(&self) -> &'static Family {
        &single_select::FAMILY
    }

    fn choices(&self) -> Arc<[SelectOption]> {
        Arc::clone(&self.options)
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        match value {
            Json::Null => Ok(Cell::Null),
            value => select::parse_one(&self.options, value).map(Cell::Text),
        }
    }

    fn value<'a>(&'a self, cell: CellRef<'a>) -> Value<'a> {
        match cell {
            CellRef::Text(id) => Value::Text(select::name_of(&self.options, id).into()),
            other => other.value(),
        }
    }

    fn write(&self, cell: CellRef<'_>, format: JsonFormat, out: &mut Vec<u8>) {
        match cell {
            CellRef::Text(id) => select::write_one(&self.options, id, out),
            other => other.write(format, out),
        }
    }
}
