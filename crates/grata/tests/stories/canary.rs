//! After an erasure no byte of the person is left: not in the data, its journals and temporary files, not in
//! the keys, the log, backups made since, released folders, or in what the commands have printed.
//!
//! Looked for is what they are called, what they said and wrote, their link, their random id, and also the
//! ciphertexts and the wrapped key that were on the disk before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use age::secrecy::ExposeSecret as _;
use grata_store::sweep::{Needles, sweep};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::house::{Ran, ran};
use crate::stand_in::NOW;
use crate::world::{LATER, World};

pub const TESTS: &[(&str, fn())] =
    &[("rts_8_rts_9_key_5_sec_1_no_file_holds_a_byte_of_an_erased_person", no_byte_is_left)];

const ALBUM: &str = "Match of 5 September";
const NAME: &str = "Zerline Wachtelkoenig";
const CONTACT: &str = "zerline.wachtel@example.org";
const GUARDIAN: &str = "Ottilie Wachtelkoenig";
const GUARDIANS_CONTACT: &str = "+41 79 555 01 23";
const FORM: &str = "brown folder, sheet 4711, signed by her mother";
const NOTE: &str = "said on the telephone that she moves to Graubuenden";
const SCAN: &str = "%PDF-1.7 signed by hand: O. Wachtelkoenig, Gartenlaubenweg";
const VERIFIED: &str = "mother known to the trainer Ulfhild";

/// What a person could be known by. The last four stand where the commands put what they were told.
const SECRETS: [&str; 8] = [NAME, CONTACT, GUARDIAN, GUARDIANS_CONTACT, SCAN, FORM, NOTE, VERIFIED];

/// An installation whose commands print to files of its own.
struct Watched {
    world: World,
    runs: usize,
}

impl Watched {
    /// What is printed before the erasure is the operator's to keep or not; what comes after may hold nothing.
    fn begin() -> Self {
        let mut world = World::new();
        for folder in ["second", "tmp", "printed"] {
            fs::create_dir(world.path(folder)).unwrap();
        }
        world.house.store = None;
        let mut watched = Self { world, runs: 0 };
        watched.run(&["log", "keep", "--folder", "second/log", "--witness", "second/heads"]).expect(0);
        watched
    }

    fn path(&self, path: &str) -> PathBuf {
        self.world.path(path)
    }

    fn run(&mut self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("as-grata").args(arguments).args(["--data", "photos"]);
        command.env(NOW, LATER).env("TMPDIR", self.path("tmp")).stdin(Stdio::null());
        let ran = ran(command.current_dir(self.world.house.folder.path()).output().unwrap());
        self.runs += 1;
        fs::write(self.path("printed").join(self.runs.to_string()), ran.text.clone() + &ran.errors).unwrap();
        ran
    }

    fn json(&mut self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).expect(0).line()
    }

    fn sweep(&self, folder: &str, needles: &Needles) -> Vec<PathBuf> {
        sweep(&[self.path(folder)], needles).unwrap().hits
    }

    /// Every value of these columns, as it lies in the file.
    fn bytes_in(&self, database: &str, sql: &str) -> Vec<Vec<u8>> {
        let file =
            Connection::open_with_flags(self.path(database), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let mut select = file.prepare(sql).unwrap();
        let rows = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

fn no_byte_is_left() {
    let mut watched = Watched::begin();
    let person = everything_about_her(&mut watched);
    let subject: grata_core::id::SubjectId = person["person"].as_str().unwrap().parse().unwrap();
    let link = person["link"].as_str().unwrap().to_string();

    // A package shows that this sweep finds what there is to be found. She takes it with her.
    watched.run(&["rights", "access", NAME, "--out", "package"]).expect(0);
    for secret in [NAME, CONTACT, FORM, SCAN] {
        assert!(!watched.sweep("package", &needles([secret.as_bytes()])).is_empty(), "{secret}");
    }
    for hers in ["package", "receipts"] {
        fs::remove_dir_all(watched.path(hers)).unwrap();
    }

    let id = subject.to_string();
    let mut sealed = Vec::new();
    let hex = id.replace('-', "");
    for sql in [
        "SELECT sealed_name FROM subjects WHERE hex(id) = upper('ID')",
        "SELECT sealed_contact FROM subjects WHERE hex(id) = upper('ID')",
        "SELECT sealed_age FROM subjects WHERE hex(id) = upper('ID')",
        "SELECT sealed_name FROM guardians WHERE hex(subject) = upper('ID')",
        "SELECT sealed_form FROM consent_acts WHERE hex(subject) = upper('ID') AND sealed_form IS NOT NULL",
        "SELECT sealed_opening FROM log_payloads WHERE hex(subject) = upper('ID')",
        "SELECT token_hash FROM invitations WHERE hex(subject) = upper('ID')",
        "SELECT id FROM guardians WHERE hex(subject) = upper('ID')",
    ] {
        let found = watched.bytes_in("photos/grata.db", &sql.replace("ID", &hex));
        assert!(!found.is_empty(), "{sql}");
        sealed.extend(found);
    }
    let scans: Vec<PathBuf> = files_below(&watched.path("photos/blobs/evidence"));
    assert_eq!(scans.len(), 1, "the form");
    sealed.extend(scans.iter().map(|scan| fs::read(scan).unwrap()));
    let keys = watched
        .bytes_in("photos-keys/keys.db", &format!("SELECT wrapped FROM keys WHERE name = 'subject:{id}'"));
    assert_eq!(keys.len(), 1);
    sealed.extend(keys);
    // They can be found where they are: the sweep looks at the bytes on the disk, journals included.
    for bytes in &sealed {
        assert!(
            ["photos", "photos-keys"].iter().any(|kept| !watched.sweep(kept, &needles([bytes])).is_empty())
        );
    }
    let mut everything = needles(SECRETS.map(str::as_bytes));
    for more in [subject.as_bytes().as_slice(), id.as_bytes(), link.split_once('#').unwrap().1.as_bytes()]
        .into_iter()
        .chain(sealed.iter().map(Vec::as_slice))
        .chain(NAME.split(' ').map(str::as_bytes))
    {
        assert!(everything.add(more));
    }

    // What was printed until now showed the operator what the operator knew.
    fs::remove_dir_all(watched.path("printed")).unwrap();
    fs::create_dir(watched.path("printed")).unwrap();
    watched.run(&["rights", "erase", &id, "--yes", "--certificate", "certificate.json", "--json"]).expect(0);
    let asked = fs::read_to_string(watched.path("printed").join(watched.runs.to_string())).unwrap();
    assert!(!asked.contains(&id), "not even her id");

    // Life goes on: what is made since holds nothing of her either.
    watched.run(&["recall", "--out", "swap"]).expect(0);
    watched.run(&["release", "make", ALBUM, "--channel", "website", "--out", "website"]).expect(0);
    watched.run(&["retention", "--out", "gone"]).expect(0);
    watched.run(&["log", "verify"]).expect(0);
    a_backup_since(&mut watched);
    assert_eq!(watched.sweep(".", &everything), Vec::<PathBuf>::new());

    // While the installation is open and its journals are there.
    watched.world.house.reopen();
    let writing = watched.world.store().begin(crate::support::now()).unwrap();
    let event = crate::support::event(grata_core::audit::entry::EventKind::ConfigChanged);
    writing.commit(event).unwrap();
    assert!(watched.path("photos/grata.db-wal").exists());
    assert_eq!(watched.sweep(".", &everything), Vec::<PathBuf>::new());
}

fn needles<'a>(secrets: impl IntoIterator<Item = impl AsRef<[u8]> + 'a>) -> Needles {
    let mut needles = Needles::default();
    for secret in secrets {
        assert!(needles.add(secret.as_ref()));
    }
    needles
}

/// A child, whose mother answers as well: by link and on paper, for print and website; in a released photo;
/// who has said that one face is not hers, and has objected.
fn everything_about_her(watched: &mut Watched) -> Value {
    let photo = watched.world.house.reopen();
    let _ = photo;
    let group = watched.world.photo(&[0, 1, 2], 3);
    let other = watched.world.photo(&[0, 1], 2);
    watched.world.house.store = None;
    let invite = ["person", "invite", ALBUM, "--name", NAME, "--contact", CONTACT, "--adult"];
    let guardian = ["--guardian", GUARDIAN, "--guardian-contact", GUARDIANS_CONTACT];
    let person = watched.json(&[&invite[..], &guardian].concat());
    let link = person["link"].as_str().unwrap().to_string();
    watched.run(&["person", "guardian", NAME, GUARDIAN, "--verified", VERIFIED]).expect(0);
    let yes = ["consent", "record", "--link", &link, "--purpose", "website", "--yes", "--language", "fr"];
    watched.run(&yes).expect(0);
    let form = ["consent", "form", NAME, "--album", ALBUM, "--purpose", "print", "--yes", "--language", "fr"];
    fs::write(watched.path("scan.pdf"), SCAN).unwrap();
    let paper = ["--signed", "2026-09-20", "--reference", FORM, "--scan", "scan.pdf"];
    watched.run(&[&form[..], &paper].concat()).expect(0);
    fs::remove_file(watched.path("scan.pdf")).unwrap();
    let told = ["consent", "withdraw", NAME, "--album", ALBUM, "--purpose", "print", "--reference", NOTE];
    watched.run(&told).expect(0);
    let face = |photo: &grata_core::photo::Photo, number: usize| photo.faces[number].id.to_string();
    for id in [face(&group, 2), face(&other, 0)] {
        watched.run(&["tag", "set", &id, NAME]).expect(0);
    }
    watched.run(&["tag", "not-me", &face(&other, 0), "--link", &link]).expect(0);
    let release = ["release", "make", ALBUM, "--channel", "website", "--out", "website", "--json"];
    let made = watched.run(&release).expect(0);
    assert!(made.lines().iter().any(|line| line["shown"] == 1), "{}", made.text);
    watched.run(&["rights", "object", "--person", NAME]).expect(0);
    person
}

/// Opened, as its keeper could.
fn a_backup_since(watched: &mut Watched) {
    use std::os::unix::fs::PermissionsExt as _;
    let identity = age::x25519::Identity::generate();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("identity");
    fs::write(&file, identity.to_string().expose_secret()).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let recipient = identity.to_public().to_string();
    watched.run(&["backup", "--out", "b.age", "--recipient", &recipient, "--key-copy", "k.db"]).expect(0);
    let mut archive = grata_store::age_file::decrypt(open(&watched.path("b.age")), &file).unwrap();
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut archive, &mut plain).unwrap();
    assert!(plain.len() > 50_000);
    fs::write(watched.path("opened-backup"), plain).unwrap();
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn open(path: &Path) -> fs::File {
    fs::File::open(path).unwrap()
}
