//! An installation in a temporary folder, and a small world in it.
#![allow(dead_code, clippy::unwrap_used, reason = "shared by several test programs")]

use std::path::PathBuf;

use grata_core::audit::checkpoint::Origin;
use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::consent::{ActKind, ConsentAct, Means, Speaker};
use grata_core::digest::Digest;
use grata_core::geometry::{PixelRect, Size};
use grata_core::id::{AccountId, ActId, AlbumId, FaceId, PhotoId, ReleaseId, RenditionId, SubjectId, TagId};
use grata_core::notice::Notice;
use grata_core::photo::{Face, Found, Photo, Review};
use grata_core::purpose::{Audience, Publish, Purpose as _};
use grata_core::region::{Region, Shape};
use grata_core::release::{PhotoPlan, Planned, plan_photo};
use grata_core::subject::Age;
use grata_core::tag::{TagAct, TagKind, Tagger};
use grata_core::time::{Date, Timestamp};
use grata_store::blobs::BlobKey;
use grata_store::queries::albums::Album;
use grata_store::queries::releases::{NewRendition, Release, StoredRendition};
use grata_store::queries::subjects::{NewSubject, Profile};
use grata_store::vault::{FileRoot, KeyName};
use grata_store::{Committed, Result, Store, StorePlaces};

pub struct House {
    pub folder: tempfile::TempDir,
    pub places: StorePlaces,
    pub store: Option<Store>,
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn now() -> Timestamp {
    at("2026-10-01T10:00:00Z")
}

pub fn event(kind: EventKind) -> Event {
    Event::new(kind, ActorClass::Staff)
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = StorePlaces::beside(&folder.path().join("photos"));
        let root = FileRoot::create(&folder.path().join("root")).unwrap();
        let origin = Origin::new("photos.example.org/grata").unwrap();
        let store = Store::create(&places, Box::new(root), &origin, now()).unwrap();
        Self { folder, places, store: Some(store) }
    }

    pub fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    pub fn root(&self) -> Box<FileRoot> {
        Box::new(FileRoot::read(&self.root_file()).unwrap())
    }

    pub fn root_file(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Ends the process, as it were, and begins another.
    pub fn reopen(&mut self) -> &Store {
        self.store = None;
        self.store = Some(Store::open(&self.places, self.root()).unwrap());
        self.store()
    }

    pub fn album(&self) -> AlbumId {
        let store = self.store();
        let album = Album {
            id: AlbumId::random(&mut store.rng()),
            title: "Match of 5 September".to_string(),
            controller: "Sports club".to_string(),
            source: "own photographer".to_string(),
            purpose: "club news".to_string(),
            contact: "privacy@example.org".to_string(),
            audience: Audience::Everyone,
            keep_until: "2028-12-31".parse().unwrap(),
        };
        let mut tx = store.begin(now()).unwrap();
        tx.insert_album(&album, &notice()).unwrap();
        tx.commit(event(EventKind::AlbumCreated).in_album(album.id)).unwrap();
        album.id
    }

    /// A photo with so many faces in a row.
    pub fn photo(&self, album: AlbumId, bytes: &[u8], faces: u32) -> Photo {
        let store = self.store();
        let id = PhotoId::random(&mut store.rng());
        store.vault().create(KeyName::Photo(id)).unwrap();
        store.blobs().put(store.vault(), BlobKey::Original(id), bytes).unwrap();
        let faces = (0..faces)
            .map(|number| Face {
                id: FaceId::random(&mut store.rng()),
                region: Region { rect: PixelRect::new(96 * number, 96, 64, 80), shape: Shape::Rounded },
                found: Found::Detector,
            })
            .collect();
        let photo = Photo {
            id,
            album,
            file: store.file_digest(bytes),
            pixels: Some(store.pixel_digest(1, 1, bytes)),
            size: Size::new(2000, 800),
            faces,
            review: Review::Clear,
        };
        let mut tx = store.begin(now()).unwrap();
        tx.insert_photo(&photo, "IMG_0001.jpg").unwrap();
        tx.commit(event(EventKind::PhotosAdded).in_album(album)).unwrap();
        photo
    }

    pub fn person(&self, name: &str, age: Age) -> SubjectId {
        let store = self.store();
        let id = SubjectId::random(&mut store.rng());
        store.vault().create(KeyName::Subject(id)).unwrap();
        let contact = Some(format!("{}@example.org", name.to_lowercase().replace(' ', ".")));
        let new = NewSubject {
            id,
            profile: Profile { name: name.to_string(), contact },
            age,
            country: "FR".parse().unwrap(),
            language: "fr".parse().unwrap(),
        };
        let mut tx = store.begin(now()).unwrap();
        tx.insert_subject(&new).unwrap();
        tx.commit(event(EventKind::SubjectAdded)).unwrap();
        id
    }

    pub fn act(&self, publish: &Publish, kind: ActKind, means: Means) -> ConsentAct {
        ConsentAct {
            id: ActId::random(&mut self.store().rng()),
            question: publish.question(),
            kind,
            speaker: Speaker::Subject,
            means,
            notice: notice().shown_in(&"fr".parse().unwrap()).unwrap(),
            at: now(),
        }
    }

    pub fn say(&self, subject: SubjectId, publish: &Publish, kind: ActKind) -> Committed {
        self.try_say(subject, &self.act(publish, kind, Means::OwnSession)).unwrap()
    }

    pub fn try_say(&self, subject: SubjectId, act: &ConsentAct) -> Result<Committed> {
        let kind = match act.kind {
            ActKind::Give { .. } => EventKind::ConsentGiven,
            _ => EventKind::ConsentWithdrawn,
        };
        let mut tx = self.store().begin(now())?;
        tx.insert_act(subject, act)?;
        let payload =
            serde_json::json!({"act": act.id.to_string(), "purpose": act.question.purpose.to_string()});
        tx.commit(Event::new(kind, ActorClass::Subject).about(subject, payload))
    }

    pub fn yes(&self, subject: SubjectId, publish: &Publish) -> Committed {
        self.say(subject, publish, ActKind::Give { until: until() })
    }

    pub fn tag(&self, photo: &Photo, face: usize, kind: TagKind) -> Result<Committed> {
        let store = self.store();
        let act = TagAct {
            id: TagId::random(&mut store.rng()),
            face: photo.faces[face].id,
            kind,
            by: Tagger::Reviewer(AccountId::from_bytes([1; 16])),
            at: now(),
        };
        let mut tx = store.begin(now())?;
        tx.insert_tag(photo.id, &act)?;
        tx.commit(event(EventKind::Tagged))
    }

    pub fn plan(&self, photo: &Photo, publish: &Publish) -> PhotoPlan {
        let reader = self.store().read().unwrap();
        let case = reader.photo_case(photo.id).unwrap();
        match plan_photo(&case.photo, publish, &case.evidence(reader.age_rules()), now()) {
            Planned::Leaves(plan) => plan,
            Planned::Withheld(why) => panic!("{why:?}"),
        }
    }

    pub fn release(&self, publish: &Publish) -> ReleaseId {
        let store = self.store();
        let id = ReleaseId::random(&mut store.rng());
        let release =
            Release { id, publish: publish.clone(), recipient: "webmaster".to_string(), begun_at: now() };
        let mut tx = store.begin(now()).unwrap();
        tx.insert_release(&release).unwrap();
        tx.commit(event(EventKind::Released)).unwrap();
        id
    }

    pub fn render(&self, release: ReleaseId, plan: PhotoPlan) -> Result<StoredRendition> {
        let store = self.store();
        let id = RenditionId::random(&mut store.rng());
        let photo = plan.photo();
        store.blobs().put(store.vault(), BlobKey::Rendition(photo, id), b"finished")?;
        let new =
            NewRendition { id, release, file_name: format!("{id}.jpg"), sha256: Digest::of(b"finished") };
        let mut tx = store.begin(now())?;
        tx.insert_rendition(&new, plan, &[])?;
        tx.commit(event(EventKind::Released))?;
        Ok(store.read()?.rendition(id)?.unwrap())
    }
}

pub fn until() -> Date {
    "2027-06-30".parse().unwrap()
}

pub fn notice() -> Notice {
    let texts = [("fr", "Oui ?"), ("en", "Yes?")];
    Notice::first(texts.iter().map(|(l, t)| (l.parse().unwrap(), (*t).to_string())).collect()).unwrap()
}

pub fn website(album: AlbumId) -> Publish {
    Publish { album, channel: "website".parse().unwrap() }
}

/// Puts a copy of the database in the place of the one that is there.
pub fn restore_database(backup: &std::path::Path, data: &std::path::Path) {
    for name in ["grata.db", "grata.db-wal", "grata.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    std::fs::copy(backup, data.join("grata.db")).unwrap();
}
