//! Nothing of a source but its visible pixels reaches the finished file: the table of leak channels.
//!
//! Each source holds a canary in one place where cameras, phones and editors leave something. It is
//! looked for in the finished bytes as they are, as UTF-16, inflated, and among the pixels.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod sources;

use grata_core::geometry::PixelRect;
use grata_core::obscure::ObscureStyle;
use grata_core::region::Margin;
use grata_vision::decode::{Format, Limits, decode, sniff};
use grata_vision::detect::Detector;
use grata_vision::metadata::inspect;
use grata_vision::photo::{PhotoJob, obscure};
use grata_vision::runtime::fake::Fake;

use sources::{CANARY, Source};

/// One given region, no detection.
fn finish(source: &[u8]) -> Result<Vec<u8>, String> {
    let job = PhotoJob {
        bytes: source,
        limits: Limits::default(),
        detect: None,
        given: vec![PixelRect::new(8, 8, 16, 16)],
        margin: Margin::default(),
        style: ObscureStyle::Veil,
    };
    let mut nobody = Detector::new(Box::new(Fake::new(|_, _| Vec::new())));
    Ok(obscure(&job, &mut nobody).map_err(|error| error.to_string())?.bytes)
}

#[test]
fn pub_4_pub_9_no_canary_reaches_the_finished_file() {
    let mut leaks = Vec::new();
    for source in sources::all() {
        if let Err(leak) = finish_and_look(&source) {
            leaks.push(format!("{:?}, {}: {leak}", source.format, source.name));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

fn finish_and_look(Source { format, bytes, .. }: &Source) -> Result<(), String> {
    assert_eq!(sniff(bytes), Some(*format));
    let require = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_string()) };
    require(is_anywhere(bytes, *format), "no canary in the source")?;
    require(inspect(bytes, *format).is_err(), "the source passes the inspection")?;
    let finished = finish(bytes)?;
    require(!is_anywhere(&finished, *format), "the canary survived")?;
    inspect(&finished, *format).map_err(|violations| format!("{violations:?}"))?;
    require(!holds(&finished, b"http://ns.adobe.com/"), "XMP")?;
    let pictures = finished.windows(2).filter(|pair| *pair == [0xFF, 0xD8]).count();
    require(*format != Format::Jpeg || pictures == 1, "a second picture")
}

#[test]
fn pub_4_sources_without_a_canary_have_none() {
    for Source { name, format, bytes } in sources::plain() {
        assert!(!is_anywhere(&bytes, format), "{name}");
        assert!(!is_anywhere(&finish(&bytes).unwrap(), format), "{name}");
    }
}

fn is_anywhere(bytes: &[u8], format: Format) -> bool {
    let needles = [
        CANARY.as_bytes().to_vec(),
        CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        CANARY.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ];
    let mut haystacks = vec![bytes.to_vec()];
    haystacks.extend(inflated(bytes));
    haystacks.extend(decode(bytes, &Limits::default()).ok().map(|decoded| decoded.frame.rgb().to_vec()));
    if format == Format::Png {
        haystacks.extend(colours_under_alpha(bytes));
    }
    haystacks.iter().any(|haystack| needles.iter().any(|needle| holds(haystack, needle)))
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Whatever inflates, wherever a zlib stream may begin, whatever container it is in.
fn inflated(bytes: &[u8]) -> Vec<Vec<u8>> {
    let begins = |at: &usize| {
        let header = u16::from_be_bytes([bytes[*at], bytes[at + 1]]);
        bytes[*at] == 0x78 && header.is_multiple_of(31)
    };
    let starts = (0..bytes.len().saturating_sub(1)).filter(begins);
    starts
        .map(|at| match miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&bytes[at..], 1 << 20) {
            Ok(whole) => whole,
            Err(error) => error.output,
        })
        .collect()
}

/// The red, green and blue of all pixels, transparent ones too.
fn colours_under_alpha(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().ok()?;
    let mut samples = vec![0; reader.output_buffer_size()?];
    let shape = reader.next_frame(&mut samples).ok()?;
    let rgba = shape.color_type == png::ColorType::Rgba;
    rgba.then(|| samples.chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect())
}
