//! What can be wrong with a file, or with a row of it: where, and what to do.

use std::path::PathBuf;

use engine::border::StoreError;
use engine::id::ListId;
use engine::number::{NumberError, redacted};
use serde::Serialize;

use super::columns::Column;
use super::preview::Preview;
use super::{LONGEST_CELL, LONGEST_NAME, LONGEST_RECORD, MOST_COLUMNS, MOST_PHONES, MOST_ROWS};

/// Why a file is not read at all, or was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{}: {why}; check that the file is there and may be read", path.display())]
    File { path: PathBuf, why: std::io::Error },
    #[error("the file is empty: its first line must name the columns")]
    Empty,
    #[error("the file is UTF-16 text; save it as \"CSV UTF-8\"")]
    Utf16,
    #[error("the file is no text; save the spreadsheet as CSV")]
    NotText,
    #[error("{0} columns are too many (at most {MOST_COLUMNS}); leave out what no agent needs")]
    Columns(usize),
    #[error("column {0}: a name longer than {LONGEST_NAME} letters; is the first line that of the columns' names?")]
    ColumnName(usize),
    #[error("column {column} is said to be read as something, and the file has {columns}")]
    NoSuchColumn { column: usize, columns: usize },
    #[error("no column is a telephone number; name one \"telefone\" or say which it is. Found: {}", named(found))]
    NoPhone { found: Vec<Column> },
    #[error("line {line}: a record longer than {LONGEST_RECORD} bytes; is there a quote that is never closed?")]
    Record { line: u64 },
    #[error("more than {MOST_ROWS} rows; cut the file in two")]
    Rows,
    #[error("{} of {} rows are bad and nothing was kept; correct them, or leave them out", .0.bad, .0.rows)]
    BadRows(Box<Preview>),
    #[error("the file is another one than was begun with; give the same one, or discard the list and begin anew")]
    Changed,
    #[error("list {0} is not being loaded here: it is complete, discarded, or read by somebody else")]
    NotLoading(ListId),
    #[error("stopped; what was kept stays invisible until the import goes on or is discarded")]
    Stopped,
    #[error("{}", .0.0)]
    Store(StoreError),
}

fn named(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

impl From<StoreError> for Failure {
    fn from(why: StoreError) -> Failure {
        Failure::Store(why)
    }
}

impl Failure {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::File { .. } => "file",
            Failure::Empty => "empty",
            Failure::Utf16 => "utf-16",
            Failure::NotText => "not-text",
            Failure::Columns(_) | Failure::Rows => "too-many",
            Failure::ColumnName(_) => "column-name",
            Failure::NoSuchColumn { .. } => "no-such-column",
            Failure::NoPhone { .. } => "no-phone",
            Failure::Record { .. } => "record",
            Failure::BadRows(_) => "bad-rows",
            Failure::Changed => "changed",
            Failure::NotLoading(_) => "not-loading",
            Failure::Stopped => "stopped",
            Failure::Store(_) => "store",
        }
    }
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    #[error("it has {has} cells where the first line has {wanted}; check separators and quotes")]
    Cells { has: usize, wanted: usize },
    #[error("it has no telephone number; fill one in, or leave the row out")]
    NoPhone,
    #[error("more than {MOST_PHONES} numbers; leave some out")]
    Phones,
    #[error("more than {MOST_COLUMNS} fields; leave out what no agent needs")]
    Fields,
    #[error("{0}; correct it, with DDD")]
    Number(#[from] NumberError),
    #[error("a number that no campaign may dial: emergency, service, premium or internal; take it out")]
    Kind,
    #[error("longer than {0} letters; shorten it")]
    Long(usize),
    #[error("a control character, such as NUL; is the file damaged?")]
    Control,
    #[error("priorities are 1 (first) to 9 (last), or alta, média, baixa")]
    Priority,
    #[error("no time zone; write it as America/Manaus")]
    Zone,
}

impl Fault {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Cells { .. } => "cells",
            Fault::NoPhone => "missing",
            Fault::Phones | Fault::Fields => "too-many",
            Fault::Number(_) => "number",
            Fault::Kind => "not-dialled",
            Fault::Long(_) => "too-long",
            Fault::Control => "control",
            Fault::Priority => "priority",
            Fault::Zone => "zone",
        }
    }
}

/// A row that cannot be taken, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RowError {
    /// Of the file, from 1 on; the one on which the record begins.
    pub line: u64,
    /// As the file calls it; empty: the whole row.
    pub column: String,
    pub code: &'static str,
    /// As it was written, its digits hidden where they may be a person's number.
    pub value: String,
    /// What is wrong and what to do, in English.
    pub text: String,
}

impl RowError {
    pub(super) fn new(line: u64, column: &str, value: &str, fault: &Fault) -> RowError {
        let shown: String =
            value.chars().take(SHOWN).map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
        RowError {
            line,
            column: column.to_owned(),
            code: fault.code(),
            value: redacted(&shown),
            text: fault.to_string(),
        }
    }
}

/// Letters of a bad cell that are shown.
const SHOWN: usize = 60;

/// More digits are nothing to a person.
const _: () = assert!(SHOWN < LONGEST_CELL);
