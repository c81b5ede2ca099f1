//! What a worker takes from itself (SEC-8), in three steps, each for good.
//!
//! 1. [`limit_resources`], on any Unix: memory, few files, no file writing, no core dump.
//! 2. [`lock_to_reading`], before the neural runtime's library is loaded, since a library may act on
//!    its own as soon as it is: that of ONNX Runtime 1.31 keeps a database for telemetry in the home
//!    folder and sends it to its maker, unless told otherwise (SEC-4). It is told otherwise, see
//!    [`ENVIRONMENT`]; and it could not: from here on nothing is written, sent or run.
//! 3. [`lock_in`], before the first photo: no file at all.
//!
//! The locks of Linux are two, since each has gaps:
//!
//! - a seccomp filter over all threads. It lists what is forbidden, since a neural runtime may need
//!   any other call; so
//! - Landlock besides: files and TCP ports, whatever the call is named. It holds for the calling
//!   thread and those it starts later. Kernels before 6.7 lack the ports, those before 5.13 all of it.
//!
//! A missing lock is no error: the worker says what it has, and `grata doctor` passes it on.

use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use grata_vision::runtime::onnx::TELEMETRY_OFF;
use rustix::process::{Resource, Rlimit, setrlimit};

/// The whole environment of a worker. ONNX Runtime is told to keep and send no telemetry.
pub const ENVIRONMENT: [(&str, &str); 1] = [TELEMETRY_OFF];

/// Files that a worker may have open: two pipes, the model, the library and what it loads.
const OPEN_FILES: u64 = 64;

/// Limits memory, files and dumps, for good.
///
/// `memory_bytes`: of private memory (`RLIMIT_DATA`), and with half as much again of address space
/// for mapped libraries and reserved, untouched heaps (`RLIMIT_AS`).
///
/// # Errors
/// What the system says; a worker without limits must not begin.
pub fn limit_resources(memory_bytes: u64) -> io::Result<Vec<String>> {
    // Where memory runs out all the same, the system is to end a worker, not its parent.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, OPEN_FILES)?;
    limit(Resource::Data, memory_bytes)?;
    limit(Resource::As, memory_bytes.saturating_add(memory_bytes / 2))?;
    Ok(vec![format!("memory limited to {} MiB", memory_bytes >> 20)])
}

/// Never above what the system already imposes.
fn limit(resource: Resource, wish: u64) -> io::Result<()> {
    let hard = rustix::process::getrlimit(resource).maximum.map_or(wish, |maximum| maximum.min(wish));
    Ok(setrlimit(resource, Rlimit { current: Some(hard), maximum: Some(hard) })?)
}

/// Gives up the network, other programs, and writing, as far as the kernel can be asked to. Returns
/// what does not hold, in plain words.
pub fn lock_to_reading() -> Vec<String> {
    #[cfg(target_os = "linux")]
    return [linux::landlock(linux::Files::Read), linux::seccomp(linux::Files::Read)]
        .into_iter()
        .filter_map(|lock| lock.err())
        .map(|why| format!("not locked while loading: {why}"))
        .collect();
    #[cfg(not(target_os = "linux"))]
    Vec::new()
}

/// Gives up reading files as well. Returns what holds now, in plain words.
pub fn lock_in() -> Vec<String> {
    #[cfg(target_os = "linux")]
    return vec![
        linux::end_with_the_parent(),
        linux::landlock(linux::Files::None).unwrap_or_else(|why| format!("no Landlock ({why})")),
        linux::seccomp(linux::Files::None).unwrap_or_else(|why| format!("no seccomp filter ({why})")),
    ];
    #[cfg(not(target_os = "linux"))]
    vec!["no file and network locks on this system".into()]
}

/// Leaves the program that this process is about to become with its own file, libraries, the `photo`
/// that it is to read, and nothing else: no other file, no writing but to what is open, no network.
/// Starting programs cannot be forbidden, or there would be no becoming one; they inherit all of this.
///
/// As for workers, a lock that the kernel lacks is no error; `grata doctor` tells which.
///
/// # Errors
/// If the system has the lock for files, but it does not close.
pub fn lock_to_converting(program: &Path, photo: BorrowedFd<'_>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        linux::end_with_the_parent();
        linux::landlock_to(program, photo).map_err(|why| io::Error::other(why.to_string()))?;
        let _ = linux::seccomp_for_programs();
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (program, photo);
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::error::Error;
    use std::os::fd::BorrowedFd;
    use std::path::Path;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
        RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
    };
    use rustix::process::{DumpableBehavior, Signal};
    use seccompiler::{
        SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        TargetArch,
    };

    type Outcome = Result<String, Box<dyn Error>>;

    /// Which files may still be opened.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Files {
        /// Any, for reading.
        Read,
        /// None.
        None,
    }

    /// A killed parent leaves no worker behind, and no other process may look into a worker.
    pub fn end_with_the_parent() -> String {
        let ends = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).is_ok();
        let closed = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok();
        match ends && closed {
            true => "ends with its parent, no dumps".into(),
            false => "may outlive its parent or be dumped".into(),
        }
    }

    /// Where programs and libraries lie, and what finds them.
    const SYSTEM: [&str; 8] =
        ["/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/nix/store", "/gnu/store"];

    /// Every access that this kernel's Landlock knows is forbidden.
    fn nothing_allowed() -> Result<RulesetCreated, Box<dyn Error>> {
        let newest = ABI::V6;
        Ok(Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(newest))?
            .handle_access(AccessNet::from_all(newest))?
            .scope(Scope::from_all(newest))?
            .create()?)
    }

    /// Forbidden is all but the system's programs, this one, reading `photo`, and the file into which
    /// anybody may write anything.
    pub fn landlock_to(program: &Path, photo: BorrowedFd<'_>) -> Result<(), Box<dyn Error>> {
        let (read, run) = (AccessFs::ReadFile, AccessFs::ReadFile | AccessFs::Execute);
        let mut rules = nothing_allowed()?;
        // What is in memory only lies on no file system that Landlock knows: it needs no rule, and takes
        // none. A seal against writing tells it from a file on a disk.
        let in_memory = rustix::fs::fcntl_get_seals(photo)
            .is_ok_and(|seals| seals.contains(rustix::fs::SealFlags::WRITE));
        if !in_memory {
            rules = rules.add_rule(PathBeneath::new(photo, read))?;
        }
        rules = rules
            .add_rule(PathBeneath::new(PathFd::new(program)?, run))?
            .add_rule(PathBeneath::new(PathFd::new("/dev/null")?, read | AccessFs::WriteFile))?;
        for place in SYSTEM.iter().filter_map(|place| PathFd::new(place).ok()) {
            rules = rules.add_rule(PathBeneath::new(place, run | AccessFs::ReadDir))?;
        }
        rules.restrict_self()?;
        Ok(())
    }

    /// Every access that this kernel's Landlock knows is forbidden, but reading where that is needed.
    pub fn landlock(files: Files) -> Outcome {
        let mut rules = nothing_allowed()?;
        if files == Files::Read {
            rules = rules
                .add_rule(PathBeneath::new(PathFd::new("/")?, AccessFs::ReadFile | AccessFs::ReadDir))?;
        }
        held(rules)
    }

    fn held(rules: RulesetCreated) -> Outcome {
        match rules.restrict_self()?.ruleset {
            RulesetStatus::FullyEnforced => Ok("Landlock: no files, no TCP, no signals".into()),
            RulesetStatus::PartiallyEnforced => Ok("Landlock: no files (an older kernel)".into()),
            RulesetStatus::NotEnforced => Err("not in this kernel".into()),
        }
    }

    /// Forbids system calls with `EPERM`, for all threads.
    ///
    /// The x32 twins of these calls have other numbers and pass; kernels rarely have them, and
    /// Landlock covers those that matter.
    pub fn seccomp(files: Files) -> Outcome {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            always_forbidden().into_iter().map(|call| (call, Vec::new())).collect();
        for (call, flags_argument) in openings() {
            let rule = if files == Files::None { Vec::new() } else { opens_for_writing(flags_argument)? };
            rules.insert(call, rule);
        }
        forbid(rules)?;
        Ok("seccomp: no opening, no sockets, no programs".into())
    }

    /// As [`seccomp`], but for opening files, which Landlock judges, and starting programs.
    pub fn seccomp_for_programs() -> Outcome {
        let starting = starting_programs();
        let forbidden = always_forbidden().into_iter().filter(|call| !starting.contains(call));
        forbid(forbidden.map(|call| (call, Vec::new())).collect())?;
        Ok("seccomp: no sockets".into())
    }

    fn forbid(rules: BTreeMap<i64, Vec<SeccompRule>>) -> Result<(), Box<dyn Error>> {
        let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let target: TargetArch = std::env::consts::ARCH.try_into()?;
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, target)?;
        let program: seccompiler::BpfProgram = filter.try_into()?;
        Ok(seccompiler::apply_filter_all_threads(&program)?)
    }

    fn starting_programs() -> Vec<i64> {
        #[cfg(target_arch = "x86_64")]
        return vec![libc::SYS_execve, libc::SYS_fork, libc::SYS_vfork];
        #[cfg(not(target_arch = "x86_64"))]
        vec![libc::SYS_execve]
    }

    /// Calls that open a file, and which of their arguments says what for.
    fn openings() -> Vec<(i64, u8)> {
        #[cfg(target_arch = "x86_64")]
        return vec![(libc::SYS_openat, 2), (libc::SYS_open, 1)];
        #[cfg(not(target_arch = "x86_64"))]
        vec![(libc::SYS_openat, 2)]
    }

    /// Any of the flags that let a file be changed or made.
    fn opens_for_writing(flags_argument: u8) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
        let flag = |flag: i32| {
            let flag = u64::from(flag.unsigned_abs());
            let set = SeccompCmpOp::MaskedEq(flag);
            let condition = SeccompCondition::new(flags_argument, SeccompCmpArgLen::Dword, set, flag)?;
            SeccompRule::new(vec![condition])
        };
        [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC].into_iter().map(flag).collect()
    }

    /// System calls that change files, reach the network, other programs or the kernel's rarer corners.
    fn always_forbidden() -> Vec<i64> {
        let mut calls = vec![
            // files by name
            libc::SYS_openat2,
            libc::SYS_open_by_handle_at,
            libc::SYS_name_to_handle_at,
            libc::SYS_unlinkat,
            libc::SYS_renameat2,
            libc::SYS_linkat,
            libc::SYS_symlinkat,
            libc::SYS_mkdirat,
            libc::SYS_mknodat,
            libc::SYS_fchmodat,
            libc::SYS_fchownat,
            libc::SYS_truncate,
            libc::SYS_utimensat,
            libc::SYS_setxattr,
            libc::SYS_chdir,
            libc::SYS_chroot,
            libc::SYS_pivot_root,
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_open_tree,
            libc::SYS_move_mount,
            libc::SYS_memfd_create,
            // network
            libc::SYS_socket,
            libc::SYS_socketpair,
            libc::SYS_connect,
            libc::SYS_bind,
            libc::SYS_listen,
            libc::SYS_accept,
            libc::SYS_accept4,
            libc::SYS_sendto,
            libc::SYS_sendmsg,
            // programs and other processes
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_open,
            libc::SYS_pidfd_getfd,
            libc::SYS_kill,
            libc::SYS_setns,
            libc::SYS_unshare,
            // the kernel
            libc::SYS_io_uring_setup,
            libc::SYS_io_uring_enter,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_userfaultfd,
            libc::SYS_add_key,
            libc::SYS_request_key,
            libc::SYS_keyctl,
            libc::SYS_init_module,
            libc::SYS_finit_module,
            libc::SYS_kexec_load,
        ];
        calls.extend(old_names());
        calls
    }

    /// Calls that newer architectures no longer have.
    #[cfg(target_arch = "x86_64")]
    fn old_names() -> Vec<i64> {
        vec![
            libc::SYS_creat,
            libc::SYS_unlink,
            libc::SYS_rename,
            libc::SYS_renameat,
            libc::SYS_link,
            libc::SYS_symlink,
            libc::SYS_mkdir,
            libc::SYS_rmdir,
            libc::SYS_mknod,
            libc::SYS_chmod,
            libc::SYS_chown,
            libc::SYS_lchown,
            libc::SYS_fork,
            libc::SYS_vfork,
        ]
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn old_names() -> Vec<i64> {
        Vec::new()
    }
}
