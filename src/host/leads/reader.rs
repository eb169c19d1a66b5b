//! A file, row by row: its kind, separator and columns are known once it is opened, its letters and checksum at its end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use engine::config::GateRules;
use serde::{Deserialize, Serialize};

use super::columns::{self, Column, Meaning};
use super::fault::Failure;
use super::feed::Feed;
use super::row::{self, Row};
use super::text::{Encoding, Seen};
use super::{LONGEST_RECORD, MOST_COLUMNS, MOST_ROWS};

/// What somebody says of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Options {
    /// Columns that are something else than their names say, counted from 0.
    pub columns: BTreeMap<usize, Meaning>,
    /// Bad rows are left out; else one of them spoils the file.
    pub skip_bad: bool,
    /// Numbers that other ready lists have are left out.
    pub across_lists: bool,
}

/// One file being read.
pub(super) struct Reader {
    path: PathBuf,
    csv: csv::Reader<Feed<Input>>,
    pub separator: u8,
    pub columns: Vec<Column>,
    /// Rows read, blank ones too.
    pub rows: u32,
    /// On which the last one begins, from 1 on.
    pub line: u64,
    seen: Seen,
    record: ByteRecord,
    /// Bytes of the file.
    pub size: u64,
}

type Input = std::io::Chain<Cursor<Vec<u8>>, File>;

impl Reader {
    pub fn open(path: &Path, options: &Options) -> Result<Reader, Failure> {
        let unreadable = |why| Failure::File { path: path.to_owned(), why };
        let mut file = File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        let mut head = Vec::new();
        file.by_ref().take(BUFFER as u64).read_to_end(&mut head).map_err(unreadable)?;
        is_text(&head)?;
        let separator = separator(&head);
        let feed = Feed::new(Cursor::new(head).chain(file), ALLOWED);
        let csv = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(BUFFER)
            .from_reader(feed);
        let mut reader = Reader {
            path: path.to_owned(),
            csv,
            separator,
            columns: Vec::new(),
            rows: 0,
            line: 0,
            seen: Seen::default(),
            record: ByteRecord::new(),
            size,
        };
        if reader.advance()?.is_none() {
            return Err(Failure::Empty);
        }
        if reader.record.len() > MOST_COLUMNS {
            return Err(Failure::Columns(reader.record.len()));
        }
        reader.columns = columns::recognise(reader.seen.cells(&reader.record), &options.columns)?;
        Ok(reader)
    }

    /// None at the end.
    pub fn next(&mut self, rules: &GateRules) -> Result<Option<Row>, Failure> {
        let Some(line) = self.advance()? else { return Ok(None) };
        (self.rows, self.line) = (self.rows + 1, line);
        if self.rows > MOST_ROWS {
            return Err(Failure::Rows);
        }
        let has = self.record.len();
        // No more than can be said to be wrong is looked at.
        let cells = self.seen.cells(&self.record).take(MOST_COLUMNS);
        Ok(Some(row::read(cells, has, line, &self.columns, rules)))
    }

    /// Passes over rows that were kept before.
    pub fn skip(&mut self, rows: u32) -> Result<(), Failure> {
        while self.rows < rows && self.advance()?.is_some() {
            self.rows += 1;
        }
        Ok(())
    }

    pub fn encoding(&self) -> Encoding {
        self.seen.encoding()
    }

    /// Bytes read.
    pub fn read(&self) -> u64 {
        self.csv.get_ref().read()
    }

    /// Of the whole file, once it is read to its end.
    pub fn sha256(&self) -> String {
        self.csv.get_ref().sha256()
    }

    /// The next record and its line; none at the end.
    fn advance(&mut self) -> Result<Option<u64>, Failure> {
        let from = self.csv.position().clone();
        self.csv.get_mut().allow(from.byte() + ALLOWED);
        match self.csv.read_byte_record(&mut self.record) {
            Ok(true) => Ok(Some(self.record.position().map_or(from.line(), csv::Position::line))),
            Ok(false) => Ok(None),
            Err(_) if self.csv.get_ref().is_exceeded() => Err(Failure::Record { line: from.line() }),
            Err(why) => Err(Failure::File { path: self.path.clone(), why: why.into() }),
        }
    }
}

/// What spreadsheets and mails bring instead of text.
fn is_text(head: &[u8]) -> Result<(), Failure> {
    match head {
        [] => Err(Failure::Empty),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(Failure::Utf16),
        // A ZIP archive: every modern spreadsheet; an old one; a PDF.
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] | [b'%', b'P', b'D', b'F', ..] => Err(Failure::NotText),
        _ if head.split(|byte| *byte == b'\n').next().is_some_and(|line| line.contains(&0)) => Err(Failure::NotText),
        _ => Ok(()),
    }
}

/// The one that there is most of in the first line, quotes aside.
fn separator(head: &[u8]) -> u8 {
    let mut counts = SEPARATORS.map(|separator| (0, separator));
    let mut quoted = false;
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            other => counts.iter_mut().filter(|(_, own)| own == other).for_each(|(count, _)| *count += 1),
        }
    }
    // Of equals the last.
    counts.into_iter().max_by_key(|(count, _)| *count).map_or(b',', |(_, separator)| separator)
}

const SEPARATORS: [u8; 4] = [b'|', b'\t', b';', b','];
/// Read at once.
const BUFFER: usize = 64 * 1024;
/// What may be read ahead of a record's beginning.
const ALLOWED: u64 = (LONGEST_RECORD + BUFFER) as u64;
