//! Numbers for do-not-call lists as somebody wrote them: one by hand, or the lines of a file.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use chrono_tz::Tz;
use engine::campaign::Scope;
use engine::config::GateRules;
use engine::id::UserId;
use engine::number::Number;

use crate::leads::Imports;
use crate::store::SuppressionLine;

use super::error::Error;
use super::number_lists::Scopes;
use super::sheet::{BadLine, Line, Part, Sheet};
use super::suppressions::{NewSuppression, SuppressionReport};

/// How numbers and days are read here, and for whom.
pub struct Ground<'a> {
    pub numbers: &'a GateRules,
    pub zone: Tz,
    /// None: whoever may open the control socket.
    pub user: Option<UserId>,
    /// Of lines that name none.
    pub source: &'a str,
    /// Of lines that name no day.
    pub until: Option<DateTime<Utc>>,
}

impl<'a> Ground<'a> {
    pub fn of(imports: &'a Imports, user: Option<UserId>) -> Ground<'a> {
        Ground { numbers: imports.rules(), zone: imports.zone(), user, source: "CSV", until: None }
    }
}

/// A file, read: lines to be kept, and those that cannot be, by line.
struct Read {
    good: Vec<SuppressionLine>,
    bad: Vec<BadLine>,
}

impl Read {
    fn of(sheet: &Sheet, ground: &Ground<'_>, scopes: &Scopes) -> Read {
        let (mut bad, mut good) = (sheet.bad.clone(), Vec::new());
        for line in &sheet.lines {
            match of_line(ground, line) {
                Ok(one) => good.push(SuppressionLine { scope: scopes.scope(&one.source), ..one }),
                Err(why) => {
                    let (field, code, text) = why.about();
                    bad.push(BadLine { line: line.number, field, code, text });
                }
            }
        }
        bad.sort_by_key(|one| one.line);
        Read { good, bad }
    }
}

/// A part of a file: what is wrong with it goes to the report, what is good is given.
pub fn add_part(
    report: &mut SuppressionReport,
    part: &Part,
    ground: &Ground<'_>,
    scopes: &Scopes,
) -> Result<Vec<SuppressionLine>, Error> {
    let sheet = sheet(&part.text)?;
    let read = Read::of(&sheet, ground, scopes);
    report.lines += sheet.lines.len() + sheet.bad.len();
    report.created += read.good.len();
    report.bad.extend(read.bad.into_iter().map(|one| BadLine { line: one.line + part.lines_before, ..one }));
    report.columns = sheet.columns;
    Ok(read.good)
}

/// By the names of its columns.
fn sheet(csv: &str) -> Result<Sheet, Error> {
    Sheet::read(csv, COLUMNS, &["number"])
}

fn of_line(ground: &Ground<'_>, line: &Line) -> Result<SuppressionLine, Error> {
    let day = line.cell("until").map(|text| {
        let day = NaiveDate::parse_from_str(text, "%d/%m/%Y").or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"));
        let start = day.ok().and_then(|day| engine::rules::wall::start(ground.zone, day));
        start.ok_or_else(|| Error::field("until", "invalid", "as 31/12/2026"))
    });
    let number = line.cell("number").unwrap_or_default();
    let (source, note) = (line.cell("source").unwrap_or(ground.source), line.cell("note").unwrap_or_default());
    one(ground, number, source, note, day.transpose()?.or(ground.until))
}

/// One number, as somebody gave it.
pub async fn read(new: NewSuppression, ground: &Ground<'_>, imports: &Arc<Imports>) -> Result<SuppressionLine, Error> {
    let scopes = Scopes::of(imports, new.scope).await?;
    let line = one(ground, &new.number, &new.source, &new.note, new.until)?;
    Ok(SuppressionLine { scope: scopes.scope(&line.source), ..line })
}

fn one(
    ground: &Ground<'_>,
    number: &str,
    source: &str,
    note: &str,
    until: Option<DateTime<Utc>>,
) -> Result<SuppressionLine, Error> {
    let number = Number::read(number, ground.numbers)
        .map_err(|why| Error::field("number", "invalid", format!("{number}: {why}")))?;
    let source = source.trim();
    if source.is_empty() || source.len() > MAX_NAME {
        return Err(Error::field(
            "source",
            "invalid",
            format!("the list, or whose wish it was: 1 to {MAX_NAME} bytes"),
        ));
    }
    if note.len() > MAX_NOTE {
        return Err(Error::field("note", "too-long", format!("at most {MAX_NOTE} bytes")));
    }
    Ok(SuppressionLine {
        suppression: 0,
        number: number.normalised,
        source: source.to_owned(),
        note: note.to_owned(),
        // As it is kept.
        since: Utc::now().trunc_subsecs(3),
        until,
        user: ground.user,
        scope: Scope::default(),
    })
}

/// What the columns are called.
const COLUMNS: &[(&str, &[&str])] = &[
    ("number", &["numero", "telefone", "celular", "fone", "phone"]),
    ("source", &["lista", "origem", "fonte", "list"]),
    ("until", &["ate", "validade"]),
    ("note", &["observacao", "obs", "notes"]),
];
pub const MAX_NAME: usize = 64;
const MAX_NOTE: usize = 1_000;
