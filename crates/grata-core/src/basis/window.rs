//! The days whose photos a group compares.

use crate::taken::Taken;
use crate::time::Date;

/// The days whose photos a group compares, both included (BYS-6). What is known of a photo's time is its camera's word,
/// and rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: Date,
    to: Date,
}

impl Window {
    /// From a day to a day, both included; none if the first comes after the second.
    pub fn new(from: Date, to: Date) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// The first day.
    pub fn from(self) -> Date {
        self.from
    }

    /// The last day.
    pub fn to(self) -> Date {
        self.to
    }

    /// Whether a photo is of these days. One of which that is not known is not.
    pub fn holds(self, taken: Option<Taken>) -> bool {
        taken.is_some_and(|taken| (self.from..=self.to).contains(&taken.date()))
    }
}
