//! What grata keeps, and how: a database behind a low seam, keys in a vault of their own, photos as
//! sealed blobs. It knows no pixels and no rules; the rules are asked of `grata_core`.
//!
//! - [`folder`]: one process owns the data folder
//! - [`engine`]: the seam to a database, and [`conformance`], which every engine passes
//! - [`vault`]: data keys under an epoch key under a root key
//! - [`blobs`]: originals and what is made of them
//! - [`inventory`]: what each column holds, of whom, why and for how long

pub mod blobs;
pub mod conformance;
pub mod engine;
pub mod error;
pub mod folder;
pub mod inventory;
mod random;
pub mod vault;

pub use error::{Result, StoreError, StoreErrorKind};
