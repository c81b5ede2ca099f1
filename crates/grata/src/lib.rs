//! The `grata` binary, as a library so that its tests can run it with other worker processes.
//!
//! - [`cli`]: arguments in, plain words and JSON lines out
//! - [`app`]: the use cases
//! - [`web`]: the web application: pages in, use cases out
//! - [`work`]: photo work behind the pages
//! - [`worker`]: the processes that touch photos, and may be killed
//! - [`config`]: the one place that reads the environment
//! - [`cx`]: what a use case needs from around it
//! - [`error`]: what ends a command before anything was done
//! - [`qr`]: a link as a code
//! - [`stop`]: Ctrl-C and its kin
//! - [`words`]: paths and foreign text, fit to be printed

pub mod app;
pub mod cli;
pub mod config;
pub mod cx;
pub mod error;
pub mod qr;
pub mod stop;
pub mod web;
pub mod words;
pub mod work;
pub mod worker;

pub use cli::run;
