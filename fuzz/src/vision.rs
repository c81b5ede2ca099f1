//! What grata-vision must hold to, whatever the bytes are: an answer, no panic, within the limits.

use grata_vision::bundle;
use grata_vision::decode::{self, Limits};

/// Small, so that a fuzzer looks for mistakes, and not for memory.
const LIMITS: Limits = Limits { file_bytes: 1 << 20, pixels: 1 << 20 };

/// Tells the format and decodes.
pub fn decode(bytes: &[u8]) {
    let format = decode::sniff(bytes);
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

/// Frees the sizes of a model; what comes out is a model, and free already.
pub fn bundle(bytes: &[u8]) {
    let _ = bundle::interface(bytes);
    if let Ok(freed) = bundle::free_sizes(bytes) {
        let again = bundle::free_sizes(&freed).expect("what we write, we read");
        assert_eq!(again, freed);
    }
}
