//! What letters the bytes of a record are. Each record is read by itself: files that were put together of two kinds exist.

use std::borrow::Cow;

use csv::ByteRecord;
use serde::Serialize;

/// How a file's letters are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    Utf8,
    /// Latin-1 as Windows has it.
    Windows1252,
    /// Some records so, some so: names should be looked at.
    Mixed,
}

/// What was seen of a file's letters by now.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    utf8: bool,
    other: bool,
}

impl Seen {
    /// Plain ASCII is both.
    pub fn encoding(self) -> Encoding {
        match (self.utf8, self.other) {
            (true, true) => Encoding::Mixed,
            (false, true) => Encoding::Windows1252,
            (_, false) => Encoding::Utf8,
        }
    }

    /// The cells of a record, trimmed.
    pub fn cells<'r>(&mut self, record: &'r ByteRecord) -> impl Iterator<Item = Cow<'r, str>> + use<'r> {
        let bytes = record.as_slice();
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        if !bytes.is_ascii() {
            self.utf8 |= is_utf8;
            self.other |= !is_utf8;
        }
        record.iter().map(move |cell| match std::str::from_utf8(cell) {
            Ok(text) if is_utf8 || cell.is_ascii() => Cow::Borrowed(text.trim()),
            Ok(_) | Err(_) => {
                let text: String = cell.iter().map(|byte| windows_1252(*byte)).collect();
                Cow::Owned(text.trim().to_owned())
            }
        })
    }
}

/// Text of any of them, such as a line of a file.
pub fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

/// The code page is Latin-1 but for 0x80 to 0x9F; the five that it leaves open stay control characters, which are refused.
fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(seen: &mut Seen, cells: &[&[u8]]) -> Vec<String> {
        seen.cells(&ByteRecord::from(cells.to_vec())).map(Cow::into_owned).collect()
    }

    #[test]
    fn each_record_is_read_as_what_it_is() {
        let mut seen = Seen::default();
        assert_eq!(read(&mut seen, &[b" Jos\xe9 ", b"11"]), ["José", "11"]);
        assert_eq!(seen.encoding(), Encoding::Windows1252);
        assert_eq!(read(&mut seen, &["Conceição".as_bytes()]), ["Conceição"]);
        assert_eq!(seen.encoding(), Encoding::Mixed);
        assert_eq!(read(&mut seen, &[b"\x80 10 \x96 \x81"]), ["€ 10 – \u{81}"]);
        assert_eq!(Seen::default().encoding(), Encoding::Utf8, "plain ASCII");
    }
}
