//! What a confined command may ask of the kernel: seccomp. Landlock knows TCP alone, so every other
//! kind of socket is refused here, and with it what looks into other processes or changes mounts.
//!
//! Neighbour: `launched` calls it on the process that becomes the command.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::orders::Spaces;

/// A condition on one argument.
type Condition = (u8, SeccompCmpOp, u64);

/// What is refused altogether.
const REFUSED: [c_long; 42] = [
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_sethostname,
    libc::SYS_syslog,
];

/// What is refused where others share their memory and messages by numbers with us: Landlock knows
/// neither.
const SHARED: [c_long; 11] = [
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_mq_notify,
];

/// What of a socket's kind is its kind; the rest are flags.
const KIND: u64 = 0xf;

/// Every namespace that `clone` can make but that of time, whose bit means something else there.
const SPACES: [i32; 7] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// Refuses calls to this process and all that it starts, for good.
pub(super) fn refuse(spaces: Spaces) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("seccomp: {error}");
    let arch: TargetArch =
        std::env::consts::ARCH.try_into().map_err(|it: seccompiler::BackendError| failed(&it))?;
    let absent = [(libc::SYS_clone3, Vec::new())];
    for (rules, errno) in [(forbidden(spaces), libc::EPERM), (absent.into(), libc::ENOSYS)] {
        let rules = compiled(rules).map_err(|it| failed(&it))?;
        let answer = SeccompAction::Errno(errno.unsigned_abs());
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, answer, arch);
        let program: BpfProgram = filter
            .and_then(TryInto::try_into)
            .map_err(|it: seccompiler::BackendError| failed(&it))?;
        seccompiler::apply_filter(&program).map_err(|it| failed(&it))?;
    }
    seccompiler::apply_filter(&without_unknown()).map_err(|it| failed(&it))
}

/// The calls that are refused, and in which cases; without any, always.
fn forbidden(spaces: Spaces) -> BTreeMap<c_long, Vec<Vec<Condition>>> {
    let shared: &[c_long] = match spaces {
        Spaces::Own => &[],
        Spaces::Shared => &SHARED,
    };
    let mut all: BTreeMap<c_long, Vec<Vec<Condition>>> =
        REFUSED.iter().chain(shared).map(|it| (*it, Vec::new())).collect();
    all.insert(libc::SYS_socket, sockets());
    // One of a pair that sends datagrams can send them to any socket of files.
    let pairs = kinds_but(&[libc::SOCK_STREAM, libc::SOCK_SEQPACKET]);
    all.insert(libc::SYS_socketpair, pairs.map(|it| vec![it]).collect());
    // Limits of another process can end it.
    all.insert(libc::SYS_prlimit64, vec![vec![(0, SeccompCmpOp::Ne, 0)]]);
    let space = |it: i32| {
        let bit = u64::from(it.unsigned_abs());
        vec![(0, SeccompCmpOp::MaskedEq(bit), bit)]
    };
    all.insert(libc::SYS_clone, SPACES.map(space).to_vec());
    // `TIOCSTI` and `TIOCLINUX`: typing into a terminal that one was only shown.
    let ioctl = |it: u64| vec![(1, SeccompCmpOp::Eq, it)];
    all.insert(libc::SYS_ioctl, [0x5412, 0x541c].map(ioctl).to_vec());
    // A connection that is opened by sending asks no list of ports.
    let fast = u64::from(libc::MSG_FASTOPEN.unsigned_abs());
    for (call, at) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
        all.insert(call, vec![vec![(at, SeccompCmpOp::MaskedEq(fast), fast)]]);
    }
    all
}

/// The sockets that are refused: all but streams of TCP. Those of files would lead to whoever listens
/// there, which Landlock learned to hold back only lately; pairs of them are another call, and of
/// those only such as stay a pair may be made.
fn sockets() -> Vec<Vec<Condition>> {
    let families = [libc::AF_INET, libc::AF_INET6].map(|it| u64::from(it.unsigned_abs()));
    let mut all = vec![families.map(|it| (0, SeccompCmpOp::Ne, it)).to_vec()];
    for family in families {
        let of = (0, SeccompCmpOp::Eq, family);
        all.extend(kinds_but(&[libc::SOCK_STREAM]).map(|kind| vec![of.clone(), kind]));
        // Other protocols are streams too, and asked no list of ports.
        let tcp = u64::from(libc::IPPROTO_TCP.unsigned_abs());
        all.push(vec![of, (2, SeccompCmpOp::Ne, 0), (2, SeccompCmpOp::Ne, tcp)]);
    }
    all
}

/// Every kind of socket but these, by the second argument.
fn kinds_but(allowed: &[i32]) -> impl Iterator<Item = Condition> + use<> {
    let allowed: Vec<u64> = allowed.iter().map(|it| u64::from(it.unsigned_abs())).collect();
    (0..=KIND)
        .filter(move |it| !allowed.contains(it))
        .map(|kind| (1, SeccompCmpOp::MaskedEq(KIND), kind))
}

fn compiled(
    all: BTreeMap<c_long, Vec<Vec<Condition>>>,
) -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let rule = |conditions: Vec<Condition>| {
        let conditions = conditions
            .into_iter()
            .map(|(at, operator, value)| {
                SeccompCondition::new(at, SeccompCmpArgLen::Dword, operator, value)
            })
            .collect::<Result<_, _>>()?;
        SeccompRule::new(conditions)
    };
    all.into_iter()
        .map(|(call, rules)| Ok((call, rules.into_iter().map(rule).collect::<Result<_, _>>()?)))
        .collect()
}

/// Calls that nobody looked at when these lists were written are not there: those of newer kernels,
/// and the second numbers by which some know every call of this machine.
fn without_unknown() -> BpfProgram {
    // Behind `mseal`, on every machine.
    const FIRST_UNKNOWN: u32 = 463;
    let (load, at_least, answer) = (0x20, 0x35, 0x06);
    let step = |code, jt, jf, k| seccompiler::sock_filter { code, jt, jf, k };
    vec![
        step(load, 0, 0, 0),
        step(at_least, 0, 1, FIRST_UNKNOWN),
        step(answer, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs()),
        step(answer, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}
