//! SIGKILL at random moments of `add`, `release make` and `rights erase`: nothing is lost, nothing half
//! done, nothing shown that may not be.
//!
//! `cargo xtask kill` for the full number. `GRATA_SEED` repeats the choice of moments; the seed is printed. A
//! kill that came after the end does not count.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use grata_core::id::SubjectId;
use grata_core::tag::TagKind;
use grata_store::blobs::BlobKey;
use grata_store::vault::{FileRoot, KeyName};
use grata_store::{Store, StorePlaces};

use crate::after_a_kill::{
    all_photos_are_there, exactly_anna_is_shown, nobody_new_is_shown, she_is_gone, she_is_there_or_gone,
    what_was_reported_is_there,
};
use crate::stand_in::NOW;
use crate::world::{ALBUM, ANNA, LATER, World, picture, region};

pub const TESTS: &[(&str, fn())] =
    &[("acc_1_pub_1_rts_8_a_kill_at_any_moment_loses_nothing_and_shows_nobody", kills)];

/// So many in an ordinary run.
const FEW: usize = 21;

/// Photos that are added, or released.
pub const PHOTOS: usize = 6;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn kills() {
    let count = number("GRATA_KILLS").unwrap_or(FEW as u64) as usize;
    let seed = number("GRATA_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("GRATA_KILLS={count} GRATA_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let scenes = [Scene::adding(), Scene::releasing(), Scene::erasing()];
    let mut tally = [Tally::default(); 3];
    while tally.iter().map(|one| one.landed).sum::<usize>() < count {
        // In turn, so that each gets its share.
        let which = (0..scenes.len()).min_by_key(|which| tally[*which].landed).unwrap();
        let (scene, tally) = (&scenes[which], &mut tally[which]);
        let attempt = Attempt::of(scene);
        let landed = attempt.killed_after(scene.takes.mul_f64(chance.f64()));
        *(if landed { &mut tally.landed } else { &mut tally.late }) += 1;
        tally.left_behind += usize::from(attempt.left_something_behind());
        (scene.after_the_kill)(scene, &attempt);
        attempt.run_to_the_end();
        (scene.at_the_end)(scene, &attempt);
        attempt.nothing_stray(scene);
        assert!(tally.late < 20 + count, "{}: almost all kills come too late", scene.name);
    }
    for (scene, Tally { landed, late, left_behind }) in scenes.iter().zip(tally) {
        let Scene { name, takes, .. } = scene;
        println!(
            "{name} ({takes:.0?}): {landed} kills while it worked, of which {left_behind} left something to be \
             swept; {late} more came after its end"
        );
    }
}

/// What became of the kills.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    landed: usize,
    late: usize,
    left_behind: usize,
}

/// An installation just before a command, and what has to hold after it.
pub struct Scene {
    name: &'static str,
    pub world: World,
    command: Vec<&'static str>,
    /// For a whole run.
    takes: Duration,
    /// Files that were in the release folder before: one of them shows somebody who has withdrawn since.
    pub before: BTreeSet<String>,
    after_the_kill: fn(&Scene, &Attempt),
    at_the_end: fn(&Scene, &Attempt),
}

/// A copy of a scene, in which the command is killed and run again.
pub struct Attempt {
    pub folder: tempfile::TempDir,
    command: Vec<&'static str>,
}

impl Scene {
    /// Photos come in.
    fn adding() -> Self {
        let world = begun();
        fs::create_dir(world.path("in")).unwrap();
        for number in 0..PHOTOS {
            fs::write(world.path("in").join(format!("{number}.jpg")), numbered(number)).unwrap();
        }
        let command = vec!["add", ALBUM, "in", "--json", "--jobs", "2"];
        Self::of("add", world, command, what_was_reported_is_there, all_photos_are_there)
    }

    /// Anna may be shown. Ben was, in two photos, and has withdrawn.
    fn releasing() -> Self {
        let mut world = begun();
        world.say(world.ben, true);
        (0..2).for_each(|number| with_both(&world, number));
        world.release("website").expect(0);
        world.say(world.ben, false);
        (2..PHOTOS).for_each(|number| with_both(&world, number));
        let command = vec![
            "release",
            "make",
            ALBUM,
            "--channel",
            "website",
            "--out",
            "website",
            "--json",
            "--jobs",
            "2",
        ];
        let before = pictures(&world.path("website"));
        let scene = Self::of("release make", world, command, nobody_new_is_shown, exactly_anna_is_shown);
        Self { before, ..scene }
    }

    /// Anna is in released photos, and wants to be gone.
    fn erasing() -> Self {
        let mut world = begun();
        (0..PHOTOS).for_each(|number| with_both(&world, number));
        world.release("website").expect(0);
        let command = vec!["rights", "erase", ANNA, "--yes"];
        Self::of("rights erase", world, command, she_is_there_or_gone, she_is_gone)
    }

    fn of(
        name: &'static str,
        mut world: World,
        command: Vec<&'static str>,
        after_the_kill: fn(&Scene, &Attempt),
        at_the_end: fn(&Scene, &Attempt),
    ) -> Self {
        world.house.store = None;
        let before = BTreeSet::new();
        let takes = Duration::ZERO;
        let mut scene = Self { name, world, command, takes, before, after_the_kill, at_the_end };
        // The second run finds everything in memory, as those that are killed will.
        for _ in 0..2 {
            let attempt = Attempt::of(&scene);
            let start = Instant::now();
            attempt.run(&scene.command).expect_code(0);
            scene.takes = start.elapsed();
        }
        scene
    }
}

/// The photos of `World` have three faces: this size.
const SIZE: grata_core::geometry::Size = grata_core::geometry::Size::new(480, 320);

/// Where the log is handed out as well, so that kills hit that too.
fn begun() -> World {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.run(&["log", "keep", "--folder", "second/log", "--witness", "second/heads"]).expect(0);
    world
}

/// A photo with Anna and Ben, both tagged, and a stranger.
fn with_both(world: &World, number: usize) {
    let photo = world.photo_of(&numbered(number), SIZE, (0..3).map(region).collect());
    world.house.tag(&photo, 0, TagKind::Is(world.anna)).unwrap();
    world.house.tag(&photo, 1, TagKind::Is(world.ben)).unwrap();
}

/// In a file of its own for each number.
fn numbered(number: usize) -> Vec<u8> {
    let mut bytes = picture(&[0, 1, 2]);
    // A comment, which the format allows.
    let comment = format!("number {number}");
    let mut segment = vec![0xFF, 0xFE, 0, comment.len() as u8 + 2];
    segment.extend(comment.bytes());
    bytes.splice(2..2, segment);
    bytes
}

pub fn pictures(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).into_iter().flatten();
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".jpg")).collect()
}

struct Code(Option<i32>, String);

impl Code {
    #[track_caller]
    fn expect_code(self, code: i32) -> String {
        assert_eq!(self.0, Some(code), "{}", self.1);
        self.1
    }
}

impl Attempt {
    fn of(scene: &Scene) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(scene.world.house.folder.path(), folder.path());
        let attempt = Self { folder, command: scene.command.clone() };
        // The installation knows its second medium by its whole path.
        attempt.run(&["log", "keep", "--folder", "second/log", "--witness", "second/heads"]).expect_code(0);
        attempt
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn process(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("as-grata").args(arguments).args(["--data", "photos"]).env(NOW, LATER);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Code {
        let output = self.process(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Code(output.status.code(), text + &String::from_utf8_lossy(&output.stderr))
    }

    /// Whether it was still at work. What it had said by then is in the file `said`.
    fn killed_after(&self, moment: Duration) -> bool {
        let said = fs::File::create(self.path("said")).unwrap();
        let mut child = self.process(&self.command).stdout(said).stderr(Stdio::null()).spawn().unwrap();
        sleep(moment);
        child.kill().unwrap();
        let killed = child.wait().unwrap().signal() == Some(9);
        self.wait_for_its_children();
        killed
    }

    /// A worker that was just being started lets go of the data folder as soon as it is one.
    fn wait_for_its_children(&self) {
        let start = Instant::now();
        let lock = fs::File::options().write(true).open(self.path("photos/lock")).unwrap();
        while lock.try_lock().is_err() {
            assert!(start.elapsed() < Duration::from_secs(10), "a child holds the data folder");
            sleep(Duration::from_millis(5));
        }
        lock.unlock().unwrap();
    }

    /// As a person would: the same again. Whoever is erased has no name any more, which `rights erase` says.
    fn run_to_the_end(&self) {
        let erased = self.command[0] == "rights" && self.anna().is_none();
        if erased {
            self.run(&["rights", "erase", "--unfinished", "--name", ANNA]).expect_code(0);
        } else {
            self.run(&self.command).expect_code(0);
        }
        self.run(&["log", "verify"]).expect_code(0);
    }

    /// As another process would find it.
    pub fn store(&self) -> Store {
        let root = FileRoot::read(&self.path("root")).unwrap();
        Store::open(&StorePlaces::beside(&self.path("photos")), Box::new(root)).unwrap()
    }

    fn anna(&self) -> Option<SubjectId> {
        let store = self.store();
        let reader = store.read().unwrap();
        reader
            .subjects()
            .unwrap()
            .into_iter()
            .find(|id| reader.profile(*id).is_ok_and(|who| who.name == ANNA))
    }

    /// Blobs that no row names, and halves of blobs: what the next run has to find.
    fn left_something_behind(&self) -> bool {
        files(&self.path("photos/blobs")).len() > self.blobs_with_rows(&self.store()).len()
    }

    fn blobs_with_rows(&self, store: &Store) -> BTreeSet<BlobKey> {
        let reader = store.read().unwrap();
        let album = reader.albums().unwrap()[0].id;
        let mut named = BTreeSet::new();
        for photo in reader.photos_in(album).unwrap() {
            named.insert(BlobKey::Original(photo));
            for live in reader.live_renditions_of(photo).unwrap() {
                named.insert(BlobKey::Rendition(photo, live.rendition.id));
            }
        }
        named
    }

    /// Every file is one that the installation knows of.
    fn nothing_stray(&self, scene: &Scene) {
        let store = self.store();
        let reader = store.read().unwrap();
        let expected = self.blobs_with_rows(&store);
        assert_eq!(store.blobs().list().unwrap().into_iter().collect::<BTreeSet<_>>(), expected);
        let in_blobs = files(&self.path("photos/blobs")).len();
        assert_eq!(in_blobs, expected.len(), "{}: nothing half-written among them", scene.name);
        for name in store.vault().list().unwrap() {
            let known = match name {
                KeyName::Photo(photo) => reader.photo(photo).unwrap().is_some(),
                KeyName::Subject(subject) => reader.subject(subject).unwrap().is_some(),
                KeyName::Log | KeyName::Installation => true,
                // There is no closed group in these scenes.
                KeyName::Template(_) => false,
            };
            assert!(known, "{}: a key of nothing: {name}", scene.name);
        }
        drop(reader);
        drop(store);
        let strays: Vec<PathBuf> = files(self.folder.path())
            .into_iter()
            .filter(|path| {
                let name = path.file_name().unwrap().to_str().unwrap();
                let known = ["grata.db", "keys.db", "lock", "root", "root.key", "root.toml", "said", "heads"];
                let below = |folder: &str| path.starts_with(self.path(folder));
                !(known.contains(&name)
                    || below("photos/blobs")
                    || below("in")
                    || (below("second/log") && !name.contains("unfinished") && !name.contains("new"))
                    || (below("website") && (name.ends_with(".jpg") || name == "release.json")))
            })
            .collect();
        assert_eq!(strays, Vec::<PathBuf>::new(), "{}", scene.name);
    }
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let below = walkdir::WalkDir::new(folder).into_iter().flatten();
    below.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).collect()
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
