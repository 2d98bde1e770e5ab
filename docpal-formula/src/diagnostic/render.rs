//! The underlined form of a diagnostic.

use std::fmt;

use super::{Diagnostic, Span};

/// Longest piece of a line that is shown.
const WIDTH: usize = 100;
/// Characters shown before the span when a line has to be cut.
const LEAD: usize = 30;

pub(super) fn diagnostic(f: &mut fmt::Formatter<'_>, source: &str, found: &Diagnostic) -> fmt::Result {
    let line = Line::of(source, found.span);
    let gutter = line.number.to_string();
    let pad = " ".repeat(gutter.len());
    writeln!(f, "error[{}]: {}", found.code, found.message)?;
    writeln!(f, "{pad} |")?;
    writeln!(f, "{gutter} | {}", line.text)?;
    writeln!(f, "{pad} | {}{}", " ".repeat(line.offset), "^".repeat(line.width))?;
    if let Some(help) = &found.help {
        writeln!(f, "{pad} = help: {help}")?;
    }
    Ok(())
}

/// The piece of source a span is shown in; `offset` and `width` count characters.
struct Line {
    number: usize,
    text: String,
    offset: usize,
    width: usize,
}

impl Line {
    fn of(source: &str, span: Span) -> Self {
        let before = source.get(..span.start).unwrap_or(source);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = source.get(start..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("").trim_end_matches('\r');
        let offset = before.get(start..).unwrap_or("").chars().count();
        let width = span.text(source).split('\n').next().unwrap_or("").chars().count();
        let number = before.matches('\n').count() + 1;
        let skip = if line.chars().count() > WIDTH { offset.saturating_sub(LEAD) } else { 0 };
        let text =
            line.chars().skip(skip).take(WIDTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
        Self { number, text, offset: offset - skip, width: width.clamp(1, WIDTH) }
    }
}
