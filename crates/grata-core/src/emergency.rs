//! What no role may do, opened for one person, by two people, with a reason, for an hour (SEC-6): the list of
//! the photos that somebody is in. Whom it is about is told at once (TRA-4). Nothing of it goes by a face.

use crate::id::{AccountId, EmergencyId, SubjectId};
use crate::time::{Timestamp, hours_after};

/// Hours within which a second person has to approve.
pub const HOURS_TO_APPROVE: u32 = 24;

/// Hours for which it is open.
pub const HOURS_OPEN: u32 = 1;

/// Why. A closed list: the person concerned reads it, and nothing about anybody else can slip in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The person asked for it, and cannot do it themselves.
    PersonAsked,
    /// An authority or a court ordered it.
    Authority,
    /// Somebody is in danger.
    Danger,
    /// Something went wrong with photos of this person.
    Fault,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PersonAsked, Self::Authority, Self::Danger, Self::Fault];

    /// The word for machines; stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PersonAsked => "person-asked",
            Self::Authority => "authority",
            Self::Danger => "danger",
            Self::Fault => "fault",
        }
    }

    /// The reason that a word stands for.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == word)
    }
}

/// Somebody asked to open it, and what became of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Which.
    pub id: EmergencyId,
    /// About whom.
    pub subject: SubjectId,
    /// Why.
    pub why: Why,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Timestamp,
    /// Who approved, and when: somebody else.
    pub approved: Option<(AccountId, Timestamp)>,
    /// When somebody ended it before its time.
    pub ended_at: Option<Timestamp>,
}

/// How it stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for a second person, until then.
    Asked(Timestamp),
    /// Open, until then.
    Open(Timestamp),
    /// Over: ended, run out, or never approved.
    Over,
}

/// Why somebody may not approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody approves what they asked for themselves.
    #[error("somebody else has to approve what you have asked for")]
    SamePerson,
    /// It does not wait for anybody.
    #[error("this waits for nobody any more")]
    NotAsked,
}

impl Emergency {
    /// How it stands. Time ends it, whether or not anything runs then.
    pub fn state(&self, now: Timestamp) -> State {
        let until = match self.approved {
            Some((_, at)) => hours_after(at, HOURS_OPEN),
            None => hours_after(self.asked_at, HOURS_TO_APPROVE),
        };
        match self.approved {
            _ if self.ended_at.is_some() || now >= until => State::Over,
            Some(_) => State::Open(until),
            None => State::Asked(until),
        }
    }

    /// The same, approved by a second person.
    ///
    /// # Errors
    /// It is the first one again, or it does not wait for anybody.
    pub fn approved_by(self, account: AccountId, now: Timestamp) -> Result<Self, Refused> {
        match self.state(now) {
            State::Asked(_) if account == self.asked_by => Err(Refused::SamePerson),
            State::Asked(_) => Ok(Self { approved: Some((account, now)), ..self }),
            State::Open(_) | State::Over => Err(Refused::NotAsked),
        }
    }

    /// Whether it is open to somebody: to the two who opened it, and to nobody else.
    pub fn is_open_to(&self, account: AccountId, now: Timestamp) -> bool {
        let is_theirs = account == self.asked_by || self.approved.is_some_and(|(by, _)| by == account);
        is_theirs && matches!(self.state(now), State::Open(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::counting::CountingRng;

    fn at(time: &str) -> Timestamp {
        format!("2026-10-02T{time}Z").parse().unwrap()
    }

    fn asked() -> (Emergency, AccountId, AccountId) {
        let mut rng = CountingRng::default();
        let [first, second] = [(); 2].map(|()| AccountId::random(&mut rng));
        let emergency = Emergency {
            id: EmergencyId::random(&mut rng),
            subject: SubjectId::random(&mut rng),
            why: Why::Authority,
            asked_by: first,
            asked_at: at("09:00:00"),
            approved: None,
            ended_at: None,
        };
        (emergency, first, second)
    }

    #[test]
    fn sec_6_it_takes_two_people() {
        let (emergency, first, second) = asked();
        assert!(!emergency.is_open_to(first, at("09:00:01")));
        let alone = emergency.clone().approved_by(first, at("09:01:00"));
        assert_eq!(alone, Err(Refused::SamePerson));
        let open = emergency.approved_by(second, at("09:01:00")).unwrap();
        let third = AccountId::from_bytes([9; 16]);
        for (who, may) in [(first, true), (second, true), (third, false)] {
            assert_eq!(open.is_open_to(who, at("09:02:00")), may);
        }
        assert_eq!(open.approved_by(third, at("09:02:00")), Err(Refused::NotAsked), "once");
    }

    #[test]
    fn sec_6_it_ends_by_itself_within_an_hour() {
        let (emergency, first, second) = asked();
        let open = emergency.clone().approved_by(second, at("09:30:00")).unwrap();
        assert_eq!(open.state(at("10:29:59")), State::Open(at("10:30:00")));
        assert_eq!(open.state(at("10:30:00")), State::Over);
        assert!(!open.is_open_to(first, at("10:30:00")));
        let ended = Emergency { ended_at: Some(at("09:31:00")), ..open };
        assert_eq!(ended.state(at("09:31:00")), State::Over);
        // Asked, and approved by nobody in time.
        let late = "2026-10-03T09:00:00Z".parse().unwrap();
        assert_eq!(emergency.state(late), State::Over);
        assert_eq!(emergency.approved_by(second, late), Err(Refused::NotAsked));
    }

    #[test]
    fn reasons_are_words() {
        for why in Why::ALL {
            assert_eq!(Why::of(why.as_str()), Some(why));
        }
        assert_eq!(Why::of("curiosity"), None);
    }
}
