//! Spaces of a confined command's own, where this machine gives them: users, mounts, network,
//! shared memory and processes.
//!
//! They add what Landlock does not have: what may not be written is mounted read-only, so that its
//! modes and times stay too; the network has no way out whatever the port; and no process outlives
//! the first one. Neighbour: `launched` enters them.

use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use nix::sched::{CloneFlags, unshare};
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change, mount_remount,
};
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, sendto, socket};

use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set,
    clear_ambient_capability_set, configure_capability_in_ambient_set,
    remove_capability_from_bounding_set, set_capabilities,
};

use super::orders::Orders;

/// The most that is kept in memory which processes share by its name.
const SHARED_MEMORY: &std::ffi::CStr = c"size=256m,mode=1777";

/// What nobody needs where nothing is run from.
const QUIET: MountFlags = MountFlags::NOSUID.union(MountFlags::NODEV).union(MountFlags::NOEXEC);

/// Enters them with this process; its first child is the first process in them.
pub(super) fn enter(orders: &Orders) -> Result<(), String> {
    let told = |what: &str| {
        let what = what.to_owned();
        move |error: std::io::Error| format!("{what}: {error}")
    };
    let (user, group) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    let all = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWPID;
    unshare(all).map_err(|it| format!("no spaces of one's own: {it}"))?;
    // Groups are given up, as the kernel asks before one may say who one is.
    std::fs::write("/proc/self/setgroups", "deny").map_err(told("setgroups"))?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1")).map_err(told("uid_map"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1")).map_err(told("gid_map"))?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(|it| told("mounts of one's own")(it.into()))?;
    for folder in &orders.write {
        mount_bind_recursive(folder, folder)
            .map_err(|it| told(&format!("mounting {}", folder.display()))(it.into()))?;
    }
    // Where we stand is still a folder of the mount below.
    std::env::current_dir()
        .and_then(std::env::set_current_dir)
        .map_err(told("the folder that it starts in"))?;
    read_only(&orders.write)?;
    mount("tmpfs", "/dev/shm", "tmpfs", QUIET, SHARED_MEMORY)
        .map_err(|it| told("shared memory of one's own")(it.into()))?;
    loopback().map_err(|it| told("a network of one's own")(it.into()))?;
    keep_for_the_first().map_err(|it| told("the first process")(it.into()))
}

/// What the first process needs beyond what it keeps: to mount its process table, and to listen at any
/// port.
const FOR_THE_FIRST: CapabilitySet =
    CapabilitySet::SYS_ADMIN.union(CapabilitySet::NET_BIND_SERVICE);

/// Has our own program keep, when it is started anew, what only counts in these spaces.
fn keep_for_the_first() -> rustix::io::Result<()> {
    let now = capabilities(None)?;
    set_capabilities(None, CapabilitySets { inheritable: FOR_THE_FIRST, ..now })?;
    FOR_THE_FIRST.iter().try_for_each(|it| configure_capability_in_ambient_set(it, true))
}

/// Gives the first process a process table of its own, which only it can have mounted.
pub(super) fn own_table() -> Result<(), String> {
    mount("proc", "/proc", "proc", QUIET, None)
        .map_err(|it| format!("a process table of one's own: {it}"))
}

/// Gives up what only the first process needed.
pub(super) fn give_up() -> Result<(), String> {
    let none = CapabilitySet::empty();
    let nothing = CapabilitySets { effective: none, permitted: none, inheritable: none };
    clear_ambient_capability_set()
        .and_then(|()| set_capabilities(None, nothing))
        .map_err(|it| format!("what only counts in its spaces: {it}"))
}

/// What root could look around the walls with, where it has no spaces of its own: `CAP_PERFMON` alone
/// reads the memory of everybody.
const POWERS: CapabilitySet = CapabilitySet::SYS_ADMIN
    .union(CapabilitySet::PERFMON)
    .union(CapabilitySet::BPF)
    .union(CapabilitySet::CHECKPOINT_RESTORE)
    .union(CapabilitySet::SYS_PTRACE)
    .union(CapabilitySet::SYS_RAWIO)
    .union(CapabilitySet::SYS_MODULE)
    .union(CapabilitySet::SYS_BOOT)
    .union(CapabilitySet::SYS_TIME)
    .union(CapabilitySet::SYS_RESOURCE)
    .union(CapabilitySet::DAC_READ_SEARCH)
    .union(CapabilitySet::MKNOD)
    .union(CapabilitySet::NET_ADMIN)
    .union(CapabilitySet::NET_RAW)
    .union(CapabilitySet::SYSLOG)
    .union(CapabilitySet::LINUX_IMMUTABLE);

/// Takes them from whatever is started next. Who is not root has none but those that he was given
/// to hand on.
pub(super) fn without_powers() -> Result<(), String> {
    let failed = |it: Errno| format!("what root may: {it}");
    let now = capabilities(None).map_err(failed)?;
    if now.inheritable.intersects(POWERS) {
        // What is handed on comes past the bound below.
        let inheritable = now.inheritable.difference(POWERS);
        set_capabilities(None, CapabilitySets { inheritable, ..now }).map_err(failed)?;
    }
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    POWERS
        .iter()
        .filter(|it| capability_is_in_bounding_set(*it).unwrap_or(true))
        .try_for_each(remove_capability_from_bounding_set)
        .map_err(failed)
}

/// Mounts everything read-only but what is below these folders.
fn read_only(but: &[PathBuf]) -> Result<(), String> {
    let table = std::fs::read_to_string("/proc/self/mountinfo")
        .map_err(|it| format!("the table of mounts: {it}"))?;
    for (place, kept) in table.lines().filter_map(mounted) {
        // Another process table comes over that one.
        if place == Path::new("/proc") || but.iter().any(|it| place.starts_with(it)) {
            continue;
        }
        match mount_remount(&place, MountFlags::BIND | MountFlags::RDONLY | kept, "") {
            // Nobody can reach what something else is mounted over, or what we may not look at.
            Ok(()) | Err(Errno::NOENT | Errno::ACCESS | Errno::NOTDIR) => {}
            Err(error) => return Err(format!("mounting {} read-only: {error}", place.display())),
        }
    }
    Ok(())
}

/// Where something is mounted, and how it has to stay (`proc_pid_mountinfo(5)`).
fn mounted(line: &str) -> Option<(PathBuf, MountFlags)> {
    let mut fields = line.split(' ').skip(4);
    let (place, options) = (fields.next()?, fields.next()?);
    let mut kept = MountFlags::empty();
    for option in options.split(',') {
        kept |= match option {
            "nosuid" => MountFlags::NOSUID,
            "nodev" => MountFlags::NODEV,
            "noexec" => MountFlags::NOEXEC,
            "noatime" => MountFlags::NOATIME,
            "nodiratime" => MountFlags::NODIRATIME,
            "relatime" => MountFlags::RELATIME,
            _ => MountFlags::empty(),
        };
    }
    Some((PathBuf::from(unescaped(place)), kept))
}

/// A path of the table of mounts, in which blanks and the like stand as `\040`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'\\').then(|| after.get(..3)).flatten();
        let code = code.and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 8).ok());
        let (byte, next) = code.map_or((*first, after), |byte| (byte, &after[3..]));
        bytes.push(byte);
        rest = next;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Switches the loopback device of a network of one's own on (`rtnetlink(7)`).
fn loopback() -> rustix::io::Result<()> {
    const NEW_LINK: u16 = 16;
    const REQUEST_WITH_ANSWER: u16 = 5;
    const UP: u32 = 1;
    const LENGTH: u32 = 32;
    let socket = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    let mut message = Vec::new();
    message.extend(LENGTH.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST_WITH_ANSWER.to_ne_bytes());
    // Which question it is, and who asks.
    message.extend([0; 8]);
    // Family and kind do not matter; the loopback device is always the first.
    message.extend([0; 4]);
    message.extend(1_i32.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    sendto(socket.as_fd(), &message, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut answer = [0; 128];
    let (_, length) = recv(socket.as_fd(), &mut answer[..], RecvFlags::empty())?;
    let said = answer.get(16..20).filter(|_| length >= 20).and_then(|it| it.try_into().ok());
    match said.map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(error) => Err(Errno::from_raw_os_error(-error)),
        None => Err(Errno::PROTO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_table_of_mounts_is_read() {
        let line = r"36 35 98:0 /mnt1 /a\040b/c\134 rw,nosuid,noatime master:1 - ext3 /dev/root rw";
        let (place, kept) = mounted(line).unwrap();
        assert_eq!(place, Path::new(r"/a b/c\"));
        assert_eq!(kept, MountFlags::NOSUID | MountFlags::NOATIME);
    }
}
