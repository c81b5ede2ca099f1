//! A backup as a tar that any tar reads. Only plain files with short names are written, and nothing else
//! is read: no links, no long names, no extensions.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use tar::{Archive, Builder, EntryType, Header};

/// A piece of an archive, in bytes.
const BLOCK: u64 = 512;

/// What ends an archive, in zeros.
const END: u64 = 2 * BLOCK;

/// An archive that is being written.
pub struct Packed<W: Write>(Builder<W>);

impl<W: Write> Packed<W> {
    /// A new one.
    pub fn new(output: W) -> Self {
        Self(Builder::new(output))
    }

    /// Adds a file; returns its length. Its owner and its time stay at home.
    ///
    /// # Errors
    /// It became shorter meanwhile, its name is too long, or what the system says.
    pub fn add(&mut self, file: &File, name: &Path) -> io::Result<u64> {
        let bytes = file.metadata()?.len();
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_cksum();
        let mut content = file.take(bytes);
        self.0.append(&header, &mut content)?;
        if content.limit() > 0 {
            return Err(io::Error::other("a file became shorter while it was backed up"));
        }
        Ok(bytes)
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner()
    }
}

/// Reads an archive to its very end, piece by piece, and hands each file to `each`: its name, its length
/// and its content.
///
/// # Errors
/// It is no archive of ours, or breaks off, or `each` does not want a file.
pub fn unpack(
    input: impl Read,
    mut each: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let damaged = || io::Error::other("it is no backup, or a damaged one");
    let watched = Watched::default();
    let mut archive = Archive::new(Watching { input, watched: &watched });
    // Raw: what stands for a longer name or a link is an entry like any other, and refused as such.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let header = entry.header();
        if header.entry_type() != EntryType::Regular || header.as_ustar().is_none() {
            return Err(damaged());
        }
        let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| damaged())?;
        let bytes = entry.size();
        each(&name, bytes, &mut entry)?;
        // What fills its last block is less than a block.
        watched.zeros.set(0);
    }
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    // One that stops between two files would look like a shorter one.
    let has_end = watched.zeros.get() >= END && watched.bytes.get().is_multiple_of(BLOCK);
    if has_end { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// What was read so far.
#[derive(Default)]
struct Watched {
    bytes: Cell<u64>,
    /// How many zeros it ends with.
    zeros: Cell<u64>,
}

struct Watching<'a, R> {
    input: R,
    watched: &'a Watched,
}

impl<R: Read> Read for Watching<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let zeros = buffer[..count].iter().rev().take_while(|byte| **byte == 0).count();
        let Watched { bytes, zeros: before } = self.watched;
        before.set(if zeros == count { before.get() + zeros as u64 } else { zeros as u64 });
        bytes.set(bytes.get() + count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut packed = Packed::new(Vec::new());
        for (name, bytes) in files {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            io::Seek::rewind(&mut file).unwrap();
            assert_eq!(packed.add(&file, Path::new(name)).unwrap(), bytes.len() as u64);
        }
        packed.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut files = Vec::new();
        unpack(bytes, |name, length, content| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes)?;
            assert_eq!(bytes.len() as u64, length);
            files.push((name.to_string(), bytes));
            Ok(())
        })?;
        Ok(files)
    }

    #[test]
    fn what_is_written_is_read_and_half_of_it_is_not() {
        let long = vec![7; 1500];
        let files: [(&str, &[u8]); 3] = [("grata.db", b"abc"), ("blobs/x/y", &long), ("empty", b"")];
        let bytes = archive(&files);
        let all: Vec<(String, Vec<u8>)> =
            files.iter().map(|(name, bytes)| ((*name).to_string(), bytes.to_vec())).collect();
        assert_eq!(read(&bytes).unwrap(), all);
        let mut changed = bytes.clone();
        changed[0] = b'x';
        assert!(read(&changed).is_err());
        // In a header, in a file, between two files, in the end.
        let end = bytes.len() - END as usize;
        for cut in [100, 600, 1024, end, end + 512, bytes.len() - 1] {
            assert!(read(&bytes[..cut]).is_err(), "{cut} of {}", bytes.len());
        }
    }

    #[test]
    fn a_file_of_zeros_is_no_end() {
        let bytes = archive(&[("grata.db", &[0; 5000]), ("blobs/x", b"de")]);
        assert_eq!(read(&bytes).unwrap().len(), 2);
        // Header, content, what fills its last block.
        assert!(read(&bytes[..512 + 5120]).is_err());
    }

    #[test]
    fn nothing_but_plain_files_with_short_names_is_read() {
        let with = |kind: EntryType, name: &str| {
            let mut builder = Builder::new(Vec::new());
            let mut header = if kind == EntryType::Regular { Header::new_gnu() } else { Header::new_ustar() };
            header.set_path(name).unwrap();
            header.set_entry_type(kind);
            header.set_size(0);
            header.set_cksum();
            builder.append(&header, io::empty()).unwrap();
            builder.into_inner().unwrap()
        };
        use EntryType::{Directory, GNULongName, Link, Regular, Symlink, XHeader};
        for kind in [Directory, GNULongName, Link, Regular, Symlink, XHeader] {
            assert!(read(&with(kind, "blobs/x")).is_err(), "{kind:?}");
        }
        let mut packed = Packed::new(Vec::new());
        assert!(packed.add(&tempfile::tempfile().unwrap(), Path::new("../x")).is_err());
        assert!(packed.add(&tempfile::tempfile().unwrap(), Path::new(&"x".repeat(300))).is_err());
    }

    /// However large a file is, no more of it is in memory than a piece.
    #[test]
    fn a_backup_is_read_piece_by_piece() {
        const LARGE: u64 = 8 << 30;
        let mut header = Header::new_ustar();
        header.set_path("grata.db").unwrap();
        header.set_size(LARGE - 1);
        header.set_entry_type(EntryType::Regular);
        header.set_cksum();
        // Endless content: what is asked for at once stays small.
        let input = io::Cursor::new(*header.as_bytes()).chain(io::repeat(1));
        let refused = unpack(input, |_, length, content| {
            assert_eq!(length, LARGE - 1);
            let mut piece = [0; 4096];
            content.read_exact(&mut piece)?;
            Err(io::Error::other("enough"))
        });
        assert_eq!(refused.unwrap_err().to_string(), "enough");
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
