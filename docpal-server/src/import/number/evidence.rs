//! What a column's values say together about how its numbers are written.

use super::{ALL, COMMAS, DecimalMark, FORMATS, Figure, GroupMark, NumberFormat, POINTS, Unit};

/// The state kept for a column while its cells go by.
#[derive(Clone, Debug)]
pub(in crate::import) struct NumberEvidence {
    /// The formats that fit every value so far; 0 when the column is not one of numbers.
    formats: u8,
    unit: Option<Unit>,
    /// A value that only a decimal point explains.
    proves_point: bool,
    /// A value that only a decimal comma explains.
    proves_comma: bool,
    /// The last mark of some value was a point, or a comma.
    points: bool,
    commas: bool,
    plain_space: bool,
    /// A value such as `1E5`, which may be a code; and one that shows that the column has fractions or powers of ten.
    letters: bool,
    scientific: bool,
    /// The most decimals under a decimal point, and under a decimal comma.
    scales: (u8, u8),
}

/// What the rest of the file says about decimal marks.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct NumberHint {
    /// The user's word: columns that allow this mark have it.
    pub(in crate::import) chosen: Option<DecimalMark>,
    /// The mark that other columns prove, unless they prove both.
    pub(in crate::import) proven: Option<DecimalMark>,
    /// The file's delimiter.
    pub(in crate::import) delimiter: u8,
}

impl NumberEvidence {
    pub(in crate::import) fn new() -> NumberEvidence {
        NumberEvidence {
            formats: ALL,
            unit: None,
            proves_point: false,
            proves_comma: false,
            points: false,
            commas: false,
            plain_space: false,
            letters: false,
            scientific: false,
            scales: (0, 0),
        }
    }

    /// Takes in a trimmed, non-empty value, unless it cannot be a number as those before it are; says whether it did.
    pub(in crate::import) fn observe(&mut self, text: &str) -> bool {
        let figure = Figure::read(text).filter(|figure| self.unit.is_none_or(|unit| unit == figure.unit));
        let Some(figure) = figure else { return false };
        let formats = figure.formats();
        if self.formats & formats == 0 {
            return false;
        }
        let Figure { unit, shape, exponent, .. } = figure;
        self.unit = Some(unit);
        self.formats &= formats;
        let letter = exponent.is_some_and(|exponent| exponent.may_be_a_letter(&shape));
        self.letters |= letter;
        self.scientific |= !letter && (exponent.is_some() || shape.count == 2);
        if let Some(last) = shape.marks().last() {
            self.proves_point |= formats & COMMAS == 0;
            self.proves_comma |= formats & POINTS == 0;
            self.points |= *last == GroupMark::Point;
            self.commas |= *last == GroupMark::Comma;
            self.plain_space |= shape.plain_space;
        }
        if shape.count > 1 || exponent.is_some() {
            self.scales.0 = self.scales.0.max(figure.scale(DecimalMark::Point));
            self.scales.1 = self.scales.1.max(figure.scale(DecimalMark::Comma));
        }
        true
    }

    /// The decimal mark that this column alone proves.
    pub(in crate::import) fn proof(&self) -> Option<DecimalMark> {
        match (self.proves_point, self.proves_comma) {
            (true, false) => Some(DecimalMark::Point),
            (false, true) => Some(DecimalMark::Comma),
            _ => None,
        }
    }

    /// The unit, the scale and the format of the column; `None` when it is not, or not surely, one of numbers.
    pub(in crate::import) fn decide(&self, hint: NumberHint) -> Option<(Unit, u8, NumberFormat)> {
        let (unit, scale, format) = self.format(hint)?;
        let may_be_phone = self.plain_space && scale == 0 && !matches!(unit, Unit::Currency { .. });
        (!may_be_phone && (self.scientific || !self.letters)).then_some((unit, scale, format))
    }

    /// The same for a column that must be one of numbers: `None` only when its decimal mark is open.
    pub(in crate::import) fn format(&self, hint: NumberHint) -> Option<(Unit, u8, NumberFormat)> {
        let Some(unit) = self.unit else {
            let decimal = hint.chosen.or(hint.proven).unwrap_or(DecimalMark::Point);
            return Some((Unit::None, 0, NumberFormat { decimal, group: None }));
        };
        let mark = self.mark(hint)?;
        let (side, scale) = match mark {
            DecimalMark::Point => (POINTS, self.scales.0),
            DecimalMark::Comma => (COMMAS, self.scales.1),
        };
        let fitting = self.formats & side;
        let format = *FORMATS.get(usize::try_from(fitting.trailing_zeros()).ok()?)?;
        Some((unit, scale, format))
    }

    fn mark(&self, hint: NumberHint) -> Option<DecimalMark> {
        use DecimalMark::{Comma, Point};
        let allowed = (self.formats & POINTS != 0, self.formats & COMMAS != 0);
        let marked = self.points || self.commas;
        let known = hint.chosen.or(hint.proven);
        match (allowed, self.proof().or(known)) {
            ((false, false), _) => None,
            ((true, _), _) if !marked => Some(Point),
            ((false, true), _) if !marked => Some(Comma),
            ((true, _), Some(Point)) => Some(Point),
            ((_, true), Some(Comma)) => Some(Comma),
            (_, Some(_)) => None,
            // "1.234" everywhere, or with plain integers: a point is a decimal point, but not where commas are.
            ((true, _), None) if self.points => (hint.delimiter != b';').then_some(Point),
            // "1,234" everywhere, all well grouped.
            ((true, _), None) => (hint.delimiter == b',').then_some(Point),
            // "1,234" beside "1234": grouped carelessly, or a decimal comma; nobody knows.
            ((false, true), None) => None,
        }
    }
}
