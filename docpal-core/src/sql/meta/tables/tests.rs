//! Keys of tables and fields whose ids begin alike. DocPal makes these ids, so only a test here can choose them.

use uuid::Uuid;

use super::*;
use crate::access::{Actor, SystemReason};
use crate::docpal::{AppSpec, Docpal};
use crate::id::FieldId;
use crate::json::Json;
use crate::sql::{ColumnDef, Ddl, PgType, UniqueBy, exec};
use crate::testing::TestDb;

fn field(id: u128) -> Field {
    let ty = field_types::find("text").unwrap();
    Field {
        id: Uuid::from_u128(id).into(),
        key: FieldKey::of(FieldId::new(), 0),
        name: format!("field {id}"),
        kind: ty.build(&Json::Null).unwrap(),
        required: false,
        unique: true,
        default: None,
        description: None,
        generation: 1,
        computed: None,
    }
}

// Finding A9
#[tokio::test]
async fn tables_and_fields_whose_ids_begin_alike_have_physical_names_of_their_own() {
    let db = TestDb::new().await.unwrap();
    let docpal = Docpal::start(db.pool().clone()).await.unwrap();
    let company = CompanyId::new();
    docpal.companies().create(company, "Acme").await.unwrap();
    let system = Actor::system(company, SystemReason::Host);
    let app = docpal.apps(&system).create(&AppSpec::new("App")).await.unwrap().id;
    let mut conn = docpal.acquire().await.unwrap();
    for n in 0..3_u128 {
        let name = format!("table {n}");
        let id = Uuid::from_u128(n).into();
        let table = NewTable { id, company, app, name: &name, description: None, icon: None, by: None };
        let physical = insert(&mut conn, &table).await.unwrap();
        let mut fields = [field(10 * n), field(10 * n + 1), field(10 * n + 2)];
        insert_fields(&mut conn, id, company, &mut fields).await.unwrap();
        let columns: Vec<_> = fields.iter().map(|field| field.column().unwrap().0).collect();
        let defined =
            columns.iter().map(|name| ColumnDef { name: name.clone(), ty: PgType::Text, counts: false });
        let mut ddl = vec![Ddl::CreateTable { table: physical.clone(), columns: defined.collect() }];
        ddl.extend(columns.iter().map(|column| {
            let (table, column) = (physical.clone(), column.clone());
            Ddl::CreateUniqueIndex { table, column, by: UniqueBy::Value }
        }));
        exec::run_ddl(&mut conn, &ddl).await.unwrap();
        let snapshot = docpal.snapshot_in(&mut conn, company, id).await.unwrap();
        assert_eq!(snapshot.physical(), physical);
        let stored: Vec<_> = snapshot.fields().iter().map(|field| field.column().unwrap().0).collect();
        assert_eq!(stored, columns);
        let names: Vec<_> = snapshot.fields().iter().map(|field| field.name().to_owned()).collect();
        assert_eq!(names, [10 * n, 10 * n + 1, 10 * n + 2].map(|id| format!("field {id}")));
    }
}
