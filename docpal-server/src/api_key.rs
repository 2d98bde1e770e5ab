//! API keys: made from the system's randomness, shown once, kept as a digest.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use docpal_core::sql::Connection;
use docpal_core::{Actor, Docpal, Error, ErrorKind, FieldError, Result, Role, SystemReason, UserId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::sql::api_keys::{self, NewApiKey};

/// What a key that DocPal made begins with.
const MARK: &str = "dpk_";
/// A key that somebody chose has at least this many characters.
const SHORTEST: usize = 16;
const LONGEST: usize = 256;

/// The id of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct ApiKeyId(Uuid);

impl ApiKeyId {
    /// The id as a plain uuid.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for ApiKeyId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl FromStr for ApiKeyId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A stored key, without its secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whom it acts for.
    pub user: UserId,
    /// With which role.
    pub role: Role,
    /// What people call it.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it; none for the host.
    pub created_by: Option<UserId>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it stops to work.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that was made, with its secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MadeKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whom it acts for.
    pub user: UserId,
    /// The key itself; it is not stored and cannot be had again.
    pub secret: Secret,
}

/// A key to make.
///
/// # Example
/// ```
/// use docpal_core::{Role, UserId};
/// use docpal_server::api_key::KeySpec;
/// let spec = KeySpec::new("night import", Role::Member).user(UserId::new());
/// assert_eq!(spec.role, Role::Member);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeySpec {
    /// What people call it.
    pub name: String,
    /// With which role it acts.
    pub role: Role,
    /// Whom it acts for; a new service user when none is given.
    pub user: Option<UserId>,
    /// When it stops to work; never when none is given.
    pub expires_at: Option<DateTime<Utc>>,
}

impl KeySpec {
    /// A key for a new service user with `role`.
    #[must_use]
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, user: None, expires_at: None }
    }

    /// The same key, acting for `user`.
    #[must_use]
    pub fn user(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// The same key, until `end`.
    #[must_use]
    pub fn expires_at(mut self, end: DateTime<Utc>) -> Self {
        self.expires_at = Some(end);
        self
    }
}

/// The whole text of a key. `Debug` hides it; it is stored as a digest only.
///
/// # Example
/// ```
/// use docpal_server::api_key::Secret;
/// let secret = Secret::random()?;
/// assert!(secret.reveal().starts_with("dpk_"));
/// assert!(!format!("{secret:?}").contains(secret.reveal()));
/// # Ok::<(), docpal_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A fresh key of 32 random bytes.
    ///
    /// # Errors
    /// An internal error when the system has no randomness to give.
    pub fn random() -> Result<Self> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Self(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// A key that the host chose: 16 to 256 printable ASCII characters without spaces.
    ///
    /// # Errors
    /// `weak_key`.
    pub fn chosen(text: &str) -> Result<Self> {
        let fits =
            (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            return Ok(Self(text.to_owned()));
        }
        let message = format!("a key is {SHORTEST} to {LONGEST} printable ASCII characters without spaces");
        Err(Error::validation(vec![FieldError::new("api_key", "weak_key", message)]))
    }

    /// The key as the client has to send it. Show it once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the database knows the key by.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.0)
    }

    /// What is shown to tell keys apart: too short to guess the rest.
    fn prefix(&self) -> &str {
        let shown = if self.0.starts_with(MARK) { MARK.len() + 6 } else { 4 };
        self.0.get(..shown).unwrap_or_default()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({}..)", self.prefix())
    }
}

/// What is stored of a key.
pub(crate) fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Whom `secret` acts for, if it is a key.
///
/// # Errors
/// Database errors as mapped.
pub async fn holder(docpal: &Docpal, secret: &Secret) -> Result<Option<Actor>> {
    let mut tx = docpal.begin().await?;
    let holder = api_keys::holder(&mut tx, &secret.digest()).await?;
    tx.commit().await?;
    Ok(holder.map(|holder| holder.actor))
}

/// Lets `secret` act for `holder`, in the name of the host itself, as its command line does: nobody's rights are asked.
/// [`create`] is for users.
///
/// # Errors
/// `validation_failed` for a holder who is no user with one role, which is what a key can act for; `key_taken`;
/// database errors as mapped.
pub async fn give(docpal: &Docpal, by: &Actor, name: &str, secret: &Secret) -> Result<()> {
    let (Some(user), [role]) = (by.user(), by.roles()) else {
        let message = "a key acts for a user with one role";
        return Err(Error::validation(vec![FieldError::new("holder", "invalid_value", message)]));
    };
    let host = Actor::system(by.company(), SystemReason::Host);
    let spec = KeySpec::new(name, *role).user(user);
    let held = Held { user, service_user: false, makers: by.makers().to_vec() };
    let stored = store(docpal, &host, &spec, &held, (secret, Source::Chosen)).await?;
    if stored.is_some() || holder(docpal, secret).await?.is_some() {
        return Ok(());
    }
    let message = "this key was revoked or has expired; choose another";
    Err(Error::new(ErrorKind::Conflict, "key_taken", message))
}

/// Makes a key on behalf of `actor`, who must be allowed to manage the company. A key acts for its maker or for a
/// service user, a new one or one for whom `actor` made a key before, with a role that its maker has; only an owner makes
/// one for somebody else, or with another role. What rules deny its maker as a user, they deny the key
/// ([`Actor::made_by`]).
///
/// # Errors
/// `not_allowed`, `validation_failed` for the name or a moment that has passed.
pub async fn create(docpal: &Docpal, actor: &Actor, spec: &KeySpec) -> Result<MadeKey> {
    // Whoever may read the rules may change them, and so may hand out what they give.
    docpal.rules(actor).list().await?;
    if spec.role == Role::Owner && !actor.is_owner() {
        return Err(not_allowed("only an owner makes a key for an owner"));
    }
    // With another role, or without one of several, the key would be free of what rules deny the maker's own.
    if !actor.is_owner() && actor.roles() != [spec.role] {
        return Err(not_allowed("only an owner makes a key with other roles than their own"));
    }
    let held = holder_of(docpal, actor, spec).await?;
    let name =
        docpal_core::names::check(&spec.name, "name").map_err(|entry| Error::validation(vec![entry]))?;
    if spec.expires_at.is_some_and(|end| end <= Utc::now()) {
        let entry = FieldError::new("expires_at", "invalid_value", "this moment has passed");
        return Err(Error::validation(vec![entry]));
    }
    let secret = Secret::random()?;
    let spec = KeySpec { name, ..spec.clone() };
    let stored = store(docpal, actor, &spec, &held, (&secret, Source::Made)).await?;
    let id = stored.ok_or_else(|| Error::internal("a random key that was known already"))?;
    Ok(MadeKey { id, user: held.user, secret })
}

/// Whom a key acts for.
#[derive(Debug)]
struct Held {
    user: UserId,
    service_user: bool,
    /// Who else must be allowed what the key does.
    makers: Vec<UserId>,
}

async fn holder_of(docpal: &Docpal, actor: &Actor, spec: &KeySpec) -> Result<Held> {
    let makers = |user: UserId| {
        let all = actor.user().into_iter().chain(actor.makers().iter().copied());
        let mut makers: Vec<UserId> = all.filter(|maker| *maker != user).collect();
        makers.sort_unstable();
        makers
    };
    let Some(user) = spec.user else {
        let user = UserId::new();
        return Ok(Held { user, service_user: true, makers: makers(user) });
    };
    let mut conn = docpal.acquire().await?;
    let service = api_keys::service_user(&mut conn, actor.company(), user, actor.user()).await?;
    // What rules give a service user of somebody else, they would give the maker of another key for it.
    match service.is_own || actor.is_owner() || actor.user() == Some(user) {
        true => Ok(Held { user, service_user: service.is_one, makers: makers(user) }),
        false => Err(not_allowed("only an owner makes a key that acts for somebody else")),
    }
}

/// The keys of the company that are not revoked, the oldest first: all for who may manage it, else one's own.
///
/// # Errors
/// Database errors as mapped.
pub async fn list(docpal: &Docpal, actor: &Actor) -> Result<Vec<ApiKey>> {
    let own = match docpal.rules(actor).list().await {
        Ok(_) => None,
        Err(error) if error.is_forbidden() => actor.user(),
        Err(error) => return Err(error),
    };
    api_keys::list(&mut *docpal.acquire().await?, actor.company(), own).await
}

/// Revokes a key: one's own, or one of [`list`]; one with the role owner is revoked by an owner only. Nodes that have
/// just seen the key trust it for some seconds more; [`crate::Authenticator::forget`] ends that on this one.
///
/// # Errors
/// `api_key_not_found`, `not_allowed`.
pub async fn revoke(docpal: &Docpal, actor: &Actor, id: ApiKeyId) -> Result<()> {
    let not_found = || Error::new(ErrorKind::NotFound, "api_key_not_found", "there is no such API key");
    let known = list(docpal, actor).await?.into_iter().find(|key| key.id == id).ok_or_else(not_found)?;
    if known.role == Role::Owner && !actor.is_owner() {
        return Err(not_allowed("only an owner revokes the key of an owner"));
    }
    let mut tx = docpal.begin().await?;
    if !api_keys::revoke(&mut tx, actor.company(), id).await? {
        return Err(not_found());
    }
    let key = (id, known.name.as_str());
    log(&mut tx, actor, "api_key.revoke", key, (known.user, known.role)).await?;
    tx.commit().await
}

/// Who made up a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// DocPal, of randomness.
    Made,
    /// The host, which may come with it again.
    Chosen,
}

/// Stores a key and writes down who made it; none when the secret is known already.
async fn store(
    docpal: &Docpal,
    actor: &Actor,
    spec: &KeySpec,
    held: &Held,
    (secret, source): (&Secret, Source),
) -> Result<Option<ApiKeyId>> {
    let mut tx = docpal.begin().await?;
    let id = ApiKeyId(Uuid::new_v4());
    let key = NewApiKey {
        id,
        user: held.user,
        service_user: held.service_user,
        role: spec.role,
        name: &spec.name,
        prefix: secret.prefix(),
        digest: &secret.digest(),
        created_by: actor.user(),
        makers: &held.makers,
        expires_at: spec.expires_at,
        chosen: source == Source::Chosen,
    };
    let stored = api_keys::insert(&mut tx, actor.company(), &key).await?;
    if stored {
        let key = (id, spec.name.as_str());
        log(&mut tx, actor, "api_key.create", key, (held.user, spec.role)).await?;
    }
    tx.commit().await?;
    Ok(stored.then_some(id))
}

fn not_allowed(message: &str) -> Error {
    Error::new(ErrorKind::Forbidden, "not_allowed", message)
}

async fn log(
    conn: &mut Connection,
    actor: &Actor,
    action: &'static str,
    (id, name): (ApiKeyId, &str),
    (user, role): (UserId, Role),
) -> Result<()> {
    use docpal_core::Json;
    use docpal_core::audit::Change;
    let text = |key: &str, value: String| (key.to_owned(), Json::Text(value));
    let change = Change {
        company: actor.company(),
        by: actor,
        action,
        app: None,
        table: None,
        records: None,
        details: Json::Object(vec![
            // The id that other entries give as their session; a revoked key is in no list any more.
            text("key", id.uuid().to_string()),
            text("name", name.to_owned()),
            text("role", role.to_string()),
            text("user", user.to_string()),
        ]),
    };
    docpal_core::sql::meta::audit::append(conn, &change).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_and_differ() {
        let (one, two) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.reveal().len(), MARK.len() + 43);
    }

    #[test]
    fn a_chosen_key_must_be_hard_to_guess() {
        assert_eq!(Secret::chosen("short").unwrap_err().fields()[0].code, "weak_key");
        assert_eq!(Secret::chosen("sixteen letters!").unwrap_err().fields()[0].code, "weak_key");
        assert!(Secret::chosen("sixteen-letters!").is_ok());
    }
}
