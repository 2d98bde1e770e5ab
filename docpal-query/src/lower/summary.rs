//! The statement that computes the groups of a view and its aggregates, over everything and over each group.

use docpal_core::sql::expr::{self, Expr, Order, PgFn, Query, SelectStatement};
use docpal_core::sql::{ColumnName, PgType, Statement};
use docpal_core::{Error, Result};

use super::field::{Operand, Relation};
use super::select::{filter, flags, for_people, order_by, readable_relation};
use crate::aggregates::Over;
use crate::resolve::ResolvedSort;
use crate::secure::SecuredPlan;
use crate::spec::{Direction, EmptyPlace};
use crate::target::Target;

/// A summary has at most this many groups, those of all levels together.
pub(crate) const MAX_SUMMARY_GROUPS: usize = 1_000;

/// The summary of a view as SQL, and where in its rows everything is.
#[derive(Debug)]
pub struct CompiledSummary {
    pub(crate) statement: Statement,
    pub(crate) layout: SummaryLayout,
}

/// Where the parts of a group are in a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct SummaryLayout {
    /// The levels that a row leaves out, as bits: the innermost is the lowest.
    pub(crate) left_out: usize,
    /// How many records.
    pub(crate) count: usize,
    /// For each level its key, and whether that could not be computed.
    pub(crate) keys: Vec<(usize, PgType, usize)>,
    /// In the order of the view.
    pub(crate) aggregates: Vec<AggregateLayout>,
}

/// Where the parts of an aggregate are in a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AggregateLayout {
    pub(crate) value: usize,
    pub(crate) ty: PgType,
    /// Whether the value is too large.
    pub(crate) overflows: Option<usize>,
    /// How many of the values could not be computed.
    pub(crate) errors: Option<usize>,
}

impl CompiledSummary {
    /// The SQL, for `explain`.
    #[must_use]
    pub fn sql(&self) -> &str {
        self.statement.text()
    }
}

/// Compiles the summary of a secured plan: the whole first, then the outer groups, then those inside them.
///
/// # Errors
/// None but `internal`, for a plan that does not come from resolution.
pub fn lower_summary(secured: &SecuredPlan) -> Result<CompiledSummary> {
    let view = &secured.plan.view;
    let flags = flags(secured);
    let relation = Relation { flags: &flags, ..Relation::table(&view.snapshot, secured.now) };
    // Keys and values are computed once per record, below the grouping.
    let mut records = Query::select();
    let levels = view.sorts.iter().take(view.groups).enumerate();
    let levels = levels.map(|(index, sort)| Level::new(&relation, index, sort, &mut records));
    let levels = levels.collect::<Result<Vec<Level>>>()?;
    let mut inputs = Inputs::default();
    let mut select = Query::select();
    let mut layout = SummaryLayout { left_out: 0, count: 1, ..SummaryLayout::default() };
    let left_out = left_out(&levels);
    select.expr(left_out.clone()).expr(expr::count_all());
    let mut width = 2;
    for level in &levels {
        select.expr(expr::column(&level.key)).expr(expr::column(&level.fails));
        layout.keys.push((width, level.ty, width + 1));
        width += 2;
    }
    for aggregate in &view.aggregates {
        let over = inputs.over(&relation, aggregate.target, &mut records)?;
        let aggregate = aggregate.aggregate;
        let ty = aggregate.gives.ty(over.ty);
        let errors = over.fails.clone().filter(|_| aggregate.gives.reads_values());
        let value = aggregate.lower(over);
        let mut part = AggregateLayout { value: width, ty, overflows: None, errors: None };
        select.expr(value.clone());
        width += 1;
        if ty == PgType::Numeric {
            select.expr(expr::is_nan(value));
            part.overflows = Some(width);
            width += 1;
        }
        if let Some(fails) = errors {
            let failing = expr::call(PgFn::NullIf, [fails, expr::boolean(false)]);
            select.expr(expr::call(PgFn::Count, [failing]));
            part.errors = Some(width);
            width += 1;
        }
        layout.aggregates.push(part);
    }
    records.expr_as(expr::integer(1), ColumnName::system("one"));
    readable_relation(&mut records, secured);
    records.and_where_option(filter(secured, &relation));
    select.from_subquery(records, ColumnName::system("r"));
    if !levels.is_empty() {
        select.add_group_by([expr::call(PgFn::Rollup, levels.iter().map(Level::grouped))]);
        select.order_by_expr(left_out, Order::Desc);
        for level in &levels {
            level.order(&mut select);
        }
        // The whole, the groups, and one more that tells whether there are others.
        select.limit(MAX_SUMMARY_GROUPS as u64 + 2);
    }
    Ok(CompiledSummary { statement: Statement::from(select), layout })
}

fn left_out(levels: &[Level]) -> Expr {
    if levels.is_empty() {
        return expr::cast(expr::integer(0), PgType::Bigint);
    }
    let keys = levels.iter().map(|level| expr::column(&level.key));
    expr::cast(expr::call(PgFn::Grouping, keys), PgType::Bigint)
}

/// A level of groups, as columns of the records.
struct Level {
    /// Equal for the records of a group.
    key: ColumnName,
    ty: PgType,
    /// Whether the key could not be computed.
    fails: ColumnName,
    /// What the groups are ordered by, where that is not the key.
    rank: Option<(ColumnName, PgType)>,
    target: Target,
    direction: Direction,
    empty: EmptyPlace,
}

impl Level {
    fn new(
        relation: &Relation<'_>,
        index: usize,
        sort: &ResolvedSort,
        records: &mut SelectStatement,
    ) -> Result<Self> {
        let group = relation.group_key(sort).ok_or_else(no_sql)?;
        let order = relation.order_key(sort).ok_or_else(no_sql)?;
        let (key, fails) = (ColumnName::alias("g", index), ColumnName::alias("e", index));
        let ty = group.ty;
        let is_ranked = order.ty != ty;
        records.expr_as(settled(&group), key.clone());
        records.expr_as(group.fails.unwrap_or_else(|| expr::boolean(false)), fails.clone());
        let rank = is_ranked.then(|| (ColumnName::alias("s", index), order.ty));
        if let Some((name, _)) = &rank {
            records.expr_as(settled(&order), name.clone());
        }
        let ResolvedSort { target, direction, empty, .. } = *sort;
        Ok(Self { key, ty, fails, rank, target, direction, empty })
    }

    /// The columns that are one for each group.
    fn grouped(&self) -> Expr {
        let rank = self.rank.iter().map(|(name, _)| name);
        expr::tuple([&self.key, &self.fails].into_iter().chain(rank).map(expr::column))
    }

    /// What could not be computed comes last, as in lists.
    fn order(&self, select: &mut SelectStatement) {
        let (name, ty) = self.rank.as_ref().map_or((&self.key, self.ty), |(name, ty)| (name, *ty));
        order_by(select, expr::column(&self.fails), Direction::Ascending, EmptyPlace::Last);
        order_by(select, for_people(expr::column(name), ty, self.target), self.direction, self.empty);
        if self.rank.is_some() {
            // Values of one rank, such as options that are gone.
            order_by(select, expr::column(&self.key), self.direction, self.empty);
        }
    }
}

/// The values that aggregates read, each a column of the records.
#[derive(Default)]
struct Inputs {
    columns: Vec<(Target, Over)>,
}

impl Inputs {
    /// The value of `target`, made a column of `records` when it is not one yet.
    fn over(
        &mut self,
        relation: &Relation<'_>,
        target: Target,
        records: &mut SelectStatement,
    ) -> Result<Over> {
        if let Some((_, over)) = self.columns.iter().find(|(known, _)| *known == target) {
            return Ok(over.clone());
        }
        let operand = relation.operand(target).ok_or_else(no_sql)?.or_null();
        let index = self.columns.len();
        let (name, fails) = (ColumnName::alias("a", index), ColumnName::alias("f", index));
        let (value, ty) = match operand.ty {
            // One type for all numbers.
            PgType::Bigint => (expr::cast(settled(&operand), PgType::Numeric), PgType::Numeric),
            ty => (settled(&operand), ty),
        };
        records.expr_as(value, name.clone());
        let fails = operand.fails.map(|condition| {
            records.expr_as(condition, fails.clone());
            expr::column(&fails)
        });
        let over = Over { value: expr::column(&name), ty, fails };
        self.columns.push((target, over.clone()));
        Ok(over)
    }
}

/// Resolution lets only what has an SQL form through.
fn no_sql() -> Error {
    Error::internal("a summary of a formula without SQL form")
}

/// The value, null where it could not be computed.
fn settled(operand: &Operand) -> Expr {
    let value = operand.value.clone();
    match &operand.fails {
        Some(fails) => expr::if_else(fails.clone(), expr::null(operand.ty), value),
        None => value,
    }
}
