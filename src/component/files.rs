//! The interface `files`.

use std::cell::RefCell;

use super::Component;
use super::bindings::exports::fordway::core::files as wit;
use super::bindings::fordway::core::types::Error;
use crate::draft::Draft;
use crate::files;
use crate::place::Place;

impl wit::Guest for Component {
    type Reader = RefCell<files::Reader>;
    type Writer = RefCell<Draft>;

    fn read(path: String) -> Result<Vec<u8>, Error> {
        Ok(files::read(&path)?)
    }

    fn write(data: Vec<u8>, path: String) -> Result<(), Error> {
        Ok(files::write(&data, &path)?)
    }

    fn place(path: String) -> Result<wit::Draft, Error> {
        Ok(Place::find(&path)?.into())
    }

    fn fill(data: Vec<u8>, temporary: String, target: String) -> Result<(), Error> {
        Ok(files::fill(&data, &temporary, &target)?)
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

impl wit::GuestWriter for RefCell<Draft> {
    fn open(path: String) -> Result<wit::Writer, Error> {
        Ok(wit::Writer::new(RefCell::new(Draft::begin(&path)?)))
    }

    fn adopt(temporary: String, target: String) -> Result<wit::Writer, Error> {
        Ok(wit::Writer::new(RefCell::new(Draft::adopt(&temporary, &target)?)))
    }

    fn append(&self, data: Vec<u8>) -> Result<(), Error> {
        Ok(self.borrow_mut().write(&data)?)
    }

    fn commit(writer: wit::Writer) -> Result<(), Error> {
        Ok(writer.into_inner::<Self>().into_inner().commit()?)
    }
}

impl From<Place> for wit::Draft {
    fn from(place: Place) -> Self {
        wit::Draft {
            directory: place.full_directory(),
            temporaries: place.temporaries().collect(),
            target: place.target,
        }
    }
}
