//! What a command costs: CPU, wall and memory of the process and all its descendants.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::tools::Outcome;

/// How often memory is looked at.
const TICK: Duration = Duration::from_millis(20);

/// Adding up shared pages takes the kernel a while for gigabytes: it gets this share of the time.
const PSS_SHARE: u32 = 20;

/// What one run cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// User and system seconds of the process and the children that it waited for.
    pub cpu: f64,
    /// Seconds from start to end.
    pub wall: f64,
    /// Highest sum over the process tree at one time, shared pages counted once (PSS), in bytes.
    pub memory: u64,
    /// The highest that each process ever had (VmHWM), added up: no process hides behind another's
    /// low. Pages that two processes share count twice.
    pub high_water: u64,
}

/// Runs the command to its end. Its output goes to `log`, its standard output also back.
///
/// # Errors
/// If it cannot be run. How it ended is for the caller to judge: the exit code comes with the cost.
pub fn measure(mut command: Command, log: &Path) -> Outcome<(Cost, Option<i32>, String)> {
    let printed = log.with_extension("out");
    command.stdin(Stdio::null()).stdout(fs::File::create(&printed)?).stderr(fs::File::create(log)?);
    let start = Instant::now();
    let mut child = command.spawn()?;
    let id = child.id();
    let over = AtomicBool::new(false);
    let (waited, memory) = thread::scope(|scope| {
        let sampler = scope.spawn(|| sample_until(id, &over));
        let waited = wait_but_keep(id);
        over.store(true, Ordering::Relaxed);
        (waited, sampler.join())
    });
    let wall = start.elapsed().as_secs_f64();
    // The process has ended and is not yet reaped: its counters stand still, and can be read.
    let cpu = waited.and_then(|()| cpu_seconds(id));
    let status = child.wait()?;
    let (memory, high_water) = memory.map_err(|_| "the memory sampler panicked")?;
    Ok((Cost { cpu: cpu?, wall, memory, high_water }, status.code(), fs::read_to_string(&printed)?))
}

/// Waits for the end of a child and leaves it to be waited for again.
fn wait_but_keep(id: u32) -> Outcome<()> {
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw).ok_or("an impossible process id")?;
    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
    Ok(())
}

/// Fields 14 to 17 of `/proc/PID/stat`: user and system time, own and of children waited for.
fn cpu_seconds(id: u32) -> Outcome<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name, in brackets, may hold anything; the fields after it do not.
    let (_, fields) = stat.rsplit_once(')').ok_or("an unreadable process status")?;
    let ticks = fields.split_whitespace().skip(11).take(4).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The highest PSS of the tree, and the sum of the highest RSS of its processes.
fn sample_until(root: u32, over: &AtomicBool) -> (u64, u64) {
    let mut highest = 0;
    let mut high_water: HashMap<u32, u64> = HashMap::new();
    let mut next_pss = Instant::now();
    while !over.load(Ordering::Relaxed) {
        let tree = descendants(root);
        for &id in &tree {
            if let Some(bytes) = kilobytes(id, "status", "VmHWM:") {
                let known = high_water.entry(id).or_default();
                *known = bytes.max(*known);
            }
        }
        let start = Instant::now();
        if start >= next_pss {
            let sum = tree.iter().filter_map(|&id| kilobytes(id, "smaps_rollup", "Pss:")).sum();
            highest = highest.max(sum);
            next_pss = Instant::now() + start.elapsed() * PSS_SHARE;
        }
        thread::sleep(TICK);
    }
    (highest, high_water.values().sum())
}

/// The process and all below it.
fn descendants(root: u32) -> Vec<u32> {
    let mut tree = vec![root];
    let mut at = 0;
    while let Some(&id) = tree.get(at) {
        at += 1;
        let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        for thread in threads {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            tree.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    tree
}

/// A line `KEY   1234 kB` of a file about a process, in bytes; `None` if the process is gone.
fn kilobytes(id: u32, file: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/{file}")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_children_counts() {
        if !Path::new("/proc/self/smaps_rollup").exists() {
            eprintln!("SKIPPED the cost of children: this system tells nothing about processes");
            return;
        }
        let log = std::env::temp_dir().join(format!("grata-measure-{}.log", std::process::id()));
        let mut command = Command::new("sh");
        command.args(["-c", "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; echo said; exit 3"]);
        let (cost, code, said) = measure(command, &log).unwrap();
        assert_eq!((code, said.as_str()), (Some(3), "said\n"));
        assert!(cost.cpu > 0.0 && cost.memory > 0 && cost.high_water > 0, "{cost:?}");
        for file in [log.with_extension("out"), log] {
            fs::remove_file(file).unwrap();
        }
    }
}
