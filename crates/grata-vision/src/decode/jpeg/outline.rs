//! What a JPEG's markers say, read to the end of the picture.

use std::ops::Range;

use grata_core::geometry::Size;
use grata_core::orientation::Orientation;

use super::end_of_thrown_away;
use super::entropy::{Codes, Coding, ScanComponent, check_scan};
use crate::decode::exif_orientation::stated_orientations;
use crate::decode::{DecodeError, Limits, Quality, damaged};

/// Scans that a picture may have; cameras and editors write up to a dozen. Each costs a walk over all
/// blocks (SEC-8).
const MOST_SCANS: usize = 100;

/// One component of the frame: its name, sampling factors and quantisation table.
pub(super) struct Component {
    pub name: u8,
    across: u8,
    down: u8,
    table: usize,
    /// Blocks across and down that belong to the picture, without filling MCUs up.
    blocks: (usize, usize),
    /// Per block, which coefficients are not 0. Progressive pictures only.
    nonzero: Vec<u64>,
    /// Whether a scan brought its DC.
    seen: bool,
}

/// What the markers say.
pub(super) struct Outline {
    pub size: Size,
    pub components: Vec<Component>,
    pub orientations: Vec<Orientation>,
    pub jfif: bool,
    pub adobe_transform: Option<u8>,
    /// Where the application segments and comments are.
    pub application: Vec<Range<usize>>,
    /// Quantisation tables, natural order.
    tables: [Option<[u16; 64]>; 4],
    dc_codes: [Option<Codes>; 4],
    ac_codes: [Option<Codes>; 4],
    icc_parts: Vec<(u8, Vec<u8>)>,
    progressive: bool,
    restart_interval: usize,
    scans: usize,
}

impl Outline {
    /// Walks over all segments and scans to the end of the picture.
    ///
    /// # Errors
    /// `Damaged` where anything is missing or breaks the rules, `Unsupported` for rare processes,
    /// `TooLarge` above `limits`.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let mut outline = Self::empty();
        let mut at = 2;
        loop {
            let (marker, payload, next) = segment(bytes, at)?;
            if matches!(marker, 0xE0..=0xEF | 0xFE) {
                outline.application.push(at..next);
            }
            at = next;
            match marker {
                0xD9 => return outline.complete(),
                0xC0..=0xC2 if !outline.components.is_empty() => return Err(damaged("two pictures in one")),
                0xC0..=0xC2 => outline.read_frame(payload, marker == 0xC2, limits)?,
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCF => return Err(rare("coding process")),
                0xC4 => outline.read_codes(payload)?,
                0xDA => at = next_marker(bytes, outline.check_scan(bytes, payload, next)?),
                0xDB => outline.read_tables(payload)?,
                0xDD => outline.restart_interval = pair(payload)?.into(),
                _ => outline.read_application(marker, payload),
            }
        }
    }

    fn empty() -> Self {
        Self {
            size: Size::new(0, 0),
            components: Vec::new(),
            orientations: Vec::new(),
            jfif: false,
            adobe_transform: None,
            application: Vec::new(),
            tables: [None; 4],
            dc_codes: [const { None }; 4],
            ac_codes: [const { None }; 4],
            icc_parts: Vec::new(),
            progressive: false,
            restart_interval: 0,
            scans: 0,
        }
    }

    fn complete(self) -> Result<Self, DecodeError> {
        let whole = !self.components.is_empty() && self.components.iter().all(|component| component.seen);
        if whole { Ok(self) } else { Err(damaged("a part of the picture is missing")) }
    }

    fn read_frame(&mut self, payload: &[u8], progressive: bool, limits: &Limits) -> Result<(), DecodeError> {
        let short = || damaged("a short frame header");
        let [precision, h1, h0, w1, w0, count, ..] = *payload else { return Err(short()) };
        if precision != 8 {
            return Err(rare("depth of 12 bits"));
        }
        let size = limits.size(u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into())?;
        let components = payload.get(6..6 + 3 * usize::from(count)).ok_or_else(short)?;
        if !matches!(count, 1 | 3 | 4) {
            return Err(rare("number of colours"));
        }
        for component in components.chunks_exact(3) {
            let (across, down) = (component[1] >> 4, component[1] & 15);
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) || component[2] > 3 {
                return Err(damaged("a component with impossible sampling"));
            }
            let (name, table) = (component[0], component[2].into());
            let component =
                Component { name, across, down, table, blocks: (0, 0), nonzero: Vec::new(), seen: false };
            self.components.push(component);
        }
        (self.size, self.progressive) = (size, progressive);
        let most = self.most();
        for component in &mut self.components {
            let side = |length: u32, factor: u8, most: u8| {
                (length * u32::from(factor)).div_ceil(u32::from(most)).div_ceil(8) as usize
            };
            component.blocks =
                (side(size.width, component.across, most.0), side(size.height, component.down, most.1));
            if progressive {
                component.nonzero = vec![0; component.blocks.0 * component.blocks.1];
            }
        }
        Ok(())
    }

    /// Largest sampling factors.
    fn most(&self) -> (u8, u8) {
        let factors = |of: fn(&Component) -> u8| self.components.iter().map(of).max().unwrap_or(1);
        (factors(|component| component.across), factors(|component| component.down))
    }

    fn read_tables(&mut self, mut payload: &[u8]) -> Result<(), DecodeError> {
        while let [kind, rest @ ..] = payload {
            let (number, wide) = (usize::from(kind & 15), kind >> 4 != 0);
            let length = if wide { 128 } else { 64 };
            let (Some(values), true) = (rest.get(..length), number < 4) else {
                return Err(damaged("a broken quantisation table"));
            };
            let mut table = [0; 64];
            for (at, natural) in ZIGZAG.into_iter().enumerate() {
                table[natural] = if wide {
                    u16::from_be_bytes([values[2 * at], values[2 * at + 1]])
                } else {
                    values[at].into()
                };
            }
            self.tables[number] = Some(table);
            payload = &rest[length..];
        }
        Ok(())
    }

    fn read_codes(&mut self, mut payload: &[u8]) -> Result<(), DecodeError> {
        while let [kind, rest @ ..] = payload {
            let (codes, rest) = Codes::read(rest)?;
            let tables = if kind >> 4 == 0 { &mut self.dc_codes } else { &mut self.ac_codes };
            let slot =
                tables.get_mut(usize::from(kind & 15)).ok_or_else(|| damaged("a broken Huffman table"))?;
            *slot = Some(codes);
            payload = rest;
        }
        Ok(())
    }

    /// Walks over the data of the scan with header `payload`; returns the offset behind it.
    fn check_scan(&mut self, bytes: &[u8], payload: &[u8], at: usize) -> Result<usize, DecodeError> {
        let broken = || damaged("a broken scan header");
        self.scans += 1;
        if self.scans > MOST_SCANS {
            return Err(DecodeError::TooLarge(format!("more than {MOST_SCANS} scans")));
        }
        let [count, rest @ ..] = payload else { return Err(broken()) };
        let (chosen, coding) = rest.split_at_checked(2 * usize::from(*count)).ok_or_else(broken)?;
        let [first, last, approximation] = *coding else { return Err(broken()) };
        let in_band = first <= last && last < 64 && (first > 0 || last == 0) && (first == 0 || *count == 1);
        if self.progressive && !in_band {
            return Err(broken());
        }
        let most = self.most();
        let alone = *count == 1;
        let mut mcus = (self.size.width.div_ceil(8 * u32::from(most.0)) as usize)
            * (self.size.height.div_ceil(8 * u32::from(most.1)) as usize);
        let mut components = Vec::new();
        for component in &mut self.components {
            let Some(choice) = chosen.chunks_exact(2).find(|choice| choice[0] == component.name) else {
                continue;
            };
            component.seen |= first == 0 || !self.progressive;
            if alone {
                mcus = component.blocks.0 * component.blocks.1;
            }
            components.push(ScanComponent {
                dc: self.dc_codes.get(usize::from(choice[1] >> 4)).and_then(Option::as_ref),
                ac: self.ac_codes.get(usize::from(choice[1] & 15)).and_then(Option::as_ref),
                blocks: if alone { 1 } else { usize::from(component.across * component.down) },
                nonzero: &mut component.nonzero,
            });
        }
        if components.len() != usize::from(*count) || components.is_empty() {
            return Err(broken());
        }
        let coding = Coding {
            progressive: self.progressive,
            spectrum: (first.into(), last.into()),
            refines: approximation >> 4 != 0,
            restart_interval: self.restart_interval,
            mcus,
        };
        check_scan(bytes, at, coding, &mut components)
    }

    fn read_application(&mut self, marker: u8, payload: &[u8]) {
        match marker {
            0xE0 if payload.starts_with(b"JFIF\0") => self.jfif = true,
            0xE1 if payload.starts_with(b"Exif\0\0") => {
                self.orientations.extend(stated_orientations(payload))
            }
            0xE2 if payload.starts_with(b"ICC_PROFILE\0") && payload.len() > 14 => {
                self.icc_parts.push((payload[12], payload[14..].to_vec()));
            }
            0xEE if payload.starts_with(b"Adobe") => self.adobe_transform = payload.get(11).copied(),
            _ => {}
        }
    }

    /// The embedded profile, its parts in order.
    pub fn icc(&self) -> Option<Vec<u8>> {
        let mut parts: Vec<&(u8, Vec<u8>)> = self.icc_parts.iter().collect();
        parts.sort_by_key(|(number, _)| *number);
        (!parts.is_empty()).then(|| parts.iter().flat_map(|(_, part)| part).copied().collect())
    }

    /// How often chroma is smaller than luma: across, down.
    fn subsampling(&self) -> (u8, u8) {
        match &self.components[..] {
            [luma, chroma, ..] => ((luma.across / chroma.across).max(1), (luma.down / chroma.down).max(1)),
            _ => (1, 1),
        }
    }

    /// Decoders smooth chroma over its nearest neighbours: as far as one chroma sample reaches.
    pub fn bleed(&self) -> u32 {
        let (across, down) = self.most();
        match across.max(down) {
            1 => 0,
            most => most.into(),
        }
    }

    pub fn quality(&self) -> Quality {
        let table = |at: usize| {
            let component = self.components.get(at).or(self.components.first());
            component.and_then(|component| self.tables[component.table])
        };
        match (table(0), table(1), self.components.len()) {
            (Some(luma), Some(chroma), 1 | 3) => {
                let (across, down) = self.subsampling();
                let subsampling = (across.min(2), down.min(2));
                Quality::Jpeg { luma: Box::new(luma), chroma: Box::new(chroma), subsampling }
            }
            _ => Quality::Lossy,
        }
    }
}

fn rare(what: &str) -> DecodeError {
    DecodeError::Unsupported("this JPEG", format!("its {what} is too rare"))
}

fn pair(payload: &[u8]) -> Result<u16, DecodeError> {
    let [high, low, ..] = *payload else { return Err(damaged("a short segment")) };
    Ok(u16::from_be_bytes([high, low]))
}

/// Marker, payload and the offset behind the segment that begins at `at`.
fn segment(bytes: &[u8], mut at: usize) -> Result<(u8, &[u8], usize), DecodeError> {
    let cut = || damaged("it ends in the middle");
    match bytes.get(at) {
        Some(0xFF) => {}
        Some(_) => return Err(damaged("bytes between its segments")),
        None => return Err(cut()),
    }
    while bytes.get(at) == Some(&0xFF) {
        at += 1;
    }
    let marker = *bytes.get(at).ok_or_else(cut)?;
    at += 1;
    if matches!(marker, 0x01 | 0xD0..=0xD9) {
        return Ok((marker, &[], at));
    }
    if let Some(end) = end_of_thrown_away(bytes, marker, at) {
        return Ok((marker, &[], end));
    }
    let length = usize::from(pair(bytes.get(at..at + 2).ok_or_else(cut)?)?);
    if length < 2 {
        return Err(damaged("an impossible segment"));
    }
    Ok((marker, bytes.get(at + 2..at + length).ok_or_else(cut)?, at + length))
}

/// Offset of the first marker at or after `at` that is neither stuffing nor a restart: encoders may
/// leave a few bytes behind a scan.
fn next_marker(bytes: &[u8], mut at: usize) -> usize {
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) {
        at += offset;
        match bytes.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

/// Natural position of each coefficient of the zigzag order (T.81, figure A.6).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];
