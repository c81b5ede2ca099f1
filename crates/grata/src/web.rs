//! The web application: the desk of the organisation, the page of the person, galleries.
//!
//! - [`access`]: who may reach what, the one table that [`router`] is built from
//! - [`session`], [`csrf`], [`guard`]: who comes in, and with which right
//! - [`passkeys`], [`pending`]: signing in without a password; what was begun, and is taken up once
//! - [`site`]: what all pages share; [`serve`]: the server
//! - [`remembered`]: what is read once for as long as nothing has changed
//! - [`words`]: what pages say, in every language
//! - [`headers`], [`assets`]: what browsers are told, and what they get besides pages
//! - [`finder`]: what a browser gets in which somebody looks for themselves
//! - [`error`]: what goes wrong, as a page
//! - [`pages`]: one file a page
//!
//! Pages translate into use cases and out of them. The store blocks, so every use of it happens on a
//! thread that may ([`site::Site::run`]).

pub mod access;
pub mod assets;
pub mod csrf;
pub mod error;
pub mod filled;
pub mod finder;
pub mod guard;
pub mod headers;
pub mod limits;
pub mod looks;
pub mod pages;
pub mod passkeys;
pub mod pending;
pub mod remembered;
pub mod router;
pub mod serve;
pub mod session;
pub mod site;
pub mod words;
