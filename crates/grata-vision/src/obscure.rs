//! Hiding regions of a [`Frame`](crate::frame::Frame), in place.
