//! What goes wrong, as a status and a page. The one place where an error becomes a status.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::error::{AppError, ErrorKind};

/// Something went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    status: StatusCode,
    /// The message that says what, in every language.
    key: &'static str,
    /// What the use case says, for somebody of the organisation.
    detail: Option<String>,
}

/// What `guard` makes a page of.
#[derive(Debug, Clone)]
pub struct TroubleNote(pub Trouble);

impl Trouble {
    /// Not there, or not for whoever asks: both look the same (SEC-7).
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "trouble-not-found")
    }

    /// Signed in, and not allowed.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "trouble-forbidden")
    }

    /// The request did not come from a page of ours.
    pub fn foreign() -> Self {
        Self::new(StatusCode::FORBIDDEN, "trouble-foreign")
    }

    /// Too often.
    pub fn too_often() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "trouble-too-often")
    }

    /// Larger than it may be.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "trouble-too-large")
    }

    /// What was filled in makes no sense.
    pub fn invalid(key: &'static str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, key)
    }

    fn new(status: StatusCode, key: &'static str) -> Self {
        Self { status, key, detail: None }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The message that says what.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// What the use case says, for somebody of the organisation.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        let (status, key) = match error.kind() {
            ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "trouble-invalid"),
            ErrorKind::NotFound => return Self::not_found(),
            ErrorKind::Denied => (StatusCode::FORBIDDEN, "trouble-denied"),
            ErrorKind::Conflict => (StatusCode::CONFLICT, "trouble-conflict"),
            ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "trouble-unavailable"),
            ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "trouble-internal"),
        };
        // What to do is told in words for the command line; here the page says it.
        let detail = error.to_string().lines().next().map(str::to_string);
        Self { status, key, detail }
    }
}

impl From<grata_store::StoreError> for Trouble {
    fn from(error: grata_store::StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(TroubleNote(self));
        response
    }
}
