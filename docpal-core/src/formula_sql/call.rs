//! Calls of functions: the map from name to SQL, and what the functions see of a call.

mod aggregate;
mod date;
mod date_format;
mod date_parse;
mod list;
mod logic;
mod memory;
mod number;
mod regex;
mod text;

use crate::Cell;
use crate::sql::PgType;
use crate::sql::expr::{self, PgFn};
use docpal_formula::{FunctionCall, Node, Type, Unit};

use super::Unsupported;
use super::node::{Lowering, midnight};
use super::sql::{Kind, Sql, any_fails};
use super::term::Term;

pub use memory::MEMORY_ONLY;

/// The SQL of one call.
type Lower = fn(&Call<'_>) -> Result<Sql, Unsupported>;
/// Functions by name.
type Functions = &'static [(&'static str, Lower)];

/// The functions that have an SQL form, by family.
const FAMILIES: &[Functions] = &[
    logic::FUNCTIONS,
    number::FUNCTIONS,
    aggregate::FUNCTIONS,
    text::FUNCTIONS,
    date::FUNCTIONS,
    list::FUNCTIONS,
];

/// Whether calls of the standard function `name` have an SQL form.
#[must_use]
pub fn has_sql(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<Lower> {
    let mut known = FAMILIES.iter().copied().flatten();
    known.find(|(known, _)| *known == name).map(|(_, lower)| *lower)
}

/// A call of a function of the registry.
pub(super) fn lower(call: &FunctionCall, ty: &Type, scope: Lowering<'_>) -> Result<Sql, Unsupported> {
    let name = call.function().name();
    if !call.function().is_standard() {
        return Err(format!("{name} is a function of the host"));
    }
    match (find(name), MEMORY_ONLY.iter().find(|(known, _)| *known == name)) {
        (Some(lower), _) => lower(&Call { call, ty, scope }),
        (None, Some((_, why))) => Err(format!("{name} is computed in memory only: {why}")),
        (None, None) => Err(format!("{name} is computed in memory only")),
    }
}

/// One call, as a function sees it.
struct Call<'c> {
    call: &'c FunctionCall,
    ty: &'c Type,
    scope: Lowering<'c>,
}

impl Call<'_> {
    fn args(&self) -> &[Node] {
        self.call.args()
    }

    fn has(&self, index: usize) -> bool {
        index < self.args().len()
    }

    /// The kind of the result.
    fn kind(&self) -> Result<Kind, Unsupported> {
        Kind::of(self.ty)
    }

    /// An argument as it is.
    fn sql(&self, index: usize) -> Result<Sql, Unsupported> {
        let node = self.args().get(index).ok_or("it lacks an argument")?;
        Ok(self.scope.lower(node)?.settled())
    }

    /// An argument as a value of `kind`; a blank when it is not given.
    fn sql_as(&self, index: usize, kind: Kind) -> Result<Sql, Unsupported> {
        match self.args().get(index) {
            Some(node) => self.scope.lower_as(node, kind),
            None => Ok(Sql::sure(kind, Term::null(kind.pg())).at_most(0).of_items(0)),
        }
    }

    fn all(&self) -> Result<Vec<Sql>, Unsupported> {
        (0..self.args().len()).map(|index| self.sql(index)).collect()
    }

    fn number(&self, index: usize) -> Result<Sql, Unsupported> {
        self.sql_as(index, Kind::Number)
    }

    /// A text, null when it is blank or not given.
    fn text(&self, index: usize) -> Result<Sql, Unsupported> {
        self.sql_as(index, Kind::Text)
    }

    /// A text, empty when it is blank or not given.
    fn filled_text(&self, index: usize) -> Result<Sql, Unsupported> {
        let text = self.text(index)?;
        if !text.nullable {
            return Ok(text);
        }
        Ok(Sql { value: text.value.or_empty(), nullable: false, ..text })
    }

    /// The zone in which instants are read.
    fn zone(&self) -> &'static str {
        self.call.zone().unwrap_or(self.scope.clock.zone).name()
    }

    fn zone_text(&self) -> Term {
        Term::zone(self.zone())
    }

    /// A date or datetime, whatever blank it is.
    fn temporal(&self, index: usize) -> Result<Sql, Unsupported> {
        Ok(self.sql(index)?.into_kind(Kind::DateTime))
    }

    /// Whether the argument is a date without time, by its static type.
    fn is_date(&self, index: usize) -> bool {
        self.args().get(index).is_some_and(|arg| *arg.ty() == Type::Date)
    }

    /// The wall-clock time of a date or datetime.
    fn local(&self, index: usize) -> Result<Term, Unsupported> {
        let moment = self.temporal(index)?;
        Ok(match moment.kind {
            Kind::Date => moment.value.into_local(),
            _ => moment.value.at_zone(self.zone()),
        })
    }

    /// The day of a date or datetime.
    fn day(&self, index: usize) -> Result<Term, Unsupported> {
        let moment = self.temporal(index)?;
        Ok(match moment.kind {
            Kind::Date => moment.value,
            _ => moment.value.at_zone(self.zone()).cast(PgType::Date),
        })
    }

    /// The instant of a datetime, or of the midnight of a date.
    fn instant(&self, index: usize) -> Result<Sql, Unsupported> {
        let moment = self.temporal(index)?;
        Ok(match moment.kind {
            Kind::Date => midnight(moment, self.zone()),
            _ => moment,
        })
    }

    /// The unit of time written out as an argument, or `default` when it is not given.
    fn unit(&self, index: usize, default: Unit) -> Result<Unit, Unsupported> {
        match self.call.prepared(index) {
            docpal_formula::Prepared::Unit(unit) => Ok(*unit),
            _ if !self.has(index) => Ok(default),
            _ => Err("its unit of time is not written out".to_owned()),
        }
    }

    /// The ISO number of the day a week starts on.
    fn week_start(&self, index: usize) -> Term {
        let day = match self.call.prepared(index) {
            docpal_formula::Prepared::WeekStart(day) => day.number_from_monday(),
            _ => 7,
        };
        Term::integer(day.into())
    }

    /// When any argument cannot be computed.
    fn fails(&self) -> Result<Option<Term>, Unsupported> {
        Ok(any_fails(&self.all()?))
    }
}

/// A function of one value whose error is that of the value.
fn through(inner: Sql, apply: impl FnOnce(Term) -> Term) -> Sql {
    Sql { value: apply(inner.value), exact: None, ..inner }
}

/// A constant list of dates.
fn dates(days: &[chrono::NaiveDate]) -> Term {
    let cells: Vec<Cell> = days.iter().map(|day| Cell::Date(*day)).collect();
    Term::leaf(expr::array(&cells, PgType::Date))
}

/// The texts that are spaces at the ends of a text are cut.
fn trimmed(text: Term) -> Term {
    Term::call(PgFn::Btrim, [text, Term::call(PgFn::Spaces, [])])
}
