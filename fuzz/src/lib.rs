//! What the fuzz targets do with bytes. Ordinary tests do the same with the committed corpus.

pub mod records;
pub mod vision;
pub mod worker;
