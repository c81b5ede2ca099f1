//! The markers of a JPEG file: what the coefficients mean, and where they are (T.81, annex B).

use std::sync::Arc;

use grata_core::geometry::Size;
use grata_core::orientation::Orientation;

use super::JpegError;
use super::bits::Entropy;
use super::dct::ZIGZAG;
use super::huffman::Table;
use crate::decode::{end_of_thrown_away, exif_orientation};

/// One colour component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    /// The number the file gives it.
    pub id: u8,
    /// Blocks across in an MCU.
    pub across: u32,
    /// Blocks down in an MCU.
    pub down: u32,
    /// Which quantisation table.
    pub quantisation: usize,
}

/// (component index, DC table, AC table) of a scan.
pub(super) type ScanComponent = (usize, Option<Arc<Table>>, Option<Arc<Table>>);

/// One scan: which components and coefficients it carries, and its data.
#[derive(Debug)]
pub(super) struct Scan {
    /// In the scan's order.
    pub components: Vec<ScanComponent>,
    /// First and last coefficient, in zigzag order.
    pub spectrum: (usize, usize),
    /// Successive approximation: high and low bit position.
    pub approximation: (u32, u32),
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: usize,
    /// The entropy-coded data.
    pub entropy: Entropy,
}

/// Everything before, between and about the scans.
#[derive(Debug)]
pub(super) struct Headers {
    /// Size of the stored picture.
    pub size: Size,
    /// Whether the scans are progressive (SOF2).
    pub progressive: bool,
    /// One or three.
    pub components: Vec<Component>,
    /// Quantisation tables, natural order.
    pub quantisation: [Option<[u16; 64]>; 4],
    /// The scans in file order.
    pub scans: Vec<Scan>,
    /// As the Exif segment says; upright without one.
    pub orientation: Orientation,
    /// The embedded colour profile, all parts joined.
    pub icc: Option<Vec<u8>>,
    /// Whether the components are red, green and blue instead of luma and chroma.
    pub is_rgb: bool,
}

#[derive(Default)]
struct Tables {
    quantisation: [Option<[u16; 64]>; 4],
    dc: [Option<Arc<Table>>; 4],
    ac: [Option<Arc<Table>>; 4],
    restart_interval: usize,
}

#[derive(Default)]
struct Application {
    exif: Option<Vec<u8>>,
    icc_parts: Vec<(u8, Vec<u8>)>,
    adobe_transform: Option<u8>,
    jfif: bool,
}

fn damaged<T>(what: &str) -> Result<T, JpegError> {
    Err(JpegError::Damaged(what.into()))
}

/// Reads all markers of a file.
///
/// # Errors
/// `Damaged` where the file breaks its own rules; `Unsupported` for what the coefficient path
/// leaves to the ordinary one (arithmetic coding, 12 bits, four components, odd subsampling).
pub(super) fn read(file: &[u8]) -> Result<Headers, JpegError> {
    if file.get(..2) != Some(&[0xFF, 0xD8]) {
        return damaged("no start of image");
    }
    let mut tables = Tables::default();
    let mut application = Application::default();
    let mut frame: Option<(Size, bool, Vec<Component>)> = None;
    let mut scans = Vec::new();
    let mut at = 2;
    while let Some((marker, payload, next)) = segment(file, at)? {
        match marker {
            0xD9 => break,
            0xC0..=0xC2 if frame.is_some() => return damaged("more than one frame"),
            0xC0..=0xC2 => frame = Some(read_frame(payload, marker == 0xC2)?),
            0xC4 => read_huffman(payload, &mut tables)?,
            0xDB if !scans.is_empty() => return unsupported("quantisation tables between scans"),
            0xDB => read_quantisation(payload, &mut tables)?,
            0xDD => tables.restart_interval = usize::from(u16_at(payload, 0)?),
            0xDA => {
                let Some((_, progressive, components)) = &frame else { return damaged("scan before frame") };
                let mut scan = read_scan(payload, components, &tables, *progressive)?;
                scan.entropy = Entropy::unstuff(&file[next..]);
                at = next + scan.entropy.consumed;
                scans.push(scan);
                continue;
            }
            0xC3 | 0xC5..=0xCF | 0xDC | 0xDE | 0xDF => return unsupported("a rare coding process"),
            _ => read_application(marker, payload, &mut application),
        }
        at = next;
    }
    let Some((size, progressive, components)) = frame else { return damaged("no frame") };
    if scans.is_empty() {
        return damaged("no scan");
    }
    let is_rgb = is_rgb(&application, &components);
    let orientation = application.exif.as_deref().map(|exif| exif_orientation(exif).0).unwrap_or_default();
    let icc = join_icc(application.icc_parts)?;
    let quantisation = tables.quantisation;
    Ok(Headers { size, progressive, components, quantisation, scans, orientation, icc, is_rgb })
}

fn unsupported<T>(what: &str) -> Result<T, JpegError> {
    Err(JpegError::Unsupported(what.into()))
}

/// The marker at or after `at`: (marker, payload, position behind it). `None` at the end of file.
#[allow(clippy::type_complexity, reason = "one internal caller")]
fn segment(file: &[u8], mut at: usize) -> Result<Option<(u8, &[u8], usize)>, JpegError> {
    if at >= file.len() {
        return Ok(None);
    }
    if file[at] != 0xFF {
        return damaged("bytes between segments");
    }
    while file.get(at) == Some(&0xFF) {
        at += 1;
    }
    let Some(&marker) = file.get(at) else { return Ok(None) };
    at += 1;
    if marker == 0xD9 || marker == 0x01 || (0xD0..=0xD8).contains(&marker) {
        return Ok(Some((marker, &[], at)));
    }
    if let Some(end) = end_of_thrown_away(file, marker, at) {
        return Ok(Some((marker, &[], end)));
    }
    let length = usize::from(u16_at(file, at)?);
    match file.get(at + 2..at + length.max(2)) {
        Some(payload) if length >= 2 => Ok(Some((marker, payload, at + length))),
        _ => damaged("a segment is longer than the file"),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, JpegError> {
    match bytes.get(at..at + 2) {
        Some(two) => Ok(u16::from_be_bytes([two[0], two[1]])),
        None => damaged("a segment is too short"),
    }
}

fn read_frame(payload: &[u8], progressive: bool) -> Result<(Size, bool, Vec<Component>), JpegError> {
    let size = Size::new(u16_at(payload, 3)?.into(), u16_at(payload, 1)?.into());
    if payload[0] != 8 {
        return unsupported("more than 8 bits a sample");
    }
    if size.pixels() == 0 {
        return unsupported("the height comes after the picture");
    }
    let count = usize::from(*payload.get(5).unwrap_or(&0));
    let parts = payload.get(6..6 + 3 * count).ok_or(JpegError::Damaged("a short frame header".into()))?;
    let mut components: Vec<Component> = parts
        .chunks_exact(3)
        .map(|part| Component {
            id: part[0],
            across: (part[1] >> 4).into(),
            down: (part[1] & 15).into(),
            quantisation: usize::from(part[2]),
        })
        .collect();
    check_components(&mut components)?;
    Ok((size, progressive, components))
}

/// One or three components, whose sampling divides that of the first.
fn check_components(components: &mut [Component]) -> Result<(), JpegError> {
    if components
        .iter()
        .any(|c| !(1..=4).contains(&c.across) || !(1..=4).contains(&c.down) || c.quantisation > 3)
    {
        return damaged("impossible sampling or table number");
    }
    match components {
        [only] => {
            // A single component is not interleaved: its MCU is one block (T.81, A.2.2).
            (only.across, only.down) = (1, 1);
            Ok(())
        }
        [first, others @ ..] if others.len() == 2 => {
            let divides = |c: &Component| first.across % c.across == 0 && first.down % c.down == 0;
            let blocks: u32 =
                first.across * first.down + others.iter().map(|c| c.across * c.down).sum::<u32>();
            if others.iter().all(divides) && blocks <= 10 { Ok(()) } else { unsupported("odd subsampling") }
        }
        _ => unsupported("neither grey nor three colours"),
    }
}

fn read_quantisation(mut payload: &[u8], tables: &mut Tables) -> Result<(), JpegError> {
    while let Some((&head, rest)) = payload.split_first() {
        let (wide, number) = (head >> 4 == 1, usize::from(head & 15));
        let length = if wide { 128 } else { 64 };
        let (Some(values), true) = (rest.get(..length), number < 4) else {
            return damaged("a short quantisation table");
        };
        let mut table = [0u16; 64];
        for (k, &natural) in ZIGZAG.iter().enumerate() {
            let value = if wide { u16_at(values, 2 * k)? } else { values[k].into() };
            if value == 0 {
                return damaged("a quantisation step of 0");
            }
            table[usize::from(natural)] = value;
        }
        tables.quantisation[number] = Some(table);
        payload = &rest[length..];
    }
    Ok(())
}

fn read_huffman(mut payload: &[u8], tables: &mut Tables) -> Result<(), JpegError> {
    while !payload.is_empty() {
        let (Some(&head), Some(counts)) = (payload.first(), payload.get(1..17)) else {
            return damaged("a short Huffman table");
        };
        let counts: [u8; 16] = std::array::from_fn(|at| counts[at]);
        let total: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let Some(symbols) = payload.get(17..17 + total).filter(|_| total <= 256) else {
            return damaged("a short Huffman table");
        };
        let table = Some(Arc::new(Table { counts, symbols: symbols.to_vec() }));
        match (head >> 4, usize::from(head & 15)) {
            (0, number @ 0..4) => tables.dc[number] = table,
            (1, number @ 0..4) => tables.ac[number] = table,
            _ => return damaged("an impossible Huffman table number"),
        }
        payload = &payload[17 + total..];
    }
    Ok(())
}

fn read_scan(
    payload: &[u8],
    frame: &[Component],
    tables: &Tables,
    progressive: bool,
) -> Result<Scan, JpegError> {
    let count = usize::from(*payload.first().unwrap_or(&0));
    let (Some(parts), Some(rest)) =
        (payload.get(1..1 + 2 * count), payload.get(1 + 2 * count..4 + 2 * count))
    else {
        return damaged("a short scan header");
    };
    let mut components: Vec<ScanComponent> = Vec::new();
    for part in parts.chunks_exact(2) {
        let Some(index) = frame.iter().position(|component| component.id == part[0]) else {
            return damaged("a scan of an unknown component");
        };
        let (dc, ac) = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
        if components.iter().any(|&(known, ..)| known >= index) || dc > 3 || ac > 3 {
            return damaged("a scan lists its components wrongly");
        }
        components.push((index, tables.dc[dc].clone(), tables.ac[ac].clone()));
    }
    let spectrum = (usize::from(rest[0]), usize::from(rest[1]));
    let approximation = (u32::from(rest[2] >> 4), u32::from(rest[2] & 15));
    let whole = spectrum == (0, 63) && approximation == (0, 0);
    let partial = spectrum.0 <= spectrum.1
        && spectrum.1 < 64
        && approximation.1 < 14
        && approximation.0 < 14
        && if spectrum.0 == 0 { spectrum.1 == 0 } else { count == 1 };
    if count == 0 || !(if progressive { partial } else { whole }) {
        return damaged("an impossible scan");
    }
    let entropy = Entropy { bytes: Vec::new(), segments: Vec::new(), length: 0, consumed: 0 };
    Ok(Scan { components, spectrum, approximation, restart_interval: tables.restart_interval, entropy })
}

fn read_application(marker: u8, payload: &[u8], application: &mut Application) {
    match marker {
        0xE0 if payload.starts_with(b"JFIF\0") => application.jfif = true,
        0xE1 if payload.starts_with(b"Exif\0\0") && application.exif.is_none() => {
            application.exif = Some(payload[6..].to_vec());
        }
        0xE2 if payload.starts_with(b"ICC_PROFILE\0") && payload.len() > 14 => {
            application.icc_parts.push((payload[12], payload[14..].to_vec()));
        }
        0xEE if payload.starts_with(b"Adobe") && payload.len() >= 12 => {
            application.adobe_transform = Some(payload[11]);
        }
        _ => {}
    }
}

/// The rule of libjpeg: Adobe's word first, then JFIF, then the component names.
fn is_rgb(application: &Application, components: &[Component]) -> bool {
    if components.len() != 3 || application.jfif {
        return false;
    }
    match application.adobe_transform {
        Some(transform) => transform == 0,
        None => components.iter().map(|component| component.id).eq(*b"RGB"),
    }
}

fn join_icc(mut parts: Vec<(u8, Vec<u8>)>) -> Result<Option<Vec<u8>>, JpegError> {
    if parts.is_empty() {
        return Ok(None);
    }
    parts.sort_by_key(|(number, _)| *number);
    if !parts.iter().map(|(number, _)| usize::from(*number)).eq(1..=parts.len()) {
        return unsupported("a colour profile with missing parts");
    }
    Ok(Some(parts.into_iter().flat_map(|(_, part)| part).collect()))
}
