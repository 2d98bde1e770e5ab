//! The statement that computes the groups of a view and its aggregates, over everything and over each group.

use docpal_core::sql::expr::{self, Expr, ExprTrait as _, Order, PgFn, Query, SelectStatement};
use docpal_core::sql::{ColumnName, PgType, Statement};
use docpal_core::{Error, Result};

use super::field::{Relation, SqlValue};
use super::order::{for_people, order_by, text_keys};
use super::readable::{filter, readable_relation};
use super::select::{flags, limited};
use crate::resolve::{ResolvedAggregate, ResolvedSort};
use crate::secure::SecuredPlan;
use crate::spec::{Direction, EmptyPlace};
use docpal_core::aggregates::{Aggregate, Over, those};
use docpal_core::target::Target;
use docpal_core::values::OrderedBy;

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
    pub(crate) keys: Vec<(usize, PgType, Option<usize>)>,
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

impl AggregateLayout {
    /// Behind its last column.
    fn end(&self) -> usize {
        self.errors.or(self.overflows).unwrap_or(self.value) + 1
    }
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
/// `too_complex` for more and larger formulas than one statement should have.
pub fn lower_summary(secured: &SecuredPlan) -> Result<CompiledSummary> {
    let view = &secured.plan.view;
    let flags = flags(secured);
    let relation = Relation { flags: &flags, ..Relation::table(&view.snapshot, secured.moment) };
    // Keys and values are computed once per record, below the grouping.
    let mut records = Query::select();
    let levels = view.sorts.iter().take(view.groups).enumerate();
    let levels = levels.map(|(index, sort)| Level::new(&relation, index, sort, &mut records));
    let levels = levels.collect::<Result<Vec<Level<'_>>>>()?;
    let mut inputs = Inputs::default();
    let mut select = Query::select();
    let mut layout = SummaryLayout { left_out: 0, count: 1, ..SummaryLayout::default() };
    let left_out = left_out(&levels);
    select.expr(left_out.clone()).expr(expr::count_all());
    let mut width = 2;
    for level in &levels {
        select.expr(expr::column(&level.key.name));
        let mut key = (width, level.key.ty, None);
        width += 1;
        if let Some(fails) = level.key.fails() {
            select.expr(fails);
            key.2 = Some(width);
            width += 1;
        }
        layout.keys.push(key);
    }
    for ResolvedAggregate { target, aggregate } in &view.aggregates {
        let over = inputs.column(&relation, *target, &mut records)?.over();
        let part = add_aggregate(&mut select, aggregate, over, width);
        width = part.end();
        layout.aggregates.push(part);
    }
    let mut columns = levels.iter().map(|level| &level.key).chain(inputs.columns());
    if columns.any(|column| column.failing != Failing::Never) {
        // PostgreSQL would compute the formula for each place that reads it.
        records.offset(0);
    }
    records.expr_as(expr::integer(1), ColumnName::system("one"));
    readable_relation(&mut records, secured);
    records.and_where_option(filter(secured, &relation));
    select.from_subquery(records, ColumnName::system("r"));
    if !levels.is_empty() {
        select.add_group_by([expr::call(PgFn::Rollup, levels.iter().map(Level::grouped))]);
        select.order_by_expr(left_out, Order::Desc);
        for level in &levels {
            level.order(&relation, &mut select);
        }
        // The whole, the groups, and one more that tells whether there are others.
        select.limit(MAX_SUMMARY_GROUPS as u64 + 2);
    }
    let statement = limited(select.into())?;
    Ok(CompiledSummary { statement, layout })
}

/// The columns of an aggregate, the first of them at `value`.
fn add_aggregate(
    select: &mut SelectStatement,
    aggregate: &Aggregate,
    over: Over,
    value: usize,
) -> AggregateLayout {
    let ty = aggregate.gives.ty(over.ty);
    let fails = over.fails.clone().filter(|_| aggregate.gives.reads_values());
    let mut layout = AggregateLayout { value, ty, overflows: None, errors: None };
    let result = aggregate.lower(over);
    select.expr(result.clone());
    if let Some(overflows) = ty.overflows(result) {
        layout.overflows = Some(layout.end());
        select.expr(overflows);
    }
    if let Some(fails) = fails {
        layout.errors = Some(layout.end());
        select.expr(those(fails));
    }
    layout
}

fn left_out(levels: &[Level<'_>]) -> Expr {
    if levels.is_empty() {
        return expr::cast(expr::integer(0), PgType::Bigint);
    }
    let keys = levels.iter().map(|level| expr::column(&level.key.name));
    expr::cast(expr::call(PgFn::Grouping, keys), PgType::Bigint)
}

/// A value of the records, as a column of theirs.
#[derive(Clone, Debug)]
struct ValueColumn {
    name: ColumnName,
    ty: PgType,
    failing: Failing,
}

/// How a column says that a value could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Failing {
    /// It always can.
    Never,
    /// By a value that stands for that.
    Poison,
    /// By another column; the value is null then.
    Column(ColumnName),
}

impl ValueColumn {
    /// Makes `operand` the column `n` of its kind of `records`.
    fn new(operand: SqlValue, stems: [&'static str; 2], n: usize, records: &mut SelectStatement) -> Self {
        let [name, fails] = stems.map(|stem| ColumnName::alias(stem, n));
        let ty = operand.ty;
        let failing = match operand.fails {
            None => Failing::Never,
            Some(_) if expr::poison(ty).is_some() => Failing::Poison,
            Some(condition) => {
                records.expr_as(condition.clone(), fails.clone());
                let value = expr::if_else(condition, expr::null(ty), operand.value);
                records.expr_as(value, name.clone());
                return Self { name, ty, failing: Failing::Column(fails) };
            }
        };
        records.expr_as(operand.value, name.clone());
        Self { name, ty, failing }
    }

    /// When the value could not be computed; may be null for no.
    fn fails(&self) -> Option<Expr> {
        match &self.failing {
            Failing::Never => None,
            Failing::Poison => expr::poison(self.ty).map(|poison| expr::column(&self.name).eq(poison)),
            Failing::Column(name) => Some(expr::column(name)),
        }
    }

    fn over(&self) -> Over {
        let value = expr::column(&self.name);
        let known = match (&self.failing, expr::poison(self.ty)) {
            (Failing::Poison, Some(poison)) => expr::call(PgFn::NullIf, [value.clone(), poison]),
            _ => value.clone(),
        };
        Over { value, known, ty: self.ty, fails: self.fails() }
    }
}

/// A level of groups.
struct Level<'v> {
    /// Equal for the records of a group.
    key: ValueColumn,
    sort: &'v ResolvedSort,
}

impl<'v> Level<'v> {
    fn new(
        relation: &Relation<'_>,
        index: usize,
        sort: &'v ResolvedSort,
        records: &mut SelectStatement,
    ) -> Result<Self> {
        let operand = relation.group_key(sort).ok_or_else(no_sql)?;
        Ok(Self { key: ValueColumn::new(operand, ["g", "e"], index, records), sort })
    }

    /// The columns that are one for each group.
    fn grouped(&self) -> Expr {
        let mut columns = vec![expr::column(&self.key.name)];
        if let Failing::Column(fails) = &self.key.failing {
            columns.push(expr::column(fails));
        }
        Expr::tuple(columns)
    }

    /// As lists have it: what could not be computed comes last, selects go by the order of their options.
    fn order(&self, relation: &Relation<'_>, select: &mut SelectStatement) {
        let ResolvedSort { target, direction, empty, buckets } = *self.sort;
        if let Some(fails) = self.key.fails() {
            let fails = expr::call(PgFn::Coalesce, [fails, expr::boolean(false)]);
            order_by(select, fails, Direction::Ascending, EmptyPlace::Last);
        }
        let key = expr::column(&self.key.name);
        let rank = if buckets.is_none() { relation.rank(target, key.clone()) } else { None };
        if let Some((rank, ty)) = rank {
            order_by(select, for_people(rank, ty, target), direction, empty);
        }
        // Also behind a rank: options that are gone have none.
        if self.key.ty.ordered_by() == OrderedBy::Value {
            return order_by(select, key, direction, empty);
        }
        for (part, people) in text_keys(key, true) {
            let part = if people { for_people(part, self.key.ty, target) } else { part };
            order_by(select, part, direction, empty);
        }
    }
}

/// The values that aggregates read.
#[derive(Default)]
struct Inputs {
    columns: Vec<(Target, ValueColumn)>,
}

impl Inputs {
    fn columns(&self) -> impl Iterator<Item = &ValueColumn> {
        self.columns.iter().map(|(_, column)| column)
    }

    /// The value of `target`, made a column of `records` when it is not one yet.
    fn column(
        &mut self,
        relation: &Relation<'_>,
        target: Target,
        records: &mut SelectStatement,
    ) -> Result<ValueColumn> {
        if let Some((_, column)) = self.columns.iter().find(|(known, _)| *known == target) {
            return Ok(column.clone());
        }
        let operand = relation.operand(target).ok_or_else(no_sql)?;
        let mut operand = relation.without_empty(target, operand);
        let computed = operand.ty.computed();
        if operand.ty != computed {
            operand.value = expr::cast(operand.value, computed);
            operand.ty = computed;
        }
        let column = ValueColumn::new(operand, ["a", "f"], self.columns.len(), records);
        self.columns.push((target, column.clone()));
        Ok(column)
    }
}

/// Resolution lets only what has an SQL form through.
fn no_sql() -> Error {
    Error::internal("a summary of a formula without SQL form")
}
