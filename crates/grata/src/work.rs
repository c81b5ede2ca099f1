//! Photo work behind the pages: a few workers that are kept running, what somebody waits for first,
//! what can wait afterwards, and how far it is.
//!
//! - [`pictures`]: small pictures for screens, made of sealed originals
//! - [`releasing`]: releases that stay in the house, for galleries and ZIP files
//! - [`recalling`]: what may no longer be shown, and the list for the webmaster
//! - [`timing`]: about when photos were taken that are here already

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use grata_core::id::PhotoId;

use crate::error::{AppError, ErrorKind};
use crate::worker::pool::{Crew, Slot};

pub mod pictures;
pub mod recalling;
pub mod releasing;
pub mod timing;

/// Something that takes a worker.
type Job = Box<dyn FnOnce(&mut Slot<'_>) + Send>;

/// Workers that are kept running, and what they have to do.
#[derive(Clone)]
pub struct Works(Arc<Inside>);

struct Inside {
    queue: Mutex<Queue>,
    wake: Condvar,
    progress: Mutex<BTreeMap<String, Progress>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Job>,
    patient: VecDeque<Job>,
    closed: bool,
}

/// How far something is that takes a while.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Photos in all.
    pub total: usize,
    /// Photos that are settled, those below among them.
    pub done: usize,
    /// Photos that stay in the house.
    pub withheld: usize,
    /// Photos that could not be made.
    pub failed: usize,
    /// Which: somebody has to look at them.
    pub failures: Vec<PhotoId>,
    /// Why, where it is known, and for how many of them.
    pub reasons: BTreeMap<String, usize>,
}

impl Progress {
    /// Whether nothing is left to be done.
    pub fn is_over(&self) -> bool {
        self.done >= self.total
    }
}

impl Works {
    /// Starts `count` threads, each with a worker of this crew once there is something to do.
    pub fn start(crew: Crew, count: usize) -> Self {
        let inside = Inside {
            queue: Mutex::default(),
            wake: Condvar::new(),
            progress: Mutex::default(),
            threads: Mutex::default(),
        };
        let works = Self(Arc::new(inside));
        let threads = (0..count.max(1)).map(|_| {
            let (works, crew) = (works.clone(), crew.clone());
            std::thread::spawn(move || works.run(&crew))
        });
        lock(&works.0.threads).extend(threads);
        works
    }

    fn run(&self, crew: &Crew) {
        let mut slot = crew.slot();
        while let Some(job) = self.next() {
            // A fault in one job must not cost the others their worker; whoever waits is told.
            if catch_unwind(AssertUnwindSafe(|| job(&mut slot))).is_err() {
                slot = crew.slot();
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = lock(&self.0.queue);
        loop {
            if queue.closed {
                return None;
            }
            if let Some(job) = queue.urgent.pop_front().or_else(|| queue.patient.pop_front()) {
                return Some(job);
            }
            queue = self.0.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Does something with a worker and waits for it, before everything that can wait. Blocks.
    ///
    /// # Errors
    /// `Unavailable` if grata is being stopped.
    pub fn now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Slot<'_>) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |slot| {
            // Nobody waiting any more is no fault.
            let _ = sender.send(work(slot));
        });
        let mut queue = lock(&self.0.queue);
        if !queue.closed {
            queue.urgent.push_back(job);
        }
        drop(queue);
        self.0.wake.notify_one();
        receiver.recv().map_err(|_| AppError::new(ErrorKind::Unavailable, "this work was broken off"))
    }

    /// Does something with a worker when nobody waits for one.
    pub fn later(&self, work: impl FnOnce(&mut Slot<'_>) + Send + 'static) {
        let mut queue = lock(&self.0.queue);
        if !queue.closed {
            queue.patient.push_back(Box::new(work));
        }
        drop(queue);
        self.0.wake.notify_one();
    }

    /// Begins something that takes a while under this name. `false`: it is being done already.
    pub fn begin(&self, name: &str, total: usize) -> bool {
        let mut progress = lock(&self.0.progress);
        if progress.get(name).is_some_and(|one| !one.is_over()) {
            return false;
        }
        progress.insert(name.to_string(), Progress { total, ..Progress::default() });
        true
    }

    /// Notes that it has come further.
    pub fn note(&self, name: &str, change: impl FnOnce(&mut Progress)) {
        if let Some(progress) = lock(&self.0.progress).get_mut(name) {
            change(progress);
        }
    }

    /// How far it is; none if it was never begun.
    pub fn progress(&self, name: &str) -> Option<Progress> {
        lock(&self.0.progress).get(name).cloned()
    }

    /// Finishes what is being worked on, leaves the rest, and ends the threads.
    pub fn stop(&self) {
        {
            let mut queue = lock(&self.0.queue);
            queue.closed = true;
            // Whoever waits for one of these is told by the loss of the sender.
            queue.urgent.clear();
            queue.patient.clear();
        }
        self.0.wake.notify_all();
        let threads = std::mem::take(&mut *lock(&self.0.threads));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic elsewhere has left is a queue or a table, each whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
