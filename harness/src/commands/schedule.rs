//! Writes `night.schedule` in the words of cron, systemd, GitHub Actions and GitLab.
//!
//! [`render`] is the way in: it answers the text of one file for a suite's configuration. All of
//! it is pure; [`calendar`] writes the moments in other words, and the committed files under `ci/` are held to
//! what this module writes by the test `schedule`.
//!
//! The files:
//! - `calendar.rs`: writes a schedule for systemd, and in UTC for forges.

mod calendar;

use std::collections::BTreeSet;

use crate::model::Template;
use crate::model::notify::NotifyConfig;
use crate::model::suite::{Config, NightConfig};
use crate::model::template::Piece;
use crate::spec::Schedule;

/// The jobs of shards for GitLab.
const GITLAB_SHARDS: &str = concat!("\n", include_str!("schedule/gitlab_shards.yml"));
/// The shell line that tells people of a night, where there is one.
const TELL: &str =
    r#"if [ -f "$NIGHTSHIFT_OUT/night.json" ]; then nightshift notify "$NIGHTSHIFT_OUT"; fi"#;
/// The shell line that keeps what later nights want to know of this one. The newest hundred stay: a
/// night reads 30 of its own branch.
const KEEP: &str = concat!(
    r#"if [ -f "$NIGHTSHIFT_OUT/night.json" ]; then kept=".nights/$(basename "$NIGHTSHIFT_OUT")"; "#,
    r#"mkdir -p "$kept" && cp "$NIGHTSHIFT_OUT/night.json" "$kept" && "#,
    "ls .nights | sort -n | head -n -100 | sed 's,^,.nights/,' | xargs -r rm -r; fi"
);

/// A file that starts nights on a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ScheduleFile {
    /// A line for crontab(5).
    Crontab,
    /// The service that a systemd timer starts.
    SystemdService,
    /// The systemd timer.
    SystemdTimer,
    /// A workflow for GitHub Actions.
    Github,
    /// A pipeline for GitLab.
    Gitlab,
}

impl ScheduleFile {
    /// Every file.
    pub const ALL: [Self; 5] =
        [Self::Crontab, Self::SystemdService, Self::SystemdTimer, Self::Github, Self::Gitlab];

    /// The name that it has under `ci/`.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Crontab => "crontab",
            Self::SystemdService => "nightshift.service",
            Self::SystemdTimer => "nightshift.timer",
            Self::Github => "github.yml",
            Self::Gitlab => "gitlab.yml",
        }
    }
}

/// Where and how a night is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The folder of the suite on the machine that runs cron or systemd.
    pub dir: String,
    /// The shell line that runs a night, in that folder.
    pub night: String,
    /// The shell line that runs a night and applies the gate of `NIGHTSHIFT_BRANCH`, in that folder.
    pub gate: String,
}

impl Start {
    /// By the scripts under `ci/`, as in nightshift's own repository.
    pub fn by_scripts(dir: impl Into<String>) -> Self {
        Self { dir: dir.into(), night: "ci/nightly.sh".into(), gate: "ci/gate.sh".into() }
    }

    /// By an installed `nightshift`.
    pub fn by_command(dir: impl Into<String>) -> Self {
        let run = concat!(
            r#"nightshift run ${NIGHTSHIFT_OUT:+--out "$NIGHTSHIFT_OUT"}"#,
            r#" ${NIGHTSHIFT_HISTORY:+--history "$NIGHTSHIFT_HISTORY"}"#
        );
        // Judged nights are decided by the rules of the branch, which a detached checkout hides.
        let gate = format!(
            "status=0; {run} || status=$?; case $status in 0|1|3) nightshift gate \
             \"$NIGHTSHIFT_OUT\" --branch \"$NIGHTSHIFT_BRANCH\";; *) exit $status;; esac"
        );
        Self { dir: dir.into(), night: run.into(), gate }
    }
}

/// Why a schedule cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The configuration has no schedule.
    #[error("nothing says when a night starts; add `night: {{ schedule: \"0 1 * * *\" }}`")]
    NoSchedule,
    /// The schedule is no cron schedule.
    #[error(
        "`night.schedule` \"{schedule}\": {what}; write five cron fields, such as \"0 1 * * *\""
    )]
    Malformed {
        /// The schedule as it was written.
        schedule: String,
        /// What is wrong with it.
        what: String,
    },
    /// The time zone has no such name.
    #[error("`night.timezone` \"{0}\" is no IANA name; write one such as Europe/London")]
    UnknownZone(String),
    /// The schedule names days of the month and another day in UTC, which cron cannot say.
    #[error(
        "`night.schedule` \"{0}\" names days of the month or months, and falls on another day in UTC; \
         write the workflow's cron by hand"
    )]
    OtherDayInUtc(String),
    /// One machine has no shards.
    #[error("{0} is for one machine; --shards goes with --ci github or --ci gitlab")]
    OneMachine(&'static str),
}

/// The text of a file that starts this suite's nights.
pub fn render(file: ScheduleFile, config: &Config, start: &Start) -> Result<String, ScheduleError> {
    let (schedule, zone) = wanted(&config.night)?;
    match file {
        ScheduleFile::Crontab => crontab(schedule, zone, start),
        ScheduleFile::SystemdService => Ok(systemd_service(start)),
        ScheduleFile::SystemdTimer => systemd_timer(schedule, zone),
        ScheduleFile::Github => github(config, start),
        ScheduleFile::Gitlab => Ok(gitlab(config, schedule, start)),
    }
}

/// The same for a forge, whose machines share a night: as many shards, and a job that merges them.
pub fn render_sharded(
    file: ScheduleFile,
    config: &Config,
    start: &Start,
    of: u32,
) -> Result<String, ScheduleError> {
    let text = render(file, config, start)?;
    let (begin, end, jobs, tell) = match file {
        ScheduleFile::Crontab | ScheduleFile::SystemdService | ScheduleFile::SystemdTimer => {
            return Err(ScheduleError::OneMachine(file.file_name()));
        }
        ScheduleFile::Github => {
            let jobs = include_str!("schedule/github_shards.yml");
            ("  night:\n", "\n  gate:\n", jobs, github_tells(&config.notify))
        }
        ScheduleFile::Gitlab => ("\nnight:\n", "\ngate:\n", GITLAB_SHARDS, String::new()),
    };
    let indexes: Vec<String> = (1..=of).map(|it| it.to_string()).collect();
    let jobs = jobs.replace("@indexes@", &indexes.join(", ")).replace("@of@", &of.to_string());
    let jobs = jobs.replace("@tell@", &tell).replace("@keep@", KEEP);
    let jobs = jobs.replace("@rights-of-night@", rights_of_night(&config.notify));
    let (head, rest) = text.split_once(begin).expect("a template of ours has a night");
    let (_, gate) = rest.split_once(end).expect("a template of ours has a gate");
    Ok(format!("{head}{jobs}{end}{gate}"))
}

fn wanted(night: &NightConfig) -> Result<(&str, &str), ScheduleError> {
    let schedule = night.schedule.as_deref().ok_or(ScheduleError::NoSchedule)?;
    read(schedule)?;
    calendar::zone(&night.timezone)?;
    Ok((schedule, &night.timezone))
}

/// When nights start, and in which time zone.
pub fn times(night: &NightConfig) -> Result<(Schedule, chrono_tz::Tz), ScheduleError> {
    let (schedule, zone) = wanted(night)?;
    Ok((read(schedule)?, calendar::zone(zone)?))
}

fn read(schedule: &str) -> Result<Schedule, ScheduleError> {
    let malformed = |what| ScheduleError::Malformed { schedule: schedule.to_owned(), what };
    Schedule::parse(schedule).map_err(malformed)
}

/// When the next night starts, in the schedule's time zone; `None` where it names no moment.
pub fn next_night(
    night: &NightConfig,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<chrono::DateTime<chrono_tz::Tz>>, ScheduleError> {
    let (schedule, zone) = wanted(night)?;
    Ok(read(schedule)?.next_after(&now.with_timezone(&calendar::zone(zone)?)))
}

/// A line for crontab(5), with the time zone that it means.
pub fn crontab(schedule: &str, timezone: &str, start: &Start) -> Result<String, ScheduleError> {
    read(schedule)?;
    // In a crontab an unescaped % ends the command.
    let dir = shell_words::quote(&start.dir).replace('%', "\\%");
    let night = start.night.replace('%', "\\%");
    Ok(format!(
        "# Written by `nightshift init --ci` from night.schedule in nightshift.yaml.\n\
         # cronie honours CRON_TZ; where cron does not (Debian's), the machine's own zone counts:\n\
         # set that to {timezone}, or use the systemd timer.\n\
         CRON_TZ={timezone}\n\
         {schedule} cd {dir} && mkdir -p reports/nights && {night} >> reports/nights/cron.log 2>&1\n"
    ))
}

/// `OnCalendar=` values that together mean the schedule: two where days of the month and days of
/// the week are both named, because cron runs on either.
pub fn systemd_on_calendar(schedule: &str, timezone: &str) -> Result<Vec<String>, ScheduleError> {
    calendar::zone(timezone)?;
    Ok(calendar::on_calendar(&read(schedule)?, timezone))
}

fn systemd_timer(schedule: &str, timezone: &str) -> Result<String, ScheduleError> {
    let lines: Vec<String> = systemd_on_calendar(schedule, timezone)?
        .into_iter()
        .map(|it| format!("OnCalendar={it}\n"))
        .collect();
    Ok(format!(
        "# Written by `nightshift init --ci` from night.schedule in nightshift.yaml.\n\
         [Unit]\n\
         Description=Start a nightshift every night\n\
         \n\
         [Timer]\n\
         {}\
         # A machine that slept through the night makes up for it when it wakes.\n\
         Persistent=true\n\
         AccuracySec=1min\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        lines.concat()
    ))
}

fn systemd_service(start: &Start) -> String {
    // In a unit file % begins a specifier and $ a variable.
    let escaped = |text: &str| text.replace('%', "%%");
    let night = escaped(&start.night).replace('$', "$$");
    format!(
        "# Written by `nightshift init --ci` from night.schedule in nightshift.yaml.\n\
         [Unit]\n\
         Description=One nightshift: use the product, compare, report\n\
         Wants=network-online.target\n\
         After=network-online.target\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         WorkingDirectory={}\n\
         ExecStart=/bin/sh -c {}\n\
         # The night has its own deadline. Stopped, it ends as by Ctrl-C: it still reports.\n\
         TimeoutStartSec=infinity\n\
         KillSignal=SIGINT\n\
         KillMode=mixed\n\
         TimeoutStopSec=5min\n\
         Nice=5\n",
        escaped(&start.dir),
        shell_words::quote(&night)
    )
}

/// The branches that a gate rule names, as YAML list items of globs.
fn gate_branches(config: &Config) -> Vec<String> {
    let mut branches: Vec<String> = config.gate.rules.iter().map(|it| it.branch.clone()).collect();
    if branches.is_empty() {
        branches.push("release/*".to_owned());
    }
    branches
}

fn github(config: &Config, start: &Start) -> Result<String, ScheduleError> {
    let (schedule, zone) = wanted(&config.night)?;
    let cron: Vec<String> = calendar::in_utc(&read(schedule)?, schedule, calendar::zone(zone)?)?
        .into_iter()
        .map(|it| format!("    - cron: \"{it}\"\n"))
        .collect();
    let branches: Vec<String> =
        gate_branches(config).iter().map(|it| format!("      - \"{it}\"\n")).collect();
    Ok(include_str!("schedule/github.yml")
        .replace("@schedule@", schedule)
        .replace("@zone@", zone)
        .replace("@cron@", &cron.concat())
        .replace("@branches@", &branches.concat())
        .replace("@rights-of-night@", rights_of_night(&config.notify))
        .replace("@rights-of-gate@", rights_of_gate(&config.notify))
        .replace("@tell@", &github_tells(&config.notify))
        .replace("@keep@", KEEP)
        .replace("@night@", &start.night)
        .replace("@gate@", &start.gate))
}

fn gitlab(config: &Config, schedule: &str, start: &Start) -> String {
    let rules: Vec<String> = gate_branches(config)
        .iter()
        .flat_map(|glob| {
            let regex = glob_as_regex(glob);
            let rule = |source: &str, branch: &str, policy: &str| {
                format!(
                    "    - if: $CI_PIPELINE_SOURCE == \"{source}\" && ${branch} =~ /{regex}/\n\
                     \x20     variables:\n\
                     \x20       NIGHTSHIFT_BRANCH: ${branch}\n\
                     \x20       NIGHTSHIFT_CACHE: {policy}\n"
                )
            };
            [
                rule("push", "CI_COMMIT_BRANCH", "pull-push"),
                rule("merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "pull"),
            ]
        })
        .collect();
    include_str!("schedule/gitlab.yml")
        .replace("@schedule@", schedule)
        .replace("@zone@", &config.night.timezone)
        .replace("@rules@", &rules.concat())
        .replace("@tell@", &gitlab_tells(&config.notify))
        .replace("@keep@", KEEP)
        .replace("@night@", &start.night)
        .replace("@gate@", &start.gate)
}

/// What the token of a night may do besides, where a check is written.
fn rights_of_night(notify: &NotifyConfig) -> &'static str {
    if notify.github.is_none() {
        return "";
    }
    "\n      checks: write # `notify: github` tells the commit by a check"
}

/// The same of a gate, which may be that of a pull request.
fn rights_of_gate(notify: &NotifyConfig) -> &'static str {
    if notify.github.is_none() {
        return "";
    }
    "\n      checks: write # `notify: github` tells the commit by a check\
     \n      pull-requests: write # and the pull request by a comment"
}

/// The step of a job that tells people, with the secrets that `notify` names; none where it names
/// nobody.
fn github_tells(notify: &NotifyConfig) -> String {
    if notify.is_empty() {
        return String::new();
    }
    let pieces = notify.templates().flat_map(Template::pieces);
    let secrets: BTreeSet<&str> = pieces
        .filter_map(|it| match it {
            Piece::Reference(name) => name.strip_prefix("secret:"),
            Piece::Literal(_) => None,
        })
        .collect();
    let lines: Vec<String> =
        secrets.iter().map(|it| format!("          {it}: ${{{{ secrets.{it} }}}}\n")).collect();
    let env = match lines.as_slice() {
        [] => String::new(),
        lines => format!("        env:\n{}", lines.concat()),
    };
    // A fork gets no secrets, so that nobody could be told of its pull request.
    let when = "always() && github.event.pull_request.head.repo.fork != true";
    format!("\n      - name: Tell people\n        if: {when}\n{env}        run: {TELL}")
}

/// The line of a job that tells people; the forge's variables are in its environment. None where
/// `notify` names nobody.
fn gitlab_tells(notify: &NotifyConfig) -> String {
    if notify.is_empty() { String::new() } else { format!("\n    - {TELL}") }
}

/// A glob of branch names as a regex between slashes.
fn glob_as_regex(glob: &str) -> String {
    let escaped = regex::escape(glob).replace('/', "\\/");
    format!("^{}$", escaped.replace("\\*", ".*").replace("\\?", "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::notify::{ForgeConfig, SlackConfig};

    #[test]
    fn a_crontab_line_names_the_zone_and_escapes_the_percent_sign() {
        let start = Start::by_scripts("/srv/my suite 100%");
        let text = crontab("30 2 * * 1-5", "Europe/Berlin", &start).expect("a good schedule");
        let lines: Vec<&str> = text.lines().filter(|it| !it.starts_with('#')).collect();
        assert_eq!(
            lines,
            [
                "CRON_TZ=Europe/Berlin",
                "30 2 * * 1-5 cd '/srv/my suite 100\\%' && mkdir -p reports/nights && ci/nightly.sh \
                 >> reports/nights/cron.log 2>&1",
            ]
        );
    }

    #[test]
    fn a_night_in_shards_has_a_job_for_each_and_one_that_merges_and_keeps_its_gate() {
        let mut config = crate::model::testing::config();
        config.night.schedule = Some("0 1 * * *".to_owned());
        let start = Start::by_command("/srv/shop");
        let sharded = |file| render_sharded(file, &config, &start, 3).expect("a forge");
        let github = sharded(ScheduleFile::Github);
        let lines = [
            "        shard: [1, 2, 3]\n",
            "nightshift run --shard ${{ matrix.shard }}/3 ",
            "nightshift merge parts --out",
            "\n  gate:\n",
        ];
        assert!(lines.iter().all(|it| github.contains(it)), "{github}");
        assert_eq!(github.matches("\n  night:\n").count(), 1, "{github}");
        let gitlab = sharded(ScheduleFile::Gitlab);
        assert!(gitlab.contains("  parallel: 3\n") && gitlab.contains("\ngate:\n"), "{gitlab}");
        for text in [&github, &gitlab] {
            assert!(!text.contains('@') || !text.contains("@of@"), "{text}");
            serde_yaml::from_str::<serde_json::Value>(text).expect("it is YAML");
        }
        assert_eq!(
            render_sharded(ScheduleFile::Crontab, &config, &start, 3),
            Err(ScheduleError::OneMachine("crontab"))
        );
    }

    #[test]
    fn every_shard_of_gitlab_gets_one_history_and_the_merged_night_is_added_to_it() {
        let mut config = crate::model::testing::config();
        config.night.schedule = Some("0 1 * * *".to_owned());
        let start = Start::by_command("/srv/shop");
        let text = render_sharded(ScheduleFile::Gitlab, &config, &start, 3).expect("a forge");
        let jobs: serde_json::Value = serde_yaml::from_str(&text).expect("it is YAML");
        // A cache of its own would give a shard what its runner has.
        let [history, shard, night] = ["history", "shard", "night"].map(|it| &jobs[it]);
        assert_eq!(shard["needs"], serde_json::json!(["history"]));
        assert_eq!(night["needs"], serde_json::json!(["history", "shard"]));
        assert!(shard["cache"].is_null(), "{shard}");
        assert_eq!(history["artifacts"]["paths"], serde_json::json!([".nights/"]));
        for (job, policy) in [(history, "pull"), (night, "push")] {
            assert_eq!(job["cache"]["key"], "nightshift-nights");
            assert_eq!(job["cache"]["paths"], history["artifacts"]["paths"]);
            assert_eq!(job["cache"]["policy"], policy);
        }
        let run = shard["script"][0].as_str().expect("a line");
        assert!(run.contains(" --history .nights "), "{run}");
        // Also of a night whose gate fails, where GitLab runs this and keeps no cache unless told.
        assert_eq!(night["cache"]["when"], "always");
        let keep = jobs[".nightshift"]["after_script"][0].as_str().expect("a line");
        let folder = tempfile::tempdir().expect("a folder");
        let kept = folder.path().join(".nights/7/night.json");
        let after = || {
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", keep]).current_dir(folder.path());
            shell.env("NIGHTSHIFT_OUT", "nights/7");
            assert!(shell.status().expect("a shell").success(), "{keep}");
            std::fs::read_to_string(&kept).ok()
        };
        assert_eq!(after(), None, "there is no night");
        std::fs::create_dir_all(folder.path().join("nights/7")).expect("a folder");
        std::fs::write(folder.path().join("nights/7/night.json"), "{}").expect("a file");
        assert_eq!(after().as_deref(), Some("{}"));
        // Of very many the newest stay, by their number.
        for older in 1..=6 {
            std::fs::create_dir(folder.path().join(format!(".nights/{older}"))).expect("a folder");
        }
        for newer in 1001..=1095 {
            std::fs::create_dir(folder.path().join(format!(".nights/{newer}"))).expect("a folder");
        }
        assert_eq!(after().as_deref(), Some("{}"));
        let there = |name: &str| folder.path().join(".nights").join(name).exists();
        assert_eq!(["1", "2", "3", "6", "1001"].map(there), [false, false, true, true, true]);
    }

    #[test]
    fn a_forge_tells_people_where_the_suite_names_them_and_not_of_a_part() {
        let mut config = crate::model::testing::config();
        config.night.schedule = Some("0 1 * * *".to_owned());
        let start = Start::by_command("/srv/shop");
        let files = [ScheduleFile::Github, ScheduleFile::Gitlab];
        let all = |config: &Config| {
            files.map(|file| {
                let whole = render(file, config, &start).expect("a forge");
                [whole, render_sharded(file, config, &start, 3).expect("a forge")]
            })
        };
        for text in all(&config).as_flattened() {
            assert!(!text.contains("notify") && !text.contains("checks: write"), "{text}");
            assert!(["@tell", "@rights", "@keep"].iter().all(|it| !text.contains(it)), "{text}");
        }
        let slack = Template::new("${secret:SLACK_WEBHOOK}");
        config.notify.slack = Some(SlackConfig::Webhook(slack));
        let token = Template::new("${secret:GITHUB_TOKEN}");
        config.notify.github = Some(ForgeConfig { place: "a/shop".to_owned(), token, api: None });
        let [github, gitlab] = all(&config);
        let step = serde_json::json!({
            "name": "Tell people",
            "if": "always() && github.event.pull_request.head.repo.fork != true",
            "env": {
                "GITHUB_TOKEN": "${{ secrets.GITHUB_TOKEN }}",
                "SLACK_WEBHOOK": "${{ secrets.SLACK_WEBHOOK }}",
            },
            "run": TELL,
        });
        let parsed = |text: &String| -> serde_json::Value {
            serde_yaml::from_str(text).expect("it is YAML")
        };
        let last = |steps: &serde_json::Value| steps.as_array().and_then(|it| it.last()).cloned();
        for it in github.iter().map(parsed) {
            // Only a gate may be that of a pull request.
            for (job, comments) in [("night", false), ("gate", true)] {
                let [job, rights] = [&it["jobs"][job], &it["jobs"][job]["permissions"]];
                assert_eq!(last(&job["steps"]).as_ref(), Some(&step), "{job}");
                assert_eq!(rights["checks"], "write");
                assert_eq!(!rights["pull-requests"].is_null(), comments, "{rights}");
            }
            // Whoever has a part has no night to tell of.
            assert!(!it["jobs"]["shard"].to_string().contains("notify"), "{it}");
        }
        let [whole, sharded] = gitlab.each_ref().map(parsed);
        for it in [whole, sharded] {
            assert_eq!(last(&it[".nightshift"]["after_script"]), Some(serde_json::json!(TELL)));
            assert!(it["night"]["after_script"].is_null(), "it has that of `.nightshift`: {it}");
        }
    }

    #[test]
    fn a_systemd_service_doubles_what_systemd_would_read() {
        let start = Start::by_command("/srv/100%");
        let text = systemd_service(&start);
        let exec = text.lines().find(|it| it.starts_with("ExecStart")).expect("an ExecStart");
        assert_eq!(
            exec,
            "ExecStart=/bin/sh -c 'nightshift run $${NIGHTSHIFT_OUT:+--out \"$$NIGHTSHIFT_OUT\"} \
             $${NIGHTSHIFT_HISTORY:+--history \"$$NIGHTSHIFT_HISTORY\"}'"
        );
        assert!(text.contains("WorkingDirectory=/srv/100%%\n"));
    }

    #[test]
    fn a_glob_of_branches_becomes_an_anchored_regex() {
        assert_eq!(glob_as_regex("release/*"), "^release\\/.*$");
        assert_eq!(glob_as_regex("v1.?"), "^v1\\..$");
    }

    #[test]
    fn what_is_no_schedule_is_named() {
        assert_eq!(
            systemd_on_calendar("0 1 * *", "UTC").map_err(|it| it.to_string()),
            Err(
                "`night.schedule` \"0 1 * *\": it has 4 fields and not 5; write five cron fields, \
                 such as \"0 1 * * *\""
                    .to_owned()
            )
        );
    }

    #[test]
    fn the_next_night_is_told_in_the_zone_of_its_schedule() {
        let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment");
        let night = NightConfig {
            schedule: Some("0 1 * * 1-5".to_owned()),
            timezone: "Asia/Tokyo".to_owned(),
            ..NightConfig::default()
        };
        let next = next_night(&night, at("2026-11-27T20:00:00Z")).expect("a good schedule");
        assert_eq!(next.map(|it| it.to_string()).as_deref(), Some("2026-11-30 01:00:00 JST"));
    }

    #[test]
    fn an_unknown_zone_is_named() {
        assert_eq!(
            systemd_on_calendar("0 1 * * *", "Europe/Lodnon"),
            Err(ScheduleError::UnknownZone("Europe/Lodnon".to_owned()))
        );
    }
}
