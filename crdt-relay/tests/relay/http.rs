use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crdt_core::{Document, Keypair, Text};

use crate::command::{Running, folder};

/// An answer: its status, and what is in it.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn ask(at: &str, method: &str, path: &str, token: Option<&str>, body: &[u8]) -> Answer {
    let mut tcp = TcpStream::connect(at).expect("it listens");
    tcp.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let token = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n{token}Content-Length: \
         {length}\r\n\r\n"
    );
    tcp.write_all(head.as_bytes()).and_then(|()| tcp.write_all(body)).expect("it is open");
    let mut bytes = Vec::new();
    tcp.read_to_end(&mut bytes).expect("an answer");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.expect("a status"), body: bytes[end + 4..].to_vec() }
}

fn get(at: &str, path: &str, token: Option<&str>) -> Answer {
    ask(at, "GET", path, token, &[])
}

fn text(seed: u8) -> Document<Text> {
    let mut text =
        Document::<Text>::create(Keypair::from_secret_bytes(&[seed; 32])).expect("randomness");
    text.change(|text| text.push_str("Hello <world>")).expect("an edit");
    text
}

#[test]
fn documents_go_in_and_out_without_websocket() {
    let relay = Running::anywhere();
    let mut text = text(1);
    let path = format!("/documents/{}", text.id());
    assert_eq!(get(&relay.at, &path, None).status, 404);

    let bundle = format!("{path}/bundle");
    let taken = ask(&relay.at, "POST", &bundle, None, &text.export(&[]));
    assert_eq!(taken.status, 200, "{}", taken.text());
    let shown = get(&relay.at, &path, None);
    assert_eq!(shown.status, 200);
    let head = text.heads()[0].to_string();
    for part in ["\"value\":\"Hello <world>\"", &head, "\"changes\":1"] {
        assert!(shown.text().contains(part), "{part} in {}", shown.text());
    }

    let before = text.heads();
    text.change(|text| text.push_str("!")).expect("an edit");
    let taken = ask(&relay.at, "POST", &bundle, None, &text.export(&before));
    assert_eq!(taken.status, 200, "{}", taken.text());
    let lacking = get(&relay.at, &format!("{bundle}?have={}", before[0]), None);
    let mut other = Document::<Text>::join(text.id(), Keypair::from_secret_bytes(&[2; 32]));
    assert_eq!(other.apply(&lacking.body).expect("bundles").waiting.len(), 1);
    other.apply(&get(&relay.at, &bundle, None).body).expect("bundles");
    assert_eq!(other.value(), text.value());
}

#[test]
fn what_is_not_genuine_is_refused_and_makes_no_document() {
    let relay = Running::anywhere();
    let text = text(3);
    let path = format!("/documents/{}", text.id());
    let mut forged = text.export(&[]);
    let last = forged.len() - 1;
    forged[last] ^= 1;
    for bytes in [&forged[..], b"noise", &self::text(4).export(&[])] {
        let refused = ask(&relay.at, "POST", &format!("{path}/bundle"), None, bytes);
        assert_eq!(refused.status, 422, "{}", refused.text());
    }
    let nothing = ask(&relay.at, "POST", &format!("{path}/bundle"), None, b"");
    assert_eq!(nothing.status, 404, "{}", nothing.text());
    assert_eq!(get(&relay.at, &path, None).status, 404);
    assert_eq!(get(&relay.at, "/documents/plan", None).status, 400);
    let metrics = get(&relay.at, "/metrics", None).text();
    assert!(metrics.contains("crdt_relay_bundles_refused_total 3"), "{metrics}");
}

#[test]
fn a_token_may_do_what_its_rule_says_also_when_that_changes() {
    let folder = folder();
    let (text, other) = (text(5), text(6));
    let rule = |may: &str| {
        format!("[[allow]]\ntoken = \"secret\"\nmay = \"{may}\"\ndocuments = [\"{}\"]\n", text.id())
    };
    let config = folder.path().join("relay.toml");
    fs::write(&config, rule("write")).expect("room");
    let relay = Running::start(folder, &["--config", "relay.toml", "--listen", "127.0.0.1:0"]);
    let bundle = |text: &Document<Text>| format!("/documents/{}/bundle", text.id());
    let post = |text: &Document<Text>, token| {
        ask(&relay.at, "POST", &bundle(text), token, &text.export(&[])).status
    };
    assert_eq!(post(&text, None), 401);
    assert_eq!(post(&text, Some("guess")), 403);
    assert_eq!(post(&text, Some("secret")), 200);
    assert_eq!(post(&other, Some("secret")), 403);
    assert_eq!(get(&relay.at, &bundle(&text), Some("secret")).status, 200);
    assert_eq!(get(&relay.at, &bundle(&text), None).status, 401);

    fs::write(&config, rule("read")).expect("room");
    relay.signal("-HUP");
    let begun = std::time::Instant::now();
    while post(&text, Some("secret")) != 403 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is not read again");
    }
    assert_eq!(get(&relay.at, &bundle(&text), Some("secret")).status, 200);

    // As it is while somebody writes it.
    fs::write(&config, "").expect("room");
    relay.signal("-HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(get(&relay.at, &bundle(&text), None).status, 401);
    assert_eq!(post(&text, Some("secret")), 403);
}

#[test]
fn what_is_sent_is_bounded() {
    let folder = folder();
    let config = "[limits]\nrequest_body = 1000\n";
    fs::write(folder.path().join("relay.toml"), config).expect("room");
    let relay = Running::start(folder, &["--config", "relay.toml", "--listen", "127.0.0.1:0"]);
    let text = text(8);
    let path = format!("/documents/{}/bundle", text.id());
    assert_eq!(ask(&relay.at, "POST", &path, None, &[0; 1001]).status, 413);
    assert_eq!(ask(&relay.at, "POST", &path, None, &text.export(&[])).status, 200);
}

#[test]
fn it_tells_how_it_does() {
    let relay = Running::anywhere();
    assert_eq!(get(&relay.at, "/healthz", None).text(), "ok\n");
    assert_eq!(get(&relay.at, "/readyz", None).text(), "ready\n");
    let text = text(7);
    let path = format!("/documents/{}/bundle", text.id());
    ask(&relay.at, "POST", &path, None, &text.export(&[]));
    let metrics = get(&relay.at, "/metrics", None).text();
    for line in ["crdt_relay_changes_total 1", "crdt_relay_documents_open 1", "# TYPE"] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    let page = get(&relay.at, "/", None).text();
    assert!(page.contains(&text.id().to_string()), "{page}");
    assert_eq!(get(&relay.at, "/crdt-sync", None).status, 426);
}

#[test]
fn those_who_run_it_are_told_elsewhere_than_those_who_use_it() {
    let arguments = ["--listen", "0.0.0.0:0", "--open"];
    let relay = Running::start(folder(), &arguments);
    let at = relay.at.replace("0.0.0.0", "127.0.0.1");
    assert_eq!(get(&at, "/healthz", None).status, 200);
    assert_eq!(get(&at, "/metrics", None).status, 404);
    assert_eq!(get(&at, "/", None).status, 404);
}

/// The status that a request of a browser gets, by a name that the relay was reached by.
fn browsed(relay: &Running, path: &str, host: &str, header: &str) -> String {
    let mut tcp = TcpStream::connect(&relay.at).expect("it listens");
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\r\n\r\n");
    tcp.write_all(head.as_bytes()).expect("it is open");
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).expect("a status").to_owned()
}

#[test]
fn a_page_of_elsewhere_is_not_served_by_a_relay_for_this_machine() {
    let relay = Running::anywhere();
    let tries = [("Origin: http://localhost:3000", "200"), ("Origin: https://example.org", "403")];
    for (header, status) in tries {
        assert_eq!(browsed(&relay, "/readyz", &relay.at, header), status, "{header}");
    }
}

/// A page can have its own name lead to this machine, and read there what a browser is answered.
#[test]
fn a_page_of_elsewhere_is_not_told_who_is_connected_whoever_else_is_served() {
    let folder = folder();
    let config = "[[allow]]\ntoken = \"secret\"\nmay = \"read\"\n";
    fs::write(folder.path().join("relay.toml"), config).expect("room");
    let relay = Running::start(folder, &["--config", "relay.toml", "--listen", "127.0.0.1:0"]);
    for path in ["/", "/metrics"] {
        assert_eq!(browsed(&relay, path, "rebound.example.org:8710", "Accept: */*"), "403");
        assert_eq!(browsed(&relay, path, &relay.at, "Accept: */*"), "200");
    }
    assert_eq!(browsed(&relay, "/readyz", "relay.example.org", "Accept: */*"), "200");
}
