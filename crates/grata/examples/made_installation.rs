//! Fills an installation with made rows and small made pictures, for `cargo xtask scale`.
//!
//! `made_installation DATA PHOTOS`, on a folder that `grata init` has just made: albums of 500 photos, the
//! first called "The album"; ten times fewer people than photos. In each photo are three faces, of which two
//! belong to people who said yes to the website. All albums but the first have been released.

use std::error::Error;
use std::io::Cursor;
use std::path::Path;

use grata::app::data;
use grata::cx::COMMAND_LINE;
use grata::cx::SystemClock;
use grata_core::audit::entry::{ActorClass, Count, Event, EventKind};
use grata_core::consent::{ActKind, ConsentAct, Means, Speaker};
use grata_core::digest::Digest;
use grata_core::geometry::{PixelRect, Size};
use grata_core::id::{ActId, AlbumId, FaceId, PhotoId, ReleaseId, RenditionId, SubjectId, TagId};
use grata_core::notice::Notice;
use grata_core::photo::{Face, Found, Photo, Review};
use grata_core::purpose::{Audience, Publish, Purpose as _};
use grata_core::region::{Region, Shape};
use grata_core::release::{Planned, plan_photo};
use grata_core::subject::Age;
use grata_core::tag::{TagAct, TagKind, Tagger};
use grata_core::time::{Clock as _, Timestamp, day, months_after};
use grata_store::Store;
use grata_store::blobs::BlobKey;
use grata_store::queries::albums::Album;
use grata_store::queries::releases::{NewRendition, Release};
use grata_store::queries::subjects::{NewSubject, Profile};
use grata_store::vault::KeyName;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::json;

type Done<T> = Result<T, Box<dyn Error>>;

/// Photos of an album.
const ALBUM: usize = 500;

/// Photos to a person.
const PHOTOS_PER_PERSON: usize = 10;

/// People of an album.
const PEOPLE_OF_ALBUM: usize = 100;

const SIZE: Size = Size::new(320, 240);

fn main() -> Done<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(photos)) = (arguments.next(), arguments.next()) else {
        return Err("made_installation DATA PHOTOS".into());
    };
    let maker = Maker::new(Path::new(&folder))?;
    let people = maker.people((photos.parse::<usize>()? / PHOTOS_PER_PERSON).max(PEOPLE_OF_ALBUM))?;
    let mut first = None;
    for (number, begin) in (0..photos.parse()?).step_by(ALBUM).enumerate() {
        let album = maker.album(number)?;
        let in_it: Vec<SubjectId> =
            (0..PEOPLE_OF_ALBUM).map(|one| people[(begin / 5 + one) % people.len()]).collect();
        in_it.iter().try_for_each(|who| maker.yes(*who, album))?;
        let photos: Vec<Photo> =
            (begin..begin + ALBUM).map(|photo| maker.photo(album, photo, &in_it)).collect::<Done<_>>()?;
        match &first {
            None => first = Some((photos[0].faces[2].id, photos[1].id)),
            Some(_) => maker.release(album, &photos)?,
        }
    }
    let (face, photo) = first.ok_or("no photos were asked for")?;
    let ids: Vec<String> = people.iter().take(3).map(ToString::to_string).collect();
    let recipient = age::x25519::Identity::generate().to_public().to_string();
    let (face, photo) = (face.to_string(), photo.to_string());
    println!("{}", json!({"face": face, "photo": photo, "people": ids, "recipient": recipient}));
    Ok(())
}

struct Maker {
    store: Store,
    now: Timestamp,
    ground: Vec<u8>,
}

impl Maker {
    fn new(folder: &Path) -> Done<Self> {
        let store = data::open(&data::places(folder, None))?;
        Ok(Self { store, now: SystemClock.now(), ground: ground()? })
    }

    fn event(kind: EventKind) -> Event {
        Event::new(kind, ActorClass::Staff)
    }

    fn people(&self, count: usize) -> Done<Vec<SubjectId>> {
        let mut people = Vec::new();
        for number in 0..count {
            let id = SubjectId::random(&mut self.store.rng());
            self.store.vault().create(KeyName::Subject(id))?;
            let contact = Some(format!("person{number}@example.org"));
            let new = NewSubject {
                id,
                profile: Profile { name: format!("Person Number {number}"), contact },
                age: Age::Adult,
                country: "FR".parse()?,
                language: "fr".parse()?,
            };
            let mut tx = self.store.begin(self.now)?;
            tx.insert_subject(&new)?;
            tx.commit(Self::event(EventKind::SubjectAdded))?;
            people.push(id);
        }
        Ok(people)
    }

    fn album(&self, number: usize) -> Done<AlbumId> {
        let album = Album {
            id: AlbumId::random(&mut self.store.rng()),
            title: if number == 0 { "The album".into() } else { format!("Album {number}") },
            controller: "Sports club".into(),
            source: "own photographer".into(),
            purpose: "club news".into(),
            contact: "privacy@example.org".into(),
            audience: Audience::Everyone,
            keep_until: months_after(day(self.now), 240),
        };
        let mut tx = self.store.begin(self.now)?;
        tx.insert_album(&album, &notice()?)?;
        tx.commit(Self::event(EventKind::AlbumCreated).in_album(album.id))?;
        Ok(album.id)
    }

    fn yes(&self, who: SubjectId, album: AlbumId) -> Done<()> {
        let act = ConsentAct {
            id: ActId::random(&mut self.store.rng()),
            question: website(album)?.question(),
            kind: ActKind::Give { until: months_after(day(self.now), 12) },
            speaker: Speaker::Subject,
            means: Means::OwnSession,
            notice: notice()?.shown_in(&"fr".parse()?).ok_or("a notice without its language")?,
            at: self.now,
        };
        let mut tx = self.store.begin(self.now)?;
        let act = ConsentAct { at: tx.now(), ..act };
        tx.insert_act(who, &act)?;
        let event = Event::new(EventKind::ConsentGiven, ActorClass::Subject).in_album(album);
        tx.commit(event.about(who, json!({"act": act.id.to_string()})))?;
        Ok(())
    }

    fn photo(&self, album: AlbumId, number: usize, people: &[SubjectId]) -> Done<Photo> {
        let store = &self.store;
        let bytes = numbered(&self.ground, number);
        let id = PhotoId::random(&mut store.rng());
        store.vault().create(KeyName::Photo(id))?;
        store.blobs().put(store.vault(), BlobKey::Original(id), &bytes)?;
        let face = |place: u32| Face {
            id: FaceId::random(&mut store.rng()),
            region: Region { rect: PixelRect::new(16 + 96 * place, 80, 64, 80), shape: Shape::Rounded },
            found: Found::Detector,
        };
        let photo = Photo {
            id,
            album,
            file: store.file_digest(&bytes),
            pixels: Some(store.pixel_digest(SIZE.width, SIZE.height, &bytes)),
            size: SIZE,
            faces: (0..3).map(face).collect(),
            review: Review::Clear,
        };
        let mut tx = store.begin(self.now)?;
        tx.insert_photo(&photo, &format!("IMG_{number}.jpg"))?;
        for (place, face) in photo.faces.iter().take(2).enumerate() {
            let who = people[(number * 2 + place) % people.len()];
            let tag = TagAct {
                id: TagId::random(&mut store.rng()),
                face: face.id,
                kind: TagKind::Is(who),
                by: Tagger::Reviewer(COMMAND_LINE),
                at: tx.now(),
            };
            tx.insert_tag(id, &tag)?;
        }
        tx.commit(Self::event(EventKind::PhotosAdded).in_album(album).counting(Count::Photos, 1))?;
        Ok(photo)
    }

    fn release(&self, album: AlbumId, photos: &[Photo]) -> Done<()> {
        let (store, publish) = (&self.store, website(album)?);
        let id = ReleaseId::random(&mut store.rng());
        let recipient = "webmaster".to_string();
        let mut tx = store.begin(self.now)?;
        tx.insert_release(&Release { id, publish: publish.clone(), recipient, begun_at: tx.now() })?;
        tx.commit(Self::event(EventKind::Released).in_album(album))?;
        for photo in photos {
            let reader = store.read()?;
            let case = reader.photo_case(photo.id)?;
            let plan = plan_photo(&case.photo, &publish, &case.evidence(reader.age_rules()), self.now);
            let Planned::Leaves(plan) = plan else { return Err("a made photo stays in the house".into()) };
            drop(reader);
            let rendition = RenditionId::random(&mut store.rng());
            let bytes = rendition.to_string();
            store.blobs().put(store.vault(), BlobKey::Rendition(photo.id, rendition), bytes.as_bytes())?;
            let sha256 = Digest::of(bytes.as_bytes());
            let new =
                NewRendition { id: rendition, release: id, file_name: format!("{rendition}.jpg"), sha256 };
            let mut tx = store.begin(self.now)?;
            tx.insert_rendition(&new, plan, &[])?;
            tx.commit(Self::event(EventKind::Released).in_album(album).counting(Count::Renditions, 1))?;
        }
        Ok(())
    }
}

fn website(album: AlbumId) -> Done<Publish> {
    Ok(Publish { album, channel: "website".parse()? })
}

fn notice() -> Done<Notice> {
    let texts = [("fr", "Oui ?"), ("en", "Yes?")];
    let texts = texts.iter().map(|(language, text)| Ok((language.parse()?, (*text).to_string())));
    Ok(Notice::first(texts.collect::<Done<_>>()?)?)
}

/// A soft ground, without anything that could be a face.
fn ground() -> Done<Vec<u8>> {
    let picture = RgbImage::from_fn(SIZE.width, SIZE.height, |x, y| {
        Rgb([150 + (x / 8) as u8, 160, 150 + (y / 8) as u8])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg)?;
    Ok(bytes.into_inner())
}

/// The same with a number in it, so that no two files are the same: a comment, which the format allows.
fn numbered(ground: &[u8], number: usize) -> Vec<u8> {
    let (start, rest) = ground.split_at(2);
    let comment = [&[0xFF, 0xFE, 0, 10][..], &(number as u64).to_be_bytes()].concat();
    [start, &comment, rest].concat()
}
