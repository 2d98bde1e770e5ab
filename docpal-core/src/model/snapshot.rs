//! A table as one immutable value: what every stage of a read or write works from.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use docpal_formula::Functions;

use super::dependencies::{Dependencies, FieldSet};
use super::derived::Derived;
use super::field::Field;
use super::formula::{Candidate, Computed, Content, References, compile, compile_over};
use crate::access::Rule;
use crate::error::FieldError;
use crate::id::{AppId, CompanyId, FieldId, TableId};
use crate::names;
use crate::sql::TableName;

/// A table without its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableMeta {
    pub(crate) physical: TableName,
    /// Its id.
    pub id: TableId,
    /// Whose it is.
    pub company: CompanyId,
    /// The app it is in.
    pub app: AppId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// An icon for people.
    pub icon: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it or its fields last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which state of table and rules a snapshot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotVersion {
    /// Counts the changes of the table, its fields and its own rules.
    pub table: i64,
    /// Counts the changes of rules that cover more than one table.
    pub policy: i64,
}

/// A table with its fields and rules at one moment.
#[derive(Clone, Debug)]
pub struct TableSnapshot {
    meta: TableMeta,
    version: SnapshotVersion,
    fields: Vec<Field>,
    by_id: HashMap<FieldId, usize>,
    by_name: HashMap<String, usize>,
    dependencies: Dependencies,
    rules: Arc<[Rule]>,
    functions: Arc<Functions>,
    derived: Derived,
}

impl TableSnapshot {
    /// Puts a table together and compiles its formulas. A formula that no longer compiles leaves its
    /// field without one; reads show such a field as an error value.
    pub(crate) fn new(
        meta: TableMeta,
        version: SnapshotVersion,
        mut fields: Vec<Field>,
        rules: Vec<Rule>,
        functions: Arc<Functions>,
    ) -> Self {
        let candidates: Vec<Candidate<'_>> = fields
            .iter()
            .map(|field| Candidate {
                id: field.id,
                name: &field.name,
                content: match field.kind.formula() {
                    Some(stored) => Content::Formula(stored),
                    None => Content::Stored(field.kind.formula_type()),
                },
            })
            .collect();
        let mut compiled = compile(&candidates, References::ById, &functions);
        for field in &mut fields {
            field.computed = compiled.remove(&field.id).and_then(Result::ok);
        }
        let by_id: HashMap<FieldId, usize> =
            fields.iter().enumerate().map(|(index, field)| (field.id, index)).collect();
        let by_name = fields.iter().enumerate().map(|(index, field)| (field.name.clone(), index)).collect();
        let dependencies = Dependencies::of(&fields, |id| by_id.get(&id).copied());
        let derived = Derived::default();
        Self { meta, version, fields, by_id, by_name, dependencies, rules: rules.into(), functions, derived }
    }

    /// The table's id.
    #[must_use]
    pub fn id(&self) -> TableId {
        self.meta.id
    }

    /// Whose it is.
    #[must_use]
    pub fn company(&self) -> CompanyId {
        self.meta.company
    }

    /// The table without its fields.
    #[must_use]
    pub fn meta(&self) -> &TableMeta {
        &self.meta
    }

    /// Which state this is.
    #[must_use]
    pub fn version(&self) -> SnapshotVersion {
        self.version
    }

    /// The fields in order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field with `id`.
    #[must_use]
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.by_id.get(&id).and_then(|index| self.fields.get(*index))
    }

    /// The position of the field with `id`.
    #[must_use]
    pub fn position(&self, id: FieldId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The field that `key` means: an exact name, or an id.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Field> {
        match self.by_name.get(key) {
            Some(index) => self.fields.get(*index),
            None => key.parse().ok().and_then(|id| self.field(id)),
        }
    }

    /// The positions of the computed fields, each after what it reads.
    #[must_use]
    pub fn computed_order(&self) -> &[usize] {
        &self.dependencies.order
    }

    /// Every field that the value at `position` comes from, directly or through other formulas.
    #[must_use]
    pub fn inputs(&self, position: usize) -> Option<&FieldSet> {
        self.dependencies.inputs.get(position)
    }

    /// As [`TableSnapshot::inputs`], with the fields that formulas name without reading their values.
    #[must_use]
    pub fn names(&self, position: usize) -> Option<&FieldSet> {
        self.dependencies.names.get(position)
    }

    /// What the layers above made of this snapshot, kept as long as it is.
    #[must_use]
    pub fn derived(&self) -> &Derived {
        &self.derived
    }

    /// Compiles a formula over the fields of this table, by their names, without making a field of it: what a
    /// formula field with this text would compute.
    ///
    /// # Errors
    /// What is wrong with the formula, as for a formula field.
    pub fn compile(&self, formula: &str) -> Result<Computed, Vec<FieldError>> {
        let known =
            self.fields.iter().filter(|field| field.kind.formula().is_none() || field.computed.is_some());
        let typed = known.map(|field| {
            let computed = field.computed.as_ref().map(|computed| computed.program().ty().clone());
            (field.id, field.name.as_str(), computed.unwrap_or_else(|| field.kind.formula_type()))
        });
        compile_over(formula, typed, &self.functions)
    }

    /// The name nearest to `key` among the fields that `visible` lets through.
    #[must_use]
    pub fn nearest(&self, key: &str, visible: impl Fn(&Field) -> bool) -> Option<&str> {
        names::nearest(key, self.fields.iter().filter(|field| visible(field)).map(Field::name))
    }

    /// The rules on the table, its app and its company.
    #[must_use]
    pub fn rules(&self) -> &Arc<[Rule]> {
        &self.rules
    }

    /// The physical table.
    #[must_use]
    pub fn physical(&self) -> TableName {
        self.meta.physical.clone()
    }
}
