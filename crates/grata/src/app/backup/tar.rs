//! Just enough of tar (POSIX ustar) for a backup that any tar can read: plain files with short names.

use std::io::{self, Read, Write};

const BLOCK: usize = 512;

/// Longest name. Blobs need 93.
pub const MAX_NAME: usize = 100;

/// Writes the header of a file; its bytes and [`write_padding`] come next.
///
/// # Errors
/// The name is too long, or what the system says.
pub fn write_header(output: &mut impl Write, name: &str, bytes: u64) -> io::Result<()> {
    if name.is_empty() || name.len() > MAX_NAME || bytes > 0o77_777_777_777 {
        return Err(io::Error::other("a file that a backup has no room for"));
    }
    let mut header = [0; BLOCK];
    header[..name.len()].copy_from_slice(name.as_bytes());
    let size = format!("{bytes:011o}");
    for (at, text) in [
        (100, "0000600"),
        (108, "0000000"),
        (116, "0000000"),
        (124, size.as_str()),
        (136, "00000000000"),
        (148, "        "),
        (156, "0"),
        (257, "ustar"),
        (263, "00"),
    ] {
        header[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    output.write_all(&header)
}

/// Fills the last block of a file.
///
/// # Errors
/// What the system says.
pub fn write_padding(output: &mut impl Write, bytes: u64) -> io::Result<()> {
    let over = (bytes % BLOCK as u64) as usize;
    if over == 0 { Ok(()) } else { output.write_all(&[0; BLOCK][over..]) }
}

/// Ends the archive.
///
/// # Errors
/// What the system says.
pub fn write_end(output: &mut impl Write) -> io::Result<()> {
    output.write_all(&[0; 2 * BLOCK])
}

/// Name and length of the next file; its bytes and [`skip_padding`] come next. `None` at the end.
///
/// # Errors
/// It is no archive of ours, or breaks off.
pub fn read_header(input: &mut impl Read) -> io::Result<Option<(String, u64)>> {
    let damaged = || io::Error::other("it is no backup, or a damaged one");
    let mut header = [0; BLOCK];
    input.read_exact(&mut header)?;
    if header == [0; BLOCK] {
        return Ok(None);
    }
    let text = |range: std::ops::Range<usize>| {
        let field = &header[range];
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        std::str::from_utf8(&field[..end]).map_err(|_| damaged())
    };
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let own: u32 = header[148..156].iter().map(|byte| u32::from(*byte)).sum();
    let stated = u32::from_str_radix(text(148..154)?.trim(), 8).map_err(|_| damaged())?;
    if &header[257..262] != b"ustar" || header[156] != b'0' || stated != sum - own + 8 * u32::from(b' ') {
        return Err(damaged());
    }
    let bytes = u64::from_str_radix(text(124..135)?.trim(), 8).map_err(|_| damaged())?;
    Ok(Some((text(0..MAX_NAME)?.to_string(), bytes)))
}

/// Skips what fills the last block of a file.
///
/// # Errors
/// It breaks off.
pub fn skip_padding(input: &mut impl Read, bytes: u64) -> io::Result<()> {
    let over = (bytes % BLOCK as u64) as usize;
    if over == 0 { Ok(()) } else { input.read_exact(&mut [0; BLOCK][over..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, bytes) in files {
            write_header(&mut archive, name, bytes.len() as u64).unwrap();
            archive.extend_from_slice(bytes);
            write_padding(&mut archive, bytes.len() as u64).unwrap();
        }
        write_end(&mut archive).unwrap();
        archive
    }

    #[test]
    fn what_is_written_is_read() {
        let long = vec![7; 1500];
        let files: [(&str, &[u8]); 3] = [("grata.db", b"abc"), ("blobs/x/y", &long), ("empty", b"")];
        let bytes = archive(&files);
        let mut input = bytes.as_slice();
        for (name, bytes) in files {
            let (read, length) = read_header(&mut input).unwrap().unwrap();
            assert_eq!((read.as_str(), length), (name, bytes.len() as u64));
            let mut content = vec![0; bytes.len()];
            input.read_exact(&mut content).unwrap();
            assert_eq!(content, bytes);
            skip_padding(&mut input, length).unwrap();
        }
        assert!(read_header(&mut input).unwrap().is_none());
        let mut changed = archive(&files);
        changed[0] = b'x';
        assert!(read_header(&mut changed.as_slice()).is_err());
        assert!(read_header(&mut &bytes[..100]).is_err());
    }

    /// By the tar of this system.
    #[test]
    fn any_tar_reads_a_backup() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        std::fs::write(&path, archive(&[("grata.db", b"abc"), ("blobs/x", b"de")])).unwrap();
        let output = std::process::Command::new("tar").arg("tf").arg(&path).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "grata.db\nblobs/x\n");
    }
}
