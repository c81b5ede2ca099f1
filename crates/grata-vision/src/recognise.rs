//! Faces as numbers that can be compared: for whoever asked to be found, and for nobody else.
//!
//! - [`capture`]: a still of somebody who enrols, the faces of a photo
//! - [`align`]: five points to the upright crop that a model expects
//! - [`quality`]: whether a face is seen well enough, with reasons in plain words
//! - [`family`]: what a family of models takes and gives
//! - [`embed`]: the one door to the model; it asks for a [`grata_core::scope::Scope`]
//! - [`template`]: the numbers: wiped, kept out of swap and dumps, never printed or copied
//! - [`gallery`]: enrolled people, and what is near to them
//!
//! Nothing that hides or releases photos opens any of this (BYS-0). What is compared is always a face
//! with an enrolled template; no function takes two unknown faces (BYS-2).

pub mod align;
pub mod capture;
pub mod embed;
pub mod family;
pub mod gallery;
mod numbers;
pub mod quality;
pub mod template;

pub use align::{AlignError, Sample, Views, align};
pub use capture::{Capture, SeenFace, capture, capture_turned, faces, quick_capture, seen_faces};
pub use embed::Embedder;
pub use family::Family;
pub use gallery::Gallery;
pub use quality::{Gate, Quality, Reason};
pub use template::{EnrolError, Probe, Right, Still, Template};
