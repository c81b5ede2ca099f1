//! What ends a command before anything was done: what failed, and what to do.

use std::error::Error as _;
use std::fmt;

use grata_store::{StoreError, StoreErrorKind};

/// Whose fault it is, for callers that answer in codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Arguments, configuration or an input file make no sense.
    Invalid,
    /// Something named is not there.
    NotFound,
    /// The system, or a rule, does not allow it.
    Denied,
    /// It would destroy something.
    Conflict,
    /// Something needed is missing right now: a model, a runtime, the network, space.
    Unavailable,
    /// A fault of grata.
    Internal,
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub struct AppError {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl AppError {
    /// What failed, for what, in the reader's words; no full stop at the end.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, source: None }
    }

    /// What to do about it; printed on the next line.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The error underneath.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Whose fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for AppError {
    /// The message, what lies underneath, and the hint on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

impl From<StoreError> for AppError {
    /// The store's words name no person. What lies underneath is told where it helps: disks and keys.
    fn from(error: StoreError) -> Self {
        let (kind, hint) = match error.kind() {
            StoreErrorKind::NotFound => (ErrorKind::NotFound, None),
            StoreErrorKind::Conflict => (ErrorKind::Conflict, None),
            StoreErrorKind::Refused => (ErrorKind::Denied, None),
            StoreErrorKind::Damaged => {
                (ErrorKind::Internal, Some("`grata log verify` says more. Restore a backup if need be."))
            }
            StoreErrorKind::Behind => (ErrorKind::Unavailable, Some("`grata restore --help` says how.")),
            StoreErrorKind::Unavailable => {
                (ErrorKind::Unavailable, Some("Check the folders and their rights."))
            }
            StoreErrorKind::Internal => (ErrorKind::Internal, None),
        };
        let message = match (kind, error.source()) {
            (ErrorKind::Unavailable | ErrorKind::Internal, Some(source)) => format!("{error}: {source}"),
            _ => error.to_string(),
        };
        let known = Self::new(kind, message);
        match hint {
            Some(hint) => known.hint(hint),
            None => known,
        }
    }
}

/// Absence as a value. Every other error stays one: what cannot be read is not missing.
///
/// # Errors
/// Whatever is not `NotFound`.
pub fn found<T>(looked_for: Result<T, AppError>) -> Result<Option<T>, AppError> {
    match looked_for {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_failed_and_on_the_next_line_what_to_do() {
        let error = AppError::new(ErrorKind::NotFound, "there is no photos/")
            .because(std::io::Error::other("gone"))
            .hint("Look for a typing error in the path.");
        assert_eq!(error.to_string(), "there is no photos/: gone\nLook for a typing error in the path.");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn what_cannot_be_read_is_not_missing() {
        let looked_for = |kind| found::<()>(Err(AppError::new(kind, "no")));
        assert!(looked_for(ErrorKind::NotFound).unwrap().is_none());
        assert_eq!(looked_for(ErrorKind::Unavailable).unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(found(Ok(1)).unwrap(), Some(1));
    }
}
