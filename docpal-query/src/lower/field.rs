//! A field or system value as an SQL expression over one relation.

use chrono::{DateTime, Utc};
use docpal_core::TableSnapshot;
use docpal_core::field_types::Family;
use docpal_core::sql::expr::{self, Expr, ExprTrait as _};
use docpal_core::sql::{ColumnName, PgType};

use super::formula::{self, Clock};
use crate::target::{Compared, Target};

/// The relation that expressions read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relation<'r> {
    pub(crate) snapshot: &'r TableSnapshot,
    /// What the relation goes by, when a statement has several.
    pub(crate) alias: Option<&'r ColumnName>,
    /// The computed fields that exist only for some records: position, and the column that says for which.
    pub(crate) flags: &'r [(usize, ColumnName)],
    /// What time it is for formulas.
    pub(crate) clock: Clock,
}

impl<'r> Relation<'r> {
    /// The table of `snapshot` itself, with every field there.
    pub(crate) fn table(snapshot: &'r TableSnapshot, now: DateTime<Utc>) -> Self {
        Self { snapshot, alias: None, flags: &[], clock: Clock::at(now) }
    }
}

/// A value in SQL.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) value: Expr,
    pub(crate) ty: PgType,
    /// When it could not be computed; the value is then anything.
    pub(crate) fails: Option<Expr>,
    /// The value in two cases, when one of them is simpler.
    pub(crate) cases: Option<Box<Cases>>,
}

/// A value that is simple for most records.
#[derive(Clone, Debug)]
pub(crate) struct Cases {
    /// Which they are.
    pub(crate) test: Expr,
    /// The value of those; it can always be computed.
    pub(crate) simple: Expr,
    /// The value of the others.
    pub(crate) other: Expr,
    /// When the value of the others could not be computed.
    pub(crate) other_fails: Option<Expr>,
}

impl Operand {
    fn stored(value: Expr, ty: PgType) -> Self {
        Self { value, ty, fails: None, cases: None }
    }
}

impl Relation<'_> {
    pub(crate) fn column(&self, name: &ColumnName) -> Expr {
        match self.alias {
            Some(alias) => expr::column_of(alias, name),
            None => expr::column(name),
        }
    }

    /// The value of `target`. `None` for a formula without SQL form, which resolution has refused.
    pub(crate) fn operand(&self, target: Target) -> Option<Operand> {
        match target {
            Target::System(system) => {
                let (name, ty) = system.column();
                Some(Operand::stored(self.column(&name), ty))
            }
            Target::Field(position) => {
                let field = self.snapshot.fields().get(position)?;
                match field.column() {
                    Some((name, ty)) => Some(Operand::stored(self.column(&name), ty)),
                    None => formula::operand(self, position).map(|operand| self.flagged(position, operand)),
                }
            }
        }
    }

    fn flagged(&self, position: usize, operand: Operand) -> Operand {
        let Some((_, flag)) = self.flags.iter().find(|(flagged, _)| *flagged == position) else {
            return operand;
        };
        let flag = self.column(flag);
        Operand {
            value: expr::if_else(flag.clone(), operand.value, expr::null(operand.ty)),
            ty: operand.ty,
            fails: operand.fails.map(|fails| flag.and(fails)),
            cases: None,
        }
    }

    /// The value of `target` as a view sorts it: a select by the order of its options.
    pub(crate) fn sort_key(&self, target: Target) -> Option<Operand> {
        let operand = self.operand(target)?;
        let Target::Field(position) = target else { return Some(operand) };
        let key = match self.snapshot.fields().get(position).map(Compared::of_field) {
            Some(Compared::Field(Family::SingleSelect(options))) => {
                let ids = expr::text_array(options.iter().map(|option| option.id.as_str()));
                let position = expr::call(expr::PgFn::ArrayPosition, [Expr::value(ids), operand.value]);
                Operand::stored(expr::cast(position, PgType::Bigint), PgType::Bigint)
            }
            Some(Compared::Field(Family::MultipleSelect(options))) => {
                let ids = Expr::value(expr::text_array(options.iter().map(|option| option.id.as_str())));
                let rank = expr::call(expr::PgFn::SelectRank, [ids, operand.value]);
                Operand::stored(rank, PgType::Text)
            }
            _ => operand,
        };
        Some(key)
    }
}
