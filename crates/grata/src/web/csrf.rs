//! A change comes from a page of ours, or it is none: by what browsers say about where a request comes
//! from, and by a token that only our pages hold.

use axum::http::{HeaderMap, Uri, header};
use grata_core::digest::Digest;

/// The name of the field that holds the token in forms.
pub const FIELD: &str = "csrf";

/// The name of the header that holds it in requests of our scripts.
pub const HEADER: &str = "x-csrf";

/// The token for whoever holds this secret in a cookie. It cannot be turned back.
pub fn token(secret: &str) -> String {
    Digest::of_parts(&[b"grata csrf 1\0", secret.as_bytes()]).to_string()
}

/// Whether a token is the one of this secret. Both are digests of random bytes: how long the
/// comparison takes says nothing that helps.
pub fn fits(secret: &str, given: Option<&str>) -> bool {
    given.is_some_and(|given| Digest::of(given.as_bytes()) == Digest::of(token(secret).as_bytes()))
}

/// Whether a request comes from a page of ours, as far as the browser says. Every browser of these
/// years says one of the two; a program that says neither has no cookies to misuse.
pub fn is_own(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return ["same-origin", "none"].contains(&site);
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return true };
    let host = text(header::HOST.as_str()).or_else(|| uri.authority().map(|authority| authority.as_str()));
    let from = origin.split_once("://").map(|(_, host)| host);
    from.is_some() && from == host
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_request_from_elsewhere_is_not_our_own() {
        let cases: [(&[(&str, &str)], bool); 7] = [
            (&[], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://here")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("host", "here:8080"), ("origin", "http://here:8080")], true),
            (&[("host", "here:8080"), ("origin", "http://there")], false),
            (&[("host", "here"), ("origin", "null")], false),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_own(&headers, &Uri::from_static("/")), expected, "{given:?}");
        }
    }

    #[test]
    fn a_token_belongs_to_one_secret() {
        assert!(fits("a", Some(&token("a"))));
        assert!(!fits("a", Some(&token("b"))) && !fits("a", Some("a")) && !fits("a", None));
    }
}
