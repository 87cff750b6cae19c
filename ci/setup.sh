# shellcheck shell=sh
# What nightly.sh, test.sh and gate.sh need on a machine: Chromium, ChromeDriver, Python with venv,
# and, where something is compiled, Rust and a C compiler; beside these the programs that
# `also_needed` names, whose packages are called as they are. Sourced from the repository's folder;
# whatever is there already is left alone. On a Debian-like machine the rest but Rust comes from the
# distribution's packages, where root or sudo allows it; elsewhere it says what to install and ends
# with 4, as a failed preflight does.

say() { printf '%s\n' "$*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

has_any() {
    for it in "$@"; do
        if has "$it"; then return 0; fi
    done
    return 1
}

has_browser() { has_any chromium chromium-browser google-chrome google-chrome-stable; }

has_driver() { has_any chromedriver chromium.chromedriver; }

compiles() { [ -z "${NIGHTSHIFT_PROGRAM:-}" ]; }

# A C compiler may be told of in CC; cargo may be told of another linker than cc.
has_compiler() { [ -n "${CC:-}" ] || has_any cc gcc clang; }

has_venv() { has python3 && python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Runs a command as root, without ever asking for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo; then
        sudo -n "$@"
    else
        return 1
    fi
}

can_install() {
    has apt-get && as_root true >/dev/null 2>&1
}

install_missing() {
    wanted=
    if ! has_browser; then wanted="$wanted chromium"; fi
    if ! has_driver; then wanted="$wanted chromium-driver"; fi
    if ! has_venv; then wanted="$wanted python3 python3-venv"; fi
    if compiles && ! has_compiler; then wanted="$wanted gcc libc6-dev"; fi
    for it in ${also_needed:-}; do
        if ! has "$it"; then wanted="$wanted $it"; fi
    done
    if [ -z "$wanted" ] || ! can_install; then return 0; fi
    say "installing$wanted"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update || say "apt-get update failed"
    # The names are ours and are meant to split.
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y --no-install-recommends install $wanted >&2 || say "apt-get install failed"
}

# Says all that is still missing at once; fails where anything is.
missing() {
    lacking=0
    if ! has_browser; then
        lacking=1
        say "missing: Chromium (Debian: chromium, Fedora: chromium, Alpine: chromium, Arch: chromium)"
    fi
    if ! has_driver; then
        lacking=1
        say "missing: ChromeDriver of the same version (Debian: chromium-driver, Fedora: chromedriver," \
            "Alpine: chromium-chromedriver, Arch: part of chromium)"
    fi
    if ! has_venv; then
        lacking=1
        say "missing: Python 3 with venv (Debian: python3 python3-venv, elsewhere: python3)"
    fi
    if compiles && ! has_compiler; then
        lacking=1
        say "missing: a C compiler, by which Rust links too (Debian: gcc libc6-dev, elsewhere: gcc)"
    fi
    if compiles && ! has cargo; then
        lacking=1
        say "missing: Rust 1.92 or newer with cargo; see https://rustup.rs"
    fi
    for it in ${also_needed:-}; do
        if ! has "$it"; then
            lacking=1
            say "missing: $it"
        fi
    done
    return "$lacking"
}

# cron and systemd start us with a short PATH; hosted runners keep the driver in a folder of its own.
for folder in "${HOME:-/root}/.cargo/bin" "${CHROMEWEBDRIVER:-}" /usr/lib/chromium /usr/lib/chromium-browser; do
    if [ -n "$folder" ] && [ -d "$folder" ]; then
        case ":$PATH:" in
        *":$folder:"*) ;;
        *) PATH="$PATH:$folder" ;;
        esac
    fi
done
export PATH

install_missing
if ! missing; then
    say "install what is missing and start again"
    exit 4
fi
