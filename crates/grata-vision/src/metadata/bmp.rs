//! BMP: two headers, rows of 24 bits a pixel, nothing else.

use super::findings::{Findings, Violation};
use super::reader::{Reader, all_zero};

const HEADERS: u32 = 14 + 40;

pub(super) fn inspect(file: &[u8], findings: &mut Findings) -> Result<(), Violation> {
    let mut reader = Reader::new(file, 0);
    reader.expect(b"BM", "no start of a BMP file")?;
    let size = u64::from(reader.le32()?);
    findings.require(size == file.len() as u64, 2, "a size that is not that of the file");
    reader.expect(&[0; 4], "reserved bytes that are not zero")?;
    reader.expect(&HEADERS.to_le_bytes(), "a gap before the pixels")?;
    reader.expect(&40u32.to_le_bytes(), "a header of another length, which may hold a profile")?;
    let (width, height) = (reader.le32()?, reader.le32()?);
    reader.expect(&[1, 0, 24, 0], "other than 24 bits a pixel")?;
    reader.expect(&[0; 4], "compressed pixels")?;
    let row = (u64::from(width) * 3).next_multiple_of(4);
    let length = u64::from(height).saturating_mul(row);
    let said = u64::from(reader.le32()?);
    findings.require(said == length, 34, "a size that is not that of the pixels");
    findings.require(reader.array()? == [0; 16], 38, "a resolution or a palette");
    findings.require(reader.rest().len() as u64 == length, 54, "more or fewer bytes than the pixels have");
    padding(reader, width, row, findings);
    Ok(())
}

fn padding(reader: Reader, width: u32, row: u64, findings: &mut Findings) {
    let (Ok(width), Ok(row)) = (usize::try_from(u64::from(width) * 3), usize::try_from(row)) else { return };
    if row == 0 {
        return;
    }
    let clean = |row: &[u8]| row.get(width..).is_none_or(all_zero);
    findings.require(reader.rest().chunks(row).all(clean), 54, "padding that is not zero");
}
