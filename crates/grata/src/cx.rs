//! What a use case needs from around it.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use grata_core::audit::entry::{Actor, Event, EventKind};
use grata_core::id::AccountId;
use grata_core::time::{Clock, Timestamp};

use crate::app::models;
use crate::config::Config;
use crate::error::AppError;
use crate::stop::Stop;
use crate::worker::converter::Converters;
use crate::worker::process::WorkerCommand;
use crate::worker::protocol::ModelFiles;

/// What a use case needs from around it; built in `cli`.
#[derive(Debug, Clone)]
pub struct Cx {
    /// What the environment says.
    pub config: Config,
    /// What does the work.
    pub hands: Hands,
    /// Who may end the work.
    pub stop: Stop,
    /// Who acts: whoever is at the command line, or by whose visit a page does something.
    pub actor: Actor,
}

/// Who does something, and when: what goes on record with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub who: Actor,
    /// When.
    pub at: Timestamp,
}

/// Whose tags and forms those are that somebody at the command line makes: no account says who.
pub const COMMAND_LINE: AccountId = AccountId::from_bytes([0; 16]);

impl By {
    /// What is done, on its way into the log.
    pub fn event(self, kind: EventKind) -> Event {
        Event::new(kind, self.who)
    }

    /// Whose tag or form it is.
    pub fn account(self) -> AccountId {
        self.who.account_id().unwrap_or(COMMAND_LINE)
    }
}

/// What does the work: the worker program, what converts for it, where its model comes from, and the
/// clock it looks at. Tests bring others.
#[derive(Clone)]
pub struct Hands {
    /// The program that works on photos.
    pub workers: WorkerCommand,
    /// What reads HEIC and AVIF for them.
    pub converters: Converters,
    /// Finds the model of pack `detect`, and installs it if need be, after saying so.
    pub detect_model: fn(&Config, &Stop, &mut dyn Write) -> Result<ModelFiles, AppError>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Hands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hands").field("workers", &self.workers).finish_non_exhaustive()
    }
}

impl Cx {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.hands.clock.now()
    }

    /// Who does what is being done, and when.
    pub fn by(&self) -> By {
        By { who: self.actor, at: self.now() }
    }

    /// The same world with somebody else who acts.
    #[must_use]
    pub fn acting(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }
}

/// The clock of this machine, to the microsecond, as the store keeps time.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is a broken one; consents are then not begun yet, and nothing is shown.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }
}

impl Hands {
    /// This very program, and the installed packs.
    pub fn own() -> Self {
        Self {
            workers: WorkerCommand::this_program(),
            converters: Converters::of_the_system(),
            detect_model: installed_detect,
            clock: Arc::new(SystemClock),
        }
    }
}

fn installed_detect(config: &Config, stop: &Stop, say: &mut dyn Write) -> Result<ModelFiles, AppError> {
    models::ensure_detect(config, stop, say).map(|pack| pack.files())
}
