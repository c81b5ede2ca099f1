//! What the rules need to know of a person: age, guardians, answers, restriction. Never a name.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::consent::ConsentAct;
use crate::id::{GuardianId, SubjectId};
use crate::time::{Date, Timestamp, birthday, day};

/// Counts what may change a decision about a person. A permit names the revision it was made at, so
/// that a withdrawal in between makes the commit fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(pub u64);

/// A person, as far as a decision goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Who, to nobody but the store.
    pub id: SubjectId,
    /// How old.
    pub age: Age,
    /// Whose table of ages counts.
    pub country: Country,
    /// Who answers for them while they are a child.
    pub guardians: Vec<Guardian>,
    /// Everything they said, in the order in which it was recorded. Nothing is ever taken out.
    pub acts: Vec<ConsentAct>,
    /// Whether use of their data is frozen (RTS-10).
    pub restriction: Restriction,
    /// Whether they are gone. A tombstone is kept so that nothing comes back.
    pub erased: bool,
    /// Grows with each change of the above, and of objections and marks of this person.
    pub revision: Revision,
}

/// What is known about an age. Nothing is ever guessed from a picture (COL-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Nobody said. Then nobody can have said yes either.
    Unknown,
    /// The person stated to be of the age at which one answers for oneself.
    Adult,
    /// Born on this day.
    Born(Date),
}

/// A country by its two letters, such as `FR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// A text that names no country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a country is two capital letters, such as `FR`")]
pub struct NotACountry;

impl FromStr for Country {
    type Err = NotACountry;

    fn from_str(text: &str) -> Result<Self, NotACountry> {
        match text.as_bytes() {
            &[first, second] if first.is_ascii_uppercase() && second.is_ascii_uppercase() => {
                Ok(Self([first, second]))
            }
            _ => Err(NotACountry),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(self.0[0]), char::from(self.0[1]))
    }
}

/// A person who answers for a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guardian {
    /// Who.
    pub id: GuardianId,
    /// When it was found out with reasonable effort that they hold parental authority (CON-10).
    /// Until then their yes does not count; their no does.
    pub verified_at: Option<Timestamp>,
    /// The last day on which they may act (RTS-5).
    pub until: Option<Date>,
}

impl Guardian {
    /// Whether their powers have not ended.
    pub fn may_act(&self, today: Date) -> bool {
        self.until.is_none_or(|until| today <= until)
    }
}

/// Whether use of a person's data is frozen: stored, not matched, not shown (RTS-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Restriction {
    /// It is not.
    #[default]
    None,
    /// Since then.
    Since(Timestamp),
}

/// Who has to say yes for a child below the age of the country's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BelowAge {
    /// A guardian; the child's own no still wins.
    Guardian,
    /// A guardian and the child.
    GuardianAndChild,
}

/// One row of the table of ages (CON-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeRule {
    /// From this birthday on a person answers alone.
    pub age: u8,
    /// Who answers before.
    pub below: BelowAge,
}

/// At which age a person answers for themselves, by country (CON-8). A table, so that adding a
/// country is adding a row. Article 8 lets countries choose between 13 and 16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeRules {
    rows: BTreeMap<Country, AgeRule>,
    default: AgeRule,
}

impl Default for AgeRules {
    /// France: below 15, child and guardian (LIL 45). Anywhere else: below 16, guardian.
    fn default() -> Self {
        let france = AgeRule { age: 15, below: BelowAge::GuardianAndChild };
        Self {
            rows: BTreeMap::from([(Country(*b"FR"), france)]),
            default: AgeRule { age: 16, below: BelowAge::Guardian },
        }
    }
}

impl AgeRules {
    /// The same table with a row added or changed.
    #[must_use]
    pub fn with(mut self, country: Country, rule: AgeRule) -> Self {
        self.rows.insert(country, rule);
        self
    }

    /// The row that counts for a country.
    pub fn rule(&self, country: Country) -> AgeRule {
        self.rows.get(&country).copied().unwrap_or(self.default)
    }
}

/// Who has to say yes for a person on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speakers {
    /// Nobody knows, so nobody can.
    Unknown,
    /// The person alone. What was said before this day, while others spoke too, has lapsed.
    Alone { since: Option<Date> },
    /// As the row says, until the birthday.
    With(BelowAge, Date),
}

impl Subject {
    pub(crate) fn speakers(&self, rules: &AgeRules, now: Timestamp) -> Speakers {
        let rule = rules.rule(self.country);
        match self.age {
            Age::Unknown => Speakers::Unknown,
            Age::Adult => Speakers::Alone { since: None },
            Age::Born(born) => {
                let of_age = birthday(born, rule.age);
                if day(now) >= of_age {
                    Speakers::Alone { since: Some(of_age) }
                } else {
                    Speakers::With(rule.below, of_age)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CON-8: one case a row.
    #[test]
    fn con_8_the_table_of_ages() {
        let rules = AgeRules::default();
        let row = |country: &str| rules.rule(country.parse().unwrap());
        assert_eq!(row("FR"), AgeRule { age: 15, below: BelowAge::GuardianAndChild });
        assert_eq!(row("DE"), AgeRule { age: 16, below: BelowAge::Guardian });
        let more = rules.clone().with("ES".parse().unwrap(), AgeRule { age: 14, below: BelowAge::Guardian });
        assert_eq!(more.rule("ES".parse().unwrap()).age, 14);
        assert_eq!("fr".parse::<Country>(), Err(NotACountry));
    }
}
