//! [`Yard`]: a person's machine in a folder, and [`Outside`], who must hear nothing.

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use nightshift::process::{
    CommandSpec, Confinement, Cookie, Finished, Gate, Held, Leftovers, Limits, Relays, Spaces, run,
};

/// What nobody may take away.
pub const CANARY: &str = "canary-7f3a9c1d";

/// Everything that arrives at a place where nothing may.
#[derive(Clone, Default)]
pub struct Outside {
    heard: Arc<Mutex<Vec<String>>>,
}

impl Outside {
    /// Listens on TCP; answers with the address.
    pub fn tcp(&self, address: &str) -> SocketAddr {
        self.try_tcp(address).expect("a port")
    }

    fn try_tcp(&self, address: &str) -> Option<SocketAddr> {
        let listener = TcpListener::bind(address).ok()?;
        let own = listener.local_addr().expect("an address");
        let heard = self.heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let heard = heard.clone();
                std::thread::spawn(move || {
                    let limit = Some(std::time::Duration::from_secs(60));
                    stream.set_read_timeout(limit).expect("settable");
                    let mut bytes = [0; 2048];
                    let read = stream.read(&mut bytes).unwrap_or_default();
                    let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                    heard.lock().expect("unpoisoned").push(text);
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\naccess-control-allow-origin: *\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nok";
                    let _ = std::io::Write::write_all(&mut stream, answer);
                });
            }
        });
        Some(own)
    }

    /// Listens on UDP; answers with the address.
    pub fn udp(&self, address: &str) -> SocketAddr {
        let socket = UdpSocket::bind(address).expect("a port");
        let own = socket.local_addr().expect("an address");
        let heard = self.heard.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 2048];
            while let Ok((read, _)) = socket.recv_from(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                heard.lock().expect("unpoisoned").push(format!("udp {text}"));
            }
        });
        own
    }

    /// Listens at a socket of files, as a daemon of containers does.
    pub fn unix(&self, path: &Path) {
        let listener = UnixListener::bind(path).expect("a socket");
        let heard = self.heard.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut text = String::new();
                let _ = stream.read_to_string(&mut text);
                heard.lock().expect("unpoisoned").push(text);
            }
        });
    }

    /// Takes datagrams at a socket of files, as a log of the system does.
    pub fn unix_datagrams(&self, path: &Path) {
        let socket = UnixDatagram::bind(path).expect("a socket");
        let heard = self.heard.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 2048];
            while let Ok(read) = socket.recv(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                heard.lock().expect("unpoisoned").push(text);
            }
        });
    }

    /// What was heard.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("unpoisoned").clone()
    }

    /// Forgets it.
    pub fn forget(&self) {
        self.heard.lock().expect("unpoisoned").clear();
    }
}

/// The walls that this machine has.
pub fn held() -> Option<Held> {
    static HELD: OnceLock<Option<Held>> = OnceLock::new();
    let launcher = Path::new(env!("CARGO_BIN_EXE_nightshift"));
    *HELD.get_or_init(|| Confinement::tried(launcher).held.ok())
}

/// A person's machine in a folder.
pub struct Yard {
    folder: tempfile::TempDir,
    pub outside: Outside,
    /// Where somebody outside listens.
    pub tcp: SocketAddr,
    pub udp: SocketAddr,
    /// The product's server, which may be reached; the same port elsewhere may not.
    pub product: SocketAddr,
    /// Another program of this person, with a canary in its environment.
    pub victim: std::process::Child,
}

impl Yard {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let outside = Outside::default();
        let tcp = outside.tcp("127.0.0.2:0");
        let udp = outside.udp("127.0.0.2:0");
        // The same port elsewhere may be somebody's already.
        let product = std::iter::repeat_with(|| Outside::default().tcp("127.0.0.1:0"))
            .find(|it| outside.try_tcp(&format!("127.0.0.2:{}", it.port())).is_some())
            .expect("a port");
        let victim = std::process::Command::new("sleep")
            .arg("1000")
            .env("TOKEN", CANARY)
            .current_dir(folder.path())
            .spawn()
            .expect("sleep starts");
        let yard = Self { folder, outside, tcp, udp, product, victim };
        for (name, text) in [
            ("home/.ssh/key", CANARY),
            ("home/.bashrc", "# nothing\n"),
            ("suite/nightshift.yaml", "products: { shop: {} }\n"),
            ("suite/scenarios/order.yaml", "scenario: order\n"),
            ("suite/scenarios/snapshots/order@a.stdout.snap", "accepted\n"),
            ("suite/skills/sign-in.yaml", "skill: sign-in\n"),
            ("suite/reports/nights/n/ledger.jsonl", "{}\n"),
            ("suite/shop/shop.db", "sound\n"),
            ("suite/.git/config", "[core]\n"),
        ] {
            yard.write(name, text);
        }
        for name in ["attempt/work", "attempt/home", "attempt/tmp"] {
            std::fs::create_dir_all(yard.path(name)).expect("made");
        }
        yard.outside.unix(&yard.path("home/docker.sock"));
        yard.outside.unix_datagrams(&yard.path("home/log.sock"));
        yard
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there").join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A command line with the places of this yard.
    fn filled(&self, line: &str) -> String {
        line.replace("@home", &self.path("home").display().to_string())
            .replace("@suite", &self.path("suite").display().to_string())
            .replace("@canary", CANARY)
            .replace("@tcp", &format!("/dev/tcp/127.0.0.2/{}", self.tcp.port()))
            .replace("@port", &self.tcp.port().to_string())
            .replace("@udp", &self.udp.port().to_string())
            .replace("@product", &self.product.port().to_string())
            .replace("@victim", &self.victim.id().to_string())
    }

    /// The walls as a night puts them up; `None` where this machine has none, which no test can mend.
    pub fn walls(&self, limits: Limits) -> Option<(Confinement, Option<Relays>)> {
        let least = self.least(limits)?;
        if held()?.spaces == Spaces::Shared {
            return Some((least, None));
        }
        let relays = Relays::open(self.path("attempt/ways"), &[self.product]).expect("a way");
        let gates = relays.gates().to_vec();
        Some((Confinement { gates, spaces: Spaces::Own, ..least }, Some(relays)))
    }

    /// The walls that there always have to be.
    pub fn least(&self, limits: Limits) -> Option<Confinement> {
        held()?;
        let write = ["work", "home", "tmp"].map(|it| self.path(&format!("attempt/{it}")));
        Some(Confinement {
            launcher: PathBuf::from(env!("CARGO_BIN_EXE_nightshift")),
            home: Some(self.path("home")),
            read: vec![self.path("suite")],
            write: write.to_vec(),
            gates: vec![Gate { address: self.product, socket: None }],
            limits,
            spaces: Spaces::Shared,
        })
    }

    /// Runs a hostile line of a shell.
    pub async fn attack(&self, line: &str, walls: Option<Confinement>) -> Finished {
        let environment = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("HOME", self.path("attempt/home").display().to_string()),
            ("TMPDIR", self.path("attempt/tmp").display().to_string()),
        ];
        let spec = CommandSpec {
            program: "bash".to_owned(),
            args: vec!["-c".to_owned(), self.filled(line)],
            cwd: self.path("attempt/work"),
            env: environment.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            stdin: Vec::new(),
            timeout: std::time::Duration::from_secs(60),
            max_output: 100_000,
            tree: Cookie::new(),
            leftovers: Leftovers::End,
            confinement: walls,
        };
        run(spec).await.expect("bash runs")
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        // It may have been killed already: that was the attack.
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}
