//! Files, from and to the streams.

use std::io::Write;

use super::{BLOCK, Source, broken};
use crate::draft::Draft;
use crate::error::Error;
use crate::files;

pub fn read(path: &str, out: &mut dyn Write) -> Result<(), Error> {
    let mut file = files::open(path)?;
    loop {
        let block = file.read().map_err(|error| error.at(path))?;
        if block.is_empty() {
            return Ok(());
        }
        file.read_ahead();
        out.write_all(&block).map_err(broken)?;
    }
}

pub fn write(temporary: Option<&str>, path: &str, input: &mut dyn Source) -> Result<(), Error> {
    let mut draft = match temporary {
        Some(temporary) => Draft::adopt(temporary, path)?,
        None => Draft::begin(path)?,
    };
    loop {
        let block = input.next(BLOCK)?;
        if block.is_empty() {
            return draft.commit();
        }
        draft.write(&block)?;
    }
}
