//! CSV files as people's spreadsheets write them: commas or semicolons, names of columns in two languages, every bad line named.

use csv::StringRecord;
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

/// What a column is read as: whatever the case, the accents and the number behind it.
fn meant(name: &str, known: &[(&str, &[&str])]) -> Option<String> {
    let plain: String = name.trim().to_lowercase().chars().map(unaccented).collect();
    let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    let found = known.iter().find(|(own, others)| *own == plain || others.contains(&plain));
    found.map(|(own, _)| (*own).to_owned())
}

fn unaccented(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' => 'u',
        'ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[(&str, &[&str])] = &[("number", &["numero", "telefone"]), ("name", &["nome"])];

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
