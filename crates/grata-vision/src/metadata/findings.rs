//! What was found, in words that hold nothing of the file.

use std::fmt;

/// Something in a finished file that is not on the allow-list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// Where it begins, in bytes from the start of the file.
    pub offset: usize,
    /// What it is, in plain words; fixed text, never content of the file.
    pub what: &'static str,
}

impl Violation {
    pub(super) fn new(offset: usize, what: &'static str) -> Self {
        Self { offset, what }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.what, self.offset)
    }
}

/// More than anyone reads; keeps a hostile file from filling the memory with violations.
const MOST: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Violation>);

impl Findings {
    pub(super) fn push(&mut self, violation: Violation) {
        if self.0.len() < MOST {
            self.0.push(violation);
        }
    }

    pub(super) fn require(&mut self, holds: bool, offset: usize, what: &'static str) {
        if !holds {
            self.push(Violation::new(offset, what));
        }
    }

    pub(super) fn into_result(self) -> Result<(), Vec<Violation>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
