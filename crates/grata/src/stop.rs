//! Ctrl-C and its kin: a flag that everybody looks at, so that nobody is cut off in mid-file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

/// Exit code after Ctrl-C, SIGTERM or SIGHUP: 128 + 2, as shells report the first of them.
pub const STOPPED_EXIT_CODE: u8 = 130;

/// Whether the work is to end now. Clones share the flag.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that the first SIGINT, SIGTERM or SIGHUP raises; the second ends the process at once.
    ///
    /// SIGXFSZ is caught too: a file beyond the size that the system allows is then an error of that
    /// write, like a full disk, and does not end the process.
    ///
    /// # Errors
    /// What the system says if it refuses a handler.
    pub fn on_signals() -> io::Result<Self> {
        let stop = Self::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal finds the flag down, the second finds it raised.
            flag::register_conditional_shutdown(signal, i32::from(STOPPED_EXIT_CODE), Arc::clone(&stop.0))?;
            flag::register(signal, Arc::clone(&stop.0))?;
        }
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
        Ok(stop)
    }

    /// Ends the work.
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody ended the work.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
