//! Heads of the log, kept elsewhere: on a second medium, where a restored backup or a changed
//! database cannot take them back.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use grata_core::audit::{Witness, WitnessError};

/// A file to which each head is added. It is never shortened.
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
        match std::fs::read_to_string(&self.path) {
            Ok(text) => {
                // A last one without its rule was being written when the machine stopped.
                let mut notes: Vec<String> = text.split(RULE).map(str::to_string).collect();
                notes.pop();
                Ok(notes)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(WitnessError(Box::new(error))),
        }
    }
}

impl Witness for FileWitness {
    fn publish(&self, checkpoint: &str) -> Result<(), WitnessError> {
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).append(true).open(&self.path);
        let written = file.and_then(|mut file| {
            file.write_all(format!("{checkpoint}{RULE}").as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| WitnessError(Box::new(error)))
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
}
