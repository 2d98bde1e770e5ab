//! The first company of a database and the key of its owner, so that scripts work before anyone registers.

use docpal_core::{Actor, Company, CompanyId, Docpal, Result, UserId};
use uuid::Uuid;

use crate::api_key::{self, Secret};
use crate::sql::{self, api_keys};

/// The id of the first company: a constant, so that two servers that start on an empty database at the same
/// moment make one company, not two.
const FIRST: u128 = 0xd0c9_a100_0001_4000_8000_0000_0000_0000;

/// The first company, its owner, and the owner's key.
#[derive(Debug)]
pub struct Bootstrap {
    /// The oldest company of the database.
    pub company: Company,
    /// Its owner.
    pub owner: Actor,
    /// What became of the key.
    pub key: OwnerKey,
}

/// What became of the owner's key.
#[derive(Debug, PartialEq, Eq)]
pub enum OwnerKey {
    /// There was none, so this one was made: show it now, it cannot be shown again.
    Made(Secret),
    /// The one that was given works.
    Given,
    /// There are keys already, and none was given.
    Kept,
    /// There are keys already, and the one that was given is not among them; it was not added.
    Refused,
}

/// The first company, made under `name` when the database has none, and its owner.
///
/// # Errors
/// Database errors as mapped.
pub async fn first_company(docpal: &Docpal, name: &str) -> Result<(Company, Actor)> {
    let companies = docpal.companies();
    let company = match oldest_company(docpal).await? {
        Some(known) => return Ok(known),
        None => {
            let id = CompanyId::from(Uuid::from_u128(FIRST));
            match companies.create(id, name).await {
                Err(error) if error.is_conflict() => companies.get(id).await?,
                made => made?,
            }
        }
    };
    let owner = owner_of(&company);
    Ok((company, owner))
}

/// The oldest company of the database and its owner, if there is one; makes nothing.
///
/// # Errors
/// Database errors as mapped.
///
/// # Example
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use docpal_core::{Docpal, testing::TestDb};
/// use docpal_server::bootstrap::{first_company, oldest_company};
///
/// let db = TestDb::new().await?;
/// let docpal = Docpal::start(db.pool().clone()).await?;
/// assert!(oldest_company(&docpal).await?.is_none());
/// first_company(&docpal, "Acme").await?;
/// assert!(oldest_company(&docpal).await?.is_some());
/// # Ok(())
/// # }
/// ```
pub async fn oldest_company(docpal: &Docpal) -> Result<Option<(Company, Actor)>> {
    let oldest = docpal.companies().list().await?.into_iter().next();
    Ok(oldest.map(|company| {
        let owner = owner_of(&company);
        (company, owner)
    }))
}

/// The owner that a company has before anyone registers: the user with the company's own id.
#[must_use]
pub fn owner_of(company: &Company) -> Actor {
    Actor::owner(company.id, UserId::from(company.id.uuid()))
}

/// Makes sure that there is a company and a key for its owner: `given` (as of `DOCPAL_API_KEY`), else a new one.
/// A database that has keys keeps them as they are. The server's own tables are brought up to date first.
///
/// # Errors
/// `weak_key`, `database_too_new`, database errors as mapped.
///
/// # Example
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use docpal_core::{Docpal, testing::TestDb};
/// use docpal_server::bootstrap::{OwnerKey, bootstrap};
///
/// let db = TestDb::new().await?;
/// let docpal = Docpal::start(db.pool().clone()).await?;
/// let first = bootstrap(&docpal, "Acme", None).await?;
/// assert!(matches!(first.key, OwnerKey::Made(_)));
/// assert_eq!(bootstrap(&docpal, "Acme", None).await?.key, OwnerKey::Kept);
/// # Ok(())
/// # }
/// ```
pub async fn bootstrap(docpal: &Docpal, name: &str, given: Option<&str>) -> Result<Bootstrap> {
    let given = given.map(Secret::chosen).transpose()?;
    sql::migrate(docpal).await?;
    let (company, owner) = first_company(docpal, name).await?;
    let key = if api_keys::any(&mut *docpal.acquire().await?).await? {
        match given {
            None => OwnerKey::Kept,
            Some(secret) => match api_key::holder(docpal, &secret).await? {
                Some(_) => OwnerKey::Given,
                None => OwnerKey::Refused,
            },
        }
    } else {
        let secret = given.clone().map_or_else(Secret::random, Ok)?;
        api_key::give(docpal, &owner, "first owner", &secret).await?;
        if given.is_some() { OwnerKey::Given } else { OwnerKey::Made(secret) }
    };
    Ok(Bootstrap { company, owner, key })
}
