"""The names of the digest algorithms."""

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
"""The cases of the WIT enum; a test holds this against it."""
