//! The component as a command: `wasmtime run fordway.wasm VERB`.

use std::io::Write;

use wasip2::io::streams::{InputStream, OutputStream, StreamError};

use super::Component;
use crate::command;
use crate::error::{Code, Error};

wasip2::cli::command::export!(Component);

impl wasip2::exports::cli::run::Guest for Component {
    fn run() -> Result<(), ()> {
        let mut input = Stdin(wasip2::cli::stdin::get_stdin());
        let mut out = wasip2::cli::stdout::get_stdout();
        let mut err = wasip2::cli::stderr::get_stderr();
        let arguments = wasip2::cli::environment::get_arguments();
        let result = match command::parse(arguments.get(1..).unwrap_or_default()) {
            Ok(command) => command::run(command, &mut input, &mut out, &mut err)
                .and_then(|ok| flush(&mut out).map(|()| ok))
                .map_err(|error| command::told(&error)),
            Err(why) => Err(format!("fordway: {why}")),
        };
        let ok = result.unwrap_or_else(|told| {
            // If standard error is gone too, the exit status still tells.
            let _ = writeln!(err, "{told}");
            false
        });
        let _ = Write::flush(&mut err);
        if ok { Ok(()) } else { Err(()) }
    }
}

/// Standard input, in the blocks that the host hands over.
struct Stdin(InputStream);

impl command::Source for Stdin {
    fn next(&mut self, most: usize) -> Result<Vec<u8>, Error> {
        match self.0.blocking_read(most as u64) {
            Ok(block) => Ok(block),
            Err(StreamError::Closed) => Ok(Vec::new()),
            Err(StreamError::LastOperationFailed(_)) => {
                Err(Error::new(Code::Io, "", "standard input cannot be read"))
            }
        }
    }
}

/// Tells whether standard output took all that was printed.
pub fn flush(out: &mut OutputStream) -> Result<(), Error> {
    Write::flush(out)
        .map_err(|_| Error::new(Code::Io, "", "standard output does not take what is printed"))
}
