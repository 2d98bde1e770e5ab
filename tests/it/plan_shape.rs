//! The shape of the plans of one view under many rules: each record is looked at once, in one scan that asks the row
//! rule; formulas are computed once per record; a page sorts no more than it needs. Nodes count, not costs or times.
//!
//! No field has an index but those that are unique, so a sort is a heap over one scan. 50,000 records; for a million
//! `DOCPAL_PLAN_RECORDS=1000000 cargo test --test it plan_shape`.

use docpal::core::{
    Action, Actor, FieldSpec, Filter, RecordDraft, Resource, Role, RuleSpec, Subject, TableId, TableSpec,
};
use docpal::query::{Count, Direction, GroupBy, RecordsExt as _, ViewSpec};
use serde_json::Value;

use crate::world::World;

/// Copies the records there are, each so often, with numbers and names of their own.
const FILL: &str = "
DO $outer$ BEGIN
CREATE SCHEMA plan;
CREATE FUNCTION plan.fill(s text, t text, customer text, quantity text, rest text, times int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %1$I.%2$I (id, created_by, updated_by, %3$I, %4$I, %5$s)
        SELECT overlay(md5(k.id::text || n)::text placing to_char(n, ''FM00000000'') from 1 for 8)::uuid,
               k.created_by, k.updated_by, ''customer '' || n, n %% 997, %5$s
        FROM %1$I.%2$I k CROSS JOIN generate_series(1, $1) n', s, t, customer, quantity, rest) USING times;
    EXECUTE format('ANALYZE %1$I.%2$I', s, t);
END $$;
CREATE FUNCTION plan.of(wanted text, known text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    p record;
    shown json;
BEGIN
    FOR p IN SELECT * FROM pg_prepared_statements
             WHERE NOT name = ANY(known) AND strpos(statement, wanted) > 0 AND statement NOT LIKE '%plan.of%'
             ORDER BY prepare_time LOOP
        EXECUTE format('EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE %I (%s)', p.name,
            array_to_string(array_fill('NULL'::text, ARRAY[cardinality(p.parameter_types)]), ', ')) INTO shown;
        RETURN NEXT shown::text;
    END LOOP;
END $$;
END $outer$";

/// Orders that a member reads under conditions, some cells masked, one field hidden.
struct Orders {
    world: World,
    table: TableId,
    physical: String,
    member: Actor,
}

impl Orders {
    async fn new() -> Self {
        let world = World::new().await;
        let member = world.member();
        let spec = TableSpec::new("Orders")
            .field(FieldSpec::new("customer", "text"))
            .field(FieldSpec::new("quantity", "number"))
            .field(FieldSpec::new("price", "number"))
            .field(FieldSpec::new("cost", "number"))
            .field(
                FieldSpec::new("status", "single_select").options(r#"{"options": ["open", "paid", "void"]}"#),
            )
            .field(FieldSpec::formula("total", "MOD({price} * {quantity}, 977)"));
        let snapshot = world.table(spec).await;
        let table = snapshot.id();
        for (at, status) in ["open", "paid", "void", "open", "paid"].into_iter().enumerate() {
            let by = if at == 0 { &member } else { &world.owner };
            let price = i64::try_from(at).unwrap() + 2;
            let draft = RecordDraft::new().set("status", status).set("price", price).set("cost", 1);
            world.docpal.records(by, table).create(&draft).await.unwrap();
        }
        let (on, members) = (Resource::Table(table), Subject::Role(Role::Member));
        let mine = Filter::check("created_by", "is_me");
        let deny = || RuleSpec::deny(on, members, Action::Read);
        let (void, paid) = (Filter::test("status", "is", "void"), Filter::test("status", "is", "paid"));
        for rule in [
            deny().when(Filter::And(vec![void, Filter::Not(Box::new(mine.clone()))])),
            deny().when(Filter::And(vec![Filter::test("quantity", "gt", 900), Filter::Not(Box::new(mine))])),
            deny().fields(["price"]).when(paid),
            deny().fields(["cost"]),
        ] {
            world.docpal.rules(&world.owner).create(&rule).await.unwrap();
        }
        let records = std::env::var("DOCPAL_PLAN_RECORDS").map_or(50_000, |count| count.parse().unwrap());
        sqlx::query(FILL).execute(world.db.pool()).await.unwrap();
        let column = |name: &str| snapshot.find(name).unwrap().column().unwrap().0.as_str().to_owned();
        let rest = ["price", "cost", "status"].map(column).join(", ");
        sqlx::query("SELECT plan.fill($1, $2, $3, $4, $5, $6)")
            .bind(snapshot.physical().schema().as_str())
            .bind(snapshot.physical().as_str())
            .bind(column("customer"))
            .bind(column("quantity"))
            .bind(rest)
            .bind(records / 5_i32)
            .execute(world.db.pool())
            .await
            .unwrap();
        Self { physical: snapshot.physical().as_str().to_owned(), world, table, member }
    }

    /// What a call for the member's records asks the table of orders for: the plans of its statements, whatever the
    /// values, in one process.
    async fn plans(&self, asked: Asked<'_>) -> (Option<String>, Vec<Plan>) {
        let mut tx = self.world.docpal.begin().await.unwrap();
        for set in [
            "SET LOCAL max_parallel_workers_per_gather = 0",
            "SET LOCAL plan_cache_mode = force_generic_plan",
            "SET LOCAL statement_timeout = 0",
            "SET LOCAL jit = off",
        ] {
            sqlx::query(set).execute(&mut *tx).await.unwrap();
        }
        let names = "SELECT name FROM pg_prepared_statements";
        let before: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut *tx).await.unwrap();
        let records = self.world.docpal.records(&self.member, self.table);
        let cursor = match asked {
            Asked::Page(view) => {
                records.list_in(&mut tx, view).await.unwrap().next_cursor().map(str::to_owned)
            }
            Asked::Summary(view) => records.summary_in(&mut tx, view).await.map(|_| None).unwrap(),
        };
        let plans: Vec<String> = sqlx::query_scalar("SELECT plan.of($1, $2)")
            .bind(&self.physical)
            .bind(before)
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        tx.rollback().await.unwrap();
        let plan = |text: &String| Plan(serde_json::from_str::<Value>(text).unwrap()[0]["Plan"].clone());
        (cursor, plans.iter().map(plan).collect())
    }
}

enum Asked<'v> {
    Page(&'v ViewSpec),
    Summary(&'v ViewSpec),
}

/// What the formula of the table begins with, as SQL.
const FORMULA: &str = "docpal.mod(";

/// A plan as PostgreSQL explains it.
struct Plan(Value);

impl Plan {
    /// Its nodes from the top, each before what it reads.
    fn nodes(&self) -> Vec<&Value> {
        let (mut nodes, mut ahead) = (Vec::new(), vec![&self.0]);
        while let Some(node) = ahead.pop() {
            nodes.push(node);
            ahead.extend(node["Plans"].as_array().into_iter().flatten().rev());
        }
        nodes
    }

    /// The types of its nodes from the top, without those that only pass records on.
    fn shape(&self) -> String {
        let types = self.nodes().into_iter().map(|node| node["Node Type"].as_str().unwrap());
        let types = types.filter(|ty| !["Result", "Subquery Scan"].contains(ty));
        types.collect::<Vec<_>>().join(" < ")
    }

    /// How often the scan computes the formula: for conditions, and for what is above.
    fn computed(&self) -> (usize, usize) {
        let nodes = self.nodes();
        let times = |part: &str| nodes.last().unwrap()[part].to_string().matches(FORMULA).count();
        (times("Filter"), times("Output"))
    }

    /// The scan asks the row rule, twice with its two questions for the user: before anything, and before the formula.
    #[track_caller]
    fn has_the_rule_before_the_formula(&self) {
        let nodes = self.nodes();
        let filter = nodes.last().unwrap()["Filter"].as_str().unwrap();
        let (before, after) = filter.split_once(FORMULA).unwrap();
        assert_eq!(
            (before.matches("created_by").count(), after.matches("created_by").count()),
            (4, 0),
            "{filter}"
        );
        assert!(before.contains(" AND CASE WHEN (((") && after.ends_with(" ELSE false END)"), "{filter}");
    }
}

fn view() -> ViewSpec {
    let filter =
        Filter::And(vec![Filter::test("total", "gt", 10), Filter::test("customer", "contains", "1")]);
    ViewSpec::new().filter(filter).limit(20)
}

#[tokio::test]
async fn each_record_is_looked_at_once_whatever_is_asked() {
    let orders = Orders::new().await;
    let by_name = view().sort("customer", Direction::Descending).count(Count::Exact);
    let by_formula = view().sort("total", Direction::Descending).sort("customer", Direction::Ascending);
    let summary = view().group(GroupBy::field("status")).aggregate("total", "sum").aggregate("total", "max");
    // PostgreSQL keeps only as many in a sort as the limit above it takes. The `Limit` below is an offset of nothing:
    // what is under it is computed once, and not again wherever it is compared.
    let (page, count) = ("Limit < Sort < Seq Scan", "Aggregate < Seq Scan");
    let (computed, groups) =
        ("Limit < Sort < Limit < Seq Scan", "Limit < Sort < Aggregate < Limit < Seq Scan");
    let mut seen = Vec::new();
    for view in [&by_name, &by_formula] {
        let (cursor, first) = orders.plans(Asked::Page(view)).await;
        let later = view.clone().after(cursor.unwrap());
        seen.extend(first);
        seen.extend(orders.plans(Asked::Page(&later)).await.1);
    }
    seen.extend(orders.plans(Asked::Summary(&summary)).await.1);
    let shapes: Vec<String> = seen.iter().map(Plan::shape).collect();
    assert_eq!(shapes, [count, page, count, page, computed, computed, groups]);
    for plan in &seen {
        plan.has_the_rule_before_the_formula();
    }
    // A condition asks for its value and whether it failed; a sort whether it failed, and for its value if it did not.
    // No page that comes later, no second sort and no second aggregate adds to that.
    let computed: Vec<(usize, usize)> = seen.iter().map(Plan::computed).collect();
    assert_eq!(computed, [(2, 0), (2, 0), (2, 0), (2, 0), (2, 3), (2, 3), (2, 1)]);
}
