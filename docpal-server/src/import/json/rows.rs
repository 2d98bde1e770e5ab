//! The objects of a file as rows: the text of each value in the column of its key.

use std::fmt::Write as _;

use docpal_core::Json;

use super::look::{Shape, record};
use super::objects::Objects;
use super::wrong::parse;
use crate::import::{
    encoding::TextReader,
    error::LineError,
    records::{CellSpan, Limits},
};

/// A stream of objects; [`advance`](Self::advance) goes to the next one, the other methods tell about it.
pub(in crate::import) struct ObjectRows<'a> {
    objects: Objects<'a>,
    shape: &'a Shape,
    limits: Limits,
    line: u64,
    text: String,
    cells: Vec<CellSpan>,
}

impl<'a> ObjectRows<'a> {
    pub(in crate::import) fn new(input: TextReader<'a>, shape: &'a Shape, limits: Limits) -> ObjectRows<'a> {
        let objects = Objects::new(input, shape.form);
        ObjectRows { objects, shape, limits, line: 1, text: String::new(), cells: Vec::new() }
    }

    /// Goes to the next object; `false` at the end of the file.
    pub(in crate::import) fn advance(&mut self) -> Result<bool, LineError> {
        let Some((line, text)) = self.objects.next_object()? else { return Ok(false) };
        let entries = parse(text, line)?;
        self.line = line;
        self.text.clear();
        self.cells.clear();
        self.cells.resize(self.shape.names().len(), CellSpan { start: 0, end: 0, line, is_number: false });
        let values = if self.shape.is_export { record(&entries).unwrap_or_default() } else { &entries };
        for (key, value) in values {
            let start = self.text.len();
            let cell = self.shape.place(key).and_then(|at| self.cells.get_mut(at));
            // All keys are known, unless the file has changed: that is told at its end.
            if let Some(cell) = cell {
                write(value, &mut self.text);
                let is_number = matches!(value, Json::Number(_));
                *cell = CellSpan { start, end: self.text.len(), line, is_number };
            }
        }
        Ok(true)
    }

    /// The line on which the object begins.
    pub(in crate::import) fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes of the file have been read.
    pub(in crate::import) fn taken(&self) -> u64 {
        self.objects.taken()
    }

    /// The cells' text, and where each is in it.
    pub(in crate::import) fn text(&self) -> (&str, &[CellSpan]) {
        (&self.text, &self.cells)
    }

    /// What is wrong with the values, for a table of these columns; nothing, for nearly all.
    pub(in crate::import) fn check(&self, names: &[String]) -> Vec<LineError> {
        let mut errors = Vec::new();
        if self.text.len() > self.limits.cell || self.text.contains('\0') {
            for (at, cell) in self.cells.iter().enumerate() {
                let text = self.text.get(cell.start..cell.end).unwrap_or_default();
                if text.len() > self.limits.cell {
                    errors.push(self.limits.cell_too_long(cell.line).at(at, names));
                } else if text.contains('\0') {
                    let message = "the value holds a NUL character";
                    errors.push(LineError::line(cell.line, "nul_byte", message).at(at, names));
                }
            }
        }
        if self.text.len() > self.limits.row {
            errors.push(self.limits.row_too_long(self.line));
        }
        errors
    }
}

/// A value in one cell, as an export to CSV has it.
fn write(value: &Json, out: &mut String) {
    match value {
        Json::Null => {}
        Json::Text(text) | Json::Number(text) => out.push_str(text),
        Json::List(items) if items.iter().all(|item| !matches!(item, Json::List(_) | Json::Object(_))) => {
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(item, out);
            }
        }
        // Writing to a text does not fail.
        other => drop(write!(out, "{other}")),
    }
}
