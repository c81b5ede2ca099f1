//! Photos are touched in processes of their own, which may be killed (SEC-8).
//!
//! The program starts itself again, once per job, as `grata photo-worker`. A worker gets bytes and
//! rectangles, never a path or a name, and answers with bytes and rectangles. A photo that crashes,
//! hangs or exhausts a worker costs that photo: the worker is started again for the next one.
//!
//! - [`protocol`]: the messages; what comes from a worker is as hostile as the photo it read
//! - [`process`]: one worker process, seen from its parent
//! - [`pool`]: a worker for each job, kept alive from photo to photo
//! - [`serve`]: the worker's side of the conversation
//! - [`confine`]: what a worker takes from itself before the first photo
//! - [`converter`]: a foreign program that reads HEIC and AVIF, in a process of its own too
//! - [`runtime`]: what runs the model there
//! - [`measure`]: how often comparisons go wrong, on labelled photos of people who agreed
//! - [`engine`]: grata-vision behind the worker's door

pub mod confine;
pub mod converter;
pub mod engine;
pub mod group;
pub mod measure;
pub mod pool;
pub mod process;
pub mod protocol;
pub mod runtime;
pub mod serve;
