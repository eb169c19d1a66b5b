//! CSV files as people's spreadsheets write them: commas or semicolons, names of columns in two languages, every bad line named.

use std::io::{self, BufRead, Read};

use csv::StringRecord;
use engine::fold::folded;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::Error;

/// A file, read.
pub struct Sheet {
    pub columns: Vec<Column>,
    pub lines: Vec<Line>,
    pub bad: Vec<BadLine>,
}

/// A column of the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Column {
    /// As the file calls it.
    pub column: String,
    /// None: it is not read.
    pub read_as: Option<String>,
}

/// A line that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct BadLine {
    /// Counted from one, the names of the columns included.
    pub line: usize,
    pub field: String,
    /// `missing`, `invalid`, `too-long`, `twice`, `there`, `in-file`, `cells`, `quotes`
    pub code: String,
    /// What is wrong and what to do, in English.
    pub text: String,
}

/// One line's cells by what they are read as.
pub struct Line {
    pub number: usize,
    cells: Vec<(String, String)>,
}

impl Line {
    /// None where it is empty or there is no such column.
    pub fn cell(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Of several columns of one meaning.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.cells.iter().filter(move |(own, _)| own == name).map(|(_, cell)| cell.as_str())
    }
}

impl Sheet {
    /// `known`: each name with its others; a number behind it does not count (`telefone 2`). `needed` must be there.
    ///
    /// # Errors
    /// The first line does not name the columns.
    pub fn read(text: &str, known: &[(&str, &[&str])], needed: &[&str]) -> Result<Sheet, Error> {
        // The reader counts lines by line feeds it has passed, and of CRLF it passes only the first half before the next record.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let first = text.lines().next().unwrap_or_default();
        let separator =
            [b';', b'\t', b','].into_iter().max_by_key(|one| first.bytes().filter(|byte| byte == one).count());
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let columns: Vec<Column> =
            header.iter().map(|name| Column { column: name.trim().to_owned(), read_as: meant(name, known) }).collect();
        for name in needed {
            if !columns.iter().any(|column| column.read_as.as_deref() == Some(name)) {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                let text =
                    format!("the first line must name the columns, {name} among them; known are: {}", names.join(", "));
                return Err(Error::field("csv", "invalid", text));
            }
        }
        let mut sheet = Sheet { columns, lines: Vec::new(), bad: Vec::new() };
        for row in reader.into_records() {
            sheet.take(row);
        }
        Ok(sheet)
    }

    fn take(&mut self, row: csv::Result<StringRecord>) {
        let at = |at: Option<&csv::Position>| at.and_then(|at| usize::try_from(at.line()).ok()).unwrap_or(0);
        match row {
            Ok(row) if row.len() == self.columns.len() => {
                let cells = self.columns.iter().zip(&row).filter_map(|(column, cell)| {
                    let (name, cell) = (column.read_as.clone()?, cell.trim());
                    (!cell.is_empty()).then(|| (name, cell.to_owned()))
                });
                self.lines.push(Line { number: at(row.position()), cells: cells.collect() });
            }
            Ok(row) => {
                let (has, wanted) = (row.len(), self.columns.len());
                let text = format!("it has {has} cells where the first line has {wanted}; check separators and quotes");
                self.bad.push(BadLine {
                    line: at(row.position()),
                    field: String::new(),
                    code: "cells".to_owned(),
                    text,
                });
            }
            Err(why) => {
                let text = "it cannot be read as CSV; check the quotes".to_owned();
                self.bad.push(BadLine {
                    line: at(why.position()),
                    field: String::new(),
                    code: "quotes".to_owned(),
                    text,
                });
            }
        }
    }
}

/// A file that need not fit into memory, in parts of some thousand lines, each below the names of the columns.
pub struct Parts<R> {
    from: R,
    head: String,
    /// Read by now, the names of the columns aside.
    lines: usize,
    is_over: bool,
}

/// One of them, as text.
pub struct Part {
    pub text: String,
    /// Lines of the file before it, the names of the columns aside.
    pub lines_before: usize,
}

impl<R: BufRead> Parts<R> {
    pub fn of(mut from: R) -> io::Result<Parts<R>> {
        let mut head = String::new();
        line(&mut from, &mut head)?;
        Ok(Parts { from, head, lines: 0, is_over: false })
    }

    /// None behind the last one; a file without lines is one part.
    pub fn next(&mut self) -> io::Result<Option<Part>> {
        let (mut text, lines_before, mut is_quoted) = (self.head.clone(), self.lines, false);
        // A cell in quotes may have line feeds; one that is never closed ends with its part.
        while !self.is_over && (self.lines - lines_before < LINES || (is_quoted && text.len() < LONGEST_PART)) {
            let from = text.len();
            self.is_over = !line(&mut self.from, &mut text)?;
            self.lines += usize::from(!self.is_over);
            is_quoted ^= text[from..].bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
        }
        let is_behind = self.lines == lines_before && (lines_before > 0 || std::mem::take(&mut self.head).is_empty());
        Ok((!is_behind).then_some(Part { text, lines_before }))
    }
}

/// Adds the next line with its end, in UTF-8 or Latin-1; false: there is none.
fn line(from: &mut impl BufRead, text: &mut String) -> io::Result<bool> {
    let mut bytes = Vec::new();
    let read = from.by_ref().take(LONGEST_PART as u64).read_until(b'\n', &mut bytes)?;
    text.push_str(&crate::leads::decoded(&bytes));
    Ok(read > 0)
}

const LINES: usize = 5_000;
/// In bytes.
const LONGEST_PART: usize = 4 << 20;

/// What a column is read as: whatever the case, the accents and the number behind it.
fn meant(name: &str, known: &[(&str, &[&str])]) -> Option<String> {
    let plain = folded(name);
    let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    let found = known.iter().find(|(own, others)| *own == plain || others.contains(&plain));
    found.map(|(own, _)| (*own).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[(&str, &[&str])] = &[("number", &["numero", "telefone"]), ("name", &["nome"])];

    #[test]
    fn a_large_file_is_read_in_parts_and_its_lines_keep_their_numbers() {
        let mut file = b"Nome;Telefone\r\n".to_vec();
        for line in 2..=12_001 {
            let row =
                if line == 5_001 { "\"A\r\nB\";1\r\n".to_owned() } else { format!("Jo\u{e3}o {line};{line}\r\n") };
            file.extend(row.bytes());
        }
        file.extend(b"Jo\xe3o;1;2");
        let mut parts = Parts::of(&file[..]).unwrap();
        let (mut lines, mut bad) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next().unwrap() {
            let sheet = Sheet::read(&part.text, KNOWN, &["number"]).unwrap();
            assert!(sheet.lines.len() <= LINES + 1);
            lines.extend(
                sheet.lines.iter().map(|line| (line.number + part.lines_before, line.cell("name").map(str::to_owned))),
            );
            bad.extend(sheet.bad.iter().map(|bad| bad.line + part.lines_before));
        }
        assert_eq!((lines.len(), lines[4_999].clone()), (12_000, (5_001, Some("A\nB".to_owned()))));
        // The record of two lines.
        assert_eq!((lines[5_000].clone(), bad), ((5_003, Some("Jo\u{e3}o 5002".to_owned())), vec![12_003]));

        let alone = |text: &'static str| {
            let mut parts = Parts::of(text.as_bytes()).unwrap();
            (parts.next().unwrap().map(|part| part.text), parts.next().unwrap().is_none())
        };
        assert_eq!(alone("numero\n"), (Some("numero\n".to_owned()), true));
        assert_eq!(alone(""), (None, true));
    }

    #[test]
    fn a_spreadsheet_of_brazil_is_read_and_each_bad_line_has_its_number() {
        let text = "\u{feff}Nome;Telefone 1;Telefone 2;CEP\r\nAna;1;2;\"x\r\ny\"\r\n\"Bia; Lu\";3;;\r\nzu;1\r\n";
        let sheet = Sheet::read(text, KNOWN, &["name"]).unwrap();
        assert_eq!(sheet.columns[3], Column { column: "CEP".to_owned(), read_as: None });
        let lines: Vec<_> = sheet.lines.iter().map(|line| (line.number, line.all("number").count())).collect();
        assert_eq!(lines, [(2, 2), (4, 1)]);
        assert_eq!(sheet.lines[1].cell("name"), Some("Bia; Lu"));
        assert_eq!(sheet.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [5]);
        assert!(Sheet::read("Ana,1\n", KNOWN, &["name"]).is_err(), "no names of columns");
    }
}
