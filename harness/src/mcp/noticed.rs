//! [`Noticed`]: what the watches saw, which a person would not see. Each has a number (`n3`), by which
//! alone it is told when it comes again.

use super::page::host;
use super::reply::data;
use crate::attempt::Seen;
use crate::report::one_line;

/// So much of it is told at once.
const MOST_SEEN: usize = 5;
/// And so many characters of each.
const LONGEST_SEEN: usize = 200;
/// So much of what was told is remembered.
const MOST_KNOWN: usize = 1_000;

/// What a client was told of what was noticed.
#[derive(Debug, Default)]
pub struct Noticed {
    told: Vec<String>,
}

impl Noticed {
    /// What was seen now.
    pub fn tell(&mut self, seen: &[Seen]) -> String {
        let known = self.told.len();
        let (mut new, mut again, mut more) = (Vec::new(), Vec::new(), 0);
        for it in seen {
            // What is cut says so: a secret that was cut is found by that.
            let message = one_line(&without_paths(&it.message), LONGEST_SEEN);
            let line = format!("{} at {}: {message}", it.kind.word(), it.path);
            match self.told.iter().position(|it| *it == line) {
                Some(at) if at < known => again.push(format!("n{}", at + 1)),
                Some(_) => {}
                None if new.len() == MOST_SEEN => more += 1,
                None => {
                    if self.told.len() == MOST_KNOWN {
                        new.push(line);
                    } else {
                        self.told.push(line.clone());
                        new.push(format!("n{} {line}", self.told.len()));
                    }
                }
            }
        }
        if more > 0 {
            new.push(format!("and {more} more"));
        }
        again.dedup();
        let again = again.join(", ");
        match (new.is_empty(), again.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!("\nnoticed again: {again}"),
            (false, true) => format!("\nnoticed:\n{}", data(&new.join("\n"))),
            (false, false) => {
                format!("\nnoticed:\n{}\nand again: {again}", data(&new.join("\n")))
            }
        }
    }
}

/// A message in which addresses end with their host: the rest is in the ledger.
fn without_paths(message: &str) -> String {
    let words = message.split(' ');
    let words = words.map(|it| if it.contains("://") { host(it) } else { it.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WatchKind;

    fn seen(message: &str) -> Seen {
        let (message, path) = (message.to_owned(), "/orders".to_owned());
        Seen { kind: WatchKind::ConsoleError, message, path }
    }

    #[test]
    fn what_was_noticed_is_told_once_and_by_its_number_when_it_comes_again() {
        let mut noticed = Noticed::default();
        assert_eq!(noticed.tell(&[]), "");
        let first = noticed.tell(&[seen("no picture"), seen("no font"), seen("no font")]);
        let (picture, font) =
            ("n1 console-error at /orders: no picture", "n2 console-error at /orders: no font");
        assert_eq!(first, format!("\nnoticed:\n<data>\n{picture}\n{font}\n</data>"));
        assert_eq!(noticed.tell(&[seen("no font"), seen("no font")]), "\nnoticed again: n2");
        let both = noticed.tell(&[seen("no picture"), seen("no total"), seen("no font")]);
        let total = "n3 console-error at /orders: no total";
        assert_eq!(both, format!("\nnoticed:\n<data>\n{total}\n</data>\nand again: n1, n2"));
    }

    #[test]
    fn an_address_is_told_up_to_its_path() {
        let told = Noticed::default().tell(&[seen("https://a.example/pixel.png?id=7 was refused")]);
        assert!(told.contains(": https://a.example/… was refused"), "{told}");
        let told = Noticed::default().tell(&[seen("no host in here: / and //")]);
        assert!(told.contains("no host in here: / and //"), "{told}");
    }

    #[test]
    fn what_was_not_told_for_want_of_room_is_told_when_it_comes_again() {
        let mut noticed = Noticed::default();
        let all: Vec<Seen> = (0..7).map(|it| seen(&format!("error {it}"))).collect();
        assert!(noticed.tell(&all).contains("n5 console-error at /orders: error 4\nand 2 more"));
        let rest = noticed.tell(&all);
        assert!(rest.contains("n7 console-error at /orders: error 6"), "{rest}");
        assert!(rest.ends_with("and again: n1, n2, n3, n4, n5"), "{rest}");
    }
}
