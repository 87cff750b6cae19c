//! [`Shop`]: the fixture shop on a port of its own, for peers.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A shop that is served until it is dropped.
pub struct Shop(Child);

impl Drop for Shop {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves the shop of a copy of the fixture.
pub fn shop(folder: &Path, port: u16) -> Shop {
    let child = Command::new(folder.join("bin/shopd"))
        .args(["--port", &port.to_string()])
        .current_dir(folder.join("suite/data"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the shop starts");
    let shop = Shop(child);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::yield_now();
    }
    shop
}
