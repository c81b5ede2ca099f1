//! What two people have said about two channels: a few lines that anybody can check.

use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;

pub const CHANNELS: [&str; 2] = ["website", "print"];

pub const PEOPLE: usize = 2;

/// The last day of what everybody has said yes to at the beginning.
pub const FIRST_YES: u16 = 20;

/// A step, and at which of its writes the process dies, if it does.
#[derive(Debug, Clone)]
pub struct Step {
    pub what: What,
    pub dies_at: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Give {
        who: usize,
        channel: usize,
        days: u16,
    },
    Refuse {
        who: usize,
        channel: usize,
    },
    Withdraw {
        who: usize,
        channel: usize,
    },
    Contest {
        who: usize,
        channel: usize,
    },
    Pass {
        days: u16,
    },
    RecordWhatHasEnded,
    Restrict(usize),
    /// After a restore, they are asked first what they have said, and it is put on record.
    Lift(usize),
    Object(usize),
    Reject(usize),
    Erase(usize),
    BackUp,
    Restore,
}

/// What a person has said, whatever became of the machine that it was said to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Truth {
    /// The last day of a yes, by channel.
    pub yes: [Option<u16>; 2],
    pub restricted: bool,
    pub objects: bool,
    pub erased: bool,
}

impl Truth {
    pub fn may_be_shown(&self, channel: usize, today: u16) -> bool {
        let holds = self.yes[channel].is_some_and(|until| today <= until);
        holds && !self.restricted && !self.objects && !self.erased
    }
}

#[derive(Debug, Clone, Default)]
pub struct Reference {
    pub today: u16,
    pub people: [Truth; PEOPLE],
    pub has_backup: bool,
    /// Whether everything that was ever said is on record: not after a restore, until people were asked.
    pub restored: bool,
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        // Both have said yes to everything: from there it can only go wrong.
        let people = [Truth { yes: [Some(FIRST_YES); 2], ..Truth::default() }; PEOPLE];
        Just(Self { people, ..Self::default() }).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let who = || 0..PEOPLE;
        let said = || (0..PEOPLE, 0..CHANNELS.len());
        let mut all = vec![
            (8, (said(), select(vec![0, 1, 3, 40])).prop_map(give).boxed()),
            (2, said().prop_map(|(who, channel)| What::Refuse { who, channel }).boxed()),
            (3, said().prop_map(|(who, channel)| What::Withdraw { who, channel }).boxed()),
            (1, said().prop_map(|(who, channel)| What::Contest { who, channel }).boxed()),
            (3, select(vec![1, 2, 5]).prop_map(|days| What::Pass { days }).boxed()),
            (1, Just(What::RecordWhatHasEnded).boxed()),
            (2, who().prop_map(What::Restrict).boxed()),
            (2, who().prop_map(What::Lift).boxed()),
            (2, who().prop_map(What::Object).boxed()),
            (2, who().prop_map(What::Reject).boxed()),
            (1, who().prop_map(What::Erase).boxed()),
            (2, Just(What::BackUp).boxed()),
        ];
        if state.has_backup {
            all.push((4, Just(What::Restore).boxed()));
        }
        let what = prop::strategy::Union::new_weighted(all);
        (what, prop::option::weighted(0.4, 0u8..14))
            .prop_map(|(what, dies_at)| Step { what, dies_at })
            .boxed()
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        let gone = |who: usize| state.people[who].erased;
        match step.what {
            What::Give { who, .. }
            | What::Refuse { who, .. }
            | What::Withdraw { who, .. }
            | What::Contest { who, .. }
            | What::Restrict(who)
            | What::Lift(who)
            | What::Object(who)
            | What::Reject(who)
            | What::Erase(who) => !gone(who),
            What::Restore => state.has_backup,
            What::Pass { .. } | What::RecordWhatHasEnded | What::BackUp => true,
        }
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        let today = state.today;
        match step.what {
            What::Give { who, channel, days } => state.people[who].yes[channel] = Some(today + days),
            What::Refuse { who, channel }
            | What::Withdraw { who, channel }
            | What::Contest { who, channel } => state.people[who].yes[channel] = None,
            What::Pass { days } => state.today += days,
            What::Restrict(who) => state.people[who].restricted = true,
            What::Lift(who) => state.people[who].restricted = false,
            What::Object(who) => state.people[who].objects = true,
            What::Reject(who) => state.people[who].objects = false,
            What::Erase(who) => state.people[who].erased = true,
            What::BackUp => state.has_backup = true,
            What::Restore => state.restored = true,
            What::RecordWhatHasEnded => {}
        }
        state
    }
}

pub fn give(((who, channel), days): ((usize, usize), u16)) -> What {
    What::Give { who, channel, days }
}
