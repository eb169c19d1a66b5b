//! `[[extensions]]`: thousands of extensions from a CSV file, our own or FreePBX's export as it is.

use std::path::PathBuf;

use csv::StringRecord;
use engine::config::{DeviceName, Secret};

use super::account::registrar_of;
use super::accounts::{Accounts, Identity};
use super::registrar::{Registrar, Registrars};
use super::report::{Place, Report, suggestion};
use super::table::{Keys, Read, Table};
use super::template::{COMMON, Template, WATCHING};
use super::value::{among, path, printable, user};
use super::{Context, Known, secret};

pub(super) const KEYS: Keys = &[&["csv"], COMMON, WATCHING];

/// Columns of a file of our own; the others are refused. Of FreePBX's export those it shares, `name`, and `tech` are read.
pub(super) const COLUMNS: &[&str] =
    &["extension", "secret", "secret_env", "name", "auth_user", "registrar", "profile", "device", "max_calls"];

/// Reads the file of each `[[extensions]]`.
pub(super) fn read_all(
    root: &Table<'_>,
    registrars: &Registrars,
    known: &Known<'_>,
    context: &Context<'_>,
    accounts: &mut Accounts,
    report: &mut Report,
) {
    for table in root.each("extensions", KEYS, report) {
        // With several registrars and none named here, each row has to name one.
        let open = !table.has("registrar") && registrars.len() > 1;
        let registrar = if open { None } else { registrar_of(&table, registrars, report) };
        let defaults = registrar.map(|registrar| registrar.defaults.clone()).unwrap_or_default();
        let template = defaults.overlaid(&table, known, report).watching(&table, report);
        let registrar = match registrar {
            Some(registrar) => OfSection::Is(registrar),
            None if open => OfSection::Open,
            None => OfSection::Wrong,
        };
        let Some(file) = table.required(report, "csv", path) else { continue };
        let file = context.dir.join(file);
        let place = Place::file(&file.to_string_lossy());
        match std::fs::read(&file) {
            Ok(bytes) => {
                Sheet { file, place, template, registrar, registrars, known, context, accounts, report }.read(&bytes);
            }
            Err(error) => report.error(table.place("csv"), format!("cannot read {}: {error}", file.display())),
        }
    }
}

/// One CSV file on its way into the accounts.
struct Sheet<'s, 'c> {
    file: PathBuf,
    place: Place,
    template: Template,
    registrar: OfSection<'s>,
    registrars: &'s Registrars,
    known: &'s Known<'s>,
    context: &'s Context<'c>,
    accounts: &'s mut Accounts,
    report: &'s mut Report,
}

impl<'s> Sheet<'s, '_> {
    fn read(mut self, bytes: &[u8]) {
        let text = self.decode(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // The reader counts lines by line feeds it has passed, and of CRLF it passes only the first half before the next record.
        let text = text.replace("\r\n", "\n");
        let first_line = text.lines().next().unwrap_or_default();
        // Spreadsheets in Brazil write semicolons, the comma being the decimal mark.
        let delimiter = if first_line.contains(';') && !first_line.contains(',') { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let Some(columns) = reader.headers().ok().and_then(|header| Columns::of(header, &mut self)) else { return };
        if columns.read.iter().any(|(name, _)| *name == "secret") {
            secret::warn_if_others_may_read(&self.file, self.place.clone(), self.report);
        }
        let at = |at: Option<&csv::Position>| at.and_then(|at| usize::try_from(at.line()).ok());
        for row in reader.into_records() {
            match row {
                Ok(row) => self.row(&columns, &row, &Place { line: at(row.position()), ..self.place.clone() }),
                Err(error) => {
                    let place = Place { line: at(error.position()), ..self.place.clone() };
                    self.report.error(place, "cannot be read as CSV; check the quotes");
                }
            }
        }
    }

    /// UTF-8, else Latin-1, in which every byte is a character.
    fn decode(&mut self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                self.report.warn(self.place.clone(), "is not UTF-8; read as Latin-1, check the names");
                bytes.iter().map(|byte| char::from(*byte)).collect()
            }
        }
    }

    fn row(&mut self, columns: &Columns, row: &StringRecord, place: &Place) {
        if row.len() != columns.count {
            let problem =
                format!("has {} fields where the header has {}; check commas and quotes", row.len(), columns.count);
            return self.report.error(place.clone(), problem);
        }
        let field = |name: &str| columns.field(row, name);
        if field("tech").is_some_and(|tech| !SIP_TECHS.contains(&tech)) {
            return self.report.warn(place.clone(), "left out: not a SIP extension, its tech is neither pjsip nor sip");
        }
        let Some(number) = self.cell("extension", place, user(field("extension").unwrap_or_default())) else { return };
        let fresh = self.accounts.declare(&number, place, self.report);
        let password = self.password(field("secret"), field("secret_env"), place);
        let display = field("name").and_then(|name| self.cell("name", place, printable(name)));
        let auth_user = field("auth_user").and_then(|one| self.cell("auth_user", place, printable(one)));
        let template = self.template_of(field, place);
        let registrar = self.registrar_of(field("registrar"), place);
        if let (true, Some(password), Some(registrar)) = (fresh, password, registrar) {
            let own = Identity { display, auth_user, secret: Some(password), ..Identity::extension(number) };
            self.accounts.add(own, &template, registrar, self.known, place.clone(), self.report);
        }
    }

    fn password(&mut self, plain: Option<&str>, variable: Option<&str>, place: &Place) -> Option<Secret> {
        let text = match (plain, variable) {
            (Some(plain), None) => self.cell("secret", place, printable(plain)),
            (None, Some(variable)) => self.cell("secret_env", place, secret::from_env(variable, self.context)),
            (Some(_), Some(_)) => {
                self.cell("secret_env", place, Err("a password has one source; empty secret or secret_env".to_owned()))
            }
            (None, None) => self.cell("secret", place, Err("must not be empty".to_owned())),
        };
        text.map(secret::secret)
    }

    /// The section's template with what the row says otherwise.
    fn template_of<'f>(&mut self, field: impl Fn(&str) -> Option<&'f str>, place: &Place) -> Template {
        let known = self.known;
        let mut template = self.template.clone();
        if let Some(name) = field("profile") {
            let profiles = known.profiles.keys().map(String::as_str);
            template.profile = self.cell("profile", place, among("profile", name, profiles));
        }
        if let Some(name) = field("device") {
            let devices = known.devices.keys().map(DeviceName::as_str);
            template.device = self.cell("device", place, among("device", name, devices));
        }
        if let Some(most) = field("max_calls") {
            let most = most.parse().ok().filter(|most| (1..=1_000).contains(most));
            let read = most.ok_or_else(|| "must be a whole number from 1 to 1000".to_owned());
            template.max_calls = self.cell("max_calls", place, read);
        }
        template
    }

    /// The registrar the row names, else its section's.
    fn registrar_of(&mut self, named: Option<&str>, place: &Place) -> Option<&'s Registrar> {
        let registrars = self.registrars;
        match (named, self.registrar) {
            (Some(name), _) => {
                let read = among("registrar", name, registrars.keys().map(String::as_str));
                registrars.get(&self.cell("registrar", place, read)?)?.as_ref()
            }
            (None, OfSection::Is(registrar)) => Some(registrar),
            (None, OfSection::Wrong) => None,
            (None, OfSection::Open) => {
                let problem = "missing; name it in [[extensions]] or in a column \"registrar\"";
                self.cell("registrar", place, Err(problem.to_owned()))
            }
        }
    }

    fn cell<T>(&mut self, column: &str, place: &Place, read: Read<T>) -> Option<T> {
        read.map_err(|problem| self.report.error(Place { key: Some(column.to_owned()), ..place.clone() }, problem)).ok()
    }
}

/// What a whole file's rows have for registrar.
#[derive(Clone, Copy)]
enum OfSection<'r> {
    Is(&'r Registrar),
    /// Reported already, once for all rows.
    Wrong,
    /// Each row has to say.
    Open,
}

/// The header of a file: which columns are read, and where they are.
struct Columns {
    read: Vec<(&'static str, usize)>,
    count: usize,
}

impl Columns {
    /// Reports a header that cannot be worked with; never repeats it whole, since a file without one begins with a password.
    fn of(header: &StringRecord, sheet: &mut Sheet<'_, '_>) -> Option<Columns> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let has = |wanted: &str| names.iter().any(|name| name == wanted);
        let place = Place { line: Some(1), ..sheet.place.clone() };
        if !has("extension") || !(has("secret") || has("secret_env")) {
            let problem = "the first line must name the columns, \"extension\" and \"secret\" among them";
            sheet.report.error(place, problem);
            return None;
        }
        let freepbx = has("tech") || has("devicetype");
        let wanted = if freepbx { FREEPBX_COLUMNS } else { COLUMNS };
        let mut read: Vec<(&str, usize)> = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let place = Place { key: Some(name.clone()), ..place.clone() };
            match wanted.iter().find(|column| *column == name) {
                Some(column) if read.iter().any(|(before, _)| before == column) => {
                    sheet.report.error(place, "this column is there twice");
                }
                Some(column) => read.push((column, index)),
                None if freepbx => {}
                None => {
                    let near = suggestion(name, COLUMNS.iter().copied());
                    sheet.report.error(place, format!("unknown column; {near}"));
                }
            }
        }
        Some(Columns { read, count: names.len() })
    }

    fn field<'f>(&self, row: &'f StringRecord, wanted: &str) -> Option<&'f str> {
        let (_, index) = self.read.iter().find(|(name, _)| *name == wanted)?;
        row.get(*index).map(str::trim).filter(|field| !field.is_empty())
    }
}

/// What is read of FreePBX's export; its other columns, a hundred and more, say how the PBX treats the extension.
const FREEPBX_COLUMNS: &[&str] = &["extension", "secret", "name", "tech"];
/// FreePBX's names of its two SIP drivers.
const SIP_TECHS: &[&str] = &["pjsip", "sip"];
