//! The verbs of the command line: arguments, a stream of bytes in, one out.
//!
//! Hosts run these verbs where much data moves, and people run them with
//! `wasmtime run fordway.wasm`. Doubles and integers are 64 bits wide,
//! little-endian, with nothing before, between or after them.

use std::io::Write;

use crate::draft::Draft;
use crate::error::{Code, Error};
use crate::fs::Dir;
use crate::hash::Algorithm;
use crate::lanes::patience::Patience;
use crate::quote::quote;
use crate::transcript::{Options, Said, Transcript};
use crate::walk::{Found, walk};
use crate::{checksums, files, manifest, numbers};

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
  sum [-a NAME] [--tag] [DIR]
                        a manifest of every file below DIR
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
    /// A manifest of a directory, tagged or not.
    Sum(Algorithm, bool, String),
    /// A check of a directory against its manifest.
    Verify(Options, String, Option<String>),
}

/// Where standard input comes from, block by block.
pub trait Source {
    /// The next bytes, at most `most` of them; none at the end. They are the
    /// caller's to work on in place.
    fn next(&mut self, most: usize) -> Result<Vec<u8>, Error>;
}

/// Understands a command line, without the program's name. The error is a
/// sentence.
pub fn parse(arguments: &[String]) -> Result<Command, String> {
    let (verb, rest) = arguments.split_first().ok_or("a verb is missing, try help")?;
    let mut options = Options::default();
    let mut algorithm = Algorithm::Sha1;
    let mut tagged = false;
    let mut draft = None;
    let mut operands = Vec::new();
    let mut rest = rest.iter();
    while let Some(argument) = rest.next() {
        match (verb.as_str(), argument.as_str()) {
            (_, "--") => operands.extend(rest.by_ref().cloned()),
            ("verify", "--quiet") => options.said = Said::Quiet,
            ("verify", "--status") => options.said = Said::Status,
            ("verify", "--ignore-missing") => options.ignore_missing = true,
            ("verify", "--strict") => options.strict = true,
            ("verify", "-w" | "--warn") => options.said = Said::Warn,
            ("sum", "--tag") => tagged = true,
            ("digest" | "sum", "-a" | "--algorithm") => {
                let name = rest.next().ok_or("-a needs the name of an algorithm")?;
                algorithm = Algorithm::from_name(name).ok_or_else(|| {
                    let names = Algorithm::ALL.map(Algorithm::name).join(", ");
                    format!("unknown algorithm {}, expected one of {names}", quote(name))
                })?;
            }
            ("write", "--draft") => {
                draft = Some(rest.next().ok_or("--draft needs a TEMPORARY")?.clone());
            }
            ("help", _) => {}
            ("digest" | "sum" | "verify" | "read" | "write", option)
                if option.starts_with('-') && option.len() > 1 =>
            {
                let option = quote(option);
                return Err(format!("{verb} has no option {option}; a name goes after --"));
            }
            _ => operands.push(argument.clone()),
        }
    }
    let mut operands = operands.into_iter();
    let command = match verb.as_str() {
        "help" | "--help" | "-h" => Command::Help,
        "squares" => Command::Squares,
        "sqrts" => Command::Sqrts(number(verb, "N", operands.next())?),
        "increase" => Command::Increase(number(verb, "BY", operands.next())?),
        "dot" => Command::Dot(number(verb, "N", operands.next())?),
        "shuffle" => Command::Shuffle(number(verb, "SEED", operands.next())?),
        "read" => Command::Read(operands.next().ok_or("read needs a PATH")?),
        "write" => Command::Write(draft, operands.next().ok_or("write needs a PATH")?),
        "digest" if operands.len() == 0 => return Err("digest needs a PATH".to_owned()),
        "digest" => Command::Digest(algorithm, operands.by_ref().collect()),
        "sum" => Command::Sum(algorithm, tagged, operands.next().unwrap_or(".".to_owned())),
        "verify" => {
            let root = operands.next().unwrap_or(".".to_owned());
            Command::Verify(options, root, operands.next())
        }
        _ => return Err(format!("unknown verb {}, try help", quote(verb))),
    };
    match operands.next() {
        Some(extra) => Err(format!("{verb} takes no further argument {}", quote(&extra))),
        None => Ok(command),
    }
}

fn number<T: std::str::FromStr>(verb: &str, name: &str, text: Option<String>) -> Result<T, String> {
    let text = text.ok_or_else(|| format!("{verb} needs a number {name}"))?;
    text.parse().map_err(|_| {
        let kind = std::any::type_name::<T>();
        format!("{name} is {}, expected an integer that fits in {kind}", quote(&text))
    })
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
        Command::Squares => each_block(input, |words, _| {
            for word in words.iter_mut() {
                *word = numbers::squared(f64::from_le_bytes(*word)).to_le_bytes();
            }
            out.write_all(words.as_flattened()).map_err(broken)
        })?,
        Command::Increase(by) => each_block(input, |words, first| {
            let mut xs = words.iter().map(|word| i64::from_le_bytes(*word)).collect::<Vec<_>>();
            numbers::increase(&mut xs, by, first)?;
            out.write_all(&bytes(xs.iter().map(|x| x.to_le_bytes()))).map_err(broken)
        })?,
        Command::Sqrts(n) => {
            for first in (1..=n).step_by(BLOCK / 8) {
                let last = n.min(first.saturating_add((BLOCK / 8 - 1) as u32));
                let block = (first..=last).map(|k| f64::from(k).sqrt().to_le_bytes());
                out.write_all(&bytes(block)).map_err(broken)?;
            }
        }
        Command::Dot(n) => {
            let sum = dot(n, input)?;
            out.write_all(&sum.to_le_bytes()).map_err(broken)?;
        }
        Command::Shuffle(seed) => {
            let mut xs = Vec::new();
            each_block(input, |words, _| {
                xs.extend(words.iter().map(|word| i64::from_le_bytes(*word)));
                Ok(())
            })?;
            numbers::shuffle(&mut xs, seed);
            for block in xs.chunks(BLOCK / 8) {
                let block = bytes(block.iter().map(|x| x.to_le_bytes()));
                out.write_all(&block).map_err(broken)?;
            }
        }
        Command::Read(path) => {
            let mut file = files::open(&path)?;
            loop {
                let block = file.read().map_err(|error| error.at(&path))?;
                if block.is_empty() {
                    break;
                }
                file.read_ahead();
                out.write_all(&block).map_err(broken)?;
            }
        }
        Command::Write(temporary, path) => {
            let mut draft = match temporary {
                Some(temporary) => Draft::adopt(&temporary, &path)?,
                None => Draft::begin(&path)?,
            };
            loop {
                let block = input.next(BLOCK)?;
                if block.is_empty() {
                    break;
                }
                draft.write(&block)?;
            }
            draft.commit()?;
        }
        Command::Digest(algorithm, paths) => return digests(algorithm, &paths, out, err),
        Command::Sum(algorithm, tagged, root) => return sum(algorithm, tagged, &root, out, err),
        Command::Verify(options, root, manifest) => {
            return verify(options, &root, manifest.as_deref(), out, err);
        }
    }
    Ok(true)
}

/// How many bytes are worked on at once: more do not pay, and leave the caches.
const BLOCK: usize = 1 << 16;

/// Reads 64-bit words block by block and hands them to `work`, with the position
/// of the first.
fn each_block(
    input: &mut dyn Source,
    mut work: impl FnMut(&mut [[u8; 8]], u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut split, mut first) = (Vec::new(), 0);
    loop {
        let mut block = input.next(BLOCK)?;
        if block.is_empty() {
            if split.is_empty() {
                return Ok(());
            }
            let left = split.len();
            let why = format!("the input ends with {left} bytes, expected a multiple of 8");
            return Err(Error::new(Code::Io, "", why));
        }
        if !split.is_empty() {
            // A word that two blocks share; rare, so it may cost a copy.
            split.append(&mut block);
            block = std::mem::take(&mut split);
        }
        let (words, rest) = block.as_chunks_mut::<8>();
        work(words, first)?;
        first += words.len() as u64;
        split = rest.to_vec();
    }
}

fn bytes(words: impl Iterator<Item = [u8; 8]>) -> Vec<u8> {
    words.collect::<Vec<_>>().into_flattened()
}

fn dot(n: u64, input: &mut dyn Source) -> Result<f64, Error> {
    let (mut a, mut at, mut sum) = (Vec::new(), 0, 0.0);
    each_block(input, |words, _| {
        let xs: Vec<f64> = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
        let missing = (n - a.len() as u64).min(xs.len() as u64) as usize;
        let (first, second) = xs.split_at(missing);
        a.extend_from_slice(first);
        let end = at + second.len();
        numbers::same_length(a.len() as u64, a.len().max(end) as u64)?;
        sum = numbers::dot(sum, &a[at..end], second);
        at = end;
        Ok(())
    })?;
    numbers::same_length(n, at as u64)?;
    Ok(sum)
}

fn digests(
    algorithm: Algorithm,
    paths: &[String],
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool, Error> {
    let mut ok = true;
    for path in paths {
        match checksums::digest(path, algorithm) {
            Ok(digest) => writeln!(out, "{digest}").map_err(broken)?,
            Err(error) if paths.len() == 1 => return Err(error),
            Err(error) => {
                ok = false;
                writeln!(err, "{}", told(&error)).map_err(broken)?;
            }
        }
    }
    Ok(ok)
}

fn sum(
    algorithm: Algorithm,
    tagged: bool,
    root: &str,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool, Error> {
    let dir = Dir::open_root(root)?;
    let mut result = Ok(true);
    walk(&dir, &mut |found| {
        let Ok(ok) = &mut result else { return };
        let digest = match found {
            // A manifest does not list itself.
            Found::File(path) if manifest::USUAL_NAMES.contains(&path.as_str()) => return,
            Found::File(path) => checksums::digest_in(&dir, &path, algorithm)
                .map(|digest| manifest::line(algorithm, &path, &digest, tagged)),
            Found::Fault(error) => Err(error),
        };
        let written = match digest {
            Ok(line) => out.write_all(line.as_bytes()),
            Err(error) => {
                *ok = false;
                writeln!(err, "{}", told(&error))
            }
        };
        if let Err(error) = written {
            result = Err(broken(error));
        }
    });
    result
}

fn verify(
    options: Options,
    root: &str,
    manifest: Option<&str>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool, Error> {
    let verification = checksums::Verification::open(root, manifest)?;
    let mut text = Transcript::new(verification.manifest(), options);
    let mut print = |text: &mut Transcript| {
        let printed = out.write_all(text.out.as_bytes());
        printed.and_then(|()| err.write_all(text.err.as_bytes())).map_err(broken)?;
        text.out.clear();
        text.err.clear();
        Ok(())
    };
    let mut patience = Patience::default();
    for piece in verification.pieces(0, verification.len()) {
        text.add(&piece, &verification.check_piece(&piece, &mut patience));
        print(&mut text)?;
    }
    let ok = text.end();
    print(&mut text)?;
    Ok(ok)
}

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
        bytes(xs.iter().map(|x| x.to_le_bytes()))
    }

    fn integers(xs: &[i64]) -> Vec<u8> {
        bytes(xs.iter().map(|x| x.to_le_bytes()))
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
        numbers::shuffle(&mut shuffled, 3);
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
        let sum = Command::Sum(Algorithm::Sha256, true, "d".to_owned());
        assert_eq!(parsed("sum --tag -a sha256 d"), Ok(sum));
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
        for tag in ["", " --tag"] {
            let lines = output(&format!("sum{tag} {root}"), b"").unwrap();
            std::fs::write(dir.path().join("sha1sum.txt"), &lines).unwrap();
            let text = String::from_utf8(output(&format!("verify {root}"), b"").unwrap()).unwrap();
            assert_eq!(text.lines().count(), 4, "{text}");
            assert!(text.lines().all(|line| line.ends_with(": OK")), "{text}");
        }
    }
}
