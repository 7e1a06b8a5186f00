//! The one rule by which messages show a name.

use std::fmt::Write as _;

/// A name in double quotes, as a JSON string: quotes and backslashes are
/// escaped, and so is everything that a terminal might act on or a reader
/// cannot see or tell from something else.
pub fn quote(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    text.push('"');
    name.chars().for_each(|letter| push(&mut text, letter));
    text.push('"');
    text
}

/// A name that may not be UTF-8: a byte that is none stands as `\xHH`.
pub fn quote_bytes(name: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in name.utf8_chunks() {
        chunk.valid().chars().for_each(|letter| push(&mut text, letter));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push('"');
    text
}

fn push(text: &mut String, letter: char) {
    match letter {
        '"' | '\\' => text.extend(['\\', letter]),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ if is_seen(letter) => text.push(letter),
        _ => {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
}

/// Whether a letter shows, and acts on nothing.
fn is_seen(letter: char) -> bool {
    letter == ' '
        || letter.is_ascii_graphic()
        || !letter.is_ascii() && !is_invisible(letter) && is_printable(letter)
}

/// Letters and marks that show nothing, although their categories are those of
/// letters and marks (`Default_Ignorable_Code_Point` in Unicode).
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{034f}' // joins graphemes
        | '\u{115f}'..='\u{1160}' | '\u{3164}' | '\u{ffa0}' // fill Hangul
        | '\u{17b4}'..='\u{17b5}' // vowels of Khmer that are inherent
        | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' // select variations
        | '\u{e0000}'..='\u{e0fff}' // tags, and more selectors
    )
}

/// Whether the standard library's table holds a letter for printable: controls,
/// formats (the directions of text among them), separators, private use and
/// what is not assigned are not.
fn is_printable(letter: char) -> bool {
    // A mark at the beginning of a text is escaped in every case.
    let mut text = String::from("a");
    text.push(letter);
    text.escape_debug().nth(1) == Some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_that_can_be_read_stays_as_it_is() {
        for name in [
            "plain",
            "two words",
            "it's",
            "ünïcode-😀",
            "e\u{301}",
            "名前",
            "ไทย",
            "नमस्ते",
            "\u{fffd}",
            "~",
        ] {
            assert_eq!(quote(name), format!("\"{name}\""));
        }
    }

    #[test]
    fn what_acts_or_hides_is_escaped() {
        for (name, quoted) in [
            ("", r#""""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("a\nb\r\tc\0", r#""a\nb\r\tc\u0000""#),
            ("\x1b[31mred\x7f", r#""\u001b[31mred\u007f""#),
            ("\u{9b}31m", r#""\u009b31m""#),
            ("\u{202e}gpj.exe", r#""\u202egpj.exe""#),
            ("a\u{a0}b\u{3000}", r#""a\u00a0b\u3000""#),
            ("\u{e0041}", r#""\udb40\udc41""#),
            ("\u{e000}\u{f0000}", r#""\ue000\udb80\udc00""#),
        ] {
            assert_eq!(quote(name), quoted);
        }
    }

    #[test]
    fn every_letter_that_is_known_to_hide_is_escaped() {
        let ranges = [
            0x00..=0x1f,
            0x7f..=0xa0,
            0xad..=0xad,
            0x034f..=0x034f,
            0x061c..=0x061c,
            0x115f..=0x1160,
            0x180b..=0x180f,
            0x2000..=0x200f,
            0x2028..=0x202f,
            0x205f..=0x206f,
            0x3000..=0x3000,
            0x3164..=0x3164,
            0xe000..=0xf8ff,
            0xfe00..=0xfe0f,
            0xfeff..=0xfeff,
            0xfdd0..=0xfdef,
            0xfff0..=0xfffb,
            0xfffe..=0xffff,
            0x1d173..=0x1d17a,
            0x40000..=0x10ffff,
        ];
        for code in ranges.into_iter().flatten() {
            let letter = char::from_u32(code).unwrap();
            assert!(quote(&letter.to_string()).starts_with("\"\\"), "{code:04x}");
        }
    }

    #[test]
    fn bytes_that_are_no_letters_are_told() {
        assert_eq!(quote_bytes(b"caf\xe9 \x1b\xc3"), r#""caf\xe9 \u001b\xc3""#);
        assert_eq!(quote_bytes("ü".as_bytes()), "\"ü\"");
    }

    proptest! {
        #[test]
        fn any_name_is_read_back_as_json(name in any::<String>()) {
            prop_assert_eq!(serde_json::from_str::<String>(&quote(&name)).unwrap(), name);
        }
    }
}
