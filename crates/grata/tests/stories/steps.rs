//! The steps of `publication`: what is typed, and what is looked at afterwards.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use age::secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::house::{ALBUM, House, Ran, ran};
use crate::publication::{ANNA, ANNAS_ADDRESS, BEN, CARLA};
use crate::real_photos::{self, Nose, Noses, is_seen};

/// A finished photo: which it was, and its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finished {
    pub photo: String,
    pub file: String,
}

pub struct Story {
    pub house: House,
    pub noses: Noses,
}

/// The arguments of the installation that a backup was restored to.
pub fn in_restored<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--data", "restored", "--keys", "grata-data-keys"]].concat()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

impl Story {
    pub fn begin(photos: &Path) -> Self {
        let house = House::empty();
        fs::create_dir(house.path("second")).unwrap();
        let noses = real_photos::make(photos, &house.path("photos"));
        assert_eq!(noses.len(), 20);
        Self { house, noses }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.house.path(path)
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.house.run(arguments)
    }

    pub fn json(&self, arguments: &[&str]) -> Ran {
        self.house.json(arguments)
    }

    /// COL-2: who took the photos has to be known.
    pub fn an_album_of_unknown_origin_is_refused(&self) {
        let album = ["album", "create", ALBUM, "--controller", "Sports club", "--source", "unknown"];
        let more = ["--purpose", "news", "--contact", "a@example.org", "--keep-until", "2099-12-31"];
        self.run(&[&album[..], &more].concat()).expect(1);
        self.run(&["add", ALBUM, "photos"]).expect(1);
        assert_eq!(self.house.blobs(), 0);
    }

    /// Which photo it is, by its file's name.
    pub fn photos(&self) -> Vec<Value> {
        self.house.tags()
    }

    /// The faces in a photo that a nose is in, as commands name them, the best fit first.
    pub fn faces_at(photo: &Value, nose: &Nose) -> Vec<String> {
        let mut found: Vec<(u32, String)> = Vec::new();
        for face in photo["faces"].as_array().unwrap() {
            let [x, y, width, height] = ["x", "y", "w", "h"].map(|name| face[name].as_u64().unwrap() as u32);
            if (x..x + width).contains(&nose.x) && (y..y + height).contains(&nose.y) {
                let off = nose.x.abs_diff(x + width / 2) + nose.y.abs_diff(y + height / 2);
                found.push((off, text(&face["id"])));
            }
        }
        found.sort();
        found.into_iter().map(|(_, id)| id).collect()
    }

    pub fn a_reviewer_marks_faces_that_were_missed(&self) {
        for photo in self.photos() {
            for nose in &self.noses[&text(&photo["name"])] {
                if Self::faces_at(&photo, nose).is_empty() {
                    let place = format!("{},{},80,80", nose.x.saturating_sub(40), nose.y.saturating_sub(40));
                    self.run(&["tag", "add-face", &text(&photo["id"]), &place]).expect(0);
                }
            }
        }
    }

    pub fn invite(&self, who: &[&str]) -> String {
        text(&self.json(&[&["person", "invite", ALBUM], who].concat()).expect(0).line()["link"])
    }

    /// By the person's own link; they get a receipt.
    pub fn says(&self, link: &str, channel: &str, answer: &str) -> Value {
        let line = self.house.say(&link.into(), channel, answer);
        assert!(self.path(&text(&line["receipt"])).is_file());
        line
    }

    /// CON-12: on paper, which somebody of the organisation puts on record.
    pub fn signs_a_form(&self, name: &str, channel: &str) {
        let form = ["consent", "form", name, "--album", ALBUM, "--purpose", channel, "--yes"];
        let paper = ["--signed", "2026-01-05", "--reference", "folder 3, sheet 12"];
        let line = self.json(&[&form[..], &paper].concat()).expect(0).line();
        assert!(!text(&line["shown_until"]).is_empty(), "CON-11: a yes has a last day: {line}");
    }

    pub fn channels_with_a_yes(&self, name: &str) -> Vec<String> {
        let shown = self.json(&["person", "show", name]).expect(0).line();
        let answers = shown["answers"].as_array().unwrap().iter();
        answers.filter(|answer| answer["shown_until"].is_string()).map(|one| text(&one["channel"])).collect()
    }

    pub fn tag_everywhere(&self, letter: &str, name: &str) {
        for photo in self.photos() {
            let noses = &self.noses[&text(&photo["name"])];
            let faces: Vec<String> =
                noses.iter().map(|nose| Self::faces_at(&photo, nose).remove(0)).collect();
            for (nose, face) in noses.iter().zip(&faces).filter(|(nose, _)| nose.person == letter) {
                self.run(&["tag", "set", face, name]).expect(0);
                // The detector may have drawn a second box around the same face.
                for second in Self::faces_at(&photo, nose).iter().filter(|second| !faces.contains(second)) {
                    self.run(&["tag", "no-face", second]).expect(0);
                }
            }
        }
    }

    pub fn planned_to_show(&self, channel: &str) -> BTreeSet<String> {
        shown_in(&self.json(&["release", "plan", ALBUM, "--channel", channel, "--names"]).expect(0))
    }

    pub fn planned_to_show_in(&self, channel: &str, data: &str) -> BTreeSet<String> {
        assert_eq!(data, "restored");
        let plan = ["release", "plan", ALBUM, "--channel", channel, "--names"];
        shown_in(&self.json(&in_restored(&plan)).expect(0))
    }

    /// Into the folder of that name. A photo in which grata cannot be sure stays in the house, and says so.
    pub fn release(&self, channel: &str) -> Vec<Finished> {
        let made = self.json(&["release", "make", ALBUM, "--channel", channel, "--out", channel]);
        assert!(matches!(made.code, Some(0 | 2)), "{}", made.errors);
        let mut finished = Vec::new();
        for line in made.lines() {
            let photo = self.name_of(&line);
            if line["file"].is_string() {
                finished.push(Finished { photo, file: text(&line["file"]) });
            } else {
                eprintln!("{photo} stays in the house: {line}");
            }
        }
        assert!(finished.len() >= 17, "{}", made.errors);
        self.manifest_is_right(channel, &finished);
        finished.sort();
        finished
    }

    pub fn name_of(&self, line: &Value) -> String {
        let photos = self.photos();
        text(&photos.iter().find(|photo| photo["id"] == line["photo"]).unwrap()["name"])
    }

    pub fn manifest_is_right(&self, folder: &str, finished: &[Finished]) {
        let manifest = fs::read(self.path(folder).join("release.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let listed: BTreeSet<String> =
            manifest["files"].as_array().unwrap().iter().map(|file| text(&file["file"])).collect();
        assert_eq!(listed, finished.iter().map(|one| one.file.clone()).collect());
        for file in manifest["files"].as_array().unwrap() {
            let bytes = fs::read(self.path(folder).join(text(&file["file"]))).unwrap();
            assert_eq!(text(&file["sha256"]), grata_core::digest::Digest::of(&bytes).to_string());
        }
    }

    /// PUB-1, on the pixels: every marked nose is in the finished photo if it is one of these people's, and
    /// replaced if it is anybody else's.
    pub fn shows_exactly(&self, folder: &str, finished: &[Finished], who: &[&str]) {
        let (mut seen, mut hidden) = (0, 0);
        for Finished { photo, file } in finished {
            let original = real_photos::open(&self.path("photos").join(photo));
            let made = real_photos::open(&self.path(folder).join(file));
            for nose in &self.noses[photo] {
                let may = who.contains(&nose.person.as_str());
                assert_eq!(is_seen(nose, &original, &made), may, "{folder}: {photo}: {nose:?}");
                *if may { &mut seen } else { &mut hidden } += 1;
            }
        }
        assert!(hidden > 30 && (who.is_empty() || seen > 1), "{folder}: {seen} seen, {hidden} hidden");
    }

    pub fn both_are_in_one_photo(&self, website: &[Finished], print: &[Finished]) -> bool {
        [website, print].iter().all(|finished| finished.iter().any(|one| one.photo == "a_and_b.jpg"))
    }

    /// PUB-5, PUB-8: no name, no smaller picture inside the picture, nothing but pictures and the manifest.
    pub fn says_nothing_about_anybody(&self, folder: &str) {
        for entry in fs::read_dir(self.path(folder)).unwrap() {
            let path = entry.unwrap().path();
            let mut bytes = path.file_name().unwrap().as_encoded_bytes().to_vec();
            bytes.extend(fs::read(&path).unwrap());
            let holds = |text: &[u8]| bytes.windows(text.len()).filter(|window| *window == text).count();
            let names = self.noses.keys().map(|name| name.trim_end_matches(".jpg"));
            for canary in names.chain([ANNA, BEN, CARLA, "Kanarienvogel", ALBUM, "part.jpg"]) {
                // Five letters or fewer stand in random names and pictures by chance.
                assert!(canary.len() < 6 || holds(canary.as_bytes()) == 0, "{canary} in {}", path.display());
            }
            if path.extension().is_some_and(|extension| extension == "jpg") {
                assert_eq!(holds(&[0xFF, 0xD8, 0xFF]), 1, "one picture: {}", path.display());
            }
        }
    }

    pub fn files_showing(&self, finished: &[Finished], letter: &str) -> Vec<String> {
        let shows = |one: &&Finished| self.noses[&one.photo].iter().any(|nose| nose.person == letter);
        let mut files: Vec<String> = finished.iter().filter(shows).map(|one| one.file.clone()).collect();
        files.sort();
        files
    }

    pub fn may_no_longer_be_shown(&self) -> Vec<String> {
        let lines = self.json(&["recall", "--dry-run"]).expect(0).lines();
        let mut files: Vec<String> = lines.iter().map(|line| text(&line["file"])).collect();
        files.sort();
        files
    }

    /// RTS-14: the list for the webmaster names each file that has to go, and what takes its place.
    pub fn recall(&self, expected: &[String]) {
        let ran = self.json(&["recall", "--out", "to-replace"]);
        assert!(matches!(ran.code, Some(0 | 2)), "{}", ran.errors);
        let list = fs::read(self.path("to-replace/recall.json")).unwrap();
        let list: Vec<Value> = serde_json::from_slice(&list).unwrap();
        let mut listed: Vec<String> = list.iter().map(|line| text(&line["file"])).collect();
        listed.sort();
        assert_eq!(listed, expected);
        for line in &list {
            assert_eq!(
                (text(&line["channel"]), text(&line["recipient"])),
                ("website".into(), "webmaster".into())
            );
            match line["new_file"].as_str() {
                Some(new) => assert!(self.path("to-replace").join(new).is_file()),
                None => assert!(line["action"] == "remove" && line["problem"].is_string(), "{line}"),
            }
        }
        assert!(list.iter().filter(|line| line["action"] == "replace").count() > 1, "{list:?}");
    }

    pub fn are_gone_from(&self, folder: &str, files: &[String]) {
        for file in files {
            assert!(!self.path(folder).join(file).exists(), "{file}");
        }
    }

    /// PUB-7: between two renditions of a photo nothing comes to light.
    pub fn still_hides_what_it_hid(&self, before: &[Finished], now: &[Finished]) {
        for one in now {
            let Some(old) = before.iter().find(|old| old.photo == one.photo) else { continue };
            if self.noses[&one.photo].iter().all(|nose| nose.person != "A") {
                assert_eq!(one.file, old.file, "nobody touched it");
            }
        }
    }

    /// RTS-2: her data and her photos; the faces of others are nobody's business but theirs.
    pub fn access_shows_her_all_of_it(&self) {
        let ran = self.run(&["rights", "access", ANNA, "--out", "for-anna"]);
        assert!(matches!(ran.code, Some(0 | 2)), "{}", ran.errors);
        let data: Value =
            serde_json::from_slice(&fs::read(self.path("for-anna/data.json")).unwrap()).unwrap();
        let held = data.to_string();
        for expected in [ANNA, ANNAS_ADDRESS, "Sports club", "webmaster"] {
            assert!(held.contains(expected), "{expected}");
        }
        assert!(!held.contains(BEN) && !held.contains(CARLA));
        let acts = data["held"]["consent_acts"].as_array().unwrap();
        assert_eq!(acts.len(), 2, "given and withdrawn");
        let hers: BTreeSet<&String> = self
            .noses
            .iter()
            .filter(|(_, noses)| noses.iter().any(|nose| nose.person == "A"))
            .map(|(name, _)| name)
            .collect();
        let photos = data["photos"].as_array().unwrap();
        assert_eq!(photos.len(), hers.len());
        let mut looked_at = 0;
        for photo in photos.iter().filter(|photo| photo["file"].is_string()) {
            let finished = real_photos::open(&self.path("for-anna").join(text(&photo["file"])));
            // The package does not say what the organisation called its file; the size tells.
            let of = hers.iter().map(|name| (*name, real_photos::open(&self.path("photos").join(name))));
            let same_size = of.filter(|(_, original)| original.dimensions() == finished.dimensions());
            let right = same_size.into_iter().any(|(name, original)| {
                self.noses[name]
                    .iter()
                    .all(|nose| is_same(nose, &original, &finished) == (nose.person == "A"))
            });
            assert!(right, "{photo}");
            looked_at += 1;
        }
        assert!(looked_at > 3, "{data}");
        // It is handed over, and does not stay here.
        fs::remove_dir_all(self.path("for-anna")).unwrap();
    }

    /// RTS-8, RTS-9: neither in what is kept nor in what has left. (Every file: `canary`.)
    pub fn nothing_is_left_of(&self, texts: &[&str]) {
        for text in texts {
            assert_eq!(self.house.files_with(text.as_bytes()), Vec::<PathBuf>::new(), "{text}");
        }
        let certificate = fs::read_to_string(self.path("certificate.json")).unwrap();
        let said: Value = serde_json::from_str(&certificate).unwrap();
        let body = &said["body"];
        assert_eq!((&body["sweep"]["left"], &body["key_destroyed"]), (&0.into(), &true.into()), "{said}");
        assert!(texts.iter().all(|text| !certificate.contains(text)));
    }

    pub fn backup(&self, file: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let identity = age::x25519::Identity::generate();
        let path = self.path("identity");
        fs::write(&path, identity.to_string().expose_secret()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self.run(&["backup", "--out", file, "--recipient", &identity.to_public().to_string()]).expect(0);
        "identity".into()
    }

    /// KEY-5: with today's keys and the newest log. Whoever was erased is erased again before it is there.
    pub fn restore(&self, backup: &str, identity: &str) {
        let restore = ["restore", backup, "--identity", identity, "--log", "second/log"];
        let order = [&restore[..], &["--witness", "second/heads"]].concat();
        let done = self.json(&in_restored(&order)).expect(0).line();
        assert_eq!(done["erased"], 1, "{done}");
    }

    pub fn elsewhere(&self, arguments: &[&str], folder: &Path) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grata"));
        ran(command.args(arguments).current_dir(folder).output().unwrap())
    }

    /// ACC-1: and one changed byte is found.
    pub fn an_outsider_verifies_the_log(&self, key: &str) {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        copy(&self.path("second/log"), &log);
        let verify = ["log", "verify", "--folder", "log", "--key", key];
        self.elsewhere(&verify, folder.path()).expect(0);
        let newest = walkdir::WalkDir::new(log.join("tile/entries")).sort_by(|one, other| {
            let length = |entry: &walkdir::DirEntry| entry.metadata().unwrap().len();
            length(other).cmp(&length(one))
        });
        let file = newest.into_iter().flatten().find(|entry| entry.file_type().is_file()).unwrap();
        let mut bytes = fs::read(file.path()).unwrap();
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        fs::write(file.path(), bytes).unwrap();
        self.elsewhere(&verify, folder.path()).expect(1);
    }

    /// ACC-3, ACC-9, CON-6: with nothing but the files and the published key.
    pub fn an_outsider_verifies_what_people_were_given(&self, key: &str) {
        let folder = tempfile::tempdir().unwrap();
        copy(&self.path("receipts"), folder.path());
        fs::copy(self.path("certificate.json"), folder.path().join("certificate.json")).unwrap();
        let mut files: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        assert_eq!(files.len(), 5, "Anna's yes and her withdrawal, Ben's yes and no, the certificate");
        let all: Vec<&str> = files.iter().map(String::as_str).collect();
        let lines = self.elsewhere(&[&["verify", "--json", "--key", key], &all[..]].concat(), folder.path());
        for line in lines.expect(0).lines() {
            assert_eq!(line["status"], "genuine", "{line}");
            assert!(line["log_entries"].is_u64(), "the log speaks of it: {line}");
        }
        let path = folder.path().join("certificate.json");
        let mut certificate: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        certificate["body"]["sweep"]["files"] = 1.into();
        fs::write(path, certificate.to_string()).unwrap();
        let forged = self.elsewhere(&["verify", "certificate.json"], folder.path());
        forged.expect(2);
    }
}

/// As [`is_seen`], for pictures of one size that may be of different photos.
fn is_same(nose: &Nose, one: &image::RgbImage, other: &image::RgbImage) -> bool {
    one.get_pixel(nose.x, nose.y) == other.get_pixel(nose.x, nose.y)
}

fn shown_in(plan: &Ran) -> BTreeSet<String> {
    let lines = plan.lines();
    let faces = lines.iter().flat_map(|line| line["faces"].as_array().unwrap());
    faces.filter(|face| face["treatment"] == "shown").map(|face| text(&face["name"])).collect()
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten() {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
