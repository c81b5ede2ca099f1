//! Heads of the log, kept elsewhere: on a second medium, where a restored backup or a changed
//! database cannot take them back.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use grata_core::audit::{Witness, WitnessError};

/// A file to which each head is added. No whole head is ever taken out.
#[derive(Debug, Clone)]
pub struct FileWitness {
    path: PathBuf,
}

/// Between two heads. A signed note never holds an empty line followed by this one.
const RULE: &str = "-----\n";

impl FileWitness {
    /// The file; it need not exist yet.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf() }
    }

    /// All heads, the oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn all(&self) -> Result<Vec<String>, WitnessError> {
        let mut bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(WitnessError(Box::new(error))),
        };
        // Before it is read as text: what was cut off may end within a letter.
        bytes.truncate(whole(&bytes));
        let text = String::from_utf8(bytes).map_err(|error| WitnessError(Box::new(error)))?;
        let mut notes: Vec<String> = text.split(RULE).map(str::to_string).collect();
        notes.pop();
        Ok(notes)
    }

    fn add(&self, checkpoint: &str) -> std::io::Result<()> {
        let mut options = File::options();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&self.path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let end = whole(&bytes) as u64;
        // Behind half a head the next one would be a part of it, and neither would verify.
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        file.write_all(format!("{checkpoint}{RULE}").as_bytes())?;
        file.sync_all()
    }
}

/// How many bytes hold whole heads. A last one without its rule was being written when the machine stopped.
fn whole(bytes: &[u8]) -> usize {
    let rule = bytes.windows(RULE.len()).rposition(|window| window == RULE.as_bytes());
    rule.map_or(0, |start| start + RULE.len())
}

impl Witness for FileWitness {
    fn publish(&self, checkpoint: &str) -> Result<(), WitnessError> {
        self.add(checkpoint).map_err(|error| WitnessError(Box::new(error)))
    }

    fn latest(&self) -> Result<Option<String>, WitnessError> {
        self.all().map(|mut notes| notes.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acc_4_a_witness_gives_back_what_it_was_given_and_no_half_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        let witness = FileWitness::new(&path);
        assert_eq!(witness.latest().unwrap(), None);
        witness.publish("a\n1\n\n\u{2014} a sig\n").unwrap();
        witness.publish("a\n2\n\n\u{2014} a sig\n").unwrap();
        assert_eq!(witness.all().unwrap().len(), 2);
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"a\n3\n").unwrap();
        assert_eq!(witness.latest().unwrap().unwrap(), "a\n2\n\n\u{2014} a sig\n");
    }

    /// Half a head that a stopped machine has left costs that head alone, wherever it was cut off.
    #[test]
    fn acc_4_a_witness_goes_on_behind_half_a_head() {
        let folder = tempfile::tempdir().unwrap();
        let notes = [1, 2, 3].map(|size| format!("a\n{size}\n\n\u{2014} a sig\n"));
        let second = format!("{}{RULE}", notes[1]);
        for cut in 1..second.len() {
            let path = folder.path().join(cut.to_string());
            let witness = FileWitness::new(&path);
            witness.publish(&notes[0]).unwrap();
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(&second.as_bytes()[..cut]).unwrap();
            assert_eq!(witness.all().unwrap(), notes[..1], "{cut}");
            witness.publish(&notes[2]).unwrap();
            assert_eq!(witness.all().unwrap(), [notes[0].clone(), notes[2].clone()], "{cut}");
        }
        // The first one ever.
        let path = folder.path().join("first");
        std::fs::write(&path, &notes[0]).unwrap();
        let witness = FileWitness::new(&path);
        assert_eq!(witness.latest().unwrap(), None);
        witness.publish(&notes[1]).unwrap();
        assert_eq!(witness.all().unwrap(), notes[1..2]);
    }
}
