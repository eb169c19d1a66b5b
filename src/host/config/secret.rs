//! Where a password comes from: the file itself, another file, the environment, or systemd. Never part of a message.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use engine::config::Secret;

use super::Context;
use super::report::{Place, Report};
use super::table::{Read, Table};
use super::value::text;

/// Exactly one of these gives a password.
pub(super) const KEYS: &[&str] = &["secret", "secret_file", "secret_env", "secret_credential"];

/// The account's password; `None` where none is given or its source was reported.
pub(super) fn read(table: &Table<'_>, context: &Context<'_>, report: &mut Report) -> Option<Secret> {
    let given: Vec<&str> = KEYS.iter().copied().filter(|key| table.has(key)).collect();
    if let [_, second, ..] = given[..] {
        report.error(
            table.place(second),
            "a password has one source; keep one of secret, secret_file, secret_env, secret_credential",
        );
        return None;
    }
    let plain = table.get(report, "secret", text);
    if plain.is_some() {
        warn_if_others_may_read(&context.path, table.place("secret"), report);
    }
    let from_file = table.get(report, "secret_file", |value| from_file(&context.dir.join(text(value)?)));
    if let Some(file) = table.get(report, "secret_file", text).filter(|_| from_file.is_some()) {
        warn_if_others_may_read(&context.dir.join(file), table.place("secret_file"), report);
    }
    let from_env = table.get(report, "secret_env", |value| from_env(&text(value)?, context));
    let from_systemd = table.get(report, "secret_credential", |value| from_credential(&text(value)?, context));
    plain.or(from_file).or(from_env).or(from_systemd).map(secret)
}

/// Whether any of the keys is there, right or wrong.
pub(super) fn is_given(table: &Table<'_>) -> bool {
    KEYS.iter().any(|key| table.has(key))
}

pub(super) fn secret(text: String) -> Secret {
    Secret(text.into())
}

/// The value of an environment variable.
pub(super) fn from_env(variable: &str, context: &Context<'_>) -> Read<String> {
    let value = (context.env)(variable).filter(|value| !value.is_empty());
    value.ok_or_else(|| "no such environment variable is set, or it is empty".to_owned())
}

/// `LoadCredential=` and its kin: a file below a folder only the service sees (systemd.exec(5)).
fn from_credential(name: &str, context: &Context<'_>) -> Read<String> {
    if name.contains('/') {
        return Err("must be the credential's name, without a path".to_owned());
    }
    match (context.env)("CREDENTIALS_DIRECTORY") {
        Some(dir) => from_file(&Path::new(&dir).join(name)),
        None => Err("there is no $CREDENTIALS_DIRECTORY; add LoadCredential= to the unit".to_owned()),
    }
}

/// The first line, since editors end files with a line break.
fn from_file(path: &Path) -> Read<String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    match text.lines().next().filter(|line| !line.is_empty()) {
        Some(line) => Ok(line.to_owned()),
        None => Err(format!("{} has no password on its first line", path.display())),
    }
}

/// A password that everybody on the machine can read is worth a word; who may is the administrator's to decide.
pub(super) fn warn_if_others_may_read(path: &Path, place: Place, report: &mut Report) {
    let open = std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & OTHERS_READ != 0);
    if open {
        report.warn(
            place,
            format!("everybody on this machine can read the password in {0}; chmod o-rwx {0}", path.display()),
        );
    }
}

/// `r` for others in a Unix file mode.
const OTHERS_READ: u32 = 0o004;
