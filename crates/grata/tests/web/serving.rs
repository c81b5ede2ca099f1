//! `grata serve` as a process of its own: where it says it is, how the owner comes in, how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::stand_in::NOW;
use crate::world::LATER;

pub const TESTS: &[(&str, fn())] = &[
    ("serve_says_where_prints_the_owner_s_link_once_and_ends_in_order", serve_and_stop),
    ("rts_8_a_start_clears_what_a_killed_process_left", rts_8_a_start_clears),
    ("serve_names_an_address_that_is_taken", serve_names_an_address_that_is_taken),
    ("a_demonstration_has_its_desk_its_people_and_a_gallery", a_demonstration),
];

fn grata(folder: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("as-grata").args(arguments).current_dir(folder).env(NOW, LATER);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Starts a server; what it said up to the line that holds this, and the address.
fn started(folder: &std::path::Path, last: &str) -> (Child, String, String) {
    listening(grata(folder, &["serve", "--listen", "127.0.0.1:0"]), last)
}

fn listening(mut command: Command, last: &str) -> (Child, String, String) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = String::new();
    while !said.contains(last) {
        said += &lines.next().unwrap().unwrap();
        said.push('\n');
    }
    let address = said.split("http://").nth(1).unwrap().split('/').next().unwrap().to_string();
    (child, said, address)
}

fn get(address: &str, path: &str) -> String {
    get_as(address, path, "")
}

/// The whole answer to a request over loopback, heads included.
pub fn get_as(address: &str, path: &str, cookie: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn serve_and_stop() {
    let folder = tempfile::tempdir().unwrap();
    assert!(grata(folder.path(), &["init"]).status().unwrap().success());
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let (mut child, said, address) = started(folder.path(), "/start#");
        secrets.push(said.split("/start#").nth(1).unwrap().trim().to_string());
        assert!(address.starts_with("localhost:"), "passkeys and links know this machine by name: {address}");
        assert!(get(&address, "/").starts_with("HTTP/1.1 200"));
        // One process owns the folder.
        let other = grata(folder.path(), &["album", "list"]).output().unwrap();
        assert_eq!(other.status.code(), Some(1));
        // A browser that keeps its connection open does not keep the server from ending.
        let _idle = TcpStream::connect(&address).unwrap();
        Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_ne!(secrets[0], secrets[1], "the link of an earlier start leads nowhere any more");
    assert_eq!(secrets[1].len(), 64);
}

/// A photo and a key without a row, a mark that says so, and somebody's package in the open.
fn rts_8_a_start_clears() {
    let folder = tempfile::tempdir().unwrap();
    assert!(grata(folder.path(), &["init"]).status().unwrap().success());
    let data = folder.path().join("grata-data");
    let files = || -> Vec<String> {
        let all =
            walkdir::WalkDir::new(&data).into_iter().flatten().filter(|file| file.file_type().is_file());
        all.map(|file| file.path().strip_prefix(&data).unwrap().display().to_string()).collect()
    };
    let before = files();
    let half = data.join("blobs/originals/00/00000000-0000-0000-0000-000000000001");
    for path in [data.join("packages/.tmpabc/package/data.json"), half] {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "Anna Beispiel").unwrap();
    }
    std::fs::write(data.join("at-work"), "").unwrap();
    assert_ne!(files(), before);
    let (mut child, _, address) = started(folder.path(), "/start#");
    assert!(get(&address, "/").starts_with("HTTP/1.1 200"));
    let left: Vec<String> = files().into_iter().filter(|file| !before.contains(file)).collect();
    assert!(
        !left.iter().any(|file| file.contains("package") || file.contains("originals") || file == "at-work"),
        "{left:?}"
    );
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn serve_names_an_address_that_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    assert!(grata(folder.path(), &["init"]).status().unwrap().success());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = grata(folder.path(), &["serve", "--listen", &address]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
}

/// The first time there is an album with people who have answered, and a gallery that shows it as they
/// said; the second time it is still there.
fn a_demonstration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("photos")).unwrap();
    for number in 0..3 {
        let colours: Vec<usize> = (0..3).map(|at| (at + number) % 3).collect();
        let path = folder.path().join(format!("photos/{number}.jpg"));
        std::fs::write(path, crate::world::picture(&colours)).unwrap();
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let demo = || grata(folder.path(), &["demo", "--photos", "photos", "--listen", &free]);
    let (mut child, said, address) = listening(demo(), "grata serves");
    assert_eq!(said.matches("The page of ").count(), 5, "{said}");
    let secret = |what: &str| said.split(what).nth(1).unwrap().lines().next().unwrap().to_string();
    let person = get_as(&address, "/me", &format!("grata-page={}", secret("/i#")));
    assert!(person.starts_with("HTTP/1.1 200") && person.contains("Alice"), "{person}");
    let guest = format!("grata-gallery={}", secret("/g#"));
    let photos = |page: &str| page.matches("/small\"").count();
    let begun = std::time::Instant::now();
    while photos(&get_as(&address, "/gallery", &guest)) < 3 {
        assert!(begun.elapsed().as_secs() < 120, "{}", get_as(&address, "/gallery", &guest));
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let (mut child, said, address) = listening(demo(), "grata serves");
    assert!(said.contains("as `demo` with the password") && !said.contains("The page of"), "{said}");
    assert_eq!(photos(&get_as(&address, "/gallery", &guest)), 3);
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
