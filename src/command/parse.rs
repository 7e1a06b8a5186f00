//! From the words of a command line to a command.

use super::Command;
use crate::hash::Algorithm;
use crate::quote::quote;
use crate::transcript::{Options, Said};

/// Understands a command line, without the program's name. The error is a
/// sentence.
pub fn parse(arguments: &[String]) -> Result<Command, String> {
    let (verb, rest) = arguments.split_first().ok_or("a verb is missing, try help")?;
    let mut options = Options::default();
    let mut algorithm = Algorithm::Sha1;
    let mut tagged = false;
    let (mut draft, mut except) = (None, None);
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
            ("sum", "--except") => {
                except = Some(rest.next().ok_or("--except needs a PATH")?.clone());
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
        "sum" => Command::Sum(algorithm, tagged, except, operands.next().unwrap_or(".".to_owned())),
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
