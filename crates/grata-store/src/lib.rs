//! What grata keeps, and how: a database behind a low seam, keys in a vault of their own, photos as
//! sealed blobs. It knows no pixels and no rules; the rules are asked of `grata_core`.
//!
//! - [`folder`]: one process owns the data folder
//! - [`engine`]: the seam to a database, and [`conformance`], which every engine passes
//! - [`vault`]: data keys under an epoch key under a root key
//! - [`blobs`]: originals and what is made of them
//! - [`store`]: all of it together; [`tx`]: reading and writing, no commit without an event
//! - [`queries`]: what can be asked and written, by subject matter
//! - [`erasure`]: what an erasure does, step by step; [`sweep`]: looks for what should be gone
//! - [`restore`]: a restored backup catches up with the log before it does anything
//! - [`access`]: everything that is held about a person, driven by the inventory
//! - [`log_files`]: the log as static files, for outsiders
//! - [`age_file`]: exports and backups, encrypted for one recipient
//! - [`inventory`]: what each column holds, of whom, why and for how long
//! - [`witness`]: keeps heads of the log elsewhere

pub mod access;
pub mod age_file;
pub mod blobs;
pub mod conformance;
pub mod engine;
pub mod erasure;
pub mod error;
pub mod folder;
pub mod inventory;
pub mod log_files;
pub mod queries;
mod random;
pub mod restore;
pub mod store;
pub mod sweep;
mod turn;
pub mod tx;
pub mod vault;
pub mod witness;

pub use error::{Result, StoreError, StoreErrorKind};
pub use store::{Store, StorePlaces};
pub use tx::{Committed, Reader, Tx};
