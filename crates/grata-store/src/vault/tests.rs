use std::path::PathBuf;

use super::*;
use crate::random;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn root_in(folder: &Path) -> Box<dyn RootKey> {
    let path = folder.join("root");
    if path.exists() {
        Box::new(FileRoot::read(&path).unwrap())
    } else {
        Box::new(FileRoot::create(&path).unwrap())
    }
}

fn vault_in(folder: &Path) -> Vault {
    Vault::open(&folder.join("keys.db"), root_in(folder)).unwrap()
}

fn subject() -> KeyName {
    KeyName::Subject(SubjectId::random(&mut random::rng()))
}

const NAME: Place<'_> = Place { table: "subjects", column: "sealed_name", row: b"1" };

#[test]
fn key_1_a_value_opens_only_where_it_was_sealed() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let (alice, bob) = (subject(), subject());
    vault.create(alice).unwrap();
    vault.create(bob).unwrap();
    let sealed = vault.seal(alice, &NAME, b"Alice").unwrap();
    assert_eq!(vault.open_sealed(alice, &NAME, &sealed).unwrap().as_slice(), b"Alice");
    let elsewhere = [
        (bob, NAME),
        (alice, Place { row: b"2", ..NAME }),
        (alice, Place { column: "sealed_contact", ..NAME }),
        (alice, Place { table: "guardians", ..NAME }),
    ];
    for (name, place) in elsewhere {
        let error = vault.open_sealed(name, &place, &sealed).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Damaged, "{place:?}");
    }
    for byte in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[byte] ^= 1;
        assert!(vault.open_sealed(alice, &NAME, &changed).is_err(), "{byte}");
    }
}

#[test]
fn key_1_sealing_the_same_twice_gives_nothing_to_compare() {
    let folder = folder();
    let vault = vault_in(folder.path());
    let name = subject();
    vault.create(name).unwrap();
    assert_ne!(vault.seal(name, &NAME, b"Alice").unwrap(), vault.seal(name, &NAME, b"Alice").unwrap());
}

/// KEY-5: after shred and rotate, neither the key file of today nor the wrapped key of yesterday in
/// today's file open what was under it.
#[test]
fn key_5_a_shredded_key_is_gone_and_so_is_the_epoch_that_wrapped_it() {
    let folder = folder();
    let file = folder.path().join("keys.db");
    let vault = vault_in(folder.path());
    let (gone, stays) = (subject(), subject());
    vault.create(gone).unwrap();
    vault.create(stays).unwrap();
    let secret = vault.secret(gone).unwrap();
    let (of_gone, of_stays) =
        (vault.seal(gone, &NAME, b"Gone").unwrap(), vault.seal(stays, &NAME, b"Stays").unwrap());
    let wrapped_yesterday = vault.state().wrapped(gone).unwrap().unwrap();

    vault.shred(gone).unwrap();
    vault.rotate().unwrap();
    assert_eq!(vault.open_sealed(stays, &NAME, &of_stays).unwrap().as_slice(), b"Stays");
    assert!(vault.open_sealed(gone, &NAME, &of_gone).is_err());

    // Put back by hand from a backup of the key file.
    let state = vault.state();
    let sql = "INSERT INTO keys (name, epoch, wrapped) VALUES (?1, 1, ?2)";
    state.connection.execute(sql, (gone.to_string(), &wrapped_yesterday)).unwrap();
    drop(state);
    assert!(vault.open_sealed(gone, &NAME, &of_gone).is_err());
    assert_eq!(vault.epoch(), 2);

    drop(vault);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(32).any(|window| window == secret.as_slice()));
    }
    assert!(file.exists());
}

#[test]
fn key_5_keys_survive_the_end_of_the_process_and_a_rotation() {
    let folder = folder();
    let name = subject();
    let sealed = {
        let vault = vault_in(folder.path());
        vault.create(name).unwrap();
        let sealed = vault.seal(name, &NAME, b"Alice").unwrap();
        vault.rotate().unwrap();
        sealed
    };
    let vault = vault_in(folder.path());
    assert_eq!(vault.open_sealed(name, &NAME, &sealed).unwrap().as_slice(), b"Alice");
    assert!(vault.list().unwrap().contains(&name));
}

#[test]
fn key_1_another_root_key_opens_nothing() {
    let folder = folder();
    drop(vault_in(folder.path()));
    let other = FileRoot::create(&folder.path().join("other")).unwrap();
    let error = Vault::open(&folder.path().join("keys.db"), Box::new(other)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
}

#[cfg(unix)]
#[test]
fn key_1_a_root_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let path = folder.path().join("root");
    FileRoot::create(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(FileRoot::read(&path).unwrap_err().kind(), StoreErrorKind::Refused);
}

/// One suite for every holder of a root key.
fn check_root(root: &dyn RootKey) {
    let key = random::secret();
    let wrapped = root.wrap(&key).unwrap();
    assert!(!wrapped.windows(32).any(|window| window == key.as_slice()), "it is wrapped");
    assert_eq!(*root.open(&wrapped).unwrap(), *key);
}

#[test]
fn key_7_a_file_and_an_age_identity_hold_root_keys() {
    let folder = folder();
    check_root(&FileRoot::create(&folder.path().join("root")).unwrap());
    let path = folder.path().join("age");
    let identity = age::x25519::Identity::generate();
    let text = {
        use age::secrecy::ExposeSecret as _;
        format!("# made for a test\n{}\n", identity.to_string().expose_secret())
    };
    std::fs::write(&path, text).unwrap();
    restrict_to_owner(&path).unwrap();
    let root = AgeRoot::read(&path).unwrap();
    check_root(&root);
    assert!(root.open(b"age-encryption.org/v1\n").is_err());
}

#[cfg(unix)]
#[test]
fn key_1_another_program_can_hold_the_root_key() {
    // Stands in for a TPM: it turns the bytes around, which is enough to show both directions.
    let script = "perl -0777 -pe '$_ = reverse $_'";
    let root = CommandRoot {
        program: PathBuf::from("/bin/sh"),
        arguments: vec!["-c".to_string(), script.to_string()],
    };
    check_root(&root);
    let silent = CommandRoot { program: PathBuf::from("/bin/true"), arguments: Vec::new() };
    assert!(silent.wrap(&random::secret()).is_err());
}
