//! About when a photo was taken: as exactly as the album allows, and no more (PUB-9). The time is that
//! of the camera, in no time zone.

use std::fmt;
use std::str::FromStr;

pub use jiff::civil::{Date, DateTime};

/// How exactly the photos of an album say when they were taken. Without one they do not say it at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeStep {
    /// To the day.
    Day,
    /// To the hour.
    Hour,
    /// To the quarter of an hour: the finest there is.
    Quarter,
}

/// A text that is no [`TimeStep`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("times are kept to the `day`, the `hour` or the `quarter`, or `off`")]
pub struct NotAStep;

impl TimeStep {
    /// Every step, coarsest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Hour, Self::Quarter];

    /// The word that stands for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Quarter => "quarter",
        }
    }
}

impl FromStr for TimeStep {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        Self::ALL.into_iter().find(|step| step.as_str() == text).ok_or(NotAStep)
    }
}

/// The beginning of the day, hour or quarter of an hour in which a photo was taken. There is no way to
/// keep more: it is made by rounding down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taken(DateTime);

impl Taken {
    /// A moment, rounded down.
    pub fn about(at: DateTime, step: TimeStep) -> Self {
        let date = at.date();
        let (hour, minute) = match step {
            TimeStep::Day => (0, 0),
            TimeStep::Hour => (at.hour(), 0),
            TimeStep::Quarter => (at.hour(), at.minute() / 15 * 15),
        };
        Self(date.at(hour, minute, 0, 0))
    }

    /// The same, no finer than `step`.
    #[must_use]
    pub fn coarser(self, step: TimeStep) -> Self {
        Self::about(self.0, step)
    }

    /// The day.
    pub fn date(self) -> Date {
        self.0.date()
    }

    /// The time on that day, such as `14:45`; for a time that is kept to the day it says nothing.
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// As it is kept: `2026-09-05T14:45`.
impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date(), self.clock())
    }
}

/// A text that is no rounded time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a time to the quarter of an hour")]
pub struct NotTaken;

impl FromStr for Taken {
    type Err = NotTaken;

    fn from_str(text: &str) -> Result<Self, NotTaken> {
        let at: DateTime = text.parse().map_err(|_| NotTaken)?;
        let rounded = Self::about(at, TimeStep::Quarter);
        if rounded.0 == at && rounded.to_string() == text { Ok(rounded) } else { Err(NotTaken) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn pub_9_a_time_is_rounded_down_and_nothing_finer_can_be_kept() {
        let at = date(2026, 9, 5).at(14, 59, 59, 999_000_000);
        for (step, text) in [
            (TimeStep::Day, "2026-09-05T00:00"),
            (TimeStep::Hour, "2026-09-05T14:00"),
            (TimeStep::Quarter, "2026-09-05T14:45"),
        ] {
            let taken = Taken::about(at, step);
            assert_eq!(taken.to_string(), text);
            assert_eq!(text.parse(), Ok(taken));
            assert_eq!(taken.coarser(TimeStep::Day).to_string(), "2026-09-05T00:00");
        }
        for finer in ["2026-09-05T14:59", "2026-09-05T14:45:01", "2026-09-05", "yesterday", ""] {
            assert_eq!(finer.parse::<Taken>(), Err(NotTaken), "{finer}");
        }
    }

    #[test]
    fn words_for_steps_come_back() {
        for step in TimeStep::ALL {
            assert_eq!(step.as_str().parse(), Ok(step));
        }
        assert_eq!("minute".parse::<TimeStep>(), Err(NotAStep));
    }
}
