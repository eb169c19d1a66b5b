//! The dry run: what a file would become, and every row that stands in its way.

use std::path::Path;

use engine::config::GateRules;
use serde::Serialize;

use super::columns::Column;
use super::fault::{Failure, RowError};
use super::import::Progress;
use super::reader::{Options, Reader};
use super::repeats::{Repeats, Seen};
use super::row::Row;
use super::text::Encoding;
use crate::store::{self, NewLead};

/// What was found in a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Preview {
    pub encoding: Encoding,
    pub separator: char,
    pub columns: Vec<Column>,
    /// Rows below the names of the columns.
    pub rows: u32,
    pub leads: u32,
    pub numbers: u32,
    /// Rows that cannot be taken.
    pub bad: u32,
    /// The first of what is wrong with them, by line.
    pub errors: Vec<RowError>,
    /// Numbers that the file has more than once.
    pub repeats: Repeats,
    /// Of the leads, those with a number that another ready list has; none: nobody asked.
    pub listed: Option<u32>,
    /// Of the leads, those that an import leaves out: all their numbers are there.
    pub twice: u32,
    /// Bytes.
    pub size: u64,
    /// Of the file, in hex.
    pub sha256: String,
    /// The first leads, as they were understood.
    #[serde(skip)]
    pub sample: Vec<NewLead>,
}

/// Reads a file through and keeps nothing. On a thread that may block: about 5 µs a row, and 25 µs more for each number where numbers of
/// other lists are left out. `lists`: where those are.
///
/// # Errors
/// The file as a whole is none that can be read; a bad row is no error here.
pub fn preview(
    path: &Path,
    options: &Options,
    rules: &GateRules,
    lists: Option<&store::Reader>,
    progress: &Progress,
) -> Result<Preview, Failure> {
    let mut seen = Seen::default();
    let lists = lists.filter(|_| options.across_lists);
    let (mut listed, mut twice) = (lists.map(|_| 0), 0);
    let mut found = read_through(path, options, rules, progress, |lead, line| {
        let mut others = 0;
        let mut is_listed = |number: &str| -> Result<bool, Failure> {
            let is_listed = lists.map_or(Ok(false), |lists| lists.is_listed(number))?;
            others += u32::from(is_listed);
            Ok(is_listed)
        };
        twice += u32::from(seen.take(lead, line, &mut is_listed)?);
        listed = listed.map(|listed| listed + others.min(1));
        Ok(())
    })?;
    let (repeats, within) = seen.finish();
    (found.repeats, found.listed, found.twice) = (repeats, listed, twice + within);
    Ok(found)
}

/// Each lead that is none of the bad rows is shown to `each`, with its line.
pub(super) fn read_through(
    path: &Path,
    options: &Options,
    rules: &GateRules,
    progress: &Progress,
    mut each: impl FnMut(&NewLead, u64) -> Result<(), Failure>,
) -> Result<Preview, Failure> {
    let mut reader = Reader::open(path, options)?;
    progress.begin(reader.size);
    let mut found = Preview {
        encoding: Encoding::Utf8,
        separator: char::from(reader.separator),
        columns: reader.columns.clone(),
        rows: 0,
        leads: 0,
        numbers: 0,
        bad: 0,
        errors: Vec::new(),
        repeats: Repeats::default(),
        listed: None,
        twice: 0,
        size: reader.size,
        sha256: String::new(),
        sample: Vec::new(),
    };
    while let Some(row) = reader.next(rules)? {
        if let Row::Lead(lead) = &row {
            each(lead, reader.line)?;
        }
        found.take(row);
        progress.reach(reader.read())?;
    }
    Ok(Preview { encoding: reader.encoding(), rows: reader.rows, sha256: reader.sha256(), ..found })
}

impl Preview {
    fn take(&mut self, row: Row) {
        match row {
            Row::Blank => {}
            Row::Lead(lead) => {
                self.leads += 1;
                self.numbers += lead.phones.len() as u32;
                if self.sample.len() < SAMPLE {
                    self.sample.push(lead);
                }
            }
            Row::Bad(errors) => {
                self.bad += 1;
                let left = MOST_ERRORS - self.errors.len();
                self.errors.extend(errors.into_iter().take(left));
            }
        }
    }
}

/// Enough to see what is wrong with all of them.
const MOST_ERRORS: usize = 100;
const SAMPLE: usize = 5;
