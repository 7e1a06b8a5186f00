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

/// Hexadecimal digits of either case as bytes, if that is all they are.
pub fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_goes_round() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(hex(&bytes).as_bytes()), Some(bytes.clone()));
        assert_eq!(unhex(hex(&bytes).to_uppercase().as_bytes()), Some(bytes));
        for wrong in [&b"0"[..], b"0g", b"+1", b" 1"] {
            assert_eq!(unhex(wrong), None);
        }
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
