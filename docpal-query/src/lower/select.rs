//! The statement that reads a page, and the one that counts.

use docpal_core::sql::expr::{self, Query, SelectStatement};
use docpal_core::sql::{ColumnName, PgType, Statement};
use docpal_core::{Error, ErrorKind, Result};

use super::cursor;
use super::encode::Encoder;
use super::field::Relation;
use super::order::{self, Key};
use super::readable::{filter, readable_relation};
use crate::resolve::Start;
use crate::secure::SecuredPlan;
use crate::spec::Count;
use docpal_core::values::Marks;

/// A statement has at most this many bytes: about four of the largest formulas.
const MAX_SQL_BYTES: usize = 256 * 1024;

/// Above this many records a capped count says "more".
pub(crate) const COUNT_CAP: u64 = 10_000;

/// A view as SQL, and where in its rows everything is.
#[derive(Debug)]
pub struct Compiled {
    pub(crate) page: Statement,
    pub(crate) count: Option<Statement>,
    pub(crate) layout: Layout,
    /// The sort keys in the rows, for the next cursor.
    pub(crate) keys: Vec<(usize, PgType)>,
    pub(crate) binding: [u8; 32],
}

/// Where the parts of a record are in a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// The fetched field at each position: position in the snapshot, index in the row.
    pub(crate) fields: Vec<(usize, usize)>,
    /// The flag of each computed field that exists only for some records.
    pub(crate) flags: Vec<(usize, usize)>,
}

/// The columns every row begins with.
pub(crate) static SYSTEM: [(ColumnName, PgType); 6] = [
    (ColumnName::ID, PgType::Uuid),
    (ColumnName::CREATED_AT, PgType::Timestamptz),
    (ColumnName::UPDATED_AT, PgType::Timestamptz),
    (ColumnName::CREATED_BY, PgType::Uuid),
    (ColumnName::UPDATED_BY, PgType::Uuid),
    (ColumnName::VERSION, PgType::Bigint),
];

impl Compiled {
    /// The SQL of the page, for `explain`.
    #[must_use]
    pub fn sql(&self) -> &str {
        self.page.text()
    }
}

/// Compiles a secured plan; `cursor_key` signs and checks cursors.
///
/// # Errors
/// `invalid_cursor`, `too_complex` for more and larger formulas than one statement should have.
pub fn lower(secured: &SecuredPlan, cursor_key: &[u8]) -> Result<Compiled> {
    let view = &secured.plan.view;
    let binding = binding(secured);
    let Records { mut select, layout, keys, first_key } = records(secured);
    match &view.start {
        Start::Offset(0) => {}
        Start::Offset(offset) => drop(select.offset(u64::from(*offset))),
        Start::Cursor(text) => {
            let types: Vec<PgType> = keys.iter().map(|key| key.ty).collect();
            let position = cursor::decode(text, &types, cursor_key, &binding)?;
            select.and_where(order::after(&keys, &position));
        }
    }
    order::order(&mut select, &keys);
    // One more than asked tells whether there is a next page.
    select.limit(u64::from(view.limit) + 1);
    let keys = keys.iter().enumerate().map(|(index, key)| (first_key + index, key.ty)).collect();
    let count = count(secured).map(limited).transpose()?;
    Ok(Compiled { page: limited(select.into())?, count, layout, keys, binding })
}

/// Every record of a view in its order, as SQL, and where in its rows everything is.
#[derive(Debug)]
pub struct CompiledExport {
    pub(crate) statement: Statement,
    pub(crate) layout: Layout,
}

/// Compiles a secured plan for all its records; the page part of the view is not used.
///
/// # Errors
/// `too_complex` for more and larger formulas than one statement should have.
pub fn lower_export(secured: &SecuredPlan) -> Result<CompiledExport> {
    let Records { mut select, layout, keys, .. } = records(secured);
    order::order(&mut select, &keys);
    Ok(CompiledExport { statement: limited(select.into())?, layout })
}

/// A statement of a size that PostgreSQL plans in a moment.
pub(super) fn limited(statement: Statement) -> Result<Statement> {
    if statement.text().len() > MAX_SQL_BYTES {
        let message =
            "the formulas are too large to filter, sort or compute by all of them at once; ask for fewer";
        return Err(Error::new(ErrorKind::Limit, "too_complex", message));
    }
    Ok(statement)
}

/// The readable records that meet the view's filter, without order or limit.
struct Records {
    select: SelectStatement,
    layout: Layout,
    keys: Vec<Key>,
    /// Where the keys begin in a row.
    first_key: usize,
}

fn records(secured: &SecuredPlan) -> Records {
    let flags = flags(secured);
    let relation = Relation { flags: &flags, ..Relation::table(&secured.plan.view.snapshot, secured.moment) };
    let keys = order::keys(secured, &relation);
    let mut layout = Layout::default();
    let mut select = Query::select();
    let first_key = select_columns(&mut select, secured, &relation, &mut layout);
    for (index, key) in keys.iter().enumerate() {
        select.expr_as(key.value.clone(), order::name(index));
    }
    readable_relation(&mut select, secured);
    select.and_where_option(filter(secured, &relation));
    if !order::are_computed(&keys) {
        return Records { select, layout, keys, first_key };
    }
    // Each formula once per record, and not again wherever its value is compared: that is what OFFSET 0 asks for.
    select.offset(0);
    let keys = order::as_columns(keys);
    let mut outer = Query::select();
    select_columns(&mut outer, secured, &relation, &mut Layout::default());
    outer.exprs(keys.iter().map(|key| key.value.clone()));
    outer.from_subquery(select, ColumnName::system("s"));
    Records { select: outer, layout, keys, first_key }
}

/// What the cursors of a view are bound to: its conditions, its order, and what its actor may see.
fn binding(secured: &SecuredPlan) -> [u8; 32] {
    let view = &secured.plan.view;
    let mut encoder = Encoder { snapshot: &view.snapshot, marks: Marks::default() };
    encoder.predicate(&view.filter);
    for sort in &view.sorts {
        encoder.sort(sort);
    }
    cursor::binding(&[encoder.marks.bytes(), &secured.fingerprint])
}

/// The columns that say where computed fields exist.
pub(super) fn flags(secured: &SecuredPlan) -> Vec<(usize, ColumnName)> {
    secured.flags.iter().map(|(position, name, _)| (*position, name.clone())).collect()
}

/// The system columns, the fetched fields and the flags; gives how many columns that is.
pub(super) fn select_columns(
    select: &mut SelectStatement,
    secured: &SecuredPlan,
    relation: &Relation<'_>,
    layout: &mut Layout,
) -> usize {
    for (name, _) in &SYSTEM {
        select.expr(expr::column(name));
    }
    let mut index = SYSTEM.len();
    let fields = relation.snapshot.fields();
    for position in &secured.plan.fetch {
        if let Some((name, _)) = fields.get(*position).and_then(|field| field.column()) {
            select.expr(expr::column(&name));
            layout.fields.push((*position, index));
            index += 1;
        }
    }
    for (position, name) in relation.flags {
        if secured.plan.compute.contains(position) {
            select.expr(expr::column(name));
            layout.flags.push((*position, index));
            index += 1;
        }
    }
    index
}

/// How many records the view has in all; never an estimate, which would count hidden ones.
fn count(secured: &SecuredPlan) -> Option<Statement> {
    let capped = match secured.plan.view.count {
        Count::None => return None,
        Count::Capped => true,
        Count::Exact => false,
    };
    let flags = flags(secured);
    let relation = Relation { flags: &flags, ..Relation::table(&secured.plan.view.snapshot, secured.moment) };
    let mut inner = Query::select();
    inner.expr_as(expr::integer(1), ColumnName::system("one"));
    readable_relation(&mut inner, secured);
    inner.and_where_option(filter(secured, &relation));
    if capped {
        inner.limit(COUNT_CAP + 1);
    }
    let mut outer = Query::select();
    outer.expr(expr::count_all()).from_subquery(inner, ColumnName::system("c"));
    Some(Statement::from(outer))
}
