//! Types that may be attached: what gateways of messengers take, and nothing that runs. The first bytes have to agree with the name.

/// One type.
#[derive(Debug)]
pub(super) struct Kind {
    /// Its media type (RFC 6838).
    pub name: &'static str,
    /// What browsers and systems call it as well.
    also: &'static [&'static str],
    /// How names of such files end; the first is the usual one.
    pub ends: &'static [&'static str],
    /// Whether a file may begin like this.
    pub is: fn(&[u8]) -> bool,
}

/// The types that are taken, as media types.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name)
}

/// The one that somebody says a file is; parameters say nothing here.
pub(super) fn of(said: &str) -> Option<&'static Kind> {
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    KINDS.iter().find(|kind| kind.name == said || kind.also.contains(&said.as_str()))
}

/// A box file names its format in bytes 4 to 8 (ISO/IEC 14496-12 §4.3).
fn is_mp4(head: &[u8]) -> bool {
    head.get(4..8) == Some(b"ftyp")
}

/// Chunks of a kind within one RIFF.
fn is_riff(head: &[u8], kind: &[u8]) -> bool {
    head.starts_with(b"RIFF") && head.get(8..12) == Some(kind)
}

/// ID3, or the sync word of an MPEG frame (ISO/IEC 11172-3 §2.4.1.3).
fn is_mp3(head: &[u8]) -> bool {
    head.starts_with(b"ID3") || matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0)
}

/// Office documents of today are ZIP files, those of before are compound ones.
fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

const KINDS: &[Kind] = &[
    Kind {
        name: "application/pdf",
        also: &["application/x-pdf"],
        ends: &["pdf"],
        is: |head| head.starts_with(b"%PDF-"),
    },
    Kind {
        name: "image/jpeg",
        also: &["image/jpg", "image/pjpeg"],
        ends: &["jpg", "jpeg"],
        is: |head| head.starts_with(&[0xff, 0xd8, 0xff]),
    },
    Kind { name: "image/png", also: &[], ends: &["png"], is: |head| head.starts_with(b"\x89PNG\r\n\x1a\n") },
    Kind { name: "image/gif", also: &[], ends: &["gif"], is: |head| head.starts_with(b"GIF8") },
    Kind { name: "image/webp", also: &[], ends: &["webp"], is: |head| is_riff(head, b"WEBP") },
    Kind { name: "audio/mpeg", also: &["audio/mp3"], ends: &["mp3"], is: is_mp3 },
    Kind {
        name: "audio/ogg",
        also: &["audio/opus", "application/ogg"],
        ends: &["ogg", "oga", "opus"],
        is: |head| head.starts_with(b"OggS"),
    },
    Kind {
        name: "audio/wav",
        also: &["audio/x-wav", "audio/wave", "audio/vnd.wave"],
        ends: &["wav"],
        is: |head| is_riff(head, b"WAVE"),
    },
    Kind { name: "audio/mp4", also: &["audio/x-m4a", "audio/m4a"], ends: &["m4a", "mp4"], is: is_mp4 },
    Kind { name: "video/mp4", also: &[], ends: &["mp4", "m4v"], is: is_mp4 },
    Kind {
        name: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        also: &[],
        ends: &["docx"],
        is: is_zip,
    },
    Kind {
        name: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        also: &[],
        ends: &["xlsx"],
        is: is_zip,
    },
    Kind { name: "application/vnd.oasis.opendocument.text", also: &[], ends: &["odt"], is: is_zip },
];

/// Bytes that tell a type.
pub(super) const HEAD: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ag_05_a_type_is_known_by_its_names_and_by_its_first_bytes() {
        for (said, head, name) in [
            ("application/pdf", &b"%PDF-1.7\n"[..], "application/pdf"),
            ("Audio/X-WAV; rate=8000", b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
            ("audio/x-m4a", b"\0\0\0\x1cftypM4A ", "audio/mp4"),
            ("audio/mp3", b"\xff\xfb\x90\x44", "audio/mpeg"),
            ("image/png", b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        ] {
            let kind = of(said).unwrap();
            assert_eq!((kind.name, (kind.is)(head)), (name, true), "{said}");
        }
    }

    #[test]
    fn ag_05_what_runs_or_hides_is_no_type_that_is_taken() {
        for said in
            ["text/html", "image/svg+xml", "application/x-msdownload", "application/javascript", "text/plain", ""]
        {
            assert!(of(said).is_none(), "{said}");
        }
        let is = |said, head: &[u8]| (of(said).unwrap().is)(head);
        assert!(!is("application/pdf", b"MZ\x90\0"), "a program that says it is a PDF");
        assert!(!is("image/webp", b"RIFF\0\0\0\0WAVE"), "a sound that says it is a picture");
        assert!(!is("audio/mp4", b"ft") && !is("audio/mpeg", b"") && !is("image/jpeg", &[0xff]), "too short to tell");
    }
}
