//! One section of a TOML file with its lines, read key by key; what is not asked for is refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::report::{Place, Report, suggestion};

/// Keys that a section may have, in groups that sections share.
pub(super) type Keys = &'static [&'static [&'static str]];

/// What a reader says of a value: the value, or what is wrong and what is allowed.
pub(super) type Read<T> = Result<T, String>;

/// A file's text and where its lines begin.
pub(super) struct Source {
    pub file: Arc<str>,
    pub text: String,
    line_ends: Vec<usize>,
}

impl Source {
    pub fn new(file: &str, text: String) -> Source {
        let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Source { file: file.into(), text, line_ends }
    }

    /// The TOML files of a folder, each with its name without the ending.
    pub fn folder(folder: &Path, of: &str, report: &mut Report) -> Vec<(String, Source)> {
        let paths = match std::fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()),
            Err(error) => {
                let problem = format!("cannot read this folder of {of}: {error}");
                report.error(Place::file(&folder.to_string_lossy()), problem);
                return Vec::new();
            }
        };
        let mut files = Vec::new();
        for path in paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let shown = path.to_string_lossy();
            match std::fs::read_to_string(&path) {
                Ok(text) => files.push((name, Source::new(&shown, text))),
                Err(error) => report.error(Place::file(&shown), format!("cannot read: {error}")),
            }
        }
        files
    }

    /// The whole file as its outermost section; every syntax error is reported.
    pub fn parse(&self, report: &mut Report) -> Option<Spanned<DeTable<'_>>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            let line = error.span().map(|span| self.line(span.start));
            // Only the parser's words: its own display shows the line, which may hold a secret.
            let problem = format!("not TOML: {}", error.message().replace('\n', ", "));
            report.error(Place { line, ..Place::file(&self.file) }, problem);
        }
        errors.is_empty().then_some(table)
    }

    fn line(&self, offset: usize) -> usize {
        self.line_ends.partition_point(|end| *end < offset) + 1
    }
}

#[derive(Clone, Copy)]
struct Entry<'a> {
    line: usize,
    value: &'a DeValue<'a>,
}

/// One section; an absent one reads as empty.
pub(super) struct Table<'a> {
    source: &'a Source,
    /// Empty for the outermost.
    section: String,
    line: Option<usize>,
    entries: BTreeMap<&'a str, Entry<'a>>,
}

impl<'a> Table<'a> {
    /// The outermost section. Unknown sections are reported.
    pub fn root(source: &'a Source, table: &'a DeTable<'a>, keys: Keys, report: &mut Report) -> Table<'a> {
        Table::of(source, String::new(), None, table).checked(keys, report)
    }

    fn of(source: &'a Source, section: String, line: Option<usize>, table: &'a DeTable<'a>) -> Table<'a> {
        let entries = table
            .iter()
            .map(|(key, value)| {
                let entry = Entry { line: source.line(key.span().start), value: value.get_ref() };
                (&**key.get_ref(), entry)
            })
            .collect();
        Table { source, section, line, entries }
    }

    fn checked(self, keys: Keys, report: &mut Report) -> Table<'a> {
        for key in self.entries.keys() {
            let known = || keys.iter().copied().flatten().copied();
            if known().all(|name| name != *key) {
                let what = if self.section.is_empty() { "unknown section" } else { "unknown key" };
                report.error(self.place(key), format!("{what}; {}", suggestion(key, known())));
            }
        }
        self
    }

    /// `[name]`
    pub fn section(&self, name: &str, keys: Keys, report: &mut Report) -> Table<'a> {
        let section = self.inner_name(name);
        let entry = self.entries.get(name).copied();
        match entry.and_then(|entry| self.as_table(name, entry, report)) {
            Some(table) => Table::of(self.source, section, entry.map(|entry| entry.line), table).checked(keys, report),
            None => Table { source: self.source, section, line: self.line, entries: BTreeMap::new() },
        }
    }

    /// `[name.ONE]`, `[name.TWO]` …, in the order of the names.
    pub fn named(&self, name: &str, keys: Keys, report: &mut Report) -> Vec<(&'a str, Table<'a>)> {
        let Some(entry) = self.entries.get(name).copied() else { return Vec::new() };
        let Some(outer) = self.as_table(name, entry, report) else { return Vec::new() };
        let outer = Table::of(self.source, self.inner_name(name), Some(entry.line), outer);
        let names: Vec<&'a str> = outer.entries.keys().copied().collect();
        names.into_iter().map(|one| (one, outer.section(one, keys, report))).collect()
    }

    /// Each `[[name]]`.
    pub fn each(&self, name: &str, keys: Keys, report: &mut Report) -> Vec<Table<'a>> {
        let Some(entry) = self.entries.get(name).copied() else { return Vec::new() };
        let Some(array) = entry.value.as_array() else {
            report.error(self.place(name), format!("must be written as [[{name}]]"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            let line = self.source.line(item.span().start);
            match item.get_ref().as_table() {
                Some(table) => {
                    tables.push(Table::of(self.source, name.to_owned(), Some(line), table).checked(keys, report))
                }
                None => report.error(self.place(name), format!("must be written as [[{name}]]")),
            }
        }
        tables
    }

    /// This table with the `value` of each of its sections in the section's place.
    pub fn with_values(&self, values: Vec<(&'a str, &Table<'a>)>) -> Table<'a> {
        let pick = |(name, table): (&'a str, &Table<'a>)| table.entries.get("value").map(|entry| (name, *entry));
        let entries = values.into_iter().filter_map(pick).collect();
        Table { source: self.source, section: self.inner_name("quirk"), line: self.line, entries }
    }

    /// The value of `key`, read by `read`; `None` where it is absent or was reported.
    pub fn get<T>(&self, report: &mut Report, key: &str, read: impl Fn(&DeValue<'a>) -> Read<T>) -> Option<T> {
        match read(self.entries.get(key)?.value) {
            Ok(value) => Some(value),
            Err(problem) => {
                report.error(self.place(key), problem);
                None
            }
        }
    }

    /// As [`Table::get`], and reported when it is absent.
    pub fn required<T>(&self, report: &mut Report, key: &str, read: impl Fn(&DeValue<'a>) -> Read<T>) -> Option<T> {
        if !self.has(key) {
            report.error(self.place(key), "missing");
        }
        self.get(report, key, read)
    }

    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Of `key`, or of the section where the key is absent.
    pub fn place(&self, key: &str) -> Place {
        let line = self.entries.get(key).map(|entry| entry.line).or(self.line);
        Place { line, key: Some(key.to_owned()), ..self.here() }
    }

    /// Of the section itself.
    pub fn here(&self) -> Place {
        let section = (!self.section.is_empty()).then(|| self.section.clone());
        Place { line: self.line, section, ..Place::file(&self.source.file) }
    }

    fn inner_name(&self, name: &str) -> String {
        if self.section.is_empty() { name.to_owned() } else { format!("{}.{name}", self.section) }
    }

    fn as_table(&self, name: &str, entry: Entry<'a>, report: &mut Report) -> Option<&'a DeTable<'a>> {
        let table = entry.value.as_table();
        if table.is_none() {
            let wanted = self.inner_name(name);
            report.error(self.place(name), format!("must be a section, written as [{wanted}]"));
        }
        table
    }
}
