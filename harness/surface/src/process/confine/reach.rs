//! What a program needs to be read to run: the folder that it was installed into, and its
//! interpreter's.

use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The folders of a program, of what its links lead to, and of the interpreter that its first line
/// names.
pub(super) fn of(program: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut add = |file: &Path| {
        all.push(file.to_owned());
        all.extend(installed(file).filter(|it| is_no_home(it, home)));
    };
    for file in [Some(program.to_owned()), interpreter(program)].into_iter().flatten() {
        add(&file);
        if let Ok(real) = file.canonicalize() {
            add(&real);
        }
    }
    all
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
        let all = of(&script, None);
        for needed in [folder.path().join("shop"), PathBuf::from("/opt/python")] {
            assert!(all.contains(&needed), "{all:?}");
        }
    }
}
