//! A JPEG photo as quantised coefficients: what is not hidden leaves exactly as it came (PUB-12).
//!
//! - `headers`, `layout`: what the markers say; how blocks, MCUs and components lie
//! - `bits`, `huffman`, `token`: entropy coding, both ways
//! - `sequential`: one scan, parsed once and addressed by MCU (nearly every camera file)
//! - `stored`: everything else (progressive, several scans), all coefficients in memory
//! - `dct`, `render`: coefficients as a picture, whole or reduced, for the detector
//! - `hide`, `write`: new coefficients for hidden MCUs; a file with no marker but our own
//!
//! Hidden MCUs are overwritten before anything is computed from the picture, the output is always
//! one baseline scan without restart markers, and its Huffman tables are either the standard's own
//! or built from the output. So nothing of a hidden coefficient can reach the file.

mod bits;
mod dct;
mod headers;
mod hide;
mod huffman;
mod layout;
mod render;
mod sequential;
mod stored;
mod token;
mod write;

use grata_core::geometry::{PixelRect, Size};
use grata_core::obscure::ObscureStyle;
use grata_core::orientation::Orientation;
use grata_core::region::Region;

use crate::colour::{ColourProfile, ProfileKind, recognise};
use crate::decode::Limits;
use crate::detect::{Picture, Texture};
use crate::frame::Frame;
use crate::mask::Mask;
use layout::Layout;
use sequential::{BlockVisitor, Low, Sequential};
use stored::Stored;

/// Why a file does not take the coefficient path.
#[derive(Debug, thiserror::Error)]
pub enum JpegError {
    /// Fine perhaps, but nothing for this path: decode and encode it instead.
    #[error("not for the coefficient path: {0}")]
    Unsupported(String),
    /// Larger than the limits allow.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The file breaks the rules of its format, or ends early.
    #[error("damaged file: {0}")]
    Damaged(String),
}

enum Blocks {
    Sequential(Box<Sequential>),
    Stored(Stored),
}

/// A JPEG photo whose coefficients are at hand.
pub struct CoefficientPhoto {
    layout: Layout,
    orientation: Orientation,
    /// `None`: the file says nothing, and neither does the output.
    profile: Option<ColourProfile>,
    is_rgb: bool,
    blocks: Blocks,
    low: Vec<Vec<Low>>,
    standard_tables: bool,
}

impl CoefficientPhoto {
    /// Reads all coefficients of a JPEG file.
    ///
    /// # Errors
    /// See [`JpegError`]; `Unsupported` also for a colour profile that is none of our own, since
    /// its colours must be converted pixel by pixel.
    pub fn parse(file: &[u8], limits: &Limits) -> Result<Self, JpegError> {
        let mut headers = headers::read(file)?;
        if headers.size.pixels() > limits.pixels {
            return Err(JpegError::TooLarge(format!(
                "{} x {} pixels",
                headers.size.width, headers.size.height
            )));
        }
        let profile = match headers.icc.take().map(|icc| recognise(&icc)) {
            None => None,
            Some(ProfileKind::Known(profile)) => Some(profile),
            Some(_) => return Err(JpegError::Unsupported("a colour profile to be converted".into())),
        };
        let Some(layout) = Layout::new(&headers) else {
            return Err(JpegError::Damaged("a quantisation table is missing".into()));
        };
        let one_scan =
            headers.scans.len() == 1 && headers.scans[0].components.len() == headers.components.len();
        let standard_tables = one_scan && !headers.progressive && write::uses_standard_tables(&headers);
        let (blocks, low) = if one_scan && !headers.progressive {
            let mut sequential = Sequential::parse(&mut headers, &layout)?;
            let low = std::mem::take(&mut sequential.low);
            (Blocks::Sequential(Box::new(sequential)), low)
        } else {
            let stored = Stored::parse(&headers, &layout)?;
            let low = stored.low();
            (Blocks::Stored(stored), low)
        };
        let (orientation, is_rgb) = (headers.orientation, headers.is_rgb);
        Ok(Self { layout, orientation, profile, is_rgb, blocks, low, standard_tables })
    }

    /// Size of the stored picture, before it is turned upright.
    pub fn stored_size(&self) -> Size {
        self.layout.size
    }

    /// How the stored picture has to be turned.
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// Whether visible bits are copied as they are (the source uses the standard's tables).
    pub fn copies_bits(&self) -> bool {
        self.standard_tables
    }

    /// The hidden MCUs for `regions`, which are in upright pixels.
    pub fn mask(&self, regions: &[Region]) -> Mask {
        let size = self.layout.size;
        let regions: Vec<Region> =
            regions.iter().map(|region| region.in_stored(self.orientation, size)).collect();
        Mask::of_regions(&regions, size, self.layout.mcu)
    }

    /// The finished file: hidden MCUs replaced, all others with their coefficients as they were,
    /// no metadata but an orientation and our own copy of a known colour profile.
    ///
    /// `mask` must come from [`CoefficientPhoto::mask`].
    ///
    /// # Errors
    /// `Unsupported` if a coefficient cannot be coded in a baseline scan.
    pub fn obscured(&self, mask: &Mask, style: ObscureStyle) -> Result<Vec<u8>, JpegError> {
        self.write(&self.replacement(mask, style))
    }

    fn visit(&self, first: usize, end: usize, visit: BlockVisitor<'_>) {
        match &self.blocks {
            Blocks::Sequential(sequential) => sequential.visit(first, end, &self.layout, &self.low, visit),
            Blocks::Stored(stored) => {
                for mcu in first..end {
                    for (component, x, y) in self.layout.blocks_of(mcu) {
                        let index = self.layout.planes[component].index(x, y);
                        visit(component, x, y, &stored.blocks[component][index]);
                    }
                }
            }
        }
    }
}

impl Picture for CoefficientPhoto {
    fn size(&self) -> Size {
        self.orientation.upright_size(self.layout.size)
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        let stored = self.orientation.stored_rect(rect, self.layout.size);
        self.render_stored(stored, factor).upright(self.orientation)
    }

    fn texture(&self) -> Texture {
        let plane = &self.layout.planes[0];
        let stored = plane.used;
        let grid = self.orientation.upright_size(stored);
        let steps = [plane.steps[0], plane.steps[1], plane.steps[8], plane.steps[9]].map(f32::from);
        let mut texture = Texture { grid, luma: Vec::new(), detail: Vec::new() };
        for y in 0..grid.height {
            for x in 0..grid.width {
                let (x, y) = self.orientation.stored_pixel(x, y, stored);
                let low = self.low[0][plane.index(x, y)];
                let [dc, a, b, c]: [f32; 4] = std::array::from_fn(|at| f32::from(low[at]) * steps[at] / 8.0);
                texture.luma.push((dc + 128.5) as u8);
                texture.detail.push(((a * a + b * b + c * c).sqrt() + 0.5) as u8);
            }
        }
        texture
    }
}
