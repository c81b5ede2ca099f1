//! A worker for each job: kept from photo to photo, started again after it was lost.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::process::{WorkerCommand, WorkerError, WorkerProcess};
use super::protocol::{Checked, Hello, Introduction, Task};
use crate::config::Limits;
use crate::stop::Stop;

/// Failed starts in a row after which a slot rests, and fails its photos at once.
const MAX_FAILED_STARTS: u32 = 3;

/// How long it rests before it tries again: what was missing, such as memory, may be there by then.
const REST: Duration = Duration::from_secs(10);

/// What every worker of a batch has in common.
#[derive(Debug, Clone)]
pub struct Crew {
    /// The program.
    pub command: WorkerCommand,
    /// Its first message.
    pub hello: Hello,
    /// What one photo may cost.
    pub limits: Limits,
    /// Who may end the work.
    pub stop: Stop,
}

impl Crew {
    /// A crew within `limits`, all of whose workers load `model`.
    pub fn new(
        command: &WorkerCommand,
        model: Option<super::protocol::ModelFiles>,
        limits: Limits,
        stop: &Stop,
    ) -> Self {
        let hello = Hello {
            model,
            file_bytes: limits.photo.file_bytes,
            pixels: limits.photo.pixels,
            memory_bytes: limits.worker_bytes,
            find: None,
        };
        Self { command: command.clone(), hello, limits, stop: stop.clone() }
    }

    /// The same, whose workers load a recognition model as well.
    #[must_use]
    pub fn comparing(mut self, find: super::protocol::FindFiles) -> Self {
        self.hello.find = Some(find);
        self
    }

    /// One slot, its worker started, so that what cannot work fails before anything is done.
    ///
    /// # Errors
    /// As [`WorkerProcess::start`].
    pub fn first_slot(&self) -> Result<Slot<'_>, WorkerError> {
        let worker = WorkerProcess::start(&self.command, &self.hello, &self.stop)?;
        Ok(Slot { worker: Some(worker), ..self.slot() })
    }

    /// Starts a worker and ends it: whether model and runtime load, and what the worker says of itself. The one way to try a runtime: its library never enters this process.
    ///
    /// # Errors
    /// As [`WorkerProcess::start`].
    pub fn try_out(&self) -> Result<Introduction, WorkerError> {
        let worker = WorkerProcess::start(&self.command, &self.hello, &self.stop)?;
        Ok(worker.introduction().clone())
    }

    /// One slot, whose worker is started with the first photo.
    pub fn slot(&self) -> Slot<'_> {
        Slot { crew: self, worker: None, failed_starts: 0, rests_until: None }
    }
}

/// The place of one worker at a time.
#[derive(Debug)]
pub struct Slot<'a> {
    crew: &'a Crew,
    worker: Option<WorkerProcess>,
    failed_starts: u32,
    rests_until: Option<Instant>,
}

impl Slot<'_> {
    /// What the worker said of itself, if it is running.
    pub fn introduction(&self) -> Option<&Introduction> {
        self.worker.as_ref().map(WorkerProcess::introduction)
    }

    /// Sends a photo through the worker. The finished file goes to `sink` piece by piece; what came
    /// before an error is worth nothing.
    ///
    /// # Errors
    /// [`WorkerError`]: this photo is lost. The slot can be used again.
    pub fn process(
        &mut self,
        task: &Task,
        photo: &mut impl Read,
        photo_bytes: u64,
        sink: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Checked, WorkerError> {
        let mut worker = self.take_worker()?;
        let Limits { photo: limits, time, .. } = &self.crew.limits;
        let checked = worker.ask(task, photo, photo_bytes, limits, *time)?;
        match &checked {
            Checked::Done(done) => worker.receive(done.body_bytes, sink)?,
            Checked::Group(_, body_bytes) => worker.receive(*body_bytes, sink)?,
            Checked::Measured(_) | Checked::Refused(_) => {}
        }
        // Only a worker in good order comes back; any `?` above has killed it.
        self.worker = Some(worker);
        Ok(checked)
    }

    fn take_worker(&mut self) -> Result<WorkerProcess, WorkerError> {
        if let Some(worker) = self.worker.take() {
            return Ok(worker);
        }
        if self.rests_until.is_some_and(|until| Instant::now() < until) {
            return Err(WorkerError::Start("worker processes no longer start".into()));
        }
        let started = WorkerProcess::start(&self.crew.command, &self.crew.hello, &self.crew.stop);
        self.failed_starts = if started.is_ok() { 0 } else { self.failed_starts.saturating_add(1) };
        self.rests_until = (self.failed_starts >= MAX_FAILED_STARTS).then(|| Instant::now() + REST);
        started
    }
}

/// Works on the items `0..count`, one at a time in each slot, and hands the results to `each` in the
/// order of the items, as soon as that is possible. `work` gives `None` for an item that is to be
/// left out; once `stop` is raised, no further item is begun.
///
/// Waiting for an earlier item costs the memory of the later results, which hold no pixels.
pub fn in_order<S: Send, R: Send>(
    slots: Vec<S>,
    count: usize,
    stop: &Stop,
    work: impl Fn(&mut S, usize) -> Option<R> + Sync,
    mut each: impl FnMut(R),
) {
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::sync_channel(slots.len().max(1));
    std::thread::scope(|scope| {
        for mut slot in slots {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                while !stop.is_raised() {
                    let item = next.fetch_add(1, Ordering::Relaxed);
                    if item >= count || sender.send((item, work(&mut slot, item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (item, result) in results {
            waiting.insert(item, result);
            while let Some(result) = waiting.remove(&due) {
                result.into_iter().for_each(&mut each);
                due += 1;
            }
        }
        // After a stop, items may be missing in between.
        waiting.into_values().flatten().for_each(&mut each);
    });
}

/// How many photos to work on at once: one a processor, as far as memory goes.
///
/// `wish`: what the user asked for, taken as it is. `typical_bytes`: what one worker takes for an
/// ordinary photo.
pub fn jobs(wish: Option<NonZeroUsize>, typical_bytes: u64) -> NonZeroUsize {
    wish.unwrap_or_else(|| {
        let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let fitting = available_memory().map_or(u64::MAX, |bytes| bytes / typical_bytes.max(1));
        let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
        processors.min(NonZeroUsize::new(fitting).unwrap_or(NonZeroUsize::MIN))
    })
}

/// Memory in bytes that the system could give right now, where it says so (Linux).
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_whoever_is_faster() {
        for slots in [1, 2, 7] {
            let mut seen = Vec::new();
            let work = |_: &mut (), item: usize| {
                std::thread::sleep(Duration::from_millis((item * 7 % 5) as u64));
                (item % 4 != 3).then_some(item)
            };
            in_order(vec![(); slots], 40, &Stop::default(), work, |item| seen.push(item));
            assert_eq!(seen, (0..40).filter(|item| item % 4 != 3).collect::<Vec<_>>(), "{slots} slots");
        }
    }

    #[test]
    fn a_stop_begins_nothing_new_and_keeps_what_was_done() {
        let stop = Stop::default();
        let mut seen = Vec::new();
        let work = |_: &mut (), item: usize| {
            if item == 5 {
                stop.raise();
                return None;
            }
            Some(item)
        };
        in_order(vec![(); 1], 1000, &stop, work, |item| seen.push(item));
        assert_eq!(seen, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_slot_whose_workers_do_not_start_rests_and_tries_again() {
        let folder = tempfile::tempdir().unwrap();
        let command = WorkerCommand { program: folder.path().join("worker"), arguments: Vec::new() };
        let limits = crate::config::Config::from_variables(|_| None).unwrap().limits;
        let crew = Crew::new(&command, None, limits, &Stop::default());
        let mut slot = crew.slot();
        let why = |slot: &mut Slot<'_>| slot.take_worker().unwrap_err().to_string();
        for _ in 0..MAX_FAILED_STARTS {
            assert!(why(&mut slot).contains("cannot be started"));
        }
        assert!(why(&mut slot).contains("no longer start"));
        let until = slot.rests_until.unwrap();
        assert!(until <= Instant::now() + REST, "not for ever");
        // It is over.
        slot.rests_until = Some(Instant::now());
        assert!(why(&mut slot).contains("cannot be started"));
        assert!(why(&mut slot).contains("no longer start"), "and it rests again");
    }

    #[test]
    fn jobs_are_the_processors_that_memory_can_feed() {
        assert_eq!(jobs(NonZeroUsize::new(9), u64::MAX).get(), 9);
        assert_eq!(jobs(None, u64::MAX).get(), 1);
        assert_eq!(jobs(None, 1), std::thread::available_parallelism().unwrap());
    }
}
