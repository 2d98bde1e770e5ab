//! Who sends a request, and from where: what an authenticator knows, completed from the connection and the headers.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::header;
use axum::http::request::Parts;
use docpal_core::{Actor, Origin};

/// The longest text of a session or an origin in the audit log, in characters.
const LONGEST: usize = 256;
/// Stands for an address that is not known, so that no user agent can be taken for one.
const NO_ADDRESS: &str = "-";

/// Who sends a request. [`Identity::session`] and [`Identity::origin`] go into the audit log, in at most 256
/// characters without control characters; they change no right.
///
/// # Example
/// ```
/// use docpal_core::{Actor, CompanyId, UserId};
/// use docpal_server::Identity;
///
/// let ada = Actor::owner(CompanyId::new(), UserId::new());
/// let identity = Identity::new(ada.clone()).session("s-81").origin("office");
/// assert_eq!(identity.session.as_deref(), Some("s-81"));
/// // A host that knows the actor alone:
/// assert_eq!(Identity::from(ada.clone()).actor, ada);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// Who acts.
    pub actor: Actor,
    /// The id of the session or of the key that was used; never its secret.
    pub session: Option<String>,
    /// From where. When none is given, the address of the connection and the user agent.
    pub origin: Option<String>,
}

impl Identity {
    /// `actor`, in no session that is known.
    #[must_use]
    pub fn new(actor: Actor) -> Self {
        Self { actor, session: None, origin: None }
    }

    /// In `session`.
    #[must_use]
    pub fn session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// From `origin`, in the words of the host, as when it knows the address before a proxy.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// The actor with everything that the audit log tells of a request. What the actor itself says of its origin
    /// stands where the identity says nothing.
    pub(crate) fn into_actor(self, request: &Parts) -> Actor {
        let Self { actor, session, origin } = self;
        let said = actor.origin();
        let session = session.or_else(|| said.session.clone()).and_then(|text| bounded(&text));
        let origin = origin.or_else(|| said.origin.clone()).and_then(|text| bounded(&text));
        let mut whole = Origin::new();
        whole.session = session;
        whole.origin = origin.or_else(|| seen(request));
        actor.with_origin(whole)
    }
}

impl From<Actor> for Identity {
    fn from(actor: Actor) -> Self {
        Self::new(actor)
    }
}

/// The address and the user agent as the server sees them. Headers in which a proxy names an address are not read:
/// everybody can send them.
fn seen(request: &Parts) -> Option<String> {
    let address = request.extensions.get::<ConnectInfo<SocketAddr>>();
    let address = address.map(|ConnectInfo(address)| address.ip().to_canonical().to_string());
    let agent = request.headers.get(header::USER_AGENT).and_then(|agent| {
        let bytes = agent.as_bytes();
        // No character has more than four bytes: no more than these is ever kept.
        bounded(&String::from_utf8_lossy(bytes.get(..LONGEST * 4).unwrap_or(bytes)))
    });
    match (address, agent) {
        (None, None) => None,
        (Some(address), None) => Some(address),
        (address, Some(agent)) => bounded(&format!("{} {agent}", address.as_deref().unwrap_or(NO_ADDRESS))),
    }
}

/// At most so many characters of `text`, none of which steers a terminal or turns the text around.
fn bounded(text: &str) -> Option<String> {
    let shown: String = text.chars().filter(|c| !steers(*c)).take(LONGEST).collect();
    let shown = shown.trim();
    (!shown.is_empty()).then(|| shown.to_owned())
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, Request};
    use docpal_core::{CompanyId, UserId};

    fn request(address: Option<&str>, agent: Option<&[u8]>) -> Parts {
        let (mut parts, ()) = Request::new(()).into_parts();
        if let Some(address) = address {
            parts.extensions.insert(ConnectInfo(address.parse::<SocketAddr>().unwrap()));
        }
        if let Some(agent) = agent {
            parts.headers.insert(header::USER_AGENT, HeaderValue::from_bytes(agent).unwrap());
        }
        parts
    }

    #[test]
    fn the_first_word_of_an_origin_is_the_address_or_nobody_has_one() {
        let cases = [
            (None, None, None),
            (Some("192.0.2.7:81"), None, Some("192.0.2.7")),
            (Some("[::ffff:192.0.2.7]:81"), Some("curl/8"), Some("192.0.2.7 curl/8")),
            (Some("[2001:db8::1]:81"), Some("curl/8"), Some("2001:db8::1 curl/8")),
            (None, Some("192.0.2.7 curl/8"), Some("- 192.0.2.7 curl/8")),
        ];
        for (address, agent, origin) in cases {
            assert_eq!(seen(&request(address, agent.map(str::as_bytes))).as_deref(), origin);
        }
    }

    #[test]
    fn a_user_agent_that_is_long_or_no_text_is_bounded() {
        let long = seen(&request(Some("192.0.2.7:81"), Some(&b"x".repeat(9_000)))).unwrap();
        assert_eq!(long.chars().count(), LONGEST);
        assert!(seen(&request(None, Some(&[0xFF; 9_000]))).unwrap().chars().count() <= LONGEST);
        assert_eq!(seen(&request(None, Some("a\u{202E}b\tc".as_bytes()))).as_deref(), Some("- abc"));
        assert_eq!(seen(&request(None, Some(b"  "))), None);
    }

    #[test]
    fn what_the_host_says_wins_and_is_bounded() {
        let actor = Actor::owner(CompanyId::new(), UserId::new());
        let request = request(Some("192.0.2.7:81"), None);
        let told = Identity::new(actor.clone()).session("a\0b").origin("x".repeat(999)).into_actor(&request);
        assert_eq!(told.origin().session.as_deref(), Some("ab"));
        assert_eq!(told.origin().origin.as_ref().map(String::len), Some(LONGEST));
        let own = actor.clone().with_origin(Origin::new().session("s-1"));
        let told = Identity::from(own).into_actor(&request);
        assert_eq!(told.origin(), &Origin::new().session("s-1").origin("192.0.2.7"));
    }
}
