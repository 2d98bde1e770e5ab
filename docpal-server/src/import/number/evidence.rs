//! What a column's values say together about how its numbers are written: the way that most of them fit.

use super::{ALL, COMMAS, DecimalMark, FORMATS, Figure, GroupMark, NumberFormat, POINTS, Unit};
use crate::import::tally::{Class, OddCell, Tally};

/// The numbers of a column, by how they are written.
#[derive(Clone, Debug)]
pub(in crate::import) struct NumberEvidence {
    cells: Tally<Written>,
}

/// How a number is written, as far as it matters to the numbers beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    unit: Unit,
    /// The formats in which it is well formed.
    formats: u8,
    marks: Marks,
    /// The most decimals under a decimal point, and under a decimal comma.
    scales: (u8, u8),
}

/// What stands between the digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Marks {
    any: bool,
    /// The last one is a point, or a comma.
    point: bool,
    comma: bool,
    /// Such a comma is not one between two whole numbers.
    no_list: bool,
    plain_space: bool,
    /// A value such as `1E5`, which may be a code; and one that shows that the column has fractions or powers of ten.
    letter: bool,
    scientific: bool,
}

impl Class for Written {
    fn takes(&mut self, other: &Written) -> bool {
        let same = (self.unit, self.formats, self.marks) == (other.unit, other.formats, other.marks);
        if same {
            self.scales = (self.scales.0.max(other.scales.0), self.scales.1.max(other.scales.1));
        }
        same
    }
}

impl Written {
    /// One that is read alike in a column of any format, and tells nothing about the others.
    fn without_marks(self) -> Written {
        let marks = Marks { scientific: self.marks.scientific || self.marks.letter, ..Marks::default() };
        Written { formats: ALL, marks, scales: (self.scales.0, self.scales.0), ..self }
    }

    fn of(text: &str) -> Option<Written> {
        let figure = Figure::read(text)?;
        let formats = figure.formats();
        let Figure { unit, shape, exponent, .. } = figure;
        let letter = exponent.is_some_and(|exponent| exponent.may_be_a_letter(&shape));
        let last = shape.marks().last();
        let marks = Marks {
            any: last.is_some(),
            point: last == Some(&GroupMark::Point),
            comma: last == Some(&GroupMark::Comma),
            no_list: last == Some(&GroupMark::Comma) && figure.is_no_list(),
            plain_space: shape.plain_space,
            letter,
            scientific: !letter && (exponent.is_some() || shape.count == 2),
        };
        let scales = match shape.count > 1 || exponent.is_some() {
            true => (figure.scale(DecimalMark::Point), figure.scale(DecimalMark::Comma)),
            false => (0, 0),
        };
        (formats != 0).then_some(Written { unit, formats, marks, scales })
    }
}

/// What the rest of the file says about decimal marks.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::import) struct NumberHint {
    /// The user's word: columns that allow this mark have it.
    pub(in crate::import) chosen: Option<DecimalMark>,
    /// The mark that other columns prove, unless they prove both.
    pub(in crate::import) proven: Option<DecimalMark>,
    /// The file's delimiter.
    pub(in crate::import) delimiter: u8,
    /// The numbers of a column prove a point.
    pub(in crate::import) points: bool,
}

impl NumberHint {
    fn known(self) -> Option<DecimalMark> {
        self.chosen.or(self.proven)
    }

    /// Is a comma in a number more likely to be of something else than of decimals?
    fn doubts_commas(self) -> bool {
        self.chosen != Some(DecimalMark::Comma) && (self.delimiter == b',' || self.points)
    }
}

impl NumberEvidence {
    pub(in crate::import) fn new() -> NumberEvidence {
        NumberEvidence { cells: Tally::new() }
    }

    /// Takes in a trimmed, non-empty value, which may be a number of JSON.
    pub(in crate::import) fn observe(&mut self, text: &str, line: u64, is_number: bool) {
        // Most texts have no digit, and are seen to be no number by that alone.
        let written = if text.bytes().any(|byte| byte.is_ascii_digit()) { Written::of(text) } else { None };
        let written = written.map(|written| if is_number { written.without_marks() } else { written });
        self.cells.add(written, text, line);
    }

    /// The numbers of one unit that are well formed in one format, the most that there are; `None` when there are none.
    /// When a comma in them may be of a list, and most have none, these.
    pub(in crate::import) fn most(&self, hint: NumberHint) -> Option<Numbers<'_>> {
        let most = self.most_of(hint, |_| true)?;
        if !most.may_be_lists(hint) {
            return Some(most);
        }
        let pointed = self.most_of(hint, |format| format.decimal == DecimalMark::Point);
        let enough = |count: u64| hint.chosen.is_some() || count * 2 >= most.count;
        Some(pointed.filter(|pointed| enough(pointed.count)).unwrap_or(Numbers { lists: true, ..most }))
    }

    fn most_of(&self, hint: NumberHint, is_one: impl Fn(NumberFormat) -> bool) -> Option<Numbers<'_>> {
        let mut units: Vec<Unit> = self.cells.classes().map(|written| written.unit).collect();
        units.sort_unstable();
        units.dedup();
        let mut best: Option<((u64, bool), Unit, u8)> = None;
        for unit in units {
            for (at, format) in FORMATS.iter().enumerate().filter(|(_, format)| is_one(**format)) {
                let bit = 1 << at;
                let count = self.cells.count(|written| written.unit == unit && written.formats & bit != 0);
                // Of as many, those that the file knows of; then the first.
                let rank = (count, hint.known() == Some(format.decimal));
                if count > 0 && best.is_none_or(|(other, ..)| rank > other) {
                    best = Some((rank, unit, bit));
                }
            }
        }
        let ((count, _), unit, bit) = best?;
        Some(Numbers { evidence: self, unit, bit, count, lists: false })
    }
}

/// The numbers of a column that are of one unit and well formed in one format.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct Numbers<'e> {
    evidence: &'e NumberEvidence,
    unit: Unit,
    bit: u8,
    /// How many.
    pub(in crate::import) count: u64,
    /// They are numbers only if their commas are not those of lists, and nobody knows.
    pub(in crate::import) lists: bool,
}

impl<'e> Numbers<'e> {
    fn has(&self, written: &Written) -> bool {
        written.unit == self.unit && written.formats & self.bit != 0
    }

    fn written(&self) -> impl Iterator<Item = &'e Written> {
        let this = *self;
        self.evidence.cells.classes().filter(move |written| this.has(written))
    }

    fn any(&self, is: impl Fn(&Written) -> bool) -> bool {
        self.written().any(is)
    }

    /// The formats in which all of them are well formed.
    fn formats(&self) -> u8 {
        self.written().fold(u8::MAX, |formats, written| formats & written.formats)
    }

    /// The first cell that is none of them.
    pub(in crate::import) fn first_but(&self) -> Option<&'e OddCell> {
        self.evidence.cells.first_but(|written| self.has(written))
    }

    /// May they be lists of whole numbers, as `38,40`? In a file with commas between its cells a decimal comma is to show
    /// that it is one; and there, as beside points, at least half of the numbers have it.
    pub(in crate::import) fn may_be_lists(&self, hint: NumberHint) -> bool {
        let certain = self.any(|written| written.marks.comma && written.formats & POINTS == 0);
        if self.bit & COMMAS == 0 || !certain || !hint.doubts_commas() {
            return false;
        }
        let commas = |written: &Written| written.marks.comma || written.formats & POINTS == 0;
        let commas = self.evidence.cells.count(|written| self.has(written) && commas(written));
        let shown = hint.delimiter != b',' || self.any(|written| written.marks.no_list);
        !shown || commas * 2 < self.count
    }

    /// The first of them with a comma before its last digits.
    pub(in crate::import) fn first_comma(&self) -> Option<&'e OddCell> {
        self.evidence.cells.first(|written| self.has(written) && written.marks.comma)
    }

    /// The decimal mark that they prove.
    pub(in crate::import) fn proof(&self) -> Option<DecimalMark> {
        let only = |side: u8| self.any(|written| written.marks.any && written.formats & !side == 0);
        match (only(POINTS), only(COMMAS)) {
            (true, false) => Some(DecimalMark::Point),
            (false, true) => Some(DecimalMark::Comma),
            _ => None,
        }
    }

    /// May they be codes or telephone numbers?
    pub(in crate::import) fn may_be_codes(&self, scale: u8) -> bool {
        let is_sum = matches!(self.unit, Unit::Currency { .. });
        let may_be_phone = self.any(|written| written.marks.plain_space) && scale == 0 && !is_sum;
        let letters = self.any(|written| written.marks.letter);
        may_be_phone || (letters && !self.any(|written| written.marks.scientific))
    }

    /// The unit, the scale and the format; `None` when the decimal mark is open.
    pub(in crate::import) fn format(&self, hint: NumberHint) -> Option<(Unit, u8, NumberFormat)> {
        let most = |scale: fn(&Written) -> u8| self.written().map(scale).max().unwrap_or(0);
        let (side, scale) = match self.mark(hint)? {
            DecimalMark::Point => (POINTS, most(|written| written.scales.0)),
            DecimalMark::Comma => (COMMAS, most(|written| written.scales.1)),
        };
        let fitting = self.formats() & side;
        let format = *FORMATS.get(usize::try_from(fitting.trailing_zeros()).ok()?)?;
        Some((self.unit, scale, format))
    }

    fn mark(&self, hint: NumberHint) -> Option<DecimalMark> {
        use DecimalMark::{Comma, Point};
        if self.lists {
            return None;
        }
        let formats = self.formats();
        let allowed = (formats & POINTS != 0, formats & COMMAS != 0);
        let points = self.any(|written| written.marks.point);
        let marked = points || self.any(|written| written.marks.comma);
        match (allowed, self.proof().or(hint.known())) {
            ((false, false), _) => None,
            ((true, _), _) if !marked => Some(Point),
            ((false, true), _) if !marked => Some(Comma),
            ((true, _), Some(Point)) => Some(Point),
            ((_, true), Some(Comma)) => Some(Comma),
            (_, Some(_)) => None,
            // "1.234" everywhere, or with plain integers: a point is a decimal point, but not where commas are.
            ((true, _), None) if points => (hint.delimiter != b';').then_some(Point),
            // "1,234" everywhere, all well grouped.
            ((true, _), None) => (hint.delimiter == b',').then_some(Point),
            // "1,234" beside "1234": grouped carelessly, or a decimal comma; nobody knows.
            ((false, true), None) => None,
        }
    }
}

impl NumberFormat {
    /// How the numbers of a column are written that has none.
    pub(in crate::import) fn without_numbers(hint: NumberHint) -> NumberFormat {
        NumberFormat { decimal: hint.known().unwrap_or(DecimalMark::Point), group: None }
    }
}
