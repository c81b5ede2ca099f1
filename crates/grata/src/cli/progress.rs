//! A progress bar for works of many items: on a terminal, and only there.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::releases::Watcher;

/// Shows how far a work is, and tells `each` item.
pub struct Progress<F> {
    bar: ProgressBar,
    each: F,
}

impl<F> Progress<F> {
    /// `unit`: what is counted, such as `photos`.
    pub fn new(unit: &str, each: F) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        // A template of our own that indicatif accepts; if it did not, the bar looks plainer.
        if let Ok(style) =
            ProgressStyle::with_template(&format!("{{wide_bar}} {{pos}}/{{len}} {unit}, {{eta}} left"))
        {
            bar.set_style(style);
        }
        Self { bar, each }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress<()> {
    /// A bar that is told where it is.
    pub fn counted(unit: &str) -> Self {
        Self::new(unit, ())
    }

    /// So many are done, of so many.
    pub fn at(&self, done: usize, of: usize) {
        if io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.set_length(of as u64);
            self.bar.set_position(done as u64);
        }
        if done == of {
            self.finish();
        }
    }
}

impl<T, F: FnMut(T)> Watcher<T> for Progress<F> {
    fn begins(&mut self, count: usize) {
        if io::stderr().is_terminal() {
            self.bar.set_length(count as u64);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.tick();
        }
    }

    fn settled(&mut self, item: T) {
        let Self { bar, each } = self;
        bar.suspend(|| each(item));
        bar.inc(1);
    }
}
