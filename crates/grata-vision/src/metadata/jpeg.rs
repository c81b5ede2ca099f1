//! JPEG (ITU-T T.81): markers before, in and behind the scans.

use grata_core::orientation::Orientation;

use super::findings::{Findings, Violation};
use super::reader::Reader;
use super::{is_own_profile, minimal_exif};

/// JFIF without a thumbnail, square pixels without a unit; version 1.01 or 1.02.
const JFIF: [&[u8]; 2] = [b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0", b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"];
/// Adobe, no flags, no transform: the components are red, green and blue.
const ADOBE: &[u8] = b"Adobe\0\x64\0\0\0\0\0";
/// One part of one.
const PROFILE_HEADER: &[u8] = b"ICC_PROFILE\0\x01\x01";

pub(super) fn inspect(file: &[u8], findings: &mut Findings) -> Result<(), Violation> {
    let mut reader = Reader::new(file, 0);
    reader.expect(&[0xFF, 0xD8], "no start of a JPEG picture")?;
    let mut seen = Seen::default();
    loop {
        let offset = reader.offset();
        let marker = marker(&mut reader)?;
        if marker == 0xD9 {
            break;
        }
        let mut content = segment(&mut reader)?;
        seen.segment(marker, &mut content, offset, findings)?;
        findings.require(content.is_at_end(), content.offset(), "bytes behind the content of a segment");
        seen.segments += 1;
        if marker == 0xDA {
            skip_entropy_coded(&mut reader)?;
        }
    }
    findings.require(!seen.missing_scans(), reader.offset(), "an end before all components were scanned");
    findings.require(reader.is_at_end(), reader.offset(), "bytes behind the end of the picture");
    Ok(())
}

/// The second byte of a marker. Fill bytes before it are not on the list.
fn marker(reader: &mut Reader) -> Result<u8, Violation> {
    let offset = reader.offset();
    match reader.array()? {
        [0xFF, marker @ (0xC0..=0xCF | 0xD9..=0xFE)] => Ok(marker),
        [0xFF, 0xD8] => Err(Violation::new(offset, "a second start of a picture")),
        [0xFF, 0xD0..=0xD7] => Err(Violation::new(offset, "a restart marker")),
        [0xFF, _] => Err(Violation::new(offset, "a marker that is not on the list")),
        _ => Err(Violation::new(offset, "bytes between segments")),
    }
}

fn segment<'a>(reader: &mut Reader<'a>) -> Result<Reader<'a>, Violation> {
    let offset = reader.offset();
    let length = usize::from(reader.be16()?);
    reader.part(length.checked_sub(2).ok_or(Violation::new(offset, "a segment shorter than its length"))?)
}

/// Goes on to the next marker.
fn skip_entropy_coded(reader: &mut Reader) -> Result<(), Violation> {
    let data = reader.rest();
    let length = data.windows(2).position(|pair| pair[0] == 0xFF && pair[1] != 0).unwrap_or(data.len());
    reader.take(length)?;
    Ok(())
}

#[derive(Default)]
struct Seen {
    segments: usize,
    rgb: bool,
    exif: bool,
    profile: bool,
    quantisation: [bool; 4],
    huffman: [bool; 8],
    components: Option<Vec<u8>>,
    scanned: Vec<u8>,
}

impl Seen {
    fn segment(
        &mut self,
        marker: u8,
        content: &mut Reader,
        offset: usize,
        findings: &mut Findings,
    ) -> Result<(), Violation> {
        let mut require = |holds, what| findings.require(holds, offset, what);
        require((self.segments == 0) == matches!(marker, 0xE0 | 0xEE), "JFIF or Adobe, not in first place");
        require(self.scanned.is_empty() || marker == 0xDA, "a segment between scans");
        let payload = content.rest();
        match marker {
            0xE0 => {
                require(JFIF.contains(&payload), "JFIF with a thumbnail or a resolution, or its extension")
            }
            0xEE => {
                self.rgb = true;
                require(payload == ADOBE, "an Adobe segment that is not ours");
            }
            0xE1 => {
                require(!self.exif, "a second APP1 segment");
                self.exif = true;
                require(is_minimal_exif(payload), "Exif or XMP that is not ours");
            }
            0xE2 => {
                require(!self.profile, "a second APP2 segment");
                self.profile = true;
                let own = payload.strip_prefix(PROFILE_HEADER).is_some_and(is_own_profile);
                require(own, "an APP2 segment that is not one of our profiles");
            }
            0xDB => return self.quantisation_tables(content, findings),
            0xC4 => return self.huffman_tables(content, findings),
            0xC0 | 0xC1 => return self.frame(content, offset, findings),
            0xDA => return self.scan(content, offset, findings),
            0xE3..=0xEF => require(false, "an application segment that is not on the list"),
            0xFE => require(false, "a comment"),
            0xDD => require(false, "a restart interval"),
            _ => require(false, "a segment that is not on the list"),
        }
        content.take(payload.len())?;
        Ok(())
    }

    fn quantisation_tables(
        &mut self,
        content: &mut Reader,
        findings: &mut Findings,
    ) -> Result<(), Violation> {
        while !content.is_at_end() {
            let offset = content.offset();
            let head = content.byte()?;
            let new = self.quantisation.get_mut(usize::from(head & 15)).filter(|seen| !**seen);
            findings.require(new.is_some() && head < 32, offset, "a quantisation table too many");
            new.into_iter().for_each(|seen| *seen = true);
            content.take(if head < 16 { 64 } else { 128 })?;
        }
        Ok(())
    }

    fn huffman_tables(&mut self, content: &mut Reader, findings: &mut Findings) -> Result<(), Violation> {
        while !content.is_at_end() {
            let offset = content.offset();
            let head = content.byte()?;
            let place = usize::from(head >> 4 & 1) * 4 + usize::from(head & 3);
            let new = self.huffman.get_mut(place).filter(|seen| !**seen);
            findings.require(new.is_some() && head & 0xEC == 0, offset, "a Huffman table too many");
            new.into_iter().for_each(|seen| *seen = true);
            let symbols: usize = content.array::<16>()?.into_iter().map(usize::from).sum();
            findings.require(symbols <= 256, offset, "a Huffman table of too many symbols");
            content.take(symbols)?;
        }
        Ok(())
    }

    fn frame(
        &mut self,
        content: &mut Reader,
        offset: usize,
        findings: &mut Findings,
    ) -> Result<(), Violation> {
        findings.require(self.components.is_none(), offset, "a second frame");
        let [precision, h0, h1, w0, w1, count] = content.array()?;
        findings.require(precision == 8, offset, "samples of another depth than 8 bits");
        // A height of 0 would be said later, by DNL.
        findings.require([h0, h1] != [0, 0] && [w0, w1] != [0, 0], offset, "a side of 0 pixels");
        let expected = if self.rgb { count == 3 } else { count == 1 || count == 3 };
        findings.require(expected, offset, "components that are not grey or of three colours");
        let mut components = Vec::new();
        for _ in 0..count {
            let [id, _sampling, _table] = content.array()?;
            components.push(id);
        }
        self.components = Some(components);
        Ok(())
    }

    fn scan(
        &mut self,
        content: &mut Reader,
        offset: usize,
        findings: &mut Findings,
    ) -> Result<(), Violation> {
        let components = self.components.as_deref().unwrap_or_default();
        for _ in 0..content.byte()? {
            let [id, _tables] = content.array()?;
            let new = components.contains(&id) && !self.scanned.contains(&id);
            findings.require(new, offset, "a scan of a component that was scanned before or is unknown");
            self.scanned.push(id);
        }
        findings.require(content.array()? == [0, 63, 0], offset, "a scan that is not of whole blocks");
        Ok(())
    }

    fn missing_scans(&self) -> bool {
        self.components.as_ref().is_none_or(|components| components.len() != self.scanned.len())
    }
}

fn is_minimal_exif(payload: &[u8]) -> bool {
    Orientation::ALL
        .into_iter()
        .filter(|orientation| *orientation != Orientation::Upright)
        .any(|orientation| minimal_exif(orientation).get(4..) == Some(payload))
}
