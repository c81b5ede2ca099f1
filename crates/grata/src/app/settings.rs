//! What holds for the whole installation. A change is on record as one of its configuration (ACC-1).

use grata_core::audit::entry::EventKind;
use grata_store::{Reader, Store};

use super::{log as book, people, rights};
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// Longest text of a setting, in characters.
const LONGEST: usize = 300;

/// Longest life of a backup, in days: ten years.
const MOST_BACKUP_DAYS: u32 = 3650;

/// A setting: its name, what it says, whether a text will do, and what holds if nobody has set it.
struct Known {
    name: &'static str,
    what: &'static str,
    check: fn(&str) -> Result<(), AppError>,
    default: fn(&Store) -> Result<String, AppError>,
}

/// The setting that says how people of the organisation sign in.
pub const SIGN_IN: &str = "sign_in";

/// By any way they have, a password among them.
const ANY_WAY: &str = "any";

/// Not by a password alone.
const BY_PASSKEY: &str = "passkey";

const KNOWN: [Known; 5] = [
    Known {
        name: people::ADDRESS,
        what: "where people reach their pages: what links begin with",
        check: people::check_address,
        default: |_| Ok(people::DEFAULT_ADDRESS.to_string()),
    },
    Known {
        name: rights::CONTROLLER,
        what: "who answers for the installation, in packages and certificates",
        check: check_text,
        default: rights::controller,
    },
    Known {
        name: rights::BACKUP_DAYS,
        what: "how many days a backup is kept, in packages and certificates",
        check: check_backup_days,
        default: |_| Ok(rights::DEFAULT_BACKUP_DAYS.to_string()),
    },
    Known {
        name: SIGN_IN,
        what: "how colleagues sign in: any, or passkey, so that a password alone only adds a passkey",
        check: check_sign_in,
        default: |_| Ok(ANY_WAY.to_string()),
    },
    Known {
        name: people::COUNTRY,
        what: "in which country people live unless somebody says otherwise: whose law says at which age one answers alone",
        check: people::check_country,
        default: |_| Ok(people::DEFAULT_COUNTRY.to_string()),
    },
];

/// What is set elsewhere, and by which command.
const ELSEWHERE: [(&str, &str, &str); 2] = [
    (book::FOLDER, "where the log is handed out", "grata log keep"),
    (book::WITNESS, "which file keeps heads of the log", "grata log keep"),
];

/// A setting as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub what: &'static str,
    /// What holds; none if nothing does.
    pub value: Option<String>,
    /// Whether somebody has set it.
    pub is_set: bool,
    /// By which command it is set.
    pub set_by: &'static str,
}

/// All settings.
///
/// # Errors
/// The store cannot be used.
pub fn list(store: &Store) -> Result<Vec<Setting>, AppError> {
    let reader = store.read()?;
    let mut settings = Vec::new();
    for Known { name, what, default, .. } in &KNOWN {
        let set = reader.setting(name)?;
        let is_set = set.is_some();
        let value = Some(set.map_or_else(|| default(store), Ok)?);
        settings.push(Setting { name, what, value, is_set, set_by: "grata settings set" });
    }
    for (name, what, set_by) in ELSEWHERE {
        let value = reader.setting(name)?;
        settings.push(Setting { name, what, is_set: value.is_some(), value, set_by });
    }
    Ok(settings)
}

/// Changes a setting. One that says the same already stays as it is.
///
/// # Errors
/// There is no such setting, or it cannot be this.
pub fn set(store: &Store, name: &str, value: &str, by: By) -> Result<(), AppError> {
    let known = KNOWN.iter().find(|known| known.name == name).ok_or_else(|| unknown(name))?;
    let value = value.trim();
    (known.check)(value)?;
    let value = if known.name == people::ADDRESS { value.trim_end_matches('/') } else { value };
    if is(&store.read()?, known.name, value)? {
        return Ok(());
    }
    let mut tx = store.begin(by.at)?;
    tx.set_setting(known.name, value)?;
    tx.commit(by.event(EventKind::ConfigChanged))?;
    Ok(())
}

fn is(reader: &Reader, name: &str, value: &str) -> Result<bool, AppError> {
    Ok(reader.setting(name)?.as_deref() == Some(value))
}

fn unknown(name: &str) -> AppError {
    if let Some((name, _, command)) = ELSEWHERE.iter().find(|(other, ..)| *other == name) {
        let message = format!("`{name}` is set by `{command}`");
        return AppError::new(ErrorKind::Invalid, message).hint("Nothing was done.");
    }
    let names = KNOWN.map(|known| known.name).join(", ");
    AppError::new(ErrorKind::NotFound, "there is no such setting")
        .hint(format!("These can be set: {names}. Nothing was done."))
}

fn check_text(value: &str) -> Result<(), AppError> {
    if value.is_empty() || value.chars().count() > LONGEST || value.chars().any(char::is_control) {
        let message = format!("give one line of 1 to {LONGEST} letters");
        return Err(AppError::new(ErrorKind::Invalid, message).hint("Nothing was done."));
    }
    Ok(())
}

fn check_sign_in(value: &str) -> Result<(), AppError> {
    if [ANY_WAY, BY_PASSKEY].contains(&value) {
        return Ok(());
    }
    let message = format!("colleagues sign in by `{ANY_WAY}` way they have, or by `{BY_PASSKEY}`");
    Err(AppError::new(ErrorKind::Invalid, message).hint("Nothing was done."))
}

/// Whether a password alone is not enough. In doubt it is not.
///
/// # Errors
/// The store cannot be used.
pub fn demands_passkey(reader: &Reader) -> Result<bool, AppError> {
    Ok(reader.setting(SIGN_IN)?.is_some_and(|value| value != ANY_WAY))
}

fn check_backup_days(value: &str) -> Result<(), AppError> {
    match value.parse::<u32>() {
        Ok(days) if (1..=MOST_BACKUP_DAYS).contains(&days) => Ok(()),
        _ => {
            let message = format!("give a whole number of days from 1 to {MOST_BACKUP_DAYS}");
            Err(AppError::new(ErrorKind::Invalid, message).hint("Nothing was done."))
        }
    }
}
