//! Time as a value: whoever needs it is told. Days are those of UTC.

pub use jiff::Timestamp;
pub use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

/// Tells the time. Implemented above this crate; tests freeze it.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The day of a moment.
pub fn day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// The first moment of a day.
pub fn start_of(date: Date) -> Timestamp {
    // A civil date lies within -9999..=9999, as timestamps do; the very last hours saturate.
    date.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The first moment after a day.
pub fn end_of(date: Date) -> Timestamp {
    date.tomorrow().map_or(Timestamp::MAX, start_of)
}

/// The same day `months` later; the last of its month where that has no such day.
pub fn months_after(date: Date, months: u16) -> Date {
    date.saturating_add(Span::new().months(i32::from(months)))
}

/// The birthday on which somebody born on `born` becomes `years` old; 1 March for 29 February.
pub fn birthday(born: Date, years: u8) -> Date {
    let year = born.year().saturating_add(i16::from(years));
    Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1)).unwrap_or(Date::MAX)
}

/// `hours` later.
pub fn hours_after(at: Timestamp, hours: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(i64::from(hours))).unwrap_or(Timestamp::MAX)
}

/// `hours` earlier.
pub fn hours_before(at: Timestamp, hours: u32) -> Timestamp {
    at.checked_sub(SignedDuration::from_hours(i64::from(hours))).unwrap_or(Timestamp::MIN)
}

/// `minutes` later.
pub fn minutes_after(at: Timestamp, minutes: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let last = date(2026, 12, 31);
        assert_eq!(end_of(last), start_of(date(2027, 1, 1)));
        assert_eq!(day(start_of(last)), last);
        assert_eq!(end_of(Date::MAX), Timestamp::MAX);
    }

    #[test]
    fn birthdays_of_29_february_fall_on_1_march() {
        assert_eq!(birthday(date(2012, 2, 29), 15), date(2027, 3, 1));
        assert_eq!(birthday(date(2012, 2, 29), 16), date(2028, 2, 29));
        assert_eq!(months_after(date(2027, 8, 31), 6), date(2028, 2, 29));
    }
}
