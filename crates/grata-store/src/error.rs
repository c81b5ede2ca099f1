//! What goes wrong in the store. Messages name what failed, never whom it was about (SEC-3).

/// Whose fault it is, for callers that answer in codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// What was asked for does not exist.
    NotFound,
    /// Something else came first: another process, another write, a consent that has changed.
    Conflict,
    /// A rule forbids it.
    Refused,
    /// What is stored is not what was written: changed, cut off, or under another key.
    Damaged,
    /// A newer state of this installation has been seen elsewhere: replay first (§8).
    Behind,
    /// Disk, permissions, another program.
    Unavailable,
    /// A fault of grata.
    Internal,
}

/// An error of the store.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// What failed, in the reader's words; no names, no values.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The error underneath.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Whose fault it is.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StoreErrorKind::NotFound, format!("there is no such {what}"))
    }

    pub(crate) fn conflict(message: &str) -> Self {
        Self::new(StoreErrorKind::Conflict, message)
    }

    pub(crate) fn refused(rule: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::new(StoreErrorKind::Refused, rule.to_string()).because(rule)
    }

    pub(crate) fn damaged(what: &str) -> Self {
        Self::new(StoreErrorKind::Damaged, format!("{what} is damaged, or was changed by something else"))
    }

    pub(crate) fn unavailable(what: &str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::new(StoreErrorKind::Unavailable, format!("{what} cannot be used")).because(source)
    }
}

/// Every call of the store.
pub type Result<T> = std::result::Result<T, StoreError>;
