//! How a host starts DocPal: limits and functions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use docpal::core::{Actor, AppSpec, CompanyId, Docpal, FieldSpec, Limits, RecordDraft, TableSpec, UserId};
use docpal::formula::{Call, EvalError, Function, Functions, Param, ParamType, Returns, Signature, Value};
use docpal::query::{RecordsExt as _, ViewSpec};
use sqlx::Executor as _;
use sqlx::postgres::PgPoolOptions;

use crate::world::{World, column};

const SHOWN: &str = "SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') || ' ' \
                     || current_setting('idle_in_transaction_session_timeout')";

async fn shown(conn: &mut sqlx::PgConnection) -> String {
    sqlx::query_scalar(SHOWN).fetch_one(conn).await.unwrap()
}

// Finding A20
#[tokio::test]
async fn limits_bind_every_connection_of_a_pool_that_docpal_makes() {
    let world = World::new().await;
    let limits = Limits::default().statement(Some(Duration::from_secs(7))).pool_size(3);
    let docpal = Docpal::builder(world.db.connect_options()).limits(limits).start().await.unwrap();
    assert_eq!(shown(&mut docpal.acquire().await.unwrap()).await, "7s 10s 5min");
    assert_eq!(shown(&mut docpal.begin().await.unwrap()).await, "7s 10s 5min");
    assert_eq!(docpal.pool().options().get_max_connections(), 3);
}

// Finding A20
#[tokio::test]
async fn limits_bind_docpals_transactions_on_the_hosts_pool_and_nothing_else() {
    let world = World::new().await;
    assert_eq!(shown(&mut world.docpal.begin().await.unwrap()).await, "1min 10s 5min");
    assert_eq!(shown(&mut world.docpal.begin_snapshot().await.unwrap()).await, "1min 10s 5min");
    assert_eq!(shown(&mut world.docpal.acquire().await.unwrap()).await, "0 0 0");
    let unbound = Docpal::builder(world.db.pool().clone()).limits(Limits::patient()).start().await.unwrap();
    assert_eq!(shown(&mut unbound.begin().await.unwrap()).await, "0 0 0");
}

// Finding A20
#[tokio::test]
async fn what_the_host_has_set_stays() {
    let world = World::new().await;
    let options = world.db.connect_options().options([("statement_timeout", "3s"), ("lock_timeout", "90s")]);
    let docpal = Docpal::builder(options.clone()).start().await.unwrap();
    assert_eq!(shown(&mut docpal.begin().await.unwrap()).await, "3s 90s 5min");
    let pool = PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
    let docpal = Docpal::builder(pool).start().await.unwrap();
    assert_eq!(shown(&mut docpal.begin().await.unwrap()).await, "3s 90s 5min");
}

// Finding A20
#[tokio::test]
async fn a_write_waits_for_a_lock_no_longer_than_the_limit() {
    let world = World::new().await;
    let table = world.orders().await;
    let limits = Limits::default().lock(Some(Duration::from_millis(20)));
    let docpal = Docpal::builder(world.db.pool().clone()).limits(limits).start().await.unwrap();
    let mut holder = world.db.pool().begin().await.unwrap();
    holder.execute("LOCK TABLE docpal.audit_log IN SHARE MODE").await.unwrap();
    let records = docpal.records(&world.owner, table);
    let draft = RecordDraft::new().set("customer", "Zoe");
    let error = records.create(&draft).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("busy", true));
    holder.rollback().await.unwrap();
    records.create(&draft).await.unwrap();
}

/// Twice a number.
#[derive(Debug)]
struct Double;

impl Function for Double {
    fn name(&self) -> &str {
        "DOUBLE"
    }

    fn signature(&self) -> Signature {
        const PARAMS: &[Param] = &[Param::required("number", ParamType::Number)];
        Signature::new(PARAMS, Returns::Number)
    }

    fn doc(&self) -> &str {
        "Twice the number."
    }

    fn eval<'a>(&self, call: &mut Call<'_, 'a>) -> Result<Value<'a>, EvalError> {
        Ok(call.number(0)?.map(|number| number + number).into())
    }
}

#[tokio::test]
async fn a_database_that_lets_nobody_in_is_told_apart_from_a_defect() {
    let world = World::new().await;
    for options in [
        world.db.connect_options().database("there_is_none"),
        world.db.connect_options().username("there_is_none").password("wrong"),
    ] {
        let error = Docpal::builder(options).start().await.unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), ("database_refused", true), "{error:?}");
    }
}

// Finding B7
#[tokio::test]
async fn tables_can_use_the_functions_of_the_host() {
    let world = World::new().await;
    let functions = Functions::standard().with(Double);
    let docpal = Docpal::builder(world.db.pool().clone()).functions(functions).start().await.unwrap();
    let company = CompanyId::new();
    docpal.companies().create(company, "Hosted").await.unwrap();
    let owner = Actor::owner(company, UserId::new());
    let app = docpal.apps(&owner).create(&AppSpec::new("App")).await.unwrap();
    let spec = TableSpec::new("T")
        .field(FieldSpec::new("n", "number"))
        .field(FieldSpec::formula("twice", "DOUBLE({n})"))
        .field(FieldSpec::formula("more", "{twice} + 1"));
    let table = docpal.tables(&owner).create(app.id, &spec).await.unwrap().id();
    let records = docpal.records(&owner, table);
    records.create(&RecordDraft::new().set("n", 21)).await.unwrap();
    let page = records.list(&ViewSpec::new()).await.unwrap();
    assert_eq!(
        (column(&page, "twice"), column(&page, "more")),
        (vec!["42".to_owned()], vec!["43".to_owned()])
    );
    let unknown = world.docpal.tables(&world.owner);
    let app = world.docpal.apps(&world.owner).create(&AppSpec::new("App")).await.unwrap();
    let error = unknown.create(app.id, &spec).await.unwrap_err();
    assert_eq!(error.fields()[0].code, "unknown_function");
}

// What is being compiled can be neither cancelled nor timed out.
#[tokio::test]
async fn nothing_is_compiled_on_connections_of_docpals_own_and_in_its_transactions() {
    let world = World::new().await;
    let jit = async |conn: &mut sqlx::PgConnection| -> String {
        sqlx::query_scalar("SELECT current_setting('jit')").fetch_one(conn).await.unwrap()
    };
    let hosts = world.db.connect_options().options([("jit", "on")]);
    let own = Docpal::builder(hosts.clone()).start().await.unwrap();
    assert_eq!(jit(&mut own.acquire().await.unwrap()).await, "off");
    assert_eq!(jit(&mut own.begin_snapshot().await.unwrap()).await, "off");
    let pool = PgPoolOptions::new().max_connections(1).connect_with(hosts).await.unwrap();
    let docpal = Docpal::builder(pool).start().await.unwrap();
    for _ in 0..2 {
        assert_eq!(jit(&mut docpal.acquire().await.unwrap()).await, "on");
        let mut tx = docpal.begin().await.unwrap();
        assert_eq!(jit(&mut tx).await, "off");
        tx.rollback().await.unwrap();
    }
}

// A role that a host's pool takes on may not see when its own server process began.
#[tokio::test]
async fn connections_that_take_on_another_role_can_be_had() {
    let world = World::new().await;
    let started = Arc::new(AtomicBool::new(false));
    let takes_on = Arc::clone(&started);
    let pool = PgPoolOptions::new().max_connections(4).after_connect(move |conn, _| {
        let takes_on = takes_on.load(Ordering::SeqCst);
        Box::pin(async move {
            let next = if takes_on { "SET ROLE pg_signal_backend" } else { "SELECT 1" };
            conn.execute(next).await.map(drop)
        })
    });
    let pool = pool.connect_with(world.db.connect_options()).await.unwrap();
    let docpal = Docpal::builder(pool).start().await.unwrap();
    started.store(true, Ordering::SeqCst);
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(docpal.acquire().await.unwrap());
    }
    let mut roles = Vec::new();
    for conn in &mut held {
        roles.push(
            sqlx::query_scalar::<_, String>("SELECT current_user::text")
                .fetch_one(&mut **conn)
                .await
                .unwrap(),
        );
    }
    assert!(roles.iter().any(|role| role == "pg_signal_backend"), "{roles:?}");
}
