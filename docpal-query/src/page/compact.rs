//! A page as a compact list: the names once, then only values.

use docpal_core::json_out::{self, JsonFormat};
use docpal_core::sql::PgType;

use super::{ID, Page, VERSION};

impl Page {
    /// Appends `{"fields":[..],"ids":[..],"versions":[..],"rows":[[..]],"next_cursor":..}`, with `"total"` when it was
    /// counted: the same values as [`Page::write_list`] has, each row in the order of `fields`, and its record's id and
    /// version at the same place of their lists.
    pub fn write_rows(&self, format: JsonFormat, out: &mut Vec<u8>) {
        out.reserve(self.rows.len() * (24 * self.columns.len() + 48));
        out.extend_from_slice(b"{\"fields\":");
        json_out::list(self.columns(), out, |field, out| json_out::text(field.name(), out));
        for (key, index, ty) in [("ids", ID, PgType::Uuid), ("versions", VERSION, PgType::Bigint)] {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(b"\":");
            json_out::list(self.rows.iter(), out, |row, out| {
                row.cell(index, ty).write(JsonFormat::default(), out)
            });
        }
        out.extend_from_slice(b",\"rows\":");
        json_out::list(self.rows.iter().enumerate(), out, |(index, row), out| {
            let computed = self.compute(index, row);
            json_out::list(self.columns.iter(), out, |column, out| {
                self.write_source(row, column.source, &computed, format, out);
            });
        });
        self.write_end(out);
    }
}
