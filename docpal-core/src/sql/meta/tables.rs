//! Tables and their fields.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::field_types;
use crate::id::{AppId, CompanyId, TableId, UserId};
use crate::json::Json;
use crate::model::snapshot::SnapshotVersion;
use crate::model::{Field, TableMeta};
use crate::sql::errors::from_sqlx;
use crate::sql::key::ROUNDS;
use crate::sql::{CompanyKey, FieldKey, TableKey, TableName};

struct TableRow {
    id: Uuid,
    key: String,
    company_key: String,
    app_id: Uuid,
    name: String,
    description: Option<String>,
    icon: Option<String>,
    version: i64,
    policy_version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

crate::named_columns!(
    TableRow: id, key, company_key, app_id, name, description, icon, version, policy_version, created_at, updated_at
);

impl TableRow {
    fn split(self, company: CompanyId) -> Result<(TableMeta, SnapshotVersion)> {
        let meta = TableMeta {
            physical: TableName::of(&CompanyKey::stored(self.company_key)?, TableKey::stored(self.key)?),
            id: self.id.into(),
            company,
            app: self.app_id.into(),
            name: self.name,
            description: self.description,
            icon: self.icon,
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        Ok((meta, SnapshotVersion { table: self.version, policy: self.policy_version }))
    }
}

/// A table to insert.
pub(crate) struct NewTable<'t> {
    pub(crate) id: TableId,
    pub(crate) company: CompanyId,
    pub(crate) app: AppId,
    pub(crate) name: &'t str,
    pub(crate) description: Option<&'t str>,
    pub(crate) icon: Option<&'t str>,
    pub(crate) by: Option<UserId>,
}

/// Inserts a table, under the first of its keys that no other table of the company has; gives the physical name that
/// follows. A taken name is a violation of `tables_name`.
pub(crate) async fn insert(conn: &mut PgConnection, table: &NewTable<'_>) -> Result<TableName> {
    for round in 0..ROUNDS {
        let key = TableKey::of(table.id, round);
        let company_key: Option<String> = sqlx::query_scalar(
            "INSERT INTO docpal.tables (id, company_id, app_id, name, description, icon, created_by, key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (company_id, key) DO NOTHING
             RETURNING (SELECT key FROM docpal.companies WHERE id = $2)",
        )
        .bind(table.id.uuid())
        .bind(table.company.uuid())
        .bind(table.app.uuid())
        .bind(table.name)
        .bind(table.description)
        .bind(table.icon)
        .bind(table.by.map(UserId::uuid))
        .bind(key.as_str())
        .fetch_optional(&mut *conn)
        .await
        .map_err(from_sqlx)?;
        if let Some(company_key) = company_key {
            return Ok(TableName::of(&CompanyKey::stored(company_key)?, key));
        }
    }
    Err(Error::internal(format!("no key is free for table {}", table.id)))
}

/// Inserts the fields of a table, each under the first of its keys that no other field of the company has, which it is
/// given.
pub(crate) async fn insert_fields(
    conn: &mut PgConnection,
    table: TableId,
    company: CompanyId,
    fields: &mut [Field],
) -> Result<()> {
    let mut missing: Vec<(i32, &mut Field)> = (1..).zip(fields).collect();
    for round in 0..ROUNDS {
        if missing.is_empty() {
            return Ok(());
        }
        for (_, field) in &mut missing {
            field.key = FieldKey::of(field.id, round);
        }
        let inserted = insert_round(conn, table, company, &missing).await?;
        missing.retain(|(_, field)| !inserted.contains(&field.id.uuid()));
    }
    match missing.first() {
        None => Ok(()),
        Some((_, field)) => Err(Error::internal(format!("no key is free for field {}", field.id))),
    }
}

/// Inserts fields with their positions, in one statement; gives the ids of those whose keys were free.
async fn insert_round(
    conn: &mut PgConnection,
    table: TableId,
    company: CompanyId,
    fields: &[(i32, &mut Field)],
) -> Result<Vec<Uuid>> {
    let texts = |of: &dyn Fn(&Field) -> Option<String>| {
        fields.iter().map(|(_, field)| of(field)).collect::<Vec<Option<String>>>()
    };
    sqlx::query_scalar(
        "INSERT INTO docpal.fields
             (id, table_id, company_id, position, name, type, options, required, is_unique, default_value, description,
              key)
         SELECT f.id, $1, $2, f.position, f.name, f.type, f.options::json, f.required, f.is_unique,
                f.default_value::json, f.description, f.key
         FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[], $9::text[],
                     $10::text[], $11::text[], $12::int[])
              AS f (id, name, type, options, required, is_unique, default_value, description, key, position)
         ON CONFLICT (company_id, key) DO NOTHING RETURNING id",
    )
    .bind(table.uuid())
    .bind(company.uuid())
    .bind(fields.iter().map(|(_, field)| field.id.uuid()).collect::<Vec<_>>())
    .bind(texts(&|field| Some(field.name().to_owned())))
    .bind(texts(&|field| Some(field.kind().code().to_owned())))
    .bind(texts(&|field| Some(field.kind().options().to_string())))
    .bind(fields.iter().map(|(_, field)| field.is_required()).collect::<Vec<_>>())
    .bind(fields.iter().map(|(_, field)| field.is_unique()).collect::<Vec<_>>())
    .bind(texts(&|field| field.default_value().map(Json::to_string)))
    .bind(texts(&|field| field.description().map(str::to_owned)))
    .bind(texts(&|field| Some(field.key.as_str().to_owned())))
    .bind(fields.iter().map(|(position, _)| *position).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)
}

/// The tables of an app by name.
pub(crate) async fn list(conn: &mut PgConnection, company: CompanyId, app: AppId) -> Result<Vec<TableMeta>> {
    let rows = sqlx::query_as::<_, TableRow>(
        "SELECT t.id, t.app_id, t.name, t.description, t.icon, t.version, c.policy_version, t.created_at, t.updated_at,
                t.key, c.key AS company_key
         FROM docpal.tables t JOIN docpal.companies c ON c.id = t.company_id
         WHERE t.company_id = $1 AND t.app_id = $2 ORDER BY lower(t.name), t.id",
    )
    .bind(company.uuid())
    .bind(app.uuid())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    rows.into_iter().map(|row| Ok(row.split(company)?.0)).collect()
}

/// Every table of the company, after its app.
pub(crate) async fn places(conn: &mut PgConnection, company: CompanyId) -> Result<Vec<(AppId, TableId)>> {
    let rows =
        sqlx::query_as::<_, (Uuid, Uuid)>("SELECT app_id, id FROM docpal.tables WHERE company_id = $1")
            .bind(company.uuid())
            .fetch_all(conn)
            .await
            .map_err(from_sqlx)?;
    Ok(rows.into_iter().map(|(app, table)| (app.into(), table.into())).collect())
}

/// Those of the tables that are the company's.
pub(crate) async fn get(
    conn: &mut PgConnection,
    company: CompanyId,
    ids: &[TableId],
) -> Result<Vec<(TableMeta, SnapshotVersion)>> {
    let rows = sqlx::query_as::<_, TableRow>(
        "SELECT t.id, t.app_id, t.name, t.description, t.icon, t.version, c.policy_version, t.created_at, t.updated_at,
                t.key, c.key AS company_key
         FROM docpal.tables t JOIN docpal.companies c ON c.id = t.company_id
         WHERE t.company_id = $1 AND t.id = ANY($2)",
    )
    .bind(company.uuid())
    .bind(uuids(ids))
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    rows.into_iter().map(|row| row.split(company)).collect()
}

/// The states that snapshots of the tables would show now, of those that are the company's.
pub(crate) async fn versions(
    conn: &mut PgConnection,
    company: CompanyId,
    ids: &[TableId],
) -> Result<Vec<(TableId, SnapshotVersion)>> {
    let rows: Vec<(Uuid, i64, i64)> = sqlx::query_as(
        "SELECT t.id, t.version, c.policy_version FROM docpal.tables t JOIN docpal.companies c ON c.id = t.company_id
         WHERE t.company_id = $1 AND t.id = ANY($2)",
    )
    .bind(company.uuid())
    .bind(uuids(ids))
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    let version = |(id, table, policy): (Uuid, i64, i64)| (id.into(), SnapshotVersion { table, policy });
    Ok(rows.into_iter().map(version).collect())
}

fn uuids(ids: &[TableId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

struct FieldRow {
    table_id: Uuid,
    id: Uuid,
    name: String,
    ty: String,
    options: String,
    required: bool,
    is_unique: bool,
    default_value: Option<String>,
    description: Option<String>,
    generation: i32,
    key: String,
}

crate::named_columns!(
    FieldRow: table_id, id, name, ty, options, required, is_unique, default_value, description, generation, key
);

/// The fields of tables, each in order, with formulas not compiled yet.
pub(crate) async fn fields(
    conn: &mut PgConnection,
    tables: &[TableId],
) -> Result<HashMap<TableId, Vec<Field>>> {
    let rows = sqlx::query_as::<_, FieldRow>(
        "SELECT table_id, id, name, type AS ty, options::text AS options, required, is_unique,
                default_value::text AS default_value, description, generation, key
         FROM docpal.fields WHERE table_id = ANY($1) ORDER BY position",
    )
    .bind(uuids(tables))
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    let mut fields: HashMap<TableId, Vec<Field>> = HashMap::new();
    for row in rows {
        fields.entry(row.table_id.into()).or_default().push(field(row)?);
    }
    Ok(fields)
}

fn field(row: FieldRow) -> Result<Field> {
    let broken = |what: String| Error::internal(format!("field {}: {what}", row.id));
    let ty = field_types::find(&row.ty).ok_or_else(|| broken(format!("unknown type {}", row.ty)))?;
    let kind = ty.build(&Json::parse(&row.options)?).map_err(|fault| broken(fault.message))?;
    Ok(Field {
        id: row.id.into(),
        key: FieldKey::stored(row.key)?,
        name: row.name,
        kind: Arc::clone(&kind),
        required: row.required,
        unique: row.is_unique,
        default: row.default_value.as_deref().map(Json::parse).transpose()?,
        description: row.description,
        generation: u32::try_from(row.generation).unwrap_or(1),
        computed: None,
    })
}

/// Counts a change of what decides about the table: its fields or its rules; gives the transaction, if there is such a
/// table. The moment of its last change stays, which people see who may not know of the rules.
pub(crate) async fn bump(conn: &mut PgConnection, id: TableId) -> Result<Option<String>> {
    sqlx::query_scalar(
        "UPDATE docpal.tables SET version = version + 1 WHERE id = $1
         RETURNING pg_current_xact_id()::text",
    )
    .bind(id.uuid())
    .fetch_optional(conn)
    .await
    .map_err(from_sqlx)
}

/// Deletes a table's metadata, its fields and rules with it; gives the transaction, if there was such a table.
pub(crate) async fn delete(conn: &mut PgConnection, id: TableId) -> Result<Option<String>> {
    sqlx::query_scalar("DELETE FROM docpal.tables WHERE id = $1 RETURNING pg_current_xact_id()::text")
        .bind(id.uuid())
        .fetch_optional(conn)
        .await
        .map_err(from_sqlx)
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
