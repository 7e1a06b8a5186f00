//! Standard streams of the component, in blocks and without the line buffer
//! of `std::io::stdout`, which flushes at every byte that looks like a newline.

use wasip2::io::streams::{OutputStream, StreamError};

/// Writes everything, waiting whenever the stream is full.
pub fn write_all(stream: &OutputStream, mut data: &[u8]) -> Result<(), StreamError> {
    while !data.is_empty() {
        let room = stream.check_write()? as usize;
        if room == 0 {
            stream.subscribe().block();
            continue;
        }
        let (now, later) = data.split_at(room.min(data.len()));
        stream.write(now)?;
        data = later;
    }
    Ok(())
}

/// Prints on standard output and waits until it is taken.
pub fn print(text: &str) -> Result<(), StreamError> {
    let stdout = wasip2::cli::stdout::get_stdout();
    write_all(&stdout, text.as_bytes())?;
    stdout.blocking_flush()
}
