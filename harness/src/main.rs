//! The thin program: parse the command line, run the command, leave with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    nightshift::commands::main()
}
