//! Formulas as SQL: total expressions that give what the evaluator gives.
//!
//! A number that could not be computed is NaN, which PostgreSQL's arithmetic carries along; for other types
//! a second expression says when there is an error.

mod call;
mod node;

use docpal_core::TableSnapshot;
use docpal_core::field_types::Family;
use docpal_core::model::Input;
use docpal_core::sql::PgType;
use docpal_core::sql::expr::{self, Expr};
use docpal_formula::{RecordProperty, Type};

use super::field::{Operand, Relation};
use crate::target::Compared;

/// A chain of formulas longer than this has no SQL form; each level repeats the expressions below it.
const MAX_CHAIN: usize = 8;

/// Why a formula has no SQL form.
pub(crate) type Unsupported = String;

/// A part of a formula in SQL.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    pub(crate) value: Expr,
    pub(crate) failure: Failure,
}

/// When a part cannot be computed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Never.
    Never,
    /// When its number is NaN.
    Nan,
    /// When this holds; it is never null.
    When(Expr),
}

impl Sql {
    pub(crate) fn sure(value: Expr) -> Self {
        Self { value, failure: Failure::Never }
    }

    pub(crate) fn number(value: Expr) -> Self {
        Self { value, failure: Failure::Nan }
    }

    pub(crate) fn with(value: Expr, fails: Option<Expr>) -> Self {
        Self { value, failure: fails.map_or(Failure::Never, Failure::When) }
    }

    /// When it cannot be computed, as a condition that is never null.
    pub(crate) fn fails(&self) -> Option<Expr> {
        match &self.failure {
            Failure::Never => None,
            Failure::Nan => Some(expr::is_nan(self.value.clone())),
            Failure::When(condition) => Some(condition.clone()),
        }
    }
}

/// Has the formula of the field at `position` an SQL form?
pub(crate) fn check(snapshot: &TableSnapshot, position: usize) -> Result<(), Unsupported> {
    let relation = Relation { snapshot, alias: None, flags: &[] };
    compile(&relation, position, 0).map(|_| ())
}

/// The value of the computed field at `position`; `None` when its formula has no SQL form.
pub(crate) fn operand(relation: &Relation<'_>, position: usize) -> Option<Operand> {
    let (sql, ty) = compile(relation, position, 0).ok()?;
    let fails = sql.fails();
    Some(Operand { value: sql.value, ty: pg_type(&ty)?, fails })
}

/// The column type that holds results of a formula type.
fn pg_type(ty: &Type) -> Option<PgType> {
    match ty {
        Type::Number => Some(PgType::Numeric),
        Type::Text | Type::Null => Some(PgType::Text),
        Type::Bool => Some(PgType::Boolean),
        Type::Date => Some(PgType::Date),
        Type::DateTime => Some(PgType::Timestamptz),
        Type::List(_) | Type::Json => None,
    }
}

fn compile(relation: &Relation<'_>, position: usize, depth: usize) -> Result<(Sql, Type), Unsupported> {
    if depth > MAX_CHAIN {
        return Err(format!("it needs a chain of more than {MAX_CHAIN} formulas"));
    }
    let field = relation.snapshot.fields().get(position).ok_or("its field is gone")?;
    let computed = field.computed().ok_or("it refers to something that is gone")?;
    let ty = computed.program().ty().clone();
    pg_type(&ty).ok_or("its result is a list or JSON")?;
    let slots = computed
        .inputs()
        .iter()
        .map(|input| slot(relation, *input, depth))
        .collect::<Result<Vec<Sql>, Unsupported>>()?;
    let sql = node::lower(computed.program().root(), &slots)?;
    Ok((sql, ty))
}

/// An input of a formula.
fn slot(relation: &Relation<'_>, input: Input, depth: usize) -> Result<Sql, Unsupported> {
    let id = match input {
        Input::Field(id) => id,
        Input::Record(property) => return record_property(relation, property),
        Input::Unknown => return Err("it reads when fields were last changed".to_owned()),
    };
    let position = relation.snapshot.position(id).ok_or("its field is gone")?;
    let field = relation.snapshot.fields().get(position).ok_or("its field is gone")?;
    let Some((name, ty)) = field.column() else {
        return compile(relation, position, depth + 1).map(|(sql, _)| sql);
    };
    let column = relation.column(&name);
    Ok(match (Compared::of_field(field), ty) {
        (Compared::Field(Family::SingleSelect(options)), _) => {
            let names = options.iter().map(|option| (option.id.as_str(), option.name.as_str()));
            Sql::sure(expr::name_of(column, names))
        }
        (Compared::Field(Family::MultipleSelect(_)), _) => return Err("it reads a list".to_owned()),
        (_, PgType::Bigint) => Sql::sure(expr::cast(column, PgType::Numeric)),
        _ => Sql::sure(column),
    })
}

fn record_property(relation: &Relation<'_>, property: RecordProperty) -> Result<Sql, Unsupported> {
    use crate::target::System;
    let text = |system: System| {
        let (name, _) = system.column();
        Sql::sure(expr::cast(relation.column(&name), PgType::Text))
    };
    let instant = |system: System| Sql::sure(relation.column(&system.column().0));
    match property {
        RecordProperty::Id => Ok(text(System::Id)),
        RecordProperty::CreatedBy => Ok(text(System::CreatedBy)),
        RecordProperty::LastModifiedBy => Ok(text(System::UpdatedBy)),
        RecordProperty::CreatedTime => Ok(instant(System::CreatedAt)),
        RecordProperty::LastModifiedTime => Ok(instant(System::UpdatedAt)),
        _ => Err("it reads a property of the record that has no column".to_owned()),
    }
}
