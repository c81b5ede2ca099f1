//! The two ways to hide pixels. Both depend on the regions and on the pixels outside them, on
//! nothing else (PUB-2). Blur and pixelation are absent on purpose: both can be undone.

/// How hidden pixels are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ObscureStyle {
    /// One solid colour.
    Fill,
    /// Smooth interpolation from the pixels just outside the united hidden regions.
    #[default]
    Veil,
}
