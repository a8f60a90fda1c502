use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// Where a relay listens: `wss://relay.example.org`, or `ws://127.0.0.1:8710` without TLS. The path is
/// `/crdt-sync` if none is given.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    is_secure: bool,
    host: String,
    port: Option<u16>,
    path: String,
}

/// Why a text is not an [`Address`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It is no URL.
    #[error("{0:?} is not an address: write `wss://HOST`, or `ws://HOST:PORT` without TLS")]
    NotAnAddress(String),
    /// It is one of another protocol.
    #[error(
        "{0:?} is not the address of a WebSocket: write `wss://` or `ws://` instead of `{1}://`"
    )]
    Scheme(String, String),
    /// It has a part behind `#`, as an invite does.
    #[error(
        "this is more than an address: what stands behind `#` is an invite's, which is accepted and not \
         dialed"
    )]
    Invite,
    /// It has a user or a password in it, which nobody would be shown.
    #[error("an address has no `@` in it: to show a secret to a relay, give it a token")]
    User,
}

/// What a browser names as the protocol of its WebSocket. It cannot set headers, so it names its token
/// beside it.
pub(crate) const PROTOCOL: &str = "crdt-sync";
/// What that name of a token begins with.
pub(crate) const PROTOCOL_TOKEN: &str = "crdt-sync-token.";

/// The path of a relay.
pub(crate) const PATH: &str = "/crdt-sync";

impl Address {
    /// Whether what is sent is encrypted on its way.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The host, without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.is_secure { 443 } else { 80 })
    }

    /// What the relay is called there, which both sides sign: host, port and path.
    pub fn endpoint(&self) -> String {
        let Self { host, path, .. } = self;
        match self.port {
            None => format!("{host}{path}"),
            Some(port) => format!("{host}:{port}{path}"),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.contains('#') {
            return Err(AddressError::Invite);
        }
        let Parts { scheme, has_user, host, port, path } =
            parts(text).ok_or_else(|| AddressError::NotAnAddress(text.to_owned()))?;
        let is_secure = match &scheme[..] {
            "wss" => true,
            "ws" => false,
            _ => return Err(AddressError::Scheme(text.to_owned(), scheme)),
        };
        if has_user {
            return Err(AddressError::User);
        }
        let path = if path == "/" { PATH.to_owned() } else { path };
        let default = if is_secure { 443 } else { 80 };
        let port = port.filter(|port| *port != default);
        Ok(Self { is_secure, host, port, path })
    }
}

/// What an address is made of.
struct Parts {
    scheme: String,
    has_user: bool,
    /// In lower case.
    host: String,
    port: Option<u16>,
    path: String,
}

#[cfg(all(feature = "net", not(target_family = "wasm")))]
fn parts(text: &str) -> Option<Parts> {
    let uri: tungstenite::http::Uri = text.parse().ok()?;
    let authority = uri.authority()?;
    let (user, place) = match authority.as_str().rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, authority.as_str()),
    };
    let host = Some(authority.host()).filter(|host| !host.is_empty())?;
    // What stands there and is no port is not passed over: there may be somebody else at the usual one.
    let port = place.strip_prefix(host)?.strip_prefix(':').filter(|port| !port.is_empty());
    let is_number = |port: &&str| port.bytes().all(|byte| byte.is_ascii_digit());
    let port = match port {
        Some(port) => Some(Some(port).filter(is_number)?.parse().ok()?),
        None => None,
    };
    Some(Parts {
        scheme: uri.scheme_str()?.to_owned(),
        has_user: user.is_some(),
        host: host.to_lowercase(),
        port,
        path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
    })
}

/// As the browser reads it, which is who dials it.
#[cfg(any(not(feature = "net"), target_family = "wasm"))]
fn parts(text: &str) -> Option<Parts> {
    let url = web_sys::Url::new(text).ok()?;
    Some(Parts {
        scheme: url.protocol().trim_end_matches(':').to_owned(),
        has_user: !url.username().is_empty() || !url.password().is_empty(),
        host: Some(url.hostname()).filter(|host| !host.is_empty())?,
        port: url.port().parse().ok(),
        path: url.pathname() + &url.search(),
    })
}

/// As it is parsed.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.is_secure { "wss" } else { "ws" }, self.endpoint())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Address {
        text.parse().expect(text)
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let address = parsed("wss://Relay.example.org");
        assert_eq!(address.to_string(), "wss://relay.example.org/crdt-sync");
        assert_eq!((address.host(), address.port()), ("relay.example.org", 443));
        assert_eq!(address, parsed("wss://relay.example.org:443/crdt-sync"));
        let local = parsed("ws://[::1]:8710/team");
        assert_eq!((local.host(), local.port(), local.is_secure()), ("::1", 8710, false));
        assert_eq!(local.endpoint(), "[::1]:8710/team");
    }

    #[test]
    fn what_is_no_address_says_what_to_write() {
        let not = "relay.example.org".parse::<Address>().unwrap_err();
        assert!(not.to_string().contains("write `wss://HOST`"), "{not}");
        let scheme = "https://relay.example.org".parse::<Address>().unwrap_err();
        assert!(scheme.to_string().contains("instead of `https://`"), "{scheme}");
        let invite = "ws://relay.example.org#document=00&token=secret".parse::<Address>();
        assert_eq!(invite, Err(AddressError::Invite));
        assert_eq!("ws://me:secret@relay".parse::<Address>(), Err(AddressError::User));
        assert!("ws://".parse::<Address>().is_err() && "".parse::<Address>().is_err());
        for port in ["65536", "87100", "8710a", "+80", "-1", "80:80"] {
            let not = format!("ws://relay:{port}/team").parse::<Address>();
            assert!(matches!(not, Err(AddressError::NotAnAddress(_))), "{port}: {not:?}");
        }
        assert_eq!(parsed("ws://relay:").port(), 80);
    }
}
