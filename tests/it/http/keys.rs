//! API keys: the server's own tables, and nobody else's business.

use docpal::core::testing::TestDb;
use docpal::core::{CompanyId, Docpal, Role};
use docpal_server::api_key::{self, Secret};
use docpal_server::bootstrap::{OwnerKey, bootstrap};
use sqlx::PgPool;
use uuid::Uuid;

async fn exists(pool: &PgPool, table: &str) -> bool {
    sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table).fetch_one(pool).await.unwrap()
}

// Finding B10.
#[tokio::test]
async fn keys_of_an_older_database_move_to_the_servers_own_table_and_still_work() {
    let db = TestDb::new().await.unwrap();
    let docpal = Docpal::start(db.pool().clone()).await.unwrap();
    let company = CompanyId::new();
    docpal.companies().create(company, "Acme").await.unwrap();
    assert!(!exists(db.pool(), "docpal_server.migrations").await, "core alone makes nothing of the server's");
    let (secret, user) = (Secret::random().unwrap(), Uuid::new_v4());
    sqlx::query(
        "INSERT INTO docpal.api_keys (id, company_id, user_id, role, name, prefix, digest)
         VALUES (gen_random_uuid(), $1, $2, 'member', 'old', 'dpk_', $3)",
    )
    .bind(company.uuid())
    .bind(user)
    .bind(secret.digest().as_slice())
    .execute(db.pool())
    .await
    .unwrap();
    let (one, two) = tokio::join!(docpal_server::migrate(&docpal), docpal_server::migrate(&docpal));
    one.and(two).unwrap();
    let holder = api_key::holder(&docpal, &secret).await.unwrap().expect("the old key");
    assert_eq!((holder.company(), holder.roles()), (company, &[Role::Member][..]));
    assert!(!exists(db.pool(), "docpal.api_keys").await, "there is one table of keys");
    assert_eq!(bootstrap(&docpal, "Acme", None).await.unwrap().key, OwnerKey::Kept);
    Docpal::start(db.pool().clone()).await.expect("core does not miss it");
}

// Finding B10.
#[tokio::test]
async fn a_database_that_a_newer_server_migrated_is_refused() {
    let db = TestDb::new().await.unwrap();
    let docpal = Docpal::start(db.pool().clone()).await.unwrap();
    docpal_server::migrate(&docpal).await.unwrap();
    sqlx::query("INSERT INTO docpal_server.migrations (version, name) VALUES (9999, 'later')")
        .execute(db.pool())
        .await
        .unwrap();
    assert_eq!(docpal_server::migrate(&docpal).await.unwrap_err().code(), "database_too_new");
}
