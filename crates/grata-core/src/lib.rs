//! The words and the rules of grata, as pure values: no files, no pixels, no clock, no chance.
//!
//! Pictures:
//! - [`geometry`]: sizes and rectangles, in whole pixels of an upright picture
//! - [`orientation`]: the eight ways a picture is stored, and the way back
//! - [`face`]: a face that a detector reported
//! - [`region`]: what is hidden for it: the face, its margin, the shape
//! - [`obscure`]: the two ways to hide
//!
//! People and their answers:
//! - [`id`], [`time`], [`digest`]: names that say nothing, moments and days, SHA-256
//! - [`purpose`]: what is asked, one channel at a time
//! - [`notice`]: the exact text that was shown
//! - [`subject`]: age, guardians, restriction
//! - [`consent`]: acts, and [`consent::decide`], the only source of permits
//! - [`objection`]: "not this photo"
//! - [`emergency`]: what only two people open together, for an hour, and never unnoticed
//!
//! Finding, of whoever asked to be found:
//! - [`basis`]: what has to be on record before a closed group is compared
//! - [`enrolment`]: the code that is handed over in person, and the day before anything is shown
//! - [`scope`]: whose faces may be turned into numbers, and why
//! - [`matching`]: scores, thresholds, one person once in a photo; error rates and what they bear
//!
//! What leaves:
//! - [`photo`]: a photo and its faces
//! - [`tag`]: who a face is, said by hand; "not me" wins
//! - [`code`], [`taken`]: what is printed on a bib or a card, and about when: found without a face
//! - [`release`]: for each face shown or hidden, and why
//! - [`recall`]: what has left and may no longer be shown
//!
//! Proof:
//! - [`audit`]: the log that cannot be changed quietly
//! - [`signed`]: receipts and certificates that verify without grata
//! - [`rights`]: when a request is due, and what an erasure does

pub mod audit;
pub mod basis;
pub mod code;
pub mod consent;
pub mod digest;
pub mod emergency;
pub mod enrolment;
pub mod face;
pub mod geometry;
pub mod id;
pub mod matching;
pub mod notice;
pub mod objection;
pub mod obscure;
pub mod orientation;
pub mod photo;
pub mod purpose;
pub mod recall;
pub mod region;
pub mod release;
pub mod rights;
pub mod scope;
pub mod signed;
pub mod subject;
pub mod tag;
pub mod taken;
pub mod time;
