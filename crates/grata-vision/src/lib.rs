//! Bytes and pixels: everything between the bytes of a photo and the bytes of its rendition.
//!
//! One photo, as a straight line:
//!
//! - [`decode`]: sniff the format; decode within limits to a [`frame::Frame`]
//! - [`jpeg`]: a JPEG photo as quantised coefficients, so that what is not hidden stays exactly
//! - [`photo`]: a photo of any format, behind one door
//! - [`runtime`], [`bundle`]: the neural runtimes, and model files made ready for them
//! - [`detect`]: where faces are
//! - [`recognise`]: faces as numbers, for whoever asked to be found; closed to all of the above
//! - [`mask`], [`veil`], [`obscure`]: which pixels are hidden, and what stands in their place
//! - [`small`]: a finished photo, made small for a screen
//! - [`colour`]: colour profiles
//! - [`encode`]: pixels back to bytes, no metadata but our own
//! - [`metadata`]: what may stand in a finished file besides pixels
//! - [`check`]: the finished bytes, looked at once more before they count
//!
//! Nothing here touches a file, the network or the clock: callers pass bytes and get bytes.

pub mod bundle;
pub mod check;
pub mod colour;
pub mod decode;
pub mod detect;
pub mod encode;
pub mod frame;
pub mod jpeg;
pub mod mask;
pub mod metadata;
pub mod obscure;
pub mod photo;
pub mod recognise;
pub mod runtime;
pub mod small;
pub mod veil;
