//! `nightshift skills`: skills as folders that other agents read.

use super::arguments::{Common, SkillsCommand, SkillsOptions};
use super::exit::{Exit, mistake};
use super::{night, terminal};
use crate::spec::{self, Overrides};

pub fn run(common: &Common, options: &SkillsOptions) -> anyhow::Result<Exit> {
    match &options.what {
        SkillsCommand::Export { folder: dir } => {
            let suite = night::suite(common, &Overrides::default())?;
            let written = spec::export_skills(&suite, dir)?;
            if written.is_empty() {
                return mistake("the suite has no skills of its own to export");
            }
            for name in &written {
                terminal::answer(dir.join(name).display());
            }
        }
        SkillsCommand::Trust { folder: dir } => {
            // A suite with a folder that nobody trusts cannot be loaded, so only its root is asked for.
            let hash = spec::trust_skill(&night::root(common)?, dir)?;
            terminal::answer(format_args!("{} is trusted as it is now, {hash}", dir.display()));
            terminal::say("commit skills/TRUSTED with the folder");
        }
    }
    Ok(Exit::Passed)
}
