//! The verbs of the command line: arguments, a stream of bytes in, one out.
//!
//! Hosts run these verbs where much data moves, and people run them with
//! `wasmtime run fordway.wasm`. Doubles and integers are 64 bits wide,
//! little-endian, with nothing before, between or after them.

mod checksums;
mod files;
mod numbers;
mod parse;

use std::io::Write;

use crate::error::{Code, Error};
use crate::hash::Algorithm;
use crate::quote::quote;
use crate::transcript::Options;

pub use parse::parse;

/// What `help` prints.
pub const HELP: &str = "\
Usage: fordway VERB [ARGUMENT]...

Numbers: 64 bits, little-endian, from standard input to standard output.
  squares               the square of every double
  sqrts N               the square roots of 1, 2 ... N (reads nothing)
  increase BY           every integer plus BY
  dot N                 the dot product of the first N doubles and the rest
  shuffle SEED          the 64-bit words in an order that SEED gives

Files: only what lies in the directories that were handed over.
  read PATH             the file's bytes to standard output
  write [--draft TEMPORARY] PATH
                        standard input to the file, all or nothing; through
                        TEMPORARY, a file that is there beside PATH

Checksums: md5, sha1 (if none is named), sha224, sha256, sha384, sha512.
  digest [-a NAME] PATH...
                        the digest of each file, a line each
  sum [-a NAME] [--tag] [--except PATH] [DIR]
                        a manifest of every file below DIR, but for PATH in it
  verify [OPTION]... [DIR [MANIFEST]]
                        checks what the manifest in DIR lists; prints what
                        sha1sum --check prints
    --quiet             no line for a file that is right
    --status            no output, only the exit status
    --ignore-missing    say nothing of missing files
    --strict            a malformed line is a failure
    -w, --warn          warn of every malformed line

  help                  this text
";

/// A verb with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Prints [`HELP`].
    Help,
    /// Squares doubles.
    Squares,
    /// Square roots of 1 to this number.
    Sqrts(u32),
    /// Adds this to integers.
    Increase(i64),
    /// The dot product of this many doubles and as many more.
    Dot(u64),
    /// Shuffles 64-bit words by this seed.
    Shuffle(u64),
    /// A file to standard output.
    Read(String),
    /// Standard input to a file, through a temporary file that is there
    /// already or through one of its own.
    Write(Option<String>, String),
    /// Digests of files.
    Digest(Algorithm, Vec<String>),
    /// A manifest of a directory, tagged or not, that leaves a file out.
    Sum(Algorithm, bool, Option<String>, String),
    /// A check of a directory against its manifest.
    Verify(Options, String, Option<String>),
}

/// Where standard input comes from, block by block.
pub trait Source {
    /// The next bytes, at most `most` of them; none at the end. They are the
    /// caller's to work on in place.
    fn next(&mut self, most: usize) -> Result<Vec<u8>, Error>;
}

/// Carries a command out. True stands for exit status 0; whatever went wrong
/// besides is told on `err`.
pub fn run(
    command: Command,
    input: &mut dyn Source,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool, Error> {
    match command {
        Command::Help => out.write_all(HELP.as_bytes()).map_err(broken)?,
        Command::Squares => numbers::squares(input, out)?,
        Command::Increase(by) => numbers::increase(by, input, out)?,
        Command::Sqrts(n) => numbers::sqrts(n, out)?,
        Command::Dot(n) => numbers::dot(n, input, out)?,
        Command::Shuffle(seed) => numbers::shuffle(seed, input, out)?,
        Command::Read(path) => files::read(&path, out)?,
        Command::Write(temporary, path) => files::write(temporary.as_deref(), &path, input)?,
        Command::Digest(algorithm, paths) => {
            return checksums::digests(algorithm, &paths, out, err);
        }
        Command::Sum(algorithm, tagged, except, root) => {
            return checksums::sum(algorithm, tagged, except.as_deref(), &root, out, err);
        }
        Command::Verify(options, root, manifest) => {
            return checksums::verify(options, &root, manifest.as_deref(), out, err);
        }
    }
    Ok(true)
}

/// How many bytes are worked on at once: more do not pay, and leave the caches.
const BLOCK: usize = 1 << 16;

/// An error on a line of its own, in a form that hosts read back:
/// `fordway: CODE: "PATH": SENTENCE`.
pub fn told(error: &Error) -> String {
    format!("fordway: {}: {}: {}", error.code.name(), quote(&error.path), error.message)
}

fn broken(error: std::io::Error) -> Error {
    Error::new(Code::Io, "", format!("a standard stream failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Said;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    fn output(line: &str, input: &[u8]) -> Result<Vec<u8>, Error> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let command = parsed(line).unwrap();
        let ok = run(command, &mut Trickle(input), &mut out, &mut err)?;
        assert!(ok);
        assert_eq!(err, b"");
        Ok(out)
    }

    /// Hands out 13 bytes at a time, so that blocks split words.
    struct Trickle<'a>(&'a [u8]);

    impl Source for Trickle<'_> {
        fn next(&mut self, most: usize) -> Result<Vec<u8>, Error> {
            let (now, later) = self.0.split_at(self.0.len().min(most).min(13));
            self.0 = later;
            Ok(now.to_vec())
        }
    }

    fn doubles(xs: &[f64]) -> Vec<u8> {
        xs.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    fn integers(xs: &[i64]) -> Vec<u8> {
        xs.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    #[test]
    fn numbers_are_worked_on_wherever_the_blocks_end() {
        let xs: Vec<f64> = (0..1000).map(f64::from).collect();
        let squares: Vec<f64> = xs.iter().map(|x| x * x).collect();
        assert_eq!(output("squares", &doubles(&xs)).unwrap(), doubles(&squares));
        assert_eq!(output("squares", b"").unwrap(), b"");
        let sum: f64 = squares.iter().sum();
        assert_eq!(
            output("dot 1000", &doubles(&[&xs[..], &xs].concat())).unwrap(),
            doubles(&[sum])
        );
        let ages = integers(&[20, 30, 40]);
        assert_eq!(output("increase -5", &ages).unwrap(), integers(&[15, 25, 35]));
        let mut shuffled = [20, 30, 40];
        crate::numbers::shuffle(&mut shuffled, 3);
        assert_eq!(output("shuffle 3", &ages).unwrap(), integers(&shuffled));
        let roots: Vec<f64> = (1..=20_000).map(|k| f64::from(k).sqrt()).collect();
        assert_eq!(output("sqrts 20000", b"").unwrap(), doubles(&roots));
    }

    #[test]
    fn input_of_a_wrong_length_is_refused() {
        assert_eq!(output("squares", &[0; 9]).unwrap_err().code, Code::Io);
        for n in [0, 2] {
            let error = output(&format!("dot {n}"), &doubles(&[1.0, 2.0, 3.0])).unwrap_err();
            assert_eq!(error.code, Code::InvalidArgument);
        }
        let error = output("increase 1", &integers(&[0, i64::MAX])).unwrap_err();
        assert!(error.message.contains("element 1 "), "{error}");
    }

    #[test]
    fn a_command_line_is_understood_or_refused_with_a_sentence() {
        let sum = Command::Sum(Algorithm::Sha256, true, Some("x".to_owned()), "d".to_owned());
        assert_eq!(parsed("sum --tag --except x -a sha256 d"), Ok(sum));
        assert_eq!(parsed("read -- -x"), Ok(Command::Read("-x".to_owned())));
        assert_eq!(parsed("increase -5"), Ok(Command::Increase(-5)));
        let write = Command::Write(Some("-t".to_owned()), "p".to_owned());
        assert_eq!(parsed("write --draft -t p"), Ok(write));
        let options = Options { said: Said::Quiet, strict: true, ..Options::default() };
        let verify = Command::Verify(options, "d".to_owned(), Some("m".to_owned()));
        assert_eq!(parsed("verify --quiet d --strict m"), Ok(verify));
        for wrong in [
            "",
            "fly",
            "read",
            "read a b",
            "sqrts",
            "sqrts -1",
            "sqrts 4294967296",
            "dot x",
            "increase 1.5",
            "sum -a crc32",
            "sum -a",
            "sum --except",
            "verify --fast",
            "digest",
            "read -x",
            "write --draft t",
            "write p --draft",
            "read --draft t p",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_sum_is_a_manifest_that_a_check_passes() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b b", "c\\d", "e\nf\ng"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        let root = dir.path().to_str().unwrap();
        std::fs::write(dir.path().join("list"), "half").unwrap();
        for tag in [" --except list", " --except ./list --tag"] {
            let lines = output(&format!("sum{tag} {root}"), b"").unwrap();
            std::fs::write(dir.path().join("sha1sum.txt"), &lines).unwrap();
            let text = String::from_utf8(output(&format!("verify {root}"), b"").unwrap()).unwrap();
            assert_eq!(text.lines().count(), 4, "{text}");
            assert!(text.lines().all(|line| line.ends_with(": OK")), "{text}");
        }
    }
}
