//! API keys: made from the system's randomness, shown once, kept as a digest.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use docpal_core::sql::Connection;
use docpal_core::{Actor, Docpal, Error, ErrorKind, FieldError, Result, Role, SystemReason, UserId};
use sha2::{Digest as _, Sha256};

use crate::sql::api_keys::{self, NewApiKey};

/// What a key that DocPal made begins with.
const MARK: &str = "dpk_";
/// A key that somebody chose has at least this many characters.
const SHORTEST: usize = 16;
const LONGEST: usize = 256;

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
    let mut conn = docpal.acquire().await?;
    api_keys::actor(&mut conn, &secret.digest()).await
}

/// Lets `secret` act for `holder`, in the name of the host itself, as its command line does: nobody's rights are asked.
/// [`create`] is for users.
///
/// # Errors
/// `validation_failed` for a holder who is no user with one role, which is what a key can act for; database errors as
/// mapped.
pub async fn give(docpal: &Docpal, holder: &Actor, name: &str, secret: &Secret) -> Result<()> {
    let (Some(user), [role]) = (holder.user(), holder.roles()) else {
        let message = "a key acts for a user with one role";
        return Err(Error::validation(vec![FieldError::new("holder", "invalid_value", message)]));
    };
    let host = Actor::system(holder.company(), SystemReason::Host);
    store(docpal, &host, user, *role, name, secret).await
}

/// Makes a key for `user` acting with `role`, on behalf of `actor`, who must be allowed to manage the company.
/// Only an owner makes a key for an owner.
///
/// # Errors
/// `not_allowed`, `validation_failed` for the name.
pub async fn create(docpal: &Docpal, actor: &Actor, user: UserId, role: Role, name: &str) -> Result<Secret> {
    // Whoever may read the rules may change them, and so may hand out what they give.
    docpal.rules(actor).list().await?;
    if role == Role::Owner && !actor.is_owner() {
        let message = "only an owner makes a key for an owner";
        return Err(Error::new(ErrorKind::Forbidden, "not_allowed", message));
    }
    let name = docpal_core::names::check(name, "name").map_err(|entry| Error::validation(vec![entry]))?;
    let secret = Secret::random()?;
    store(docpal, actor, user, role, &name, &secret).await?;
    Ok(secret)
}

/// Stores a key and writes down who made it.
async fn store(
    docpal: &Docpal,
    actor: &Actor,
    user: UserId,
    role: Role,
    name: &str,
    secret: &Secret,
) -> Result<()> {
    let mut tx = docpal.begin().await?;
    let key = NewApiKey { user, role, name, prefix: secret.prefix(), digest: &secret.digest() };
    api_keys::insert(&mut tx, actor.company(), &key).await?;
    log(&mut tx, actor, user, role, name).await?;
    tx.commit().await
}

async fn log(conn: &mut Connection, actor: &Actor, user: UserId, role: Role, name: &str) -> Result<()> {
    use docpal_core::Json;
    use docpal_core::audit::Change;
    let text = |key: &str, value: String| (key.to_owned(), Json::Text(value));
    let change = Change {
        company: actor.company(),
        by: actor,
        action: "api_key.create",
        app: None,
        table: None,
        records: None,
        details: Json::Object(vec![
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
