//! The vocabulary for expressions: sea-query's trees, and closed lists of PostgreSQL's functions, casts
//! and operators, so that no caller spells SQL.

mod function;

pub(crate) use sea_query::ArrayType;
pub use sea_query::extension::postgres::PgBinOper;
pub use sea_query::{
    BinOper, CaseStatement, CommonTableExpression, Condition, DeleteStatement, Expr, ExprTrait, Func,
    InsertStatement, LockType, NullOrdering, Order, OverStatement, Query, SelectStatement, SimpleExpr,
    SubQueryStatement, UpdateStatement, Value, WindowStatement, WithClause, WithQuery,
};
use sea_query::{DynIden, FunctionCall};

use super::ident::ColumnName;
use crate::values::{Cell, PgType};

pub use function::PgFn;

/// A call of `function`.
pub fn call(function: PgFn, args: impl IntoIterator<Item = Expr>) -> Expr {
    // Func::cust prints a borrowed identifier as it stands; these names are ours.
    let call: FunctionCall = Func::cust(RawName(function.name()));
    Expr::FunctionCall(call.args(args))
}

struct RawName(&'static str);

impl sea_query::Iden for RawName {
    fn quoted(&self) -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed(self.0)
    }

    fn unquoted(&self) -> &str {
        self.0
    }
}

/// `expr = 'NaN'`: is this number an error?
#[must_use]
pub fn is_nan(expr: Expr) -> Expr {
    let nan = cast(Expr::Constant(Value::from("NaN")), PgType::Numeric);
    call(PgFn::Coalesce, [expr.binary(BinOper::Equal, nan), boolean(false)])
}

/// The value of type `ty` that stands for an error, of the types that have one.
#[must_use]
pub fn poison(ty: PgType) -> Option<Expr> {
    ty.markers().map(|markers| cast(Expr::Constant(Value::from(markers.error)), ty))
}

/// The number or time, by `ty`, below all others.
#[must_use]
pub fn lowest(ty: PgType) -> Expr {
    cast(Expr::Constant(Value::from("-infinity")), ty)
}

/// The number or time, by `ty`, above all others that are no errors.
#[must_use]
pub fn highest(ty: PgType) -> Expr {
    let text = ty.markers().map_or("infinity", |markers| markers.highest);
    cast(Expr::Constant(Value::from(text)), ty)
}

/// `CASE WHEN condition THEN yes WHEN NOT condition THEN no ELSE unknown END`
#[must_use]
pub fn by_truth(condition: Expr, yes: Expr, no: Expr, unknown: Expr) -> Expr {
    CaseStatement::new().case(condition.clone(), yes).case(condition.not(), no).finally(unknown).into()
}

/// `(SELECT body FROM (SELECT value AS name OFFSET 0) AS name)`: `body` may read `name` often, `value` is computed
/// once.
#[must_use]
pub fn let_in(name: &ColumnName, value: Expr, body: Expr) -> Expr {
    let mut inner = Query::select();
    inner.expr_as(value, name.clone()).offset(0);
    let mut outer = Query::select();
    outer.expr(body).from_subquery(inner, name.clone());
    subquery(outer)
}

/// `a ~ pattern` by code point; `pattern` must be one that PostgreSQL accepts.
#[must_use]
pub fn matches_regex(text: Expr, pattern: &str) -> Expr {
    collate(text, Collation::CodePoint).binary(BinOper::Custom("~"), cast(Expr::value(pattern), PgType::Text))
}

/// `expr::int`, for what surely is one.
#[must_use]
pub fn as_int(expr: Expr) -> Expr {
    expr.cast_as(RawName("int"))
}

/// `NOT coalesce(expr, false)`
#[must_use]
pub fn not_true(expr: Expr) -> Expr {
    expr.binary(BinOper::IsNot, boolean(true))
}

/// `CASE WHEN condition THEN yes ELSE no END`
#[must_use]
pub fn if_else(condition: Expr, yes: Expr, no: Expr) -> Expr {
    CaseStatement::new().case(condition, yes).finally(no).into()
}

/// `-expr`
#[must_use]
pub fn negate(expr: Expr) -> Expr {
    integer(0).binary(BinOper::Sub, expr)
}

/// A text literal of ours.
#[must_use]
pub fn literal(text: &'static str) -> Expr {
    Expr::Constant(Value::from(text))
}

/// FROM the rows of `table` that `images`, a list of objects by column name, describe.
pub fn from_images(select: &mut SelectStatement, table: &super::ident::TableName, images: &str) {
    let row = Expr::Keyword(sea_query::Keyword::Null).cast_as(TypeName(table.to_string()));
    let images = Expr::value(images).cast_as(RawName("text")).cast_as(RawName("jsonb"));
    let call = Func::cust(RawName("jsonb_populate_recordset")).args([row, images]);
    select.from_function(call, ColumnName::system("r"));
}

/// The row type of a table, whose name needs no quotes.
struct TypeName(String);

impl sea_query::Iden for TypeName {
    fn quoted(&self) -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Owned(self.0.clone())
    }

    fn unquoted(&self) -> &str {
        &self.0
    }
}

/// A whole row of the relation that goes by `alias`, as a column reference reads it.
#[must_use]
pub fn whole_row(alias: &ColumnName) -> Expr {
    column(alias)
}

/// `(SELECT to_jsonb(image) FROM (SELECT value AS key, ..) AS image)`: an object with a key per value, in any number.
#[must_use]
pub fn object(entries: impl IntoIterator<Item = (ColumnName, Expr)>) -> Expr {
    let image = ColumnName::system("image");
    let mut inner = Query::select();
    for (key, value) in entries {
        inner.expr_as(value, key);
    }
    let mut outer = Query::select();
    outer.expr(call(PgFn::ToJsonb, [whole_row(&image)])).from_subquery(inner, image.clone());
    subquery(outer)
}

/// The given ids whose condition holds, as `uuid[]`.
#[must_use]
pub fn ids_where(conditions: Vec<(uuid::Uuid, Expr)>) -> Expr {
    // A function takes a hundred arguments at most.
    let chunks = conditions.chunks(100).map(|chunk| {
        let ids =
            chunk.iter().map(|(id, condition)| if_else(condition.clone(), uuid(*id), null(PgType::Uuid)));
        call(PgFn::Changed, ids)
    });
    chunks.reduce(|a, b| call(PgFn::ArrayCat, [a, b])).unwrap_or_else(|| uuid_array([]))
}

/// `row_number() OVER (ORDER BY column)`
#[must_use]
pub fn row_number(by: Expr) -> Expr {
    let over = Expr::FunctionCall(Func::cust(RawName("ORDER BY")).arg(by));
    let window = Expr::FunctionCall(Func::cust(RawName("")).arg(over));
    call(PgFn::RowNumber, []).binary(BinOper::Custom("OVER"), window)
}

/// `ARRAY[id]`
#[must_use]
pub fn record_ids(id: Expr) -> Expr {
    Expr::FunctionCall(Func::cust(RawName("array_append")).args([uuid_array([]), id]))
}

/// `(SELECT ..)` as a value.
#[must_use]
pub fn subquery(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(select.into()))
}

/// `INSERT INTO table (columns) SELECT .. RETURNING ..`. The caller gives as many columns as the select has.
#[must_use]
pub fn insert_select(
    table: super::ident::MetaTable,
    columns: Vec<ColumnName>,
    select: SelectStatement,
    returning: &[ColumnName],
) -> SubQueryStatement {
    let mut insert = Query::insert();
    insert.into_table(table.table_ref()).columns(columns);
    if !returning.is_empty() {
        insert.returning(Query::returning().columns(returning.iter().cloned()));
    }
    match insert.select_from(select) {
        Ok(insert) => insert.to_owned().into(),
        // sea-query refuses a select of another width; PostgreSQL would too, with this empty insert.
        Err(_) => Query::insert().into_table(table.table_ref()).to_owned().into(),
    }
}

/// `expr AT TIME ZONE zone`
#[must_use]
pub fn at_time_zone(expr: Expr, zone: &str) -> Expr {
    expr.binary(BinOper::Custom("AT TIME ZONE"), cast(Expr::value(zone), PgType::Text))
}

/// `expr::timestamp`, a date at its midnight without a zone.
#[must_use]
pub fn as_local(expr: Expr) -> Expr {
    expr.cast_as(RawName("timestamp"))
}

/// The name that belongs to an id, as `CASE WHEN id = .. THEN ..`; an id without a name stays.
#[must_use]
pub fn name_of<'n>(id: Expr, options: impl Iterator<Item = (&'n str, &'n str)>) -> Expr {
    let mut case = CaseStatement::new();
    let mut any = false;
    for (option, name) in options {
        any = true;
        case = case.case(
            id.clone().eq(cast(Expr::value(option), PgType::Text)),
            cast(Expr::value(name), PgType::Text),
        );
    }
    if any { case.finally(id).into() } else { id }
}

/// `expr::ty`
pub fn cast(expr: impl Into<Expr>, ty: PgType) -> Expr {
    expr.into().cast_as(RawName(ty.sql()))
}

/// The column of `table`, or of the only table in sight.
#[must_use]
pub fn column(name: &ColumnName) -> Expr {
    Expr::col(DynIden::from(name.clone()))
}

/// The column of the relation that goes by `alias`.
#[must_use]
pub fn column_of(alias: &ColumnName, name: &ColumnName) -> Expr {
    Expr::col((DynIden::from(alias.clone()), DynIden::from(name.clone())))
}

/// `column COLLATE name`, for the collations this module knows.
#[must_use]
pub fn collate(expr: Expr, collation: Collation) -> Expr {
    // A column reference is what sea-query prints bare; in parentheses it would not be a collation.
    let name = match collation {
        Collation::CodePoint => Expr::col(RawName("C")),
        Collation::Natural => Expr::col((RawName("docpal"), RawName("natural_text"))),
        Collation::Unicode => Expr::col((RawName("docpal"), RawName("unicode"))),
    };
    expr.binary(BinOper::Custom("COLLATE"), name)
}

/// How texts are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collation {
    /// By Unicode code point: exact, the order of formulas.
    CodePoint,
    /// For people: ignoring case first, numbers by value.
    Natural,
    /// Full Unicode case mapping.
    Unicode,
}

/// A value as a bind with its type spelled out, so that PostgreSQL never has to guess.
#[must_use]
pub fn bind(cell: &Cell, ty: PgType) -> Expr {
    cast(Expr::value(bind_value(cell, ty)), ty)
}

/// `count(*)`
#[must_use]
pub fn count_all() -> Expr {
    Expr::FunctionCall(Func::count(Expr::Constant(Value::Int(Some(1)))))
}

/// `count(DISTINCT expr)`
#[must_use]
pub fn count_distinct(expr: Expr) -> Expr {
    Expr::FunctionCall(Func::count_distinct(expr))
}

/// `percentile_disc(fraction) WITHIN GROUP (ORDER BY expr)`: a value that is there, the first that `fraction` of all
/// values do not exceed.
#[must_use]
pub fn percentile(fraction: &'static str, expr: Expr) -> Expr {
    let fraction = Expr::Constant(Value::from(fraction)).cast_as(RawName("float8"));
    let ordered = Expr::FunctionCall(Func::cust(RawName("ORDER BY")).arg(expr));
    let group = Expr::FunctionCall(Func::cust(RawName("")).arg(ordered));
    call(PgFn::PercentileDisc, [fraction]).binary(BinOper::Custom("WITHIN GROUP"), group)
}

/// A value for an INSERT or UPDATE of a column of type `ty`.
#[must_use]
pub fn bind_value(cell: &Cell, ty: PgType) -> Value {
    cell.bind(ty)
}

/// A `text[]` value.
pub fn text_array<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    let items = items.into_iter().map(Value::from).collect();
    Value::Array(ArrayType::String, Some(Box::new(items)))
}

/// An array value of cells that all have type `ty`, or of a list type itself.
#[must_use]
pub fn array(cells: &[Cell], ty: PgType) -> Expr {
    let item = ty.item();
    let values = cells.iter().map(|cell| cell.bind(item)).collect();
    Expr::value(Value::Array(item.list(), Some(Box::new(values)))).cast_as(RawName(item.list_sql()))
}

/// `VARIADIC array`: the items of an array as the last arguments of a call.
#[must_use]
pub fn variadic(array: Expr) -> Expr {
    Expr::FunctionCall(Func::cust(RawName("VARIADIC")).arg(array))
}

/// An uuid as a bind.
#[must_use]
pub fn uuid(id: uuid::Uuid) -> Expr {
    nullable_uuid(Some(id))
}

/// An uuid, or null, as a bind.
#[must_use]
pub fn nullable_uuid(id: Option<uuid::Uuid>) -> Expr {
    cast(Expr::value(id), PgType::Uuid)
}

/// Uuids as one array bind.
pub fn uuid_array(ids: impl IntoIterator<Item = uuid::Uuid>) -> Expr {
    let values = ids.into_iter().map(Value::from).collect();
    Expr::value(Value::Array(ArrayType::Uuid, Some(Box::new(values)))).cast_as(RawName("uuid[]"))
}

/// `expr = ANY(array)`: one bind however many values, false when there are none.
#[must_use]
pub fn is_any_of(expr: Expr, array: Expr) -> Expr {
    expr.binary(BinOper::Equal, call_any(array))
}

fn call_any(array: Expr) -> Expr {
    Expr::FunctionCall(Func::cust(RawName("ANY")).arg(array))
}

/// `(expr) IS TRUE`: unknown counts as no.
#[must_use]
pub fn is_true(expr: Expr) -> Expr {
    expr.binary(BinOper::Is, Expr::Constant(Value::Bool(Some(true))))
}

/// `a IS DISTINCT FROM b`
#[must_use]
pub fn is_distinct_from(a: Expr, b: Expr) -> Expr {
    a.binary(BinOper::Custom("IS DISTINCT FROM"), b)
}

/// `a || b`
#[must_use]
pub fn concat(a: Expr, b: Expr) -> Expr {
    a.binary(PgBinOper::Concatenate, b)
}

/// `true` or `false`, as a literal.
#[must_use]
pub fn boolean(value: bool) -> Expr {
    Expr::Constant(Value::Bool(Some(value)))
}

/// `NULL::ty`
#[must_use]
pub fn null(ty: PgType) -> Expr {
    cast(Expr::Keyword(sea_query::Keyword::Null), ty)
}

/// An integer literal.
#[must_use]
pub fn integer(value: i64) -> Expr {
    Expr::Constant(Value::BigInt(Some(value)))
}

/// A whole number as a bind.
#[must_use]
pub fn bigint(value: i64) -> Expr {
    cast(Expr::value(value), PgType::Bigint)
}

/// `a OR b OR ..`; false of none.
#[must_use]
pub fn any_of(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    conditions.into_iter().reduce(|a, b| a.or(b)).unwrap_or_else(|| boolean(false))
}

/// `EXISTS (SELECT ..)`
#[must_use]
pub fn exists(select: SelectStatement) -> Expr {
    Expr::exists(select)
}

/// The pattern for LIKE that finds `needle` as it stands, with `%` where asked.
#[must_use]
pub fn like_pattern(before: bool, needle: &str, after: bool) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    if before {
        pattern.push('%');
    }
    for c in needle.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    if after {
        pattern.push('%');
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::like_pattern;

    #[test]
    fn wildcards_in_user_text_are_plain_characters() {
        assert_eq!(like_pattern(true, r"50%_a\b", true), r"%50\%\_a\\b%");
    }
}
