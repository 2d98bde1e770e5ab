//! A field or system value as an SQL expression over one relation.

use docpal_core::model::Field;
use docpal_core::sql::expr::{self, Expr, ExprTrait as _, PgFn};
use docpal_core::sql::{ColumnName, PgType};
use docpal_core::{Cell, TableSnapshot};

use crate::resolve::{Buckets, ResolvedSort};
use crate::spec::Bucket;
use docpal_core::formula_sql::{self, Cases, Clock, ComputedValue};
use docpal_core::operators::Moment;
use docpal_core::target::{Compared, Target};

/// The relation that expressions read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relation<'r> {
    pub(crate) snapshot: &'r TableSnapshot,
    /// The computed fields that exist only for some records: position, and the column that says for which.
    pub(crate) flags: &'r [(usize, ColumnName)],
    /// When it is, and for whom.
    pub(crate) moment: Moment,
}

impl<'r> Relation<'r> {
    /// The table of `snapshot` itself, with every field there.
    pub(crate) fn table(snapshot: &'r TableSnapshot, moment: Moment) -> Self {
        Self { snapshot, flags: &[], moment }
    }
}

/// A value of a record in SQL.
#[derive(Clone, Debug)]
pub(crate) struct SqlValue {
    pub(crate) value: Expr,
    pub(crate) ty: PgType,
    /// When it could not be computed; the value is then anything.
    pub(crate) fails: Option<Expr>,
    /// The value in two cases, when one of them is simpler.
    pub(crate) cases: Option<Box<Cases>>,
}

impl SqlValue {
    fn stored(value: Expr, ty: PgType) -> Self {
        Self { value, ty, fails: None, cases: None }
    }
}

impl From<ComputedValue> for SqlValue {
    fn from(computed: ComputedValue) -> Self {
        let ComputedValue { value, ty, fails, cases } = computed;
        Self { value, ty, fails, cases }
    }
}

impl Relation<'_> {
    /// The value of `target`. `None` for a formula without SQL form, which resolution has refused.
    pub(crate) fn operand(&self, target: Target) -> Option<SqlValue> {
        match target {
            Target::System(system) => {
                let (name, ty) = system.column();
                Some(SqlValue::stored(expr::column(&name), ty))
            }
            Target::Field(position) => {
                let field = self.snapshot.fields().get(position)?;
                match field.column() {
                    Some((name, ty)) => Some(SqlValue::stored(expr::column(&name), ty)),
                    None => {
                        let clock = Clock::at(self.moment.now);
                        let value = formula_sql::value(self.snapshot, clock, position)?;
                        Some(self.flagged(position, value.into()))
                    }
                }
            }
        }
    }

    fn flagged(&self, position: usize, operand: SqlValue) -> SqlValue {
        let Some((_, flag)) = self.flags.iter().find(|(flagged, _)| *flagged == position) else {
            return operand;
        };
        let flag = expr::column(flag);
        SqlValue {
            value: expr::if_else(flag.clone(), operand.value, expr::null(operand.ty)),
            ty: operand.ty,
            fails: operand.fails.map(|fails| flag.and(fails)),
            cases: None,
        }
    }

    /// Does a formula compute the value of `target`?
    pub(crate) fn is_computed(&self, target: Target) -> bool {
        match target {
            Target::System(_) => false,
            Target::Field(position) => {
                self.snapshot.fields().get(position).is_some_and(|field| field.column().is_none())
            }
        }
    }

    /// What a view orders by at `sort`. An empty text stays one: it stands beside null, and an index can serve it.
    pub(crate) fn order_key(&self, sort: &ResolvedSort) -> Option<SqlValue> {
        match sort.buckets {
            Some(buckets) => Some(in_buckets(self.operand(sort.target)?, buckets)),
            None => self.sort_key(sort.target),
        }
    }

    /// What a view groups by at `sort`: equal for the records of one group, null for those without a value.
    pub(crate) fn group_key(&self, sort: &ResolvedSort) -> Option<SqlValue> {
        let operand = self.operand(sort.target)?;
        Some(match sort.buckets {
            Some(buckets) => in_buckets(operand, buckets),
            None => self.without_empty(sort.target, operand),
        })
    }

    /// The same value of `target` with null for the empty text.
    pub(crate) fn without_empty(&self, target: Target, operand: SqlValue) -> SqlValue {
        let Target::Field(position) = target else { return operand };
        let family = self.snapshot.fields().get(position).map(Field::family);
        match family.and_then(|family| family.without_empty(operand.value.clone())) {
            Some(value) => SqlValue { value, cases: None, ..operand },
            None => operand,
        }
    }

    /// The value of `target` as a view sorts it: a select by the order of its options.
    fn sort_key(&self, target: Target) -> Option<SqlValue> {
        let operand = self.operand(target)?;
        if let Some((rank, ty)) = self.rank(target, operand.value.clone()) {
            return Some(SqlValue::stored(rank, ty));
        }
        Some(operand)
    }

    /// What values are ordered by, as those of a select by the order of its options. `None` for what is ordered by
    /// itself.
    pub(crate) fn rank(&self, target: Target, value: Expr) -> Option<(Expr, PgType)> {
        let Target::Field(position) = target else { return None };
        Compared::of_field(self.snapshot.fields().get(position)?).rank(value)
    }
}

/// The first value of the bucket that a value is in.
fn in_buckets(operand: SqlValue, buckets: Buckets) -> SqlValue {
    let unit = match buckets.bucket {
        Bucket::Size(size) => {
            let number = expr::cast(operand.value, PgType::Numeric);
            let size = expr::bind(&Cell::Number(size), PgType::Numeric);
            let rest = expr::call(PgFn::Mod, [number.clone(), size]);
            return SqlValue { value: number.sub(rest), ty: PgType::Numeric, cases: None, ..operand };
        }
        Bucket::Day => "day",
        Bucket::Week => "week",
        Bucket::Month => "month",
        Bucket::Quarter => "quarter",
        Bucket::Year => "year",
    };
    // Resolution lets only what has times through.
    let local = operand.ty.local(operand.value, buckets.zone.name());
    let local = local.unwrap_or_else(|| expr::null(PgType::Timestamptz));
    let first = expr::call(PgFn::DateTrunc, [expr::literal(unit), local]);
    SqlValue { value: expr::cast(first, PgType::Date), ty: PgType::Date, cases: None, ..operand }
}
