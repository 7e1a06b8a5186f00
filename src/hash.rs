//! The digest algorithms, by the RustCrypto crates.

use digest::DynDigest;

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-224 (FIPS 180-4).
    Sha224,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

impl Algorithm {
    /// Every algorithm, in the order of the WIT enum.
    pub const ALL: [Algorithm; 6] = [
        Algorithm::Md5,
        Algorithm::Sha1,
        Algorithm::Sha224,
        Algorithm::Sha256,
        Algorithm::Sha384,
        Algorithm::Sha512,
    ];

    /// Its name in the WIT enum and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "md5",
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha224 => "sha224",
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha384 => "sha384",
            Algorithm::Sha512 => "sha512",
        }
    }

    /// Its name in a tagged line, as GNU and BSD write it.
    pub fn tag(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha224 => "SHA224",
            Algorithm::Sha256 => "SHA256",
            Algorithm::Sha384 => "SHA384",
            Algorithm::Sha512 => "SHA512",
        }
    }

    /// The length of its digest in bytes.
    pub fn size(self) -> usize {
        match self {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha224 => 28,
            Algorithm::Sha256 => 32,
            Algorithm::Sha384 => 48,
            Algorithm::Sha512 => 64,
        }
    }

    /// The algorithm whose name this is, in either case.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        let same = |algorithm: &Algorithm| algorithm.name().eq_ignore_ascii_case(name);
        Algorithm::ALL.into_iter().find(same)
    }

    /// The algorithm whose digest has this many bytes.
    pub fn from_size(size: usize) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.size() == size)
    }

    /// A digest about to begin.
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Algorithm::Md5 => Box::<md5::Md5>::default(),
            Algorithm::Sha1 => Box::<sha1::Sha1>::default(),
            Algorithm::Sha224 => Box::<sha2::Sha224>::default(),
            Algorithm::Sha256 => Box::<sha2::Sha256>::default(),
            Algorithm::Sha384 => Box::<sha2::Sha384>::default(),
            Algorithm::Sha512 => Box::<sha2::Sha512>::default(),
        })
    }
}

/// A digest in the making.
pub struct Hasher(Box<dyn DynDigest>);

impl Hasher {
    /// Takes the next bytes in.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Box<[u8]> {
        self.0.finalize()
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A digest that was written down: up to 64 bytes, in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    bytes: [u8; 64],
    size: usize,
}

impl Digest {
    /// Reads hexadecimal digits of either case, if they are nothing else and
    /// make `size` bytes, at most 64.
    pub fn parse(digits: &[u8], size: usize) -> Option<Digest> {
        let mut bytes = [0; 64];
        if size > bytes.len() || digits.len() != 2 * size {
            return None;
        }
        // Every value is looked up first and judged once: a branch for each
        // digit would cost more than the digits.
        let mut seen = 0;
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            seen |= high | low;
            *byte = high << 4 | low & 15;
        }
        (seen < 16).then_some(Digest { bytes, size })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.size]
    }
}

/// The value of each hexadecimal digit; 255 for any other byte.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        values[digit as usize] = value;
        values[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_goes_round() {
        for start in 0..=255u8 {
            let bytes: Vec<u8> = (0..64).map(|k| start.wrapping_add(k)).collect();
            let digits = hex(&bytes);
            for text in [digits.to_uppercase(), digits] {
                assert_eq!(Digest::parse(text.as_bytes(), 64).unwrap().bytes(), bytes);
                assert_eq!(Digest::parse(text.as_bytes(), 63), None);
            }
        }
        for byte in (0..=255u8).filter(|byte| !byte.is_ascii_hexdigit()) {
            assert_eq!(Digest::parse(&[b'0', byte], 1), None);
            assert_eq!(Digest::parse(&[byte, b'0'], 1), None);
        }
        assert_eq!(Digest::parse(&[b'0'; 130], 65), None);
    }

    #[test]
    fn an_algorithm_is_known_by_its_name_and_its_size() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(Algorithm::from_name(algorithm.tag()), Some(algorithm));
            assert_eq!(Algorithm::from_size(algorithm.size()), Some(algorithm));
            assert_eq!(algorithm.hasher().finish().len(), algorithm.size());
        }
    }
}
