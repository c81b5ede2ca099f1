//! Colour profiles: known ones are written from our own copy, others are converted to sRGB.

/// What the numbers in a frame mean. Only these leave grata; each is written from our own copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourProfile {
    /// sRGB, or nothing said.
    #[default]
    Srgb,
    /// Display P3.
    DisplayP3,
    /// Adobe RGB (1998).
    AdobeRgb,
}
