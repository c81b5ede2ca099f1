//! The use cases. `cli` translates into them and out of them; only here is spelled out what is done.
//!
//! - [`obscure`]: hide every face in every photo below the paths
//! - [`detect`]: say what would be hidden
//!
//! On what an installation keeps:
//!
//! - [`data`]: the data folder, its keys, and who works on it
//! - [`albums`], [`notice`]: what is said before the first photo comes in
//! - [`ingest`]: take photos in
//! - [`people`], [`consents`], [`forms`], [`evidence`]: whom they show, and what those say
//! - [`tags`]: who is where in which photo
//! - [`codes`], [`times`]: how photos are found without a face
//! - [`views`]: who has looked at people's data
//! - [`releases`]: what would be shown and why; the photos that leave
//! - [`galleries`]: links to what is released in the house
//! - [`recalls`]: what has left and may no longer be shown
//! - [`rights`]: access, export, erasure, restriction, objection
//! - [`settings`]: what holds for the whole installation
//! - [`log`]: read in full, handed out, kept by witnesses
//! - [`verify`]: receipts and certificates, with nothing but the file
//! - [`backup`]: and the way back, which catches up with the log first
//! - [`retention`]: what time ends
//! - [`evaluate`]: how often comparisons of faces go wrong, and a threshold from that
//! - [`groups`]: closed groups: what is on record, who is in them, what keeps them closed
//! - [`enrol`]: a person of a closed group lets themselves be found
//! - [`compare`]: the photos of a closed group, one after the other, with those who enrolled
//! - [`found`]: is this you? Answered by the person alone
//! - [`own_device`]: whether people may look for themselves on their own device; [`finder`]: with what
//! - [`demo`]: an installation to try things on
//!
//! And what they are made of: [`sources`] (which files are photos), [`naming`] (what the finished
//! ones are called), [`regions`] (hidden by hand), [`output`] (written whole or not at all),
//! [`batch`] (one photo after the other, in worker processes), [`at_work`] (what a killed one leaves),
//! [`models`] (what they look with).

pub mod albums;
pub mod at_work;
pub mod backup;
pub mod batch;
pub mod channels;
pub mod codes;
pub mod compare;
pub mod consents;
pub mod data;
pub mod demo;
pub mod detect;
pub mod doctor;
pub mod documents;
pub mod emergency;
pub mod enrol;
pub mod evaluate;
pub mod evidence;
pub mod finder;
pub mod forms;
pub mod found;
pub mod galleries;
pub mod groups;
pub mod ingest;
pub mod log;
pub mod models;
pub mod naming;
pub mod notice;
pub mod obscure;
pub mod output;
pub mod own_device;
pub mod people;
pub mod provider;
pub mod recalls;
pub mod regions;
pub mod releases;
pub mod retention;
pub mod rights;
pub mod settings;
pub mod sign;
pub mod sources;
pub mod tags;
pub mod times;
pub mod verify;
pub mod views;
