//! What a program needs to be read to run: the folder that it was installed into, and its
//! interpreter's. Nothing that a confined command could have written has a say in it: neither the
//! first line of a script nor a link in a folder that may be written.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// More links on the way to a file than these lead nowhere, as for the system.
const MOST_LINKS: usize = 40;

/// The folders of a program, of what its links lead to, and of the interpreter that its first line
/// names; none of a program in a folder that may be written, which is read anyway.
pub(super) fn of(program: &Path, home: Option<&Path>, write: &[PathBuf]) -> Vec<PathBuf> {
    let write: Vec<PathBuf> =
        write.iter().map(|it| it.canonicalize().unwrap_or_else(|_| it.clone())).collect();
    let Some(real) = real(program, &write) else { return Vec::new() };
    let mut all = Vec::new();
    let mut add = |file: &Path| {
        all.push(file.to_owned());
        all.extend(installed(file).filter(|it| is_no_home(it, home)));
    };
    add(program);
    if let Some(named) = interpreter(&real)
        && let Some(real) = self::real(&named, &write)
    {
        add(&named);
        add(&real);
    }
    add(&real);
    all
}

/// What a path really is; `None` where the way there leads through a folder that may be written, so
/// that a confined command could have chosen it.
fn real(path: &Path, write: &[PathBuf]) -> Option<PathBuf> {
    let mut done = PathBuf::from("/");
    let mut left = parts(path);
    let mut links = 0;
    while let Some(part) = left.pop() {
        if part == ".." {
            done.pop();
            continue;
        }
        let next = done.join(part);
        if write.iter().any(|it| next.starts_with(it)) {
            return None;
        }
        match next.read_link() {
            Ok(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                if target.is_absolute() {
                    done = PathBuf::from("/");
                }
                left.extend(parts(&target));
            }
            Err(_) => done = next,
        }
    }
    Some(done)
}

/// The parts of a path, the last first.
fn parts(path: &Path) -> Vec<OsString> {
    let all =
        path.components().filter(|it| matches!(it, Component::Normal(_) | Component::ParentDir));
    all.map(|it| it.as_os_str().to_owned()).rev().collect()
}

/// Where a program was installed: `/opt/tool` for `/opt/tool/bin/tool`, and else its own folder.
fn installed(file: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = file.parent();
    let above = folder.filter(|it| it.ends_with("bin")).and_then(Path::parent);
    folder.into_iter().chain(above).map(Path::to_owned).collect::<Vec<_>>().into_iter()
}

/// The program that the first line of a script names.
fn interpreter(script: &Path) -> Option<PathBuf> {
    let mut start = [0; 256];
    let read = std::fs::File::open(script).ok()?.read(&mut start).ok()?;
    let line = String::from_utf8_lossy(&start[..read]).lines().next()?.to_owned();
    let named = line.strip_prefix("#!")?.split_whitespace().next()?;
    Some(PathBuf::from(named)).filter(|it| it.is_absolute())
}

/// Whether a folder holds neither everything nor a home, nor what people keep right below one, such
/// as `~/.local`.
pub(super) fn is_no_home(folder: &Path, home: Option<&Path>) -> bool {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let home = home.map(|it| it.canonicalize().unwrap_or_else(|_| it.to_owned()));
    let hidden = |it: &Path| it.file_name().is_some_and(|it| it.to_string_lossy().starts_with('.'));
    real.parent().is_some()
        && home.is_none_or(|home| {
            let right_below = real.parent() == Some(&home);
            !home.starts_with(&real) && (!right_below || !hidden(&real))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_and_what_is_kept_hidden_in_it_is_not_read_and_a_project_in_it_is() {
        let home = Some(Path::new("/home/ada"));
        for (folder, may) in [
            ("/", false),
            ("/home", false),
            ("/home/ada", false),
            ("/home/ada/.local", false),
            ("/home/ada/.local/share/pipx/venvs/shop", true),
            ("/home/ada/shop", true),
            ("/home/adam", true),
            ("/opt/shop", true),
        ] {
            assert_eq!(is_no_home(Path::new(folder), home), may, "{folder}");
        }
    }

    #[test]
    fn a_script_needs_the_folders_of_its_interpreter() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("shop/bin/shop");
        std::fs::create_dir_all(script.parent().unwrap()).unwrap();
        std::fs::write(&script, "#!/opt/python/bin/python3 -u\n").unwrap();
        let all = of(&script, None, &[]);
        for needed in [folder.path().join("shop"), PathBuf::from("/opt/python")] {
            assert!(all.contains(&needed), "{all:?}");
        }
    }

    #[test]
    fn what_a_confined_command_could_write_widens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let [kept, work, shop] = ["kept/bin", "work/bin", "shop/bin"].map(|it| root.join(it));
        for it in [&kept, &work, &shop] {
            std::fs::create_dir_all(it).unwrap();
        }
        std::fs::write(kept.join("tool"), "secret").unwrap();
        let write = [root.join("work")];
        let reaches = |program: &Path, write: &[PathBuf]| {
            of(program, None, write).iter().any(|it| it.starts_with(root.join("kept")))
        };
        let script = format!("#!{}\n", kept.join("tool").display());
        let link = |from: &Path, to: &Path| std::os::unix::fs::symlink(to, from).unwrap();

        // A script, a link, and a folder that is a link, each where a confined command may write.
        std::fs::write(work.join("script"), &script).unwrap();
        link(&work.join("link"), &kept.join("tool"));
        link(&root.join("work/folder"), &kept);
        // What cannot be written, and leads there by way of what can.
        link(&shop.join("by-link"), &work.join("link"));
        link(&shop.join("by-folder"), Path::new("../../work/folder/tool"));
        let by_script = format!("#!{}\n", work.join("link").display());
        std::fs::write(shop.join("by-interpreter"), by_script).unwrap();
        for widened in [
            work.join("script"),
            work.join("link"),
            root.join("work/folder/tool"),
            work.join("../../work/bin/script"),
            shop.join("by-link"),
            shop.join("by-folder"),
            shop.join("by-interpreter"),
        ] {
            assert!(!reaches(&widened, &write), "{}", widened.display());
        }
        // Each of them does, where nobody could have written it.
        for whole in [work.join("script"), work.join("link"), shop.join("by-link")] {
            assert!(reaches(&whole, &[]), "{}", whole.display());
        }
        std::fs::write(shop.join("script"), &script).unwrap();
        link(&shop.join("link"), &kept.join("tool"));
        for own in [shop.join("script"), shop.join("link")] {
            assert!(reaches(&own, &write), "{}", own.display());
        }
    }

    #[test]
    fn links_that_lead_in_circles_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|it| folder.path().join(it));
        std::os::unix::fs::symlink(&one, &other).unwrap();
        std::os::unix::fs::symlink(&other, &one).unwrap();
        assert_eq!(of(&one, None, &[]), Vec::<PathBuf>::new());
    }
}
