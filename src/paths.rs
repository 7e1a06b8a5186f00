//! Names as text: which ones are let through, and where they point. Nothing
//! here touches a file system.

use crate::error::{Code, Error};

/// Refuses a manifest's name that could mean a file outside the root, or none
/// at all. Symbolic links are not seen here; WASI refuses those that lead out.
pub fn check_inside(name: &str) -> Result<(), Error> {
    let refuse = |why: &str| Err(Error::new(Code::InvalidName, name, why));
    check_text(name)?;
    if name.starts_with('/') || has_drive(name) {
        return refuse("an absolute name is refused: names are relative to the root");
    }
    if name.ends_with('/') {
        return refuse("a name with a trailing slash cannot be a file");
    }
    let mut depth = 0i32;
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return refuse("the name leads outside the root");
        }
    }
    Ok(())
}

/// Refuses text that can name no file on any system.
pub fn check_text(path: &str) -> Result<(), Error> {
    if path.is_empty() {
        return Err(Error::new(Code::NotFound, path, "the path is empty"));
    }
    if path.contains('\0') {
        return Err(Error::new(Code::InvalidName, path, "the path holds a NUL"));
    }
    Ok(())
}

fn has_drive(name: &str) -> bool {
    let bytes = name.as_bytes();
    name.starts_with("\\\\")
        || (bytes.len() >= 3
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
            && matches!(bytes[2], b'/' | b'\\'))
}

/// Splits a path into its directory (`.` if it names none) and its last part.
pub fn split(path: &str) -> (&str, &str) {
    match path.rfind('/') {
        None => (".", path),
        Some(0) => ("/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
    }
}

/// `name` seen from the directory `base`; an absolute name stays as it is.
pub fn join(base: &str, name: &str) -> String {
    if base == "." || base.is_empty() || name.starts_with('/') {
        name.to_owned()
    } else if base.ends_with('/') {
        format!("{base}{name}")
    } else {
        format!("{base}/{name}")
    }
}

/// A relative name without `.`, doubled slashes and, where that can be told from
/// the text, `..`: so that two spellings of one name become equal.
pub fn normal(name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// What is left of `path` below the directory `base`, or None if `base` does
/// not hold it. Both are compared part by part, as text.
pub fn below(path: &str, base: &str) -> Option<String> {
    let parts = |text: &str| -> Vec<String> {
        let part = |part: &&str| !part.is_empty() && *part != ".";
        text.split('/').filter(part).map(str::to_owned).collect()
    };
    if path.starts_with('/') != base.starts_with('/') {
        return None;
    }
    let (path_parts, base_parts) = (parts(path), parts(base));
    let rest = path_parts.strip_prefix(base_parts.as_slice())?;
    if rest.is_empty() {
        return Some(".".to_owned());
    }
    // A slash at the end says "a directory"; the system is to judge that.
    let slash = if path.ends_with('/') || path.ends_with("/.") { "/" } else { "" };
    Some(format!("{}{slash}", rest.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stay_inside_pass() {
        for name in
            ["a", "a/b", "./a", "a/../b", "-", "..a", "a..", "a b ", "C:", "c:x", "ü", "a//b", "\\"]
        {
            assert_eq!(check_inside(name), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn names_that_could_lead_out_are_refused() {
        for name in [
            "..",
            "../x",
            "a/../../x",
            "./..",
            "/",
            "/etc/passwd",
            "//a",
            "a/",
            "C:/x",
            "c:\\x",
            "\\\\host\\x",
            "a\0b",
            "",
        ] {
            assert!(check_inside(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_path_is_split_at_its_last_slash() {
        assert_eq!(split("a"), (".", "a"));
        assert_eq!(split("/a"), ("/", "a"));
        assert_eq!(split("a/b/c"), ("a/b", "c"));
        assert_eq!(split("a/"), ("a", ""));
    }

    #[test]
    fn spellings_of_a_name_become_equal() {
        for name in ["a/b", "./a/b", "a//b", "a/./b", "a/c/../b", "x/../a/b"] {
            assert_eq!(normal(name), "a/b", "{name}");
        }
        assert_eq!(normal("../a"), "../a");
        assert_eq!(normal("."), "");
    }

    #[test]
    fn a_path_is_found_below_its_directory() {
        assert_eq!(below("a/b", "."), Some("a/b".to_owned()));
        assert_eq!(below(".", "."), Some(".".to_owned()));
        assert_eq!(below("/d/a", "/d"), Some("a".to_owned()));
        assert_eq!(below("/d/a/", "/"), Some("d/a/".to_owned()));
        assert_eq!(below("/d/a/.", "/d"), Some("a/".to_owned()));
        assert_eq!(below("/dd/a", "/d"), None);
        assert_eq!(below("a", "/"), None);
        assert_eq!(below("/a", "."), None);
    }
}
