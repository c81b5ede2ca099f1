//! A runtime whose answer can be worked out by hand, for tests.
