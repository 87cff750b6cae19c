//! The way from a network of a command's own to the addresses that it may connect to: inside, a
//! process listens at the address and hands each connection on to a socket; outside, [`Relays`] takes
//! it from there to the real address.
//!
//! So a command sees the product where it is, and nothing else, whatever the port.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};

use super::orders::Gate;

/// The outer half; it ends when dropped.
#[derive(Debug)]
pub struct Relays {
    folder: PathBuf,
    gates: Vec<Gate>,
    tasks: Vec<JoinHandle<()>>,
}

impl Relays {
    /// Opens the way to these addresses, by sockets in a new folder; needs a tokio runtime.
    ///
    /// # Errors
    /// The sockets cannot be made.
    pub fn open(folder: PathBuf, addresses: &[SocketAddr]) -> io::Result<Self> {
        std::fs::create_dir(&folder)?;
        let mut relays = Self { folder, gates: Vec::new(), tasks: Vec::new() };
        for (number, address) in addresses.iter().enumerate() {
            let socket = relays.folder.join(number.to_string());
            let listener = tokio::net::UnixListener::bind(&socket)?;
            relays.tasks.push(tokio::spawn(outside(listener, *address)));
            relays.gates.push(Gate { address: *address, socket: Some(socket) });
        }
        Ok(relays)
    }

    /// The addresses, each with its socket.
    #[must_use]
    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }
}

impl Drop for Relays {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        // What is left of it goes with the folder that it stands in.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The most connections that lead through one way at a time: each takes two files of ours.
const MOST: usize = 100;

/// How long is waited where a connection came to nothing.
const PAUSE: Duration = Duration::from_millis(20);

async fn outside(listener: tokio::net::UnixListener, address: SocketAddr) {
    // What is still open ends with the way.
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        while open.len() >= MOST {
            open.join_next().await;
        }
        // One connection that came to nothing ends no way.
        let Ok((mut from, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        open.spawn(async move {
            if let Ok(mut to) = tokio::net::TcpStream::connect(address).await {
                // Whoever ends first ends it for both.
                let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
            }
        });
    }
}

/// The inner half, which listens on what it was given as standard input, until it is ended.
pub(super) fn inside(socket: &Path) -> io::Result<()> {
    let listener = TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    for connection in listener.incoming() {
        // One that came to nothing is the command's failed connection, and ends no way.
        if connection.and_then(|it| carry(it, socket)).is_err() {
            std::thread::sleep(PAUSE);
        }
    }
    Ok(())
}

fn carry(near: TcpStream, socket: &Path) -> io::Result<()> {
    let far = UnixStream::connect(socket)?;
    let (near_too, far_too) = (near.try_clone()?, far.try_clone()?);
    let thread = std::thread::Builder::new;
    thread().spawn(move || there(near, far))?;
    thread().spawn(move || back(far_too, near_too)).map(drop)
}

fn there(mut from: TcpStream, mut to: UnixStream) {
    // That one side is gone is how connections end.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

fn back(mut from: UnixStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
