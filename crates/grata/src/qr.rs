//! A link as a QR code: for a terminal, a page, a sign and as a PNG.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::{AppError, ErrorKind};

/// Free modules around the code that readers want (ISO/IEC 18004).
const QUIET: i32 = 4;

/// Pixels a module in the PNG: some 400 pixels for a link, enough for a badge.
const SCALE: i32 = 8;

/// A QR code.
pub struct Code(QrCode);

impl Code {
    /// The code of a text.
    ///
    /// # Errors
    /// The text is too long.
    pub fn of(text: &str) -> Result<Self, AppError> {
        QrCode::encode_text(text, QrCodeEcc::Medium).map(Self).map_err(|error| {
            AppError::new(ErrorKind::Invalid, "the link is too long for a QR code").because(error)
        })
    }

    fn is_dark(&self, x: i32, y: i32) -> bool {
        self.0.get_module(x, y)
    }

    fn sides(&self) -> std::ops::Range<i32> {
        -QUIET..self.0.size() + QUIET
    }

    /// Dark modules as runs in a row, for whoever draws it: the side of the code, without its margin, and each
    /// run as column, row and length.
    pub fn runs(&self) -> (u32, Vec<(u32, u32, u32)>) {
        let mut runs: Vec<(u32, u32, u32)> = Vec::new();
        for y in 0..self.0.size() {
            for x in (0..self.0.size()).filter(|x| self.is_dark(*x, y)) {
                let (column, row) = (x.unsigned_abs(), y.unsigned_abs());
                match runs.last_mut() {
                    Some(run) if run.1 == row && run.0 + run.2 == column => run.2 += 1,
                    _ => runs.push((column, row, 1)),
                }
            }
        }
        (self.0.size().unsigned_abs(), runs)
    }

    /// Two modules a character, light on dark and the other way round alike: the light ones are drawn.
    pub fn for_terminal(&self) -> String {
        let mut text = String::new();
        for y in self.sides().step_by(2) {
            for x in self.sides() {
                text.push(match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                    (false, false) => '█',
                    (false, true) => '▀',
                    (true, false) => '▄',
                    (true, true) => ' ',
                });
            }
            text.push('\n');
        }
        text
    }

    /// The same as a drawing for a page: one path in a square of modules, in the colours of its style.
    pub fn svg(&self) -> String {
        let side = self.0.size() + 2 * QUIET;
        let mut path = String::new();
        for y in self.sides() {
            for x in self.sides().filter(|x| self.is_dark(*x, y)) {
                path += &format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
        format!(
            "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" aria-hidden=\"true\">\
             <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
        )
    }

    /// A PNG of one bit a pixel, without any text in it.
    ///
    /// # Errors
    /// Never for a picture of this size.
    pub fn png(&self) -> Result<Vec<u8>, AppError> {
        let failed = |error| AppError::new(ErrorKind::Internal, "the QR code cannot be drawn").because(error);
        let side = (self.0.size() + 2 * QUIET) * SCALE;
        let mut rows = Vec::new();
        for y in 0..side {
            let mut row = vec![0_u8; (side as usize).div_ceil(8)];
            for x in 0..side {
                if !self.is_dark(x / SCALE - QUIET, y / SCALE - QUIET) {
                    row[x as usize / 8] |= 0x80 >> (x % 8);
                }
            }
            rows.extend(row);
        }
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side as u32, side as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&rows).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }
}
