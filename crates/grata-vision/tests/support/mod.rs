//! Made pictures in every format, and the road from bytes to finished bytes.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

pub mod files;

use grata_core::geometry::{PixelRect, Size};
use grata_core::obscure::ObscureStyle;
use grata_core::region::{Margin, Region, Shape};
use grata_vision::decode::{Decoded, Limits, decode};
use grata_vision::detect::Detector;
use grata_vision::frame::Frame;
use grata_vision::photo::{PhotoJob, obscure};
use grata_vision::runtime::fake::Fake;

pub const STYLES: [ObscureStyle; 2] = [ObscureStyle::Fill, ObscureStyle::Veil];

/// Hides `regions` (upright pixels) in a file as the product does, check included, and gives the
/// finished file.
pub fn obscure_bytes(bytes: &[u8], regions: &[PixelRect], style: ObscureStyle) -> Vec<u8> {
    let job = PhotoJob {
        bytes,
        limits: Limits::default(),
        detect: None,
        given: regions.to_vec(),
        margin: Margin::DEFAULT,
        style,
    };
    let mut detector = Detector::new(Box::new(Fake::new(|_, _| unreachable!("nothing is detected"))));
    obscure(&job, &mut detector).unwrap().bytes
}

pub fn read(bytes: &[u8]) -> Decoded {
    decode(bytes, &Limits::default()).unwrap()
}

pub fn rect(x: u32, y: u32, width: u32, height: u32) -> PixelRect {
    PixelRect::new(x, y, width, height)
}

pub fn rounded(x: u32, y: u32, width: u32, height: u32) -> Region {
    Region { rect: rect(x, y, width, height), shape: Shape::Rounded }
}

/// A made picture: soft colours, some texture, no two parts alike, so that a turn or a cut shows.
pub fn scene(size: Size) -> Frame {
    let mut frame = Frame::filled(size, [0; 3]);
    for y in 0..size.height {
        for x in 0..size.width {
            let (u, v) = (x as f32 / size.width as f32, y as f32 / size.height as f32);
            let texture = 14.0 * ((x as f32 * 0.9).sin() * (y as f32 * 0.7).cos());
            let value = |base: f32| (base + texture).clamp(0.0, 255.0) as u8;
            frame.set_pixel(
                x,
                y,
                [value(40.0 + 190.0 * u), value(210.0 - 160.0 * v), value(60.0 + 150.0 * u * v)],
            );
        }
    }
    frame
}

/// The scene as rows of red, green, blue.
pub fn scene_rgb(size: Size) -> Vec<u8> {
    scene(size).into_rgb()
}

/// Greatest and mean difference of two pictures' samples.
pub fn differences(a: &Frame, b: &Frame) -> (u8, f64) {
    assert_eq!(a.size(), b.size());
    let each = || a.rgb().iter().zip(b.rgb()).map(|(a, b)| a.abs_diff(*b));
    (each().max().unwrap(), each().map(f64::from).sum::<f64>() / a.rgb().len() as f64)
}

/// A pseudo-random byte stream that is the same every time (xorshift).
pub struct Noise(pub u64);

impl Noise {
    pub fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 24) as u8
    }
}
