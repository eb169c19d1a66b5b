//! Names of files as people may read them: without folders, without what cannot be seen, ending like what they are.

use super::kind::Kind;

/// What of a name is left when nothing in it can deceive: the last part of a path, no control characters, none that turn the
/// direction of reading, no dot at its beginning.
pub fn of(said: &str) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|letter| !letter.is_control() && !is_hidden(*letter)).collect();
    let plain = shown.trim().trim_start_matches('.').trim_start();
    let short: String = plain.chars().rev().take(MOST_LETTERS).collect::<Vec<_>>().into_iter().rev().collect();
    if short.is_empty() { "file".to_owned() } else { short }
}

/// The name with an ending that is of its type: `fatura.exe` with a PDF in it becomes `fatura.exe.pdf`.
pub(super) fn ending(name: String, kind: &Kind) -> String {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    match end.is_some_and(|end| kind.ends.contains(&end.as_str())) {
        true => name,
        false => format!("{name}.{}", kind.ends.first().copied().unwrap_or_default()),
    }
}

/// Directions of reading (UAX #9 §2), joiners, the mark of byte order, separators of lines.
fn is_hidden(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// With its ending it fits into what file systems take (255 bytes), accented or not.
const MOST_LETTERS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::kind;

    #[test]
    fn ag_05_a_name_is_no_path_and_hides_nothing() {
        for (said, name) in [
            ("fatura de março.pdf", "fatura de março.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Temp\\laudo.pdf", "laudo.pdf"),
            ("a\r\nSet-Cookie: x\0.pdf", "aSet-Cookie: x.pdf"),
            ("fatura\u{202e}fdp.exe", "faturafdp.exe"),
            ("...htaccess", "htaccess"),
            ("  ", "file"),
            ("/", "file"),
        ] {
            assert_eq!(of(said), name, "{said:?}");
        }
        let long = of(&format!("{}.pdf", "á".repeat(500)));
        assert!(long.ends_with(".pdf") && long.chars().count() == 100 && long.len() < 255, "{long}");
    }

    #[test]
    fn ag_05_a_name_ends_like_what_the_file_is() {
        let pdf = kind::of("application/pdf").unwrap();
        for (name, wanted) in [("a.pdf", "a.pdf"), ("a.PDF", "a.PDF"), ("a.exe", "a.exe.pdf"), ("a", "a.pdf")] {
            assert_eq!(ending(name.to_owned(), pdf), wanted);
        }
    }
}
