//! What `skills` takes: folders that other agents read.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct SkillsOptions {
    #[command(subcommand)]
    pub what: SkillsCommand,
}

#[derive(Debug, Subcommand)]
pub enum SkillsCommand {
    /// Write the suite's skills as folders with a SKILL.md; never overwrites
    #[command(after_help = "Example:\n  nightshift skills export ../agents/skills")]
    Export {
        /// Where the folders go
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Trust a skill folder of the suite as it is now, once you have looked through it
    #[command(
        after_help = "Example:\n  nightshift skills trust skills/refund-an-order\n\nskills/TRUSTED records the hash of all its files; after a change it must be trusted again."
    )]
    Trust {
        /// The folder, below the suite's skills/
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}
