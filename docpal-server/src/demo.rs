//! Demo data: the order book of a small coffee roaster, made through the same calls that any host uses.

mod data;
mod schema;

use docpal_core::{
    Action, Actor, AppId, AppSpec, CompanyId, Docpal, Error, ErrorKind, Filter, RecordDraft, Resource,
    Result, Role, RuleSpec, Subject, TableId, TableSpec, UserId, names,
};
use docpal_query::RecordsExt as _;
use uuid::Uuid;

/// The demo company: a constant, so that it is found again.
const COMPANY: u128 = 0xd0c9_a100_0002_4000_8000_0000_0000_0000;
/// Its second user.
const MEMBER: u128 = COMPANY + 1;
const NAME: &str = "Harbour Street Coffee";
const APP: &str = "Order book";

/// The demo, with what a person needs to try it.
#[derive(Debug)]
pub struct Demo {
    /// Who may do everything.
    pub owner: Actor,
    /// Who sees neither what products cost nor orders that are drafts.
    pub member: Actor,
    /// The app.
    pub app: AppId,
    /// Customers, by country.
    pub customers: TableId,
    /// Products; their cost is hidden from members.
    pub products: TableId,
    /// Orders; drafts are hidden from members.
    pub orders: TableId,
    /// Lines of orders, with a formula for their total.
    pub lines: TableId,
}

/// The demo of this database, made when it is not there. All or nothing.
///
/// # Errors
/// `table_not_found` when somebody deleted or renamed one of its tables; database errors as mapped.
///
/// # Example
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use docpal_core::{Docpal, testing::TestDb};
/// use docpal_query::{Count, RecordsExt as _, ViewSpec};
///
/// let db = TestDb::new().await?;
/// let docpal = Docpal::start(db.pool().clone()).await?;
/// let demo = docpal_server::demo::install(&docpal).await?;
/// let page = docpal.records(&demo.owner, demo.lines).list(&ViewSpec::new().count(Count::Exact)).await?;
/// assert!(page.total() > Some(400));
/// # Ok(())
/// # }
/// ```
pub async fn install(docpal: &Docpal) -> Result<Demo> {
    let id = CompanyId::from(Uuid::from_u128(COMPANY));
    let owner = Actor::owner(id, UserId::from(Uuid::from_u128(COMPANY)));
    let member = Actor::new(id, UserId::from(Uuid::from_u128(MEMBER)), [Role::Member]);
    match docpal.companies().get(id).await {
        Ok(_) => find(docpal, owner, member).await,
        Err(error) if error.is_not_found() => make(docpal, owner, member).await,
        Err(error) => Err(error),
    }
}

async fn find(docpal: &Docpal, owner: Actor, member: Actor) -> Result<Demo> {
    let changed = || {
        let message = "a part of the demo was deleted or renamed; choose another data folder to get it anew";
        Error::new(ErrorKind::NotFound, "table_not_found", message)
    };
    let apps = docpal.apps(&owner).list().await?;
    let app = apps.iter().find(|app| app.name == APP).ok_or_else(changed)?.id;
    let tables = docpal.tables(&owner).list(app).await?;
    let table = |name: &str| {
        let found = tables.iter().find(|table| names::fold(&table.name) == names::fold(name));
        found.map(|table| table.id).ok_or_else(changed)
    };
    let (customers, products) = (table("Customers")?, table("Products")?);
    let (orders, lines) = (table("Orders")?, table("Order lines")?);
    Ok(Demo { owner, member, app, customers, products, orders, lines })
}

async fn make(docpal: &Docpal, owner: Actor, member: Actor) -> Result<Demo> {
    let mut tx = docpal.begin().await?;
    docpal.companies().create_in(&mut tx, owner.company(), NAME).await?;
    let app = AppSpec::new(APP).description("What customers order, and what it earns");
    let app = docpal.apps(&owner).create_in(&mut tx, &app).await?.id;
    let data = data::Data::new();
    let mut filled = async |spec: TableSpec, drafts: Vec<RecordDraft>| -> Result<TableId> {
        let table = docpal.tables(&owner).create_in(&mut tx, app, &spec).await?.id();
        docpal.records(&owner, table).create_many_in(&mut tx, &drafts).await?;
        Ok(table)
    };
    let customers = filled(schema::customers(), data.customers()).await?;
    let products = filled(schema::products(), data.products()).await?;
    let orders = filled(schema::orders(), data.orders()).await?;
    let lines = filled(schema::lines(), data.lines()).await?;
    for rule in rules(products, orders) {
        docpal.rules(&owner).create_in(&mut tx, &rule).await?;
    }
    tx.commit().await?;
    Ok(Demo { owner, member, app, customers, products, orders, lines })
}

/// What members do not see.
fn rules(products: TableId, orders: TableId) -> [RuleSpec; 2] {
    let member = Subject::Role(Role::Member);
    [
        RuleSpec::deny(Resource::Table(products), member, Action::Read).fields(["cost"]),
        RuleSpec::deny(Resource::Table(orders), member, Action::Read)
            .when(Filter::test("status", "is", "Draft")),
    ]
}
