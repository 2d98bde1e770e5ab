//! The file as records: cells, the physical line of each, and what is wrong with its form.
//!
//! Parsing is `csv_core`'s, the state machine inside the `csv` crate. It is driven directly because the crate
//! takes any input as *some* records: it lets an unclosed quote swallow the rest of the file (into memory),
//! drops text between a closing quote and the delimiter into the cell, and counts lines by LF only. Here those
//! are seen, and a cell or a row beyond its limit is not stored.

use std::io;

use csv_core::ReadFieldResult;

use super::{encoding::TextReader, error::LineError, notes::cells};

#[cfg(test)]
mod tests;

/// What a record may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes in one cell, as UTF-8.
    pub(super) cell: usize,
    /// Bytes in one record, as UTF-8.
    pub(super) row: usize,
    /// Cells in one record; more are counted, but not kept.
    pub(super) cells: usize,
}

impl Limits {
    pub(super) fn for_sample() -> Limits {
        Limits { cell: 64 * 1024, row: 64 * 1024, cells: 2048 }
    }

    pub(super) fn cell_too_long(&self, line: u64) -> LineError {
        LineError::line(line, "cell_too_long", format!("a cell may hold {} bytes", self.cell))
    }

    pub(super) fn row_too_long(&self, line: u64) -> LineError {
        LineError::line(line, "row_too_long", format!("a line may hold {} bytes", self.row))
    }
}

/// A stream of records; [`advance`](Records::advance) goes to the next one, the other methods tell about it.
pub(super) struct Records<'a> {
    input: TextReader<'a>,
    core: csv_core::Reader,
    limits: Limits,
    block: Vec<u8>,
    start: usize,
    end: usize,
    line: u64,
    after_cr: bool,
    text: Vec<u8>,
    used: usize,
    cells: Vec<CellSpan>,
    count: usize,
    problems: Vec<Problem>,
    /// The record is beyond its limit; no more of its text is kept.
    over: bool,
    /// The file ended before the record's line did.
    cut_off: bool,
}

/// Where the text of a cell is in that of its record, and the line on which it starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellSpan {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: u64,
    /// A number of JSON, which has a decimal point and no other mark, whatever the file's texts have.
    pub(super) is_number: bool,
}

struct Problem {
    code: &'static str,
    cell: usize,
    line: u64,
}

/// What is known of the raw bytes of a cell while it is read.
#[derive(Default)]
struct Raw {
    quoted: bool,
    quotes: usize,
    last: u8,
    before: u8,
    cut: bool,
}

const BLOCK: usize = 64 * 1024;
const SPARE: usize = 64;

impl<'a> Records<'a> {
    pub(super) fn new(input: TextReader<'a>, delimiter: u8, limits: Limits) -> Records<'a> {
        Records {
            input,
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            limits,
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            line: 1,
            after_cr: false,
            text: vec![0; 4096],
            used: 0,
            cells: Vec::new(),
            count: 0,
            problems: Vec::new(),
            over: false,
            cut_off: false,
        }
    }

    /// Goes to the next record; `false` at the end of the file.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        self.used = 0;
        self.count = 0;
        self.cells.clear();
        self.problems.clear();
        self.over = false;
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        while !self.read_cell()? {}
        if self.over {
            let line = self.line();
            self.problems.push(Problem { code: "row_too_long", cell: 0, line });
        }
        Ok(true)
    }

    /// The number of cells, those beyond the limit included.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The physical line the record starts on.
    pub(super) fn line(&self) -> u64 {
        self.cells.first().map_or(self.line, |cell| cell.line)
    }

    /// How many bytes of the file have been read.
    pub(super) fn taken(&self) -> u64 {
        self.input.taken()
    }

    /// The cells' text, and where each is in it; `None` when the record is no text.
    pub(super) fn text(&self) -> Option<(&str, &[CellSpan])> {
        let text = std::str::from_utf8(self.text.get(..self.used)?).ok()?;
        Some((text, &self.cells))
    }

    /// What is wrong with the record, for a table of these columns; nothing, for nearly all.
    pub(super) fn check(&self, names: &[String]) -> Vec<LineError> {
        let text = self.text.get(..self.used).unwrap_or_default();
        let clean = self.problems.is_empty() && !text.contains(&0) && std::str::from_utf8(text).is_ok();
        let mut errors = Vec::new();
        if !clean {
            errors.extend(self.problems.iter().map(|problem| self.explain(problem, names)));
            errors.extend(
                self.cells.iter().enumerate().filter_map(|(at, cell)| self.bad_text(at, cell, names)),
            );
        }
        let closed = self.problems.iter().all(|problem| problem.code != "unterminated_quote");
        if self.count != names.len() && closed {
            let mut message = format!("the header has {}, this line has {}", cells(names.len()), self.count);
            if self.cut_off && self.count < names.len() {
                message.push_str("; the file ends here, in the middle of a line");
            }
            let at = self.count.min(names.len());
            errors.push(LineError::line(self.line(), "field_count", message).at(at, names));
        }
        errors
    }

    fn explain(&self, problem: &Problem, names: &[String]) -> LineError {
        let error = match problem.code {
            "row_too_long" => return self.limits.row_too_long(problem.line),
            "cell_too_long" => self.limits.cell_too_long(problem.line),
            "stray_quote" => {
                let message = "text follows a closing quote; a quote inside a quoted cell is written twice";
                LineError::line(problem.line, problem.code, message)
            }
            _ => LineError::line(problem.line, problem.code, "the quote opened here is never closed"),
        };
        error.at(problem.cell, names)
    }

    fn bad_text(&self, at: usize, cell: &CellSpan, names: &[String]) -> Option<LineError> {
        let bytes = self.text.get(cell.start..cell.end)?;
        let (code, message) = match std::str::from_utf8(bytes) {
            _ if bytes.contains(&0) => {
                ("nul_byte", "the cell holds a NUL byte (is this a UTF-16 file without a byte order mark?)")
            }
            Err(_) => ("invalid_text", "the cell holds bytes that are no text in the file's encoding"),
            _ => return None,
        };
        Some(LineError::line(cell.line, code, message).at(at, names))
    }

    /// Passes over line ends and empty lines; `false` at the end of the file.
    fn skip_line_ends(&mut self) -> io::Result<bool> {
        loop {
            match self.block.get(self.start..self.end).and_then(<[u8]>::first).copied() {
                Some(byte @ (b'\n' | b'\r')) => {
                    count_line(byte, &mut self.line, &mut self.after_cr);
                    self.start += 1;
                }
                Some(_) => return Ok(true),
                None if self.fill()? => {}
                None => return Ok(false),
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.start = 0;
        self.end = self.input.fill(&mut self.block)?;
        Ok(self.end > 0)
    }

    /// Reads one cell; `true` when it is the last of its record.
    fn read_cell(&mut self) -> io::Result<bool> {
        let more = self.start < self.end || self.fill()?;
        let (from, line) = (self.used, self.line);
        let first = if more { self.block.get(self.start).copied() } else { None };
        let mut raw = Raw { quoted: first == Some(b'"'), ..Raw::default() };
        let last = loop {
            if self.start == self.end && !self.fill()? {
                break self.end_of_file(&mut raw, line);
            }
            if let Some(last) = self.step(from, line, &mut raw) {
                break last;
            }
        };
        self.keep(from, line, &mut raw);
        Ok(last)
    }

    /// Feeds the block to the parser; whether the record is over, once the cell is.
    fn step(&mut self, from: usize, line: u64, raw: &mut Raw) -> Option<bool> {
        self.make_room(from, line, raw);
        let input = self.block.get(self.start..self.end).unwrap_or_default();
        let output = self.text.get_mut(self.used..).unwrap_or_default();
        let (result, read, wrote) = self.core.read_field(input, output);
        for &byte in input.get(..read).unwrap_or_default() {
            count_line(byte, &mut self.line, &mut self.after_cr);
            raw.quotes += usize::from(byte == b'"');
            raw.before = raw.last;
            raw.last = byte;
        }
        self.start += read;
        self.used += wrote;
        match result {
            ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => None,
            ReadFieldResult::Field { record_end } => Some(record_end),
            ReadFieldResult::End => Some(true),
        }
    }

    /// The file ends inside the record. A line end closes every cell but a quoted one, into which it is copied.
    fn end_of_file(&mut self, raw: &mut Raw, line: u64) -> bool {
        self.cut_off = true;
        let mut copied = [0; 8];
        let (result, ..) = self.core.read_field(b"\n", &mut copied);
        raw.before = raw.last;
        if result == ReadFieldResult::InputEmpty {
            raw.quoted = false;
            self.problems.push(Problem { code: "unterminated_quote", cell: self.count, line });
        }
        true
    }

    /// Makes sure that there is room for more text; beyond a limit, by dropping what the cell has so far.
    fn make_room(&mut self, from: usize, line: u64, raw: &mut Raw) {
        self.hold_limits(from, line, raw);
        if raw.cut {
            self.used = from;
        }
        if self.text.len() < self.used + SPARE {
            self.text.resize(self.text.len() * 2, 0);
        }
    }

    fn hold_limits(&mut self, from: usize, line: u64, raw: &mut Raw) {
        if self.used.saturating_sub(from) > self.limits.cell && !raw.cut {
            self.problems.push(Problem { code: "cell_too_long", cell: self.count, line });
            raw.cut = true;
        }
        self.over |= self.used > self.limits.row;
        raw.cut |= self.over;
    }

    fn keep(&mut self, from: usize, line: u64, raw: &mut Raw) {
        self.hold_limits(from, line, raw);
        if raw.quoted && !raw.cut {
            let text = self.text.get(from..self.used).unwrap_or_default();
            let inner = text.iter().filter(|byte| **byte == b'"').count();
            if raw.before != b'"' || raw.quotes != 2 + 2 * inner {
                self.problems.push(Problem { code: "stray_quote", cell: self.count, line });
            }
        }
        if raw.cut || self.count >= self.limits.cells {
            self.used = from;
        }
        if self.count < self.limits.cells {
            self.cells.push(CellSpan { start: from, end: self.used, line, is_number: false });
        }
        self.count += 1;
    }
}

/// Counts LF, CRLF and CR as one line end each.
fn count_line(byte: u8, line: &mut u64, after_cr: &mut bool) {
    match byte {
        b'\n' if *after_cr => *after_cr = false,
        b'\n' => *line += 1,
        b'\r' => {
            *line += 1;
            *after_cr = true;
        }
        _ => *after_cr = false,
    }
}
