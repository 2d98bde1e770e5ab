//! An address to serve on, as people write it.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;

use serde::Deserialize;

const PORT: u16 = 8080;

/// An address to serve on: `127.0.0.1:8080`, `[::1]:8080`, a name as `localhost:8080`, or a port alone, of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Address(pub(crate) SocketAddr);

impl Default for Address {
    fn default() -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse() {
            return Ok(Self(address));
        }
        if let Ok(port) = text.parse::<u16>() {
            return Ok(Self(SocketAddr::from((Ipv4Addr::LOCALHOST, port))));
        }
        let expected = "expected ADDR:PORT as 127.0.0.1:8080, or a port as 8080; 0.0.0.0:8080 is every address of this machine";
        let (host, port) = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).ok_or(expected)?;
        let port = port.parse::<u16>().map_err(|_| expected)?;
        if host.eq_ignore_ascii_case("localhost") {
            return Ok(Self(SocketAddr::from((Ipv4Addr::LOCALHOST, port))));
        }
        let found = (host, port).to_socket_addrs().ok().and_then(|mut found| found.next());
        found.map(Self).ok_or_else(|| format!("`{host}` is no address of a machine; {expected}"))
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_and_a_name_are_addresses_too() {
        let read = |text: &str| text.parse::<Address>().map(|address| address.0.to_string());
        assert_eq!(read("8080"), Ok("127.0.0.1:8080".to_owned()));
        assert_eq!(read("localhost:81"), Ok("127.0.0.1:81".to_owned()));
        assert_eq!(read("0.0.0.0:82"), Ok("0.0.0.0:82".to_owned()));
        assert_eq!(read("[::1]:83"), Ok("[::1]:83".to_owned()));
        for wrong in ["", ":8080", "localhost", "localhost:http", "127.0.0.1:70000", "70000"] {
            assert!(read(wrong).unwrap_err().contains("expected ADDR:PORT"), "{wrong}");
        }
    }
}
