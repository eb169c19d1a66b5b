//! Tables to take away: cells that a spreadsheet takes for what they are, and never for formulas.

/// One line, as RFC 4180 says.
pub fn line<const N: usize>(cells: [String; N]) -> String {
    cells.map(|text| cell(&text)).join(",") + "\r\n"
}

/// What a spreadsheet would compute is shown as text (OWASP, CSV injection): a caller chooses its own name.
fn cell(text: &str) -> String {
    let formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    match text.contains([',', ';', '"', '\n', '\r', '\'']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_leaves_its_place() {
        for (text, written) in [
            ("Ana", "Ana"),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+5511987654321", "\"'+5511987654321\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("a,b\n=1", "\"a,b\n=1\""),
        ] {
            assert_eq!(cell(text), written);
        }
        assert_eq!(line(["a".to_owned(), "b;c".to_owned()]), "a,\"b;c\"\r\n");
    }
}
