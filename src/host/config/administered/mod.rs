//! What is administered in the desktop: `administered.toml` in the data directory, read beside `ramal.toml` with the same sections and
//! the same checks, and written by the desktop alone. Mode 0600: it holds passwords.
//!
//! How to drive it: [`Administered::open`], change it, [`Administered::check`] it beside everything else, [`Administered::keep`] it;
//! a reload puts it in force. What was not kept has not happened. Extensions know how to be changed (`extension.rs`); every other
//! section is put and removed whole.

mod extension;

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use toml::{Table as Toml, Value};

use super::report::{ConfigError, Place, Report};
use super::table::{Keys, Table};
use super::{Env, Loaded};

pub use extension::{Fields, destination};

/// The file as it is being changed.
#[derive(Debug)]
pub struct Administered {
    file: PathBuf,
    sections: Toml,
}

/// A field that cannot be read at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrongField {
    pub field: &'static str,
    pub problem: String,
}

impl Administered {
    /// Where it is.
    pub fn file(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE)
    }

    /// As it is on the disk; empty where there is none.
    ///
    /// # Errors
    /// It cannot be read, or is no TOML any more: then the daemon says where with each reload.
    pub fn open(data_dir: &Path) -> std::io::Result<Administered> {
        let file = Administered::file(data_dir);
        let text = match std::fs::read_to_string(&file) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        // The parser's own words would show the line, which may hold a password.
        let wrong = |_| std::io::Error::other(format!("{} is not TOML any more; see ramal check", file.display()));
        let sections = text.parse().map_err(wrong)?;
        Ok(Administered { file, sections })
    }

    /// `alerts`, or `profile.NAME`, with these keys and no others.
    pub fn put(&mut self, section: &str, keys: Toml) {
        match section.split_once('.') {
            Some((kind, name)) => drop(self.section(kind).insert(name.to_owned(), Value::Table(keys))),
            None => drop(self.sections.insert(section.to_owned(), Value::Table(keys))),
        }
        self.tidy();
    }

    /// False where there is none.
    pub fn remove(&mut self, section: &str) -> bool {
        let was = match section.split_once('.') {
            Some((kind, name)) => self.section(kind).remove(name),
            None => self.sections.remove(section),
        };
        self.tidy();
        was.is_some()
    }

    /// Everything there is with this in the place of the file.
    ///
    /// # Errors
    /// Each that a reload would meet.
    pub fn check(&self, config: &Path, env: Env<'_>) -> Result<Loaded, Vec<ConfigError>> {
        super::load_with(config, env, Some(&self.sections.to_string())).map(|(loaded, _)| loaded)
    }

    /// Whether an error is about a section in here: which, and the field as the desktop calls it.
    pub fn concerns<'e>(&self, error: &'e ConfigError) -> Option<(&'e str, &'e str)> {
        let section = error.place.section.as_deref().filter(|_| Path::new(&*error.place.file) == self.file)?;
        let key = error.place.key.as_deref();
        match section.strip_prefix("extension.") {
            Some(_) => Some((section, extension::field(key))),
            None => Some((section, key.unwrap_or("name"))),
        }
    }

    /// On the disk, whole or not at all.
    pub fn keep(&self) -> std::io::Result<()> {
        let fresh = self.file.with_extension("toml.new");
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        write!(file, "# Written by the desktop: what is administered there. Its keys are those of ramal.toml.\n\n")?;
        file.write_all(self.sections.to_string().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.file)?;
        std::fs::File::open(self.file.parent().unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Registrars that no extension names any more go, and sections with nothing in them.
    fn tidy(&mut self) {
        let named = |value: &Value| value.get("registrar").and_then(Value::as_str).map(str::to_owned);
        let used: Vec<String> = self.extensions().into_iter().flatten().filter_map(|(_, one)| named(one)).collect();
        self.section("registrar").retain(|name, _| used.iter().any(|one| one == name));
        self.sections.retain(|_, section| section.as_table().is_none_or(|table| !table.is_empty()));
    }

    fn extensions(&self) -> Option<&Toml> {
        self.sections.get("extension").and_then(Value::as_table)
    }

    fn section(&mut self, name: &str) -> &mut Toml {
        let section = self.sections.entry(name).or_insert_with(|| Value::Table(Toml::new()));
        if !section.is_table() {
            *section = Value::Table(Toml::new());
        }
        section.as_table_mut().expect("it was made one")
    }
}

/// Where it is, and the text to read; none where nothing is administered.
pub(super) fn text(data_dir: &Path, candidate: Option<&str>, report: &mut Report) -> (PathBuf, String) {
    let file = Administered::file(data_dir);
    let place = || Place::file(&file.to_string_lossy());
    let text = match candidate {
        Some(text) => Ok(text.to_owned()),
        None => std::fs::read_to_string(&file),
    };
    let text = text.unwrap_or_else(|why| {
        match why.kind() {
            std::io::ErrorKind::NotFound => {}
            // The daemon can read it; whoever only checks may not be allowed to.
            std::io::ErrorKind::PermissionDenied => {
                report.warn(place(), "cannot be read by this user; what is administered in it is not checked");
            }
            _ => report.error(place(), format!("cannot read: {why}")),
        }
        String::new()
    });
    (file, text)
}

/// The section `name` of the one file that has it: what stands in `ramal.toml` is changed there.
pub(super) fn only<'a>(name: &str, [ramal, own]: [&Table<'a>; 2], keys: Keys, report: &mut Report) -> Table<'a> {
    match (ramal.has(name), own.has(name)) {
        (true, true) => {
            let there = ramal.place(name).short();
            report.error(own.place(name), format!("[{name}] stands at {there} too; keep one of them"));
            ramal.section(name, keys, report)
        }
        (false, true) => own.section(name, keys, report),
        (_, false) => ramal.section(name, keys, report),
    }
}

const FILE: &str = "administered.toml";
/// The sections that may stand in it.
pub(super) const SECTIONS: Keys = &[&["registrar", "extension", "alerts", "profile"]];
