//! What is on record: what was done, when, in which album, how many. Never to whom: for that there
//! is a commitment, which opens with what is kept under the person's own key (ACC-2).

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit::tree::{Hashes, prove_inclusion, root_of, verify_inclusion};
use crate::digest::Digest;
use crate::id::{AccountId, AlbumId, SubjectId, TombstoneId};
use crate::signed::canonical;
use crate::time::Timestamp;

/// What was done. The words are on record for good: variants are added, never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum EventKind {
    Initialised,
    AlbumCreated,
    AlbumChanged,
    ChannelChanged,
    NoticeChanged,
    ConfigChanged,
    PhotosAdded,
    PhotoRemoved,
    PhotoReviewed,
    SubjectAdded,
    SubjectChanged,
    GuardianChanged,
    Invited,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    ConsentContested,
    ConsentExpired,
    PaperRecorded,
    Restricted,
    RestrictionLifted,
    ObjectionRaised,
    ObjectionDecided,
    Tagged,
    TagUndone,
    NotMe,
    NotMeTakenBack,
    FaceAdded,
    Released,
    Recalled,
    Viewed,
    AccessPackageMade,
    Exported,
    ErasureBegun,
    ErasureCompleted,
    KeysRotated,
    BackedUp,
    Restored,
    RetentionRun,
    RequestOpened,
    RequestClosed,
    AccountAdded,
    AccountChanged,
    SignedIn,
    SignedOut,
    GalleryShared,
    ModelInstalled,
    PasskeyAdded,
    PasskeyRemoved,
    EmergencyAsked,
    EmergencyOpened,
    EmergencyEnded,
    ProviderLinked,
    ProviderUnlinked,
    CodesChanged,
    GroupCreated,
    GroupChanged,
    GroupAttested,
    GroupPaused,
    GroupDeleted,
    Enrolled,
    EnrolmentRefused,
    GroupCompared,
    GroupComparedAgain,
    SuggestionAnswered,
    EnrolmentCodesMade,
    EnrolmentAcknowledged,
}

/// Who acted, as a class; never which person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ActorClass {
    /// The person concerned, or a guardian.
    Subject,
    /// Someone who need not say who they are (BYS-8).
    Anybody,
    /// Someone of the organisation, by their account.
    Staff,
    /// grata itself, when a time has come.
    Clock,
    /// Someone of the organisation, by a command on the machine itself.
    CommandLine,
}

/// Who acts: the class, which stands in the log, and for staff the account, which the entry only commits
/// to. Never a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    class: ActorClass,
    account: Option<AccountId>,
}

impl Actor {
    /// Somebody of the organisation, who is signed in.
    pub const fn account(account: AccountId) -> Self {
        Self { class: ActorClass::Staff, account: Some(account) }
    }

    /// The class.
    pub const fn class(self) -> ActorClass {
        self.class
    }

    /// The account, if somebody is signed in.
    pub const fn account_id(self) -> Option<AccountId> {
        self.account
    }
}

impl From<ActorClass> for Actor {
    fn from(class: ActorClass) -> Self {
        Self { class, account: None }
    }
}

/// An event on its way into the log: no write is committed without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What was done.
    pub kind: EventKind,
    /// By whom.
    pub actor: Actor,
    /// In which album.
    pub album: Option<AlbumId>,
    /// How many of what.
    pub counts: BTreeMap<Count, u64>,
    /// What a person concerned may see of it.
    pub concerns: Vec<Concern>,
    /// For an erasure: its tombstone.
    pub tombstone: Option<TombstoneId>,
    /// For events that a restored backup has to be told: what to look for; see [`Handle`].
    pub handles: Vec<Handle>,
}

/// What is counted. A closed list, so that no personal data can slip in as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Count {
    Photos,
    Faces,
    Shown,
    Hidden,
    Withheld,
    Renditions,
    Subjects,
    Entries,
    Failed,
    Bytes,
    // people in a list that somebody looked at: of everybody, or of who is asked about an album
    Listed,
    // people in a list of who is in the photos of an album
    Named,
    // numbers and codes that photos are found by
    Codes,
    // faces that were turned into numbers
    Embedded,
}

/// What the log says about somebody, for nobody but them.
#[derive(Debug, Clone, PartialEq)]
pub struct Concern {
    /// Whom; none for something that is handed out, such as a certificate.
    pub subject: Option<SubjectId>,
    /// What. Goes under the person's key, and into the log as a commitment only.
    pub payload: Value,
}

/// A keyed hash of what an event is about, by which a restored backup finds what it has to freeze.
/// Without the installation's key it says nothing, and no two of them can be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(pub Digest);

impl Event {
    /// An event with nothing in it yet.
    pub fn new(kind: EventKind, actor: impl Into<Actor>) -> Self {
        Self {
            kind,
            actor: actor.into(),
            album: None,
            counts: BTreeMap::new(),
            concerns: Vec::new(),
            tombstone: None,
            handles: Vec::new(),
        }
    }

    /// In this album.
    #[must_use]
    pub fn in_album(mut self, album: AlbumId) -> Self {
        self.album = Some(album);
        self
    }

    /// So many of these.
    #[must_use]
    pub fn counting(mut self, what: Count, number: u64) -> Self {
        self.counts.insert(what, number);
        self
    }

    /// With this for this person.
    #[must_use]
    pub fn about(mut self, subject: SubjectId, payload: Value) -> Self {
        self.concerns.push(Concern { subject: Some(subject), payload });
        self
    }

    /// With this for whoever holds the document.
    #[must_use]
    pub fn documented_by(mut self, payload: Value) -> Self {
        self.concerns.push(Concern { subject: None, payload });
        self
    }

    /// The erasure with this tombstone.
    #[must_use]
    pub fn of_tombstone(mut self, tombstone: TombstoneId) -> Self {
        self.tombstone = Some(tombstone);
        self
    }

    /// The entry, and what opens its commitment to each person concerned, in the order of
    /// `concerns`; after them, if somebody signed in acted, what says by which account.
    pub fn into_entry(self, at: Timestamp, rng: &mut dyn CryptoRng) -> (Entry, Vec<Opening>) {
        let account = self.actor.account.map(|account| json!({"account": account.to_string()}));
        let mut openings: Vec<Opening> = Vec::with_capacity(self.concerns.len() + 1);
        for payload in self.concerns.iter().map(|concern| &concern.payload).chain(&account) {
            let mut nonce = [0; 32];
            rng.fill_bytes(&mut nonce);
            let payload = canonical(payload);
            openings.push(Opening { nonce: Digest(nonce), payload, index: 0, of: 0, proof: Vec::new() });
        }
        let commits = Commits(openings.iter().map(Opening::commit).collect());
        let of = commits.0.len() as u64;
        for (index, opening) in openings.iter_mut().enumerate() {
            let Ok(proof) = prove_inclusion(&commits, index as u64, of);
            *opening = Opening { index: index as u64, of, proof, ..opening.clone() };
        }
        let entry = Entry {
            v: 1,
            kind: self.kind,
            time: minute(at),
            actor: self.actor.class,
            album: self.album.map(|album| album.to_string()),
            counts: self.counts,
            commit: (of > 0).then(|| root_of(&commits.0).to_string()),
            tombstone: self.tombstone.map(|tombstone| tombstone.to_string()),
            handles: self.handles.iter().map(|handle| handle.0.to_string()).collect(),
        };
        (entry, openings)
    }
}

/// Time to the minute: enough for a deadline, too little to tell who was at the desk.
fn minute(at: Timestamp) -> String {
    let seconds = at.as_second();
    let whole = Timestamp::from_second(seconds - seconds.rem_euclid(60)).unwrap_or(Timestamp::MIN);
    whole.to_string()
}

struct Commits(Vec<Digest>);

impl Hashes for Commits {
    type Error = std::convert::Infallible;

    fn subtree(&self, level: u32, index: u64) -> Result<Digest, Self::Error> {
        let size = 1usize << level;
        let from = index as usize * size;
        Ok(root_of(&self.0[from..from + size]))
    }
}

/// One entry of the log. Its bytes are its canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Version of this format: 1.
    pub v: u8,
    /// What was done.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When, to the minute.
    pub time: String,
    /// Who, as a class.
    pub actor: ActorClass,
    /// The album's random id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album: Option<String>,
    /// How many of what.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub counts: BTreeMap<Count, u64>,
    /// The commitment to what it says about people: SHA-256 of a nonce and the payload, or the root
    /// over several of these.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
    /// Of an erasure.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tombstone: Option<String>,
    /// What a restored backup looks for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub handles: Vec<String>,
}

impl Entry {
    /// The bytes that are hashed.
    pub fn bytes(&self) -> Vec<u8> {
        // Strings, numbers and lists of them: nothing that JSON could refuse.
        serde_json::to_value(self).map(|value| canonical(&value).into_bytes()).unwrap_or_default()
    }

    /// The entry with these bytes; `None` if they are not exactly what [`Entry::bytes`] gives.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let entry: Self = serde_json::from_slice(bytes).ok()?;
        (entry.bytes() == bytes).then_some(entry)
    }
}

/// What shows that an entry speaks of this payload. Kept under the key of the person it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Fresh for each; without it the payload cannot be guessed from the commitment.
    pub nonce: Digest,
    /// Canonical JSON.
    pub payload: String,
    /// Its place among the commitments of the entry.
    pub index: u64,
    /// How many there are.
    pub of: u64,
    /// From this commitment to the entry's.
    pub proof: Vec<Digest>,
}

impl Opening {
    /// The account that this says acted; none if it is about a person.
    pub fn account(&self) -> Option<AccountId> {
        let said: Value = serde_json::from_str(&self.payload).ok()?;
        said["account"].as_str()?.parse().ok()
    }

    /// The commitment to this payload alone.
    pub fn commit(&self) -> Digest {
        Digest::of_parts(&[&self.nonce.0, self.payload.as_bytes()])
    }

    /// Whether the entry commits to this payload.
    pub fn opens(&self, entry: &Entry) -> bool {
        let Some(Ok(root)) = entry.commit.as_ref().map(|commit| commit.parse()) else { return false };
        verify_inclusion(&self.commit(), self.index, self.of, &root, &self.proof)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::id::counting::CountingRng;

    fn at() -> Timestamp {
        "2026-11-22T10:20:59Z".parse().unwrap()
    }

    /// Known answer: these bytes are on record in logs that exist.
    #[test]
    fn acc_1_the_bytes_of_an_entry_stay_as_they_are() {
        let album = AlbumId::from_bytes([1; 16]);
        let event = Event::new(EventKind::Released, ActorClass::Staff)
            .in_album(album)
            .counting(Count::Photos, 4)
            .counting(Count::Hidden, 9);
        let (entry, openings) = event.into_entry(at(), &mut CountingRng::default());
        assert!(openings.is_empty());
        let bytes = entry.bytes();
        assert_eq!(
            std::str::from_utf8(&bytes).unwrap(),
            r#"{"actor":"staff","album":"01010101-0101-0101-0101-010101010101","counts":{"hidden":9,"photos":4},"time":"2026-11-22T10:20:00Z","type":"released","v":1}"#
        );
        assert_eq!(Entry::parse(&bytes), Some(entry));
        assert_eq!(Entry::parse(b"{}"), None);
    }

    #[test]
    fn acc_2_tra_4_an_entry_commits_to_the_account_that_acted_and_does_not_say_it() {
        let mut rng = CountingRng::default();
        let (account, subject) = (AccountId::random(&mut rng), SubjectId::random(&mut rng));
        let event = Event::new(EventKind::Viewed, Actor::account(account)).about(subject, json!({"of": "x"}));
        let (entry, openings) = event.into_entry(at(), &mut rng);
        let text = String::from_utf8(entry.bytes()).unwrap();
        assert!(text.contains(r#""actor":"staff""#) && !text.contains(&account.to_string()), "{text}");
        let [about, by] = &openings[..] else { panic!("{openings:?}") };
        assert_eq!((about.account(), by.account()), (None, Some(account)));
        assert!(about.opens(&entry) && by.opens(&entry));
        let other = AccountId::random(&mut rng).to_string();
        let lie = Opening { payload: by.payload.replace(&account.to_string(), &other), ..by.clone() };
        assert!(lie.account().is_some() && !lie.opens(&entry));
        let at_the_machine =
            Event::new(EventKind::Viewed, ActorClass::CommandLine).into_entry(at(), &mut rng);
        assert_eq!((at_the_machine.0.actor, at_the_machine.1.len()), (ActorClass::CommandLine, 0));
    }

    #[test]
    fn acc_2_an_entry_says_nothing_about_the_person_and_opens_with_the_nonce_alone() {
        let mut rng = CountingRng::default();
        let subjects: Vec<SubjectId> = (0..5).map(|_| SubjectId::random(&mut rng)).collect();
        let mut event = Event::new(EventKind::ConsentGiven, ActorClass::Subject);
        for (number, subject) in subjects.iter().enumerate() {
            event = event.about(*subject, json!({"name": "Alice Example", "number": number}));
        }
        let (entry, openings) = event.into_entry(at(), &mut rng);
        let text = String::from_utf8(entry.bytes()).unwrap();
        assert!(!text.contains("Alice"));
        for subject in &subjects {
            assert!(!text.contains(&subject.to_string()));
        }
        assert_eq!(openings.len(), 5);
        for opening in &openings {
            assert!(opening.opens(&entry));
            let lie = Opening { payload: opening.payload.replace("Alice", "Bob"), ..opening.clone() };
            assert!(!lie.opens(&entry));
            let guess = Opening { nonce: Digest([0; 32]), ..opening.clone() };
            assert!(!guess.opens(&entry));
        }
    }
}
