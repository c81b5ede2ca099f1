//! What browsers are told with every answer: nothing from elsewhere, nothing to elsewhere (SEC-4).

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// What pages may load and do. No inline style, no inline script, no frame, no plugin.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'; object-src 'none'";

/// Headers of every answer. What an answer says itself stays.
const ALWAYS: [(&str, &str); 8] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex, nofollow, noimageindex"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()"),
    ("cache-control", "no-store"),
];

/// Puts the headers on an answer.
pub fn dress(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A picture that a browser may keep for somebody, if it asks each time whether it still may.
pub fn picture(bytes: Vec<u8>, kind: &'static str) -> Response {
    use axum::response::IntoResponse as _;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    ];
    (headers, bytes).into_response()
}
