//! What grata-vision must hold to, whatever the bytes are: an answer, no panic, within the limits.

use grata_core::geometry::PixelRect;
use grata_core::obscure::ObscureStyle;
use grata_core::region::Region;
use grata_core::taken::TimeStep;
use grata_vision::decode::{self, Format, Limits};
use grata_vision::detect::Picture;
use grata_vision::jpeg::CoefficientPhoto;
use grata_vision::{bundle, metadata};

/// Small, so that a fuzzer looks for mistakes, and not for memory.
const LIMITS: Limits = Limits { file_bytes: 1 << 20, pixels: 1 << 20 };

/// Tells the format and decodes.
pub fn decode(bytes: &[u8]) {
    let format = decode::sniff(bytes);
    if let Some(taken) = decode::taken(bytes, TimeStep::Hour) {
        assert_eq!(taken.coarser(TimeStep::Hour), taken);
    }
    match decode::decode(bytes, &LIMITS) {
        Ok(decoded) => {
            assert_eq!(Some(decoded.format), format);
            let pixels = decoded.frame.size().pixels();
            assert!((1..=LIMITS.pixels).contains(&pixels), "{pixels} pixels");
            assert_eq!(decoded.frame.rgb().len() as u64, pixels * 3);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Reads coefficients, renders them, hides a part, and reads the result again.
pub fn jpeg(bytes: &[u8]) {
    let Ok(photo) = CoefficientPhoto::parse(bytes, &LIMITS) else { return };
    let size = photo.size();
    for factor in [1, 2, 4, 8] {
        let frame = photo.reduced(size.rect(), factor);
        let expected = (size.width.div_ceil(factor), size.height.div_ceil(factor));
        assert_eq!((frame.size().width, frame.size().height), expected);
    }
    assert_eq!(photo.texture().luma.len() as u64, photo.texture().grid.pixels());

    let middle =
        PixelRect::new(size.width / 3, size.height / 3, size.width.div_ceil(3), size.height.div_ceil(3));
    let regions: Vec<_> = Region::exactly(middle, size).into_iter().collect();
    for style in [ObscureStyle::Fill, ObscureStyle::Veil] {
        let Ok(finished) = photo.obscured(&photo.mask(&regions), style) else { continue };
        let again = CoefficientPhoto::parse(&finished, &LIMITS).expect("what we write, we read");
        assert_eq!((again.size(), again.orientation()), (size, photo.orientation()));
        assert_eq!(metadata::inspect(&finished, Format::Jpeg), Ok(()));
    }
}

/// Looks for metadata in the bytes as they are, and as each format: a writer may lie, too.
pub fn metadata(bytes: &[u8]) {
    use Format::{Avif, Bmp, Gif, Heic, Jpeg, Png, Tiff, WebP};
    for format in [Jpeg, Png, WebP, Tiff, Bmp, Gif, Heic, Avif] {
        let found = metadata::inspect(bytes, format);
        let violations = found.err().unwrap_or_default();
        assert!(violations.iter().all(|violation| violation.offset <= bytes.len()));
    }
}

/// Frees the sizes of a model; what comes out is a model, and free already.
pub fn bundle(bytes: &[u8]) {
    let _ = bundle::interface(bytes);
    if let Ok(freed) = bundle::free_sizes(bytes) {
        let again = bundle::free_sizes(&freed).expect("what we write, we read");
        assert_eq!(again, freed);
    }
}
