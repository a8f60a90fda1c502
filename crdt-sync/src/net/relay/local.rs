//! A relay that is open to this machine is not open to every page that a browser on it shows.
//!
//! A page can have a browser connect to a port of the machine that it runs on, and say what it likes
//! there. But a browser says from where the page is (`Origin`), and by which name it was reached
//! (`Host`), which gives away a name that was made to lead here.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses what comes from a page of elsewhere, or by another name than this machine's own.
pub(super) async fn from_here(request: Request, next: Next) -> Response {
    if is_from_here(request.headers()) {
        return next.run(request).await;
    }
    let why = "this relay serves this machine alone, and not pages of elsewhere\n";
    (StatusCode::FORBIDDEN, why).into_response()
}

fn is_from_here(headers: &HeaderMap) -> bool {
    let says = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = says(HOST).is_none_or(|host| is_local(&format!("//{host}")));
    host && says(ORIGIN).is_none_or(is_local)
}

fn is_local(place: &str) -> bool {
    let place = place.split_once("//").map_or(place, |(_, authority)| authority);
    let host = place.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    let host = host.unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_let_in(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().expect("a value"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().expect("a value"));
        }
        is_from_here(&headers)
    }

    #[test]
    fn pages_of_elsewhere_and_other_names_are_not_let_in() {
        assert!(is_let_in("127.0.0.1:8710", None));
        assert!(is_let_in("localhost:8710", Some("http://localhost:3000")));
        assert!(is_let_in("[::1]:8710", Some("http://[::1]:3000")));
        assert!(!is_let_in("127.0.0.1:8710", Some("https://example.org")));
        assert!(!is_let_in("127.0.0.1:8710", Some("https://127.0.0.1.example.org")));
        assert!(!is_let_in("127.0.0.1:8710", Some("null")));
        assert!(!is_let_in("rebound.example.org:8710", None));
    }
}
