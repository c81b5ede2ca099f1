//! What a worker takes from itself before the first photo (SEC-8).
//!
//! First limits on resources, which any Unix has: memory, few files, no file writing, no core dump.
//! Then, on Linux, two locks that hold until the process ends:
//!
//! - a seccomp filter over all threads: no opening of files, no sockets, no programs, no tracing.
//!   It lists what is forbidden, since a neural runtime may need any other call; so
//! - Landlock besides: no file and no TCP port, whatever the call is named. It holds for the calling
//!   thread and those it starts, so the lock comes before the runtime makes any. Kernels before 6.7
//!   lack the ports, those before 5.13 all of it.
//!
//! A missing lock is no error: the worker says what it has, and `grata doctor` passes it on.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

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

/// Gives up files, network and other programs, as far as the kernel can be asked to. Returns what
/// holds now, in plain words.
pub fn lock_in() -> Vec<String> {
    locks()
}

#[cfg(not(target_os = "linux"))]
fn locks() -> Vec<String> {
    vec!["no file and network locks on this system".into()]
}

#[cfg(target_os = "linux")]
fn locks() -> Vec<String> {
    vec![
        linux::end_with_the_parent(),
        linux::landlock().unwrap_or_else(|why| format!("no Landlock ({why})")),
        linux::seccomp().unwrap_or_else(|why| format!("no seccomp filter ({why})")),
    ]
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::error::Error;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope,
    };
    use rustix::process::{DumpableBehavior, Signal};
    use seccompiler::{SeccompAction, SeccompFilter, TargetArch};

    type Outcome = Result<String, Box<dyn Error>>;

    /// A killed parent leaves no worker behind, and no other process may look into a worker.
    pub fn end_with_the_parent() -> String {
        let ends = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).is_ok();
        let closed = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok();
        match ends && closed {
            true => "ends with its parent, no dumps".into(),
            false => "may outlive its parent or be dumped".into(),
        }
    }

    /// Every access that this kernel's Landlock knows is forbidden: there is not one rule.
    pub fn landlock() -> Outcome {
        let newest = ABI::V6;
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(newest))?
            .handle_access(AccessNet::from_all(newest))?
            .scope(Scope::from_all(newest))?
            .create()?
            .restrict_self()?;
        match status.ruleset {
            RulesetStatus::FullyEnforced => Ok("Landlock: no files, no TCP, no signals".into()),
            RulesetStatus::PartiallyEnforced => Ok("Landlock: no files (an older kernel)".into()),
            RulesetStatus::NotEnforced => Err("not in this kernel".into()),
        }
    }

    /// Forbids the calls of [`forbidden`] with `EPERM`, for all threads.
    ///
    /// The x32 twins of these calls have other numbers and pass; kernels rarely have them, and
    /// Landlock covers those that matter.
    pub fn seccomp() -> Outcome {
        let rules: BTreeMap<i64, Vec<_>> = forbidden().into_iter().map(|call| (call, Vec::new())).collect();
        let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let target: TargetArch = std::env::consts::ARCH.try_into()?;
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, target)?;
        let program: seccompiler::BpfProgram = filter.try_into()?;
        seccompiler::apply_filter_all_threads(&program)?;
        Ok("seccomp: no opening, no sockets, no programs".into())
    }

    /// System calls that reach files, the network, other programs or the kernel's rarer corners.
    fn forbidden() -> Vec<i64> {
        let mut calls = vec![
            // files by name
            libc::SYS_openat,
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
        calls.extend(forbidden_old_names());
        calls
    }

    /// Calls that newer architectures no longer have.
    #[cfg(target_arch = "x86_64")]
    fn forbidden_old_names() -> Vec<i64> {
        vec![
            libc::SYS_open,
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
    fn forbidden_old_names() -> Vec<i64> {
        Vec::new()
    }
}
