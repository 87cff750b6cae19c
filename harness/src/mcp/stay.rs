//! [`Stay`]: a product that a client uses: brought up on a thread of its own, asked by one call after
//! the other, ended with the client.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::reply::data;
use crate::attempt::{Answer, Call, Guest, Wish};
use crate::night::{House, Progress, Received, Stop};

/// What is being done, for whoever waits.
pub type Note = Arc<Mutex<String>>;

/// A product in use.
pub struct Stay {
    calls: mpsc::Sender<Call>,
    /// Why it ended.
    ended: Arc<Mutex<Option<String>>>,
    thread: JoinHandle<()>,
}

impl Stay {
    /// Begins to bring the product up.
    pub fn begin(house: Arc<House>, stop: Stop, note: Note) -> Self {
        let (calls, receiver) = mpsc::channel(1);
        let ended = Arc::<Mutex<Option<String>>>::default();
        let told = ended.clone();
        let runtime = tokio::runtime::Handle::current();
        let thread = std::thread::spawn(move || {
            let mut guest = Guest::new(receiver, house.bounds());
            let progress: Arc<dyn Fn(Progress) + Send + Sync> = Arc::new(move |it| {
                let said = match it {
                    Progress::Checking(what) => format!("preparing {what}"),
                    Progress::Checked { check, detail, .. } => format!("{check}: {detail}"),
                    _ => return,
                };
                *note.lock().unwrap_or_else(PoisonError::into_inner) = said;
            });
            let outcome = runtime.block_on(house.receive(&mut guest, &stop, progress));
            let why = match outcome {
                Ok(Received::Left) => "it was left".to_owned(),
                Ok(Received::Interrupted) => "the server was told to stop".to_owned(),
                Ok(Received::NotReady(why)) => {
                    format!("it cannot be used; mend that and observe again:\n{}", data(&why))
                }
                Err(error) => format!("this went wrong:\n{}", data(&error.to_string())),
            };
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            // Only now do those who still wait learn that nobody answers.
            drop(guest);
        });
        Self { calls, ended, thread }
    }

    /// Whether it can still be asked.
    pub fn is_there(&self) -> bool {
        !self.thread.is_finished() && !self.calls.is_closed()
    }

    /// Asks for one thing.
    ///
    /// # Errors
    /// The product is not there any more, and why.
    pub async fn ask(&self, by: &str, wish: Wish) -> Result<Answer, String> {
        let (answer, receiver) = oneshot::channel();
        let call = Call { by: by.to_owned(), wish, answer };
        if self.calls.send(call).await.is_err() {
            return Err(self.why());
        }
        receiver.await.map_err(|_| self.why())
    }

    fn why(&self) -> String {
        let why = self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let why = why.unwrap_or_else(|| "it ended".to_owned());
        format!("the product is not in use any more: {why}")
    }

    /// Ends it, and waits until everything is cleaned up. Blocks.
    pub fn end(self) {
        drop(self.calls);
        // A panic there was told where it happened.
        let _ = self.thread.join();
    }
}
