//! The words and the rules of grata, as pure values: no files, no pixels, no clock.
//!
//! - [`geometry`]: sizes and rectangles, in whole pixels of an upright picture
//! - [`orientation`]: the eight ways a picture is stored, and the way back
//! - [`face`]: a face that a detector reported
//! - [`region`]: what is hidden for it: the face, its margin, the shape
//! - [`obscure`]: the two ways to hide

pub mod face;
pub mod geometry;
pub mod obscure;
pub mod orientation;
pub mod region;
