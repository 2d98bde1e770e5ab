//! Making and dropping tables.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Utc;
use docpal_formula::Functions;

use super::apps::{name_taken, require_app};
use super::companies::require_manage;
use super::{Docpal, in_transaction, not_allowed, require_visible, table_not_found};
use crate::access::{Actor, scope};
use crate::audit::Change;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::field_types::{self, FieldKind, Storage};
use crate::id::{AppId, FieldId, TableId};
use crate::json::Json;
use crate::model::formula::{Candidate, Content, References, compile};
use crate::model::{Field, FieldSpec, MAX_FIELDS, TableMeta, TableSnapshot, TableSpec};
use crate::names;
use crate::sql::meta::tables::NewTable;
use crate::sql::{ColumnDef, Connection, Ddl, FieldKey, TableName, errors, exec, guarded, meta};
use crate::target::System;

/// The tables of the actor's company.
#[derive(Debug)]
pub struct Tables<'d> {
    pub(super) docpal: &'d Docpal,
    pub(super) actor: &'d Actor,
}

impl Tables<'_> {
    /// Makes a table in `app`: its metadata and a PostgreSQL table with one column per stored field.
    ///
    /// # Errors
    /// `app_not_found`, `not_allowed`, `validation_failed` with one entry per wrong field (`fields[2].options`),
    /// `name_taken`, `too_many_fields`.
    pub async fn create(&self, app: AppId, spec: &TableSpec) -> Result<Arc<TableSnapshot>> {
        Ok(in_transaction!(self.docpal, |conn| self.create_in(conn, app, spec)))
    }

    /// As [`Tables::create`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Tables::create`].
    pub async fn create_in(
        &self,
        conn: &mut Connection,
        app: AppId,
        spec: &TableSpec,
    ) -> Result<Arc<TableSnapshot>> {
        let mut guarded = guarded(conn).await?;
        let done = self.insert(guarded.connection(), app, spec).await;
        guarded.end(done).await
    }

    /// May the actor make tables in `app`? To be asked before work is done for one.
    ///
    /// # Errors
    /// `app_not_found`, `not_allowed`.
    pub async fn may_create(&self, app: AppId) -> Result<()> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.may_create_in(&mut conn, app)).await
    }

    /// As [`Tables::may_create`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Tables::may_create`].
    pub async fn may_create_in(&self, conn: &mut Connection, app: AppId) -> Result<()> {
        let (app, _) = require_app(conn, self.actor, app).await?;
        require_manage(conn, self.actor, Some(app.id)).await
    }

    async fn insert(
        &self,
        conn: &mut Connection,
        app: AppId,
        spec: &TableSpec,
    ) -> Result<Arc<TableSnapshot>> {
        let (app, _) = require_app(conn, self.actor, app).await?;
        require_manage(conn, self.actor, Some(app.id)).await?;
        let (name, mut fields) = check_spec(spec, self.docpal.functions())?;
        let (company, id) = (self.actor.company(), TableId::new());
        let table = NewTable {
            id,
            company,
            app: app.id,
            name: &name,
            description: spec.description.as_deref(),
            icon: spec.icon.as_deref(),
            by: self.actor.user(),
        };
        let physical = meta::tables::insert(conn, &table).await.map_err(|error| name_taken(error, &name))?;
        meta::tables::insert_fields(conn, id, company, &mut fields).await?;
        exec::run_ddl(conn, &create_statements(&physical, &fields)).await?;
        self.log(conn, "table.create", (app.id, id, &name)).await?;
        self.docpal.snapshot_in(conn, company, id).await
    }

    /// The tables of `app` that the actor may see, by name.
    ///
    /// # Errors
    /// `app_not_found`.
    pub async fn list(&self, app: AppId) -> Result<Vec<TableMeta>> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.list_in(&mut conn, app)).await
    }

    /// As [`Tables::list`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Tables::list`].
    pub async fn list_in(&self, conn: &mut Connection, app: AppId) -> Result<Vec<TableMeta>> {
        let (app, sight) = require_app(conn, self.actor, app).await?;
        let tables = meta::tables::list(conn, self.actor.company(), app.id).await?;
        Ok(tables.into_iter().filter(|table| sight.knows_table(app.id, table.id)).collect())
    }

    /// The table with `id`.
    ///
    /// # Errors
    /// `table_not_found`, also for a table the actor may not see.
    pub async fn get(&self, id: TableId) -> Result<Arc<TableSnapshot>> {
        let snapshot = self.docpal.snapshot(self.actor.company(), id).await?;
        require_visible(&scope(self.actor, &snapshot))?;
        Ok(snapshot)
    }

    /// As [`Tables::get`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`Tables::get`].
    pub async fn get_in(&self, conn: &mut Connection, id: TableId) -> Result<Arc<TableSnapshot>> {
        let snapshot = self.docpal.snapshot_in(conn, self.actor.company(), id).await?;
        require_visible(&scope(self.actor, &snapshot))?;
        Ok(snapshot)
    }

    /// Drops a table with its records, for good.
    ///
    /// # Errors
    /// `table_not_found`, `not_allowed`.
    pub async fn drop(&self, id: TableId) -> Result<()> {
        in_transaction!(self.docpal, |conn| self.drop_in(conn, id));
        Ok(())
    }

    /// As [`Tables::drop`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Tables::drop`].
    pub async fn drop_in(&self, conn: &mut Connection, id: TableId) -> Result<()> {
        let mut guarded = guarded(conn).await?;
        let done = self.remove(guarded.connection(), id).await;
        guarded.end(done).await
    }

    async fn remove(&self, conn: &mut Connection, id: TableId) -> Result<()> {
        let snapshot = self.get_in(conn, id).await?;
        if !scope(self.actor, &snapshot).may_manage() {
            return Err(not_allowed("delete this table"));
        }
        let dropped = exec::run_ddl(conn, &[Ddl::DropTable(snapshot.physical())]).await;
        // By another one meanwhile.
        dropped.map_err(|error| if errors::schema_moved(&error) { table_not_found() } else { error })?;
        if let Some(transaction) = meta::tables::delete(conn, id).await? {
            // On the company: nobody may ask for this table again, and then the change would be remembered for ever.
            self.docpal.changed(self.actor.company(), None, transaction);
        }
        let meta = snapshot.meta();
        self.log(conn, "table.delete", (meta.app, id, &meta.name)).await
    }

    async fn log(
        &self,
        conn: &mut Connection,
        action: &'static str,
        (app, table, name): (AppId, TableId, &str),
    ) -> Result<()> {
        let change = Change {
            company: self.actor.company(),
            by: self.actor,
            action,
            app: Some(app),
            table: Some(table),
            records: None,
            details: Json::Object(vec![("name".to_owned(), Json::from(name))]),
        };
        meta::audit::append(conn, &change).await
    }
}

/// Checks a spec whole: all failures at once, each with its path.
fn check_spec(spec: &TableSpec, functions: &Functions) -> Result<(String, Vec<Field>)> {
    if spec.fields.len() > MAX_FIELDS {
        let message = format!("{} fields; a table has at most {MAX_FIELDS}", spec.fields.len());
        let entry = FieldError::new("fields", "too_many_fields", message.clone());
        return Err(Error::new(ErrorKind::Limit, "too_many_fields", message).with_fields(vec![entry]));
    }
    let mut failed = Vec::new();
    let name = names::check(&spec.name, "name").map_err(|entry| failed.push(entry)).unwrap_or_default();
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut fields = Vec::with_capacity(spec.fields.len());
    for (index, given) in spec.fields.iter().enumerate() {
        match check_field(given) {
            Ok(field) => {
                if let Some(first) = taken.insert(names::fold(&field.name), index) {
                    let message = format!(
                        "the name `{}` stands at fields[{first}] already; names are compared ignoring case",
                        field.name
                    );
                    failed.push(FieldError::new(format!("fields[{index}].name"), "duplicate_name", message));
                }
                fields.push(field);
            }
            Err(entries) => {
                failed.extend(entries.into_iter().map(|entry| under(index, entry)));
            }
        }
    }
    if !failed.is_empty() {
        return Err(Error::validation(failed));
    }
    compile_formulas(&mut fields, functions)?;
    Ok((name, fields))
}

fn under(index: usize, mut entry: FieldError) -> FieldError {
    entry.field = format!("fields[{index}].{}", entry.field);
    entry
}

fn check_field(given: &FieldSpec) -> Result<Field, Vec<FieldError>> {
    let name = names::check(&given.name, "name").map_err(|entry| vec![entry])?;
    if System::is_reserved(&names::fold(&name)) {
        let message = format!("every record has `{name}` by itself; call the field something else");
        return Err(vec![FieldError::new("name", "reserved_name", message)]);
    }
    let Some(ty) = field_types::find(&given.field_type) else {
        let codes = field_types::FIELD_TYPES.iter().map(|ty| ty.code);
        let near = names::suggestion(names::nearest(&given.field_type, codes.clone()));
        let all = codes.collect::<Vec<_>>().join(", ");
        let message = format!("there is no field type `{}`{near} The types are: {all}", given.field_type);
        return Err(vec![FieldError::new("type", "unknown_type", message)]);
    };
    let kind = ty
        .build(&given.options)
        .map_err(|fault| vec![FieldError::new("options", fault.code, fault.message)])?;
    let mut failed = Vec::new();
    let settable = kind.storage() != Storage::Computed && !kind.counts();
    if given.unique && kind.unique_by().is_none() {
        failed.push(FieldError::new(
            "unique",
            "not_supported",
            format!("a {} field cannot be unique", ty.code),
        ));
    }
    if given.required && !settable {
        failed.push(FieldError::new(
            "required",
            "not_supported",
            format!("a {} field is set by DocPal", ty.code),
        ));
    }
    if let Some(default) = &given.default {
        failed.extend(check_default(kind.as_ref(), default, settable).err());
    }
    if !failed.is_empty() {
        return Err(failed);
    }
    let id = FieldId::new();
    Ok(Field {
        id,
        key: FieldKey::of(id, 0),
        name,
        kind,
        required: given.required,
        unique: given.unique,
        default: given.default.clone().filter(|default| *default != Json::Null),
        description: given.description.clone(),
        generation: 1,
        computed: None,
    })
}

fn check_default(kind: &dyn FieldKind, default: &Json, settable: bool) -> Result<(), FieldError> {
    if !settable {
        return Err(FieldError::new(
            "default",
            "not_supported",
            format!("a {} field is set by DocPal", kind.code()),
        ));
    }
    kind.default_cell(default, Utc::now())
        .map(|_| ())
        .map_err(|fault| FieldError::new("default", fault.code, fault.message))
}

/// Checks formulas as typed, by names, and turns them into their stored form, by ids.
fn compile_formulas(fields: &mut [Field], functions: &Functions) -> Result<()> {
    let candidates: Vec<Candidate<'_>> = fields
        .iter()
        .map(|field| Candidate {
            id: field.id,
            name: &field.name,
            content: match field.kind.formula() {
                Some(source) => Content::Formula(source),
                None => Content::Stored(field.kind.formula_type()),
            },
        })
        .collect();
    let compiled = compile(&candidates, References::ByName, functions);
    let mut failed = Vec::new();
    for (index, field) in fields.iter_mut().enumerate() {
        match compiled.get(&field.id) {
            None => {}
            Some(Err(entries)) => failed.extend(entries.iter().cloned().map(|mut entry| {
                entry.field = format!("fields[{index}].options.formula");
                entry
            })),
            Some(Ok(computed)) => {
                let stored = Json::Object(vec![("formula".to_owned(), Json::from(computed.stored()))]);
                let ty = field_types::find("formula").ok_or_else(|| Error::internal("no formula type"))?;
                field.kind = ty.build(&stored).map_err(|fault| Error::internal(fault.message))?;
                field.computed = Some(Arc::clone(computed));
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Error::validation(failed)) }
}

/// The DDL of a new table, in order.
fn create_statements(table: &TableName, fields: &[Field]) -> Vec<Ddl> {
    let (mut before, mut columns, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for field in fields {
        let Some((name, ty)) = field.column() else { continue };
        let counts = field.kind.counts();
        if counts {
            before.push(Ddl::CreateSequence { table: table.clone(), column: name.clone() });
            after.push(Ddl::OwnSequence { table: table.clone(), column: name.clone() });
        }
        if let Some(by) = field.kind.unique_by().filter(|_| field.unique || counts) {
            after.push(Ddl::CreateUniqueIndex { table: table.clone(), column: name.clone(), by });
        }
        columns.push(ColumnDef { name, ty, counts });
    }
    before.push(Ddl::CreateTable { table: table.clone(), columns });
    before.extend(after);
    before
}
