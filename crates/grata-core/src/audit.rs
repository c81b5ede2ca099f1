//! The log that cannot be changed quietly (ACC-1 to ACC-4).
//!
//! - [`entry`]: what is on record, without personal data
//! - [`tree`]: RFC 6962 hashing and proofs
//! - [`tile`]: the tree as static files, after C2SP tlog-tiles
//! - [`checkpoint`]: its head as a signed note, after C2SP tlog-checkpoint
//! - [`verify`]: finds what was flipped, dropped, reordered or cut off
//!
//! What it cannot show: that something was never put on record.

pub mod checkpoint;
pub mod entry;
pub mod tile;
pub mod tree;
pub mod verify;

/// Somebody else who keeps the heads of the log: a second medium, a second office. A log that only
/// its keeper has seen shows mistakes, not dishonesty.
pub trait Witness: Send + Sync {
    /// Takes a signed checkpoint into keeping.
    ///
    /// # Errors
    /// Whatever kept it from being stored.
    fn publish(&self, checkpoint: &str) -> Result<(), WitnessError>;

    /// The last checkpoint it has; `None` before the first.
    ///
    /// # Errors
    /// Whatever kept it from being read.
    fn latest(&self) -> Result<Option<String>, WitnessError>;
}

/// A witness cannot be reached.
#[derive(Debug, thiserror::Error)]
#[error("the witness of the log cannot be reached")]
pub struct WitnessError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
