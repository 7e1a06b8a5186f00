//! The interface `files`.

use std::cell::RefCell;

use super::Component;
use super::bindings::exports::fordway::core::files as wit;
use super::bindings::fordway::core::types::Error;
use crate::files;

impl wit::Guest for Component {
    type Reader = RefCell<files::Reader>;
    type Writer = RefCell<files::Draft>;

    fn read(path: String) -> Result<Vec<u8>, Error> {
        Ok(files::read(&path)?)
    }

    fn write(data: Vec<u8>, path: String) -> Result<(), Error> {
        Ok(files::write(&data, &path)?)
    }
}

impl wit::GuestReader for RefCell<files::Reader> {
    fn open(path: String) -> Result<wit::Reader, Error> {
        Ok(wit::Reader::new(RefCell::new(files::Reader::open(&path)?)))
    }

    fn size(&self) -> u64 {
        self.borrow().size()
    }

    fn next(&self) -> Result<Vec<u8>, Error> {
        Ok(self.borrow_mut().next()?)
    }
}

impl wit::GuestWriter for RefCell<files::Draft> {
    fn open(path: String) -> Result<wit::Writer, Error> {
        Ok(wit::Writer::new(RefCell::new(files::Draft::begin(&path)?)))
    }

    fn append(&self, data: Vec<u8>) -> Result<(), Error> {
        Ok(self.borrow_mut().write(&data)?)
    }

    fn commit(writer: wit::Writer) -> Result<(), Error> {
        Ok(writer.into_inner::<Self>().into_inner().commit()?)
    }
}
