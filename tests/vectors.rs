//! The shared vectors, run by the native modules. The hosts run the same file.

use std::fs;
use std::path::Path;

use fordway::checksums::{self, Fault};
use fordway::hash::Algorithm;
use fordway::{files, numbers, tour};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn rows<'a>(value: &'a Value, section: &str) -> &'a Vec<Value> {
    let rows = value[section].as_array().unwrap();
    assert!(!rows.is_empty(), "{section}");
    rows
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn double(value: &Value) -> f64 {
    text(value).parse().unwrap()
}

fn integer<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    text(value).parse().unwrap()
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(item).collect()
}

/// Doubles as bits, so that signs of zero count; every NaN is one.
fn bits(xs: &[f64]) -> Vec<u64> {
    xs.iter().map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect()
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|k| ((31 * k + 7) % 251) as u8).collect()
}

#[test]
fn squares() {
    for row in rows(&vectors()["numbers"], "squares") {
        let mut xs = list(&row["xs"], double);
        numbers::square(&mut xs);
        assert_eq!(bits(&xs), bits(&list(&row["expect"], double)), "{row}");
    }
}

#[test]
fn sqrts() {
    for row in rows(&vectors()["numbers"], "sqrts") {
        let n = row["n"].as_u64().unwrap() as u32;
        match numbers::sqrts(n) {
            Ok((heading, values)) => {
                assert_eq!(heading, text(&row["heading"]));
                assert_eq!(values, list(&row["expect"], double), "{row}");
            }
            Err(error) => assert_eq!(error.code.name(), text(&row["error"]), "{row}"),
        }
    }
}

#[test]
fn increase() {
    for row in rows(&vectors()["numbers"], "increase") {
        let mut xs: Vec<i64> = list(&row["xs"], integer);
        match numbers::increase(&mut xs, integer(&row["by"]), 0) {
            Ok(()) => assert_eq!(xs, list(&row["expect"], integer::<i64>), "{row}"),
            Err(error) => assert_eq!(error.code.name(), text(&row["error"]), "{row}"),
        }
    }
}

#[test]
fn dot() {
    for row in rows(&vectors()["numbers"], "dot") {
        let (a, b) = (list(&row["a"], double), list(&row["b"], double));
        assert_eq!(bits(&[numbers::dot(0.0, &a, &b)]), bits(&[double(&row["expect"])]), "{row}");
    }
}

#[test]
fn pi() {
    for row in rows(&vectors()["numbers"], "pi") {
        let n = row["n"].as_u64().unwrap() as u32;
        assert_eq!(numbers::pi(n), double(&row["expect"]), "{row}");
    }
}

#[test]
fn shuffle() {
    for row in rows(&vectors()["numbers"], "shuffle") {
        let mut xs: Vec<i64> = list(&row["xs"], integer);
        numbers::shuffle(&mut xs, integer(&row["seed"]));
        assert_eq!(xs, list(&row["expect"], integer::<i64>), "{row}");
    }
}

/// Holds a call of the tour against its row: a value or an error's code.
fn check<T: PartialEq + std::fmt::Debug>(
    found: Result<T, fordway::error::Error>,
    row: &Value,
    expect: impl Fn(&Value) -> T,
) {
    match found {
        Ok(value) => assert_eq!(value, expect(&row["expect"]), "{row}"),
        Err(error) => assert_eq!(error.code.name(), text(&row["error"]), "{row}"),
    }
}

#[test]
fn the_tour() {
    let vectors = vectors();
    let section = &vectors["tour"];
    let string = |value: &Value| text(value).to_owned();
    assert_eq!(tour::HELLO, text(&section["hello"]));
    assert_eq!(tour::greeting(), text(&section["greet"]));
    for row in rows(section, "add") {
        check(tour::add(integer(&row["a"]), integer(&row["b"])), row, integer::<i64>);
    }
    for row in rows(section, "repeat") {
        check(tour::repeat(text(&row["s"]), row["n"].as_u64().unwrap() as u32), row, string);
    }
    for row in rows(section, "join") {
        check(tour::join(&list(&row["words"], string), text(&row["sep"])), row, string);
    }
    for row in rows(section, "full_name") {
        assert_eq!(tour::full_name(text(&row["first"]), text(&row["last"])), text(&row["expect"]));
    }
    for row in rows(section, "even") {
        match tour::even(integer(&row["n"])) {
            Ok(even) => assert_eq!(even, row["expect"].as_bool().unwrap(), "{row}"),
            Err(sentence) => assert_eq!(sentence, text(&row["error"]), "{row}"),
        }
    }
    for row in rows(section, "user_info") {
        let user = tour::UserInfo::new(string(&row["name"]));
        assert_eq!(user.info(), text(&row["expect"]));
    }
}

#[test]
fn digests() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    for row in rows(&vectors(), "digest") {
        fs::write(&file, content(row["size"].as_u64().unwrap() as usize)).unwrap();
        let algorithm = Algorithm::from_name(text(&row["algorithm"])).unwrap();
        let found = checksums::digest(file.to_str().unwrap(), algorithm).unwrap();
        assert_eq!(found, text(&row["expect"]), "{row}");
    }
}

fn plant(root: &Path, vectors: &Value) {
    for (name, content) in vectors["files"].as_object().unwrap() {
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text(content)).unwrap();
    }
}

#[test]
fn manifests() {
    let vectors = vectors();
    let dir = tempfile::tempdir().unwrap();
    plant(dir.path(), &vectors);
    let root = dir.path().to_str().unwrap();
    for row in rows(&vectors, "manifest") {
        let title = text(&row["title"]);
        let name = text(&row["name"]);
        fs::write(dir.path().join(name), text(&row["text"])).unwrap();
        let report = match checksums::verify(root, Some(name)) {
            Ok(report) => report,
            Err(error) => {
                assert_eq!(error.code.name(), text(&row["error"]), "{title}");
                continue;
            }
        };
        let expect = &row["expect"];
        assert_eq!(report.passed, expect["passed"].as_u64().unwrap(), "{title}");
        assert_eq!(report.bytes, expect["bytes"].as_u64().unwrap(), "{title}");
        let malformed = list(&expect["malformed"], |line| line.as_u64().unwrap() as u32);
        assert_eq!(report.malformed_lines, malformed, "{title}");
        let failures = expect["failures"].as_array().unwrap();
        assert_eq!(report.failures.len(), failures.len(), "{title}: {:?}", report.failures);
        for (found, expect) in report.failures.iter().zip(failures) {
            assert_eq!(u64::from(found.line), expect["line"].as_u64().unwrap(), "{title}");
            assert_eq!(found.path, text(&expect["path"]), "{title}");
            match &found.fault {
                Fault::Mismatch(actual) => {
                    assert_eq!("mismatch", text(&expect["reason"]), "{title}");
                    assert_eq!(actual, text(&expect["actual"]), "{title}");
                }
                Fault::Missing => assert_eq!("missing", text(&expect["reason"]), "{title}"),
                Fault::Unreadable(_) => {
                    assert_eq!("unreadable", text(&expect["reason"]), "{title}");
                }
            }
        }
    }
}

#[test]
fn files_go_round() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let path = path.to_str().unwrap();
    for row in rows(&vectors(), "write") {
        let data = content(row["size"].as_u64().unwrap() as usize);
        files::write(&data, path).unwrap();
        assert!(fs::read(path).unwrap() == data, "{row}");
    }
}

#[test]
fn read_errors() {
    let vectors = vectors();
    let dir = tempfile::tempdir().unwrap();
    plant(dir.path(), &vectors);
    for row in rows(&vectors, "read_errors") {
        let path = dir.path().join(text(&row["path"]));
        let error = files::read(path.to_str().unwrap()).unwrap_err();
        assert_eq!(error.code.name(), text(&row["error"]), "{row}");
    }
}
