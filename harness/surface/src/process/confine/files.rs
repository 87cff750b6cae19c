//! What a confined command may read and write, connect to and signal: Landlock.
//!
//! Neighbour: `launched` calls it on the process that becomes the command.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, LandlockStatus,
    NetPort, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
    path_beneath_rules,
};
use walkdir::{DirEntry, WalkDir};

use super::orders::{On, Orders, Spaces};

/// The least that the kernel must know: before it, signals to others could not be held back.
const LEAST: ABI = ABI::V6;

/// What everybody may read and run.
const SYSTEM: [&str; 12] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/opt",
    "/nix/store",
    "/gnu/store",
    "/proc",
    "/sys",
];

/// The devices that may be read and written: those behind which there is nothing.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Confines this process for good; answers with the version of Landlock that does it.
pub(super) fn restrict(orders: &Orders) -> Result<i32, String> {
    let failed = |error: &dyn std::error::Error| match error.source() {
        Some(source) => format!("Landlock: {error}: {source}"),
        None => format!("Landlock: {error}"),
    };
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(LEAST))
        .and_then(|it| it.scope(Scope::from_all(LEAST)))
        .map_err(|it| failed(&it))?;
    // A network of its own needs no list of ports.
    if orders.spaces == Spaces::Shared {
        ruleset = ruleset.handle_access(AccessNet::from_all(LEAST)).map_err(|it| failed(&it))?;
    }
    let mut device: BitFlags<AccessFs> =
        AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
    device |= AccessFs::IoctlDev;
    let terminal = match orders.on {
        On::Terminal => Some("/dev/tty"),
        On::Pipes => None,
    };
    // Own memory that processes share lies there, in a space of its own.
    let shared = match orders.spaces {
        Spaces::Own => Some(Path::new("/dev/shm")),
        Spaces::Shared => None,
    };
    let readable = SYSTEM.iter().map(PathBuf::from).chain(settings()).chain(orders.read.clone());
    let created = ruleset.create().map_err(|it| failed(&it))?;
    let mut created = created
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(LEAST)))
        .and_then(|it| it.add_rules(path_beneath_rules(DEVICES.iter().chain(&terminal), device)))
        .and_then(|it| it.add_rules(path_beneath_rules(orders.write.iter(), own())))
        .and_then(|it| it.add_rules(path_beneath_rules(shared, own())))
        .map_err(|it| failed(&it))?;
    if orders.spaces == Spaces::Shared {
        for gate in &orders.gates {
            let port = NetPort::new(gate.address.port(), AccessNet::ConnectTcp);
            created = created.add_rule(port).map_err(|it| failed(&it))?;
        }
    }
    let status = created.restrict_self().map_err(|it| failed(&it))?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::FullyEnforced, LandlockStatus::Available { effective_abi, kernel_abi }) => {
            Ok(kernel_abi.unwrap_or(effective_abi as i32))
        }
        (ruleset, _) => Err(format!("Landlock: the rules were {ruleset:?}")),
    }
}

/// What may be done in folders of one's own: everything but devices.
fn own() -> BitFlags<AccessFs> {
    AccessFs::from_all(LEAST) & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev)
}

/// What of `/etc` everybody may read. Root could read all of it, so that for him a folder that
/// holds something else too is taken apart.
fn settings() -> Vec<PathBuf> {
    const OTHERS_READ: u32 = 0o004;
    let settings = Path::new("/etc");
    let is_open = |it: &Path| it.metadata().is_ok_and(|it| it.mode() & OTHERS_READ != 0);
    let depth = if rustix::process::geteuid().is_root() { usize::MAX } else { 1 };
    let walk = WalkDir::new(settings).min_depth(1).max_depth(depth);
    let all: Vec<DirEntry> = walk.into_iter().filter_map(Result::ok).collect();
    let apart: BTreeSet<PathBuf> = all
        .iter()
        .filter(|it| !it.path_is_symlink() && !is_open(it.path()))
        .flat_map(|it| it.path().ancestors().skip(1))
        .chain([settings])
        .map(Path::to_owned)
        .collect();
    let below = |it: &Path| it.ancestors().take_while(|it| *it != settings).all(is_open);
    all.into_iter()
        .map(DirEntry::into_path)
        .filter(|it| it.parent().is_some_and(|it| apart.contains(it)))
        .filter(|it| !apart.contains(it) && below(it))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_not_everybody_may_read_are_below_nothing_that_may_be_read() {
        let all = settings();
        assert!(all.iter().any(|it| it == Path::new("/etc/passwd")), "{all:?}");
        // The rest is kept from who is not root by its modes.
        let depth = if rustix::process::geteuid().is_root() { usize::MAX } else { 1 };
        let walk = WalkDir::new("/etc").max_depth(depth).into_iter().filter_map(Result::ok);
        let is_closed =
            |it: &DirEntry| it.path().symlink_metadata().is_ok_and(|it| it.mode() & 0o004 == 0);
        for it in walk.filter(is_closed) {
            assert!(!all.iter().any(|own| it.path().starts_with(own)), "{}", it.path().display());
        }
    }
}
