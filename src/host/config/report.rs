//! What is wrong with the configuration and where: collected, so that all of it is told at once.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// Where in the configuration something stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Place {
    pub file: Arc<str>,
    /// Counted from one.
    pub line: Option<usize>,
    /// As in the file, without brackets: `extension.1001`.
    pub section: Option<String>,
    pub key: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: &str) -> Place {
        Place { file: file.into(), line: None, section: None, key: None }
    }

    /// `file:line`, to point at from elsewhere.
    pub fn short(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.to_string(),
        }
    }
}

/// `ramal.toml:12: [extension.1001] secrt: `
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.short())?;
        if let Some(section) = &self.section {
            write!(f, " [{section}]")?;
            if self.key.is_none() {
                f.write_str(":")?;
            }
        }
        if let Some(key) = &self.key {
            write!(f, " {key}:")?;
        }
        Ok(())
    }
}

/// Something the daemon refuses to start with. Never contains a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, thiserror::Error)]
#[error("{place} {problem}")]
pub struct ConfigError {
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong and what is allowed.
    pub problem: String,
}

/// Something to look at that keeps nothing from working. Never contains a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Warning {
    #[serde(flatten)]
    pub place: Place,
    pub advice: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.advice)
    }
}

/// Everything found while one configuration is read.
#[derive(Default)]
pub(super) struct Report {
    errors: Vec<ConfigError>,
    warnings: Vec<Warning>,
}

impl Report {
    pub fn error(&mut self, place: Place, problem: impl Into<String>) {
        self.errors.push(ConfigError { place, problem: problem.into() });
    }

    pub fn warn(&mut self, place: Place, advice: impl Into<String>) {
        self.warnings.push(Warning { place, advice: advice.into() });
    }

    /// The value, if nothing speaks against it. Both lists are in the order of the files' lines.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<(T, Vec<Warning>), Vec<ConfigError>> {
        self.errors.sort();
        self.errors.dedup();
        self.warnings.sort();
        match value {
            Some(value) if self.errors.is_empty() => Ok((value, self.warnings)),
            _ => Err(self.errors),
        }
    }
}

/// ` did you mean "secret"?` for a word close to one of `known`, else the whole list.
pub(super) fn suggestion<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    // One number is never a misspelling of another.
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let near = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((likeness, candidate)) if likeness >= LIKE_ENOUGH && !is_number => {
            format!("did you mean \"{candidate}\"?")
        }
        _ if known.is_empty() => "there is none".to_owned(),
        _ => format!("known: {}", quoted(&known)),
    }
}

/// `"a", "b", "c"`, cut short where it would fill the screen.
pub(super) fn quoted(words: &[&str]) -> String {
    let shown: Vec<String> = words.iter().take(SHOWN).map(|word| format!("\"{word}\"")).collect();
    let rest = words.len().saturating_sub(SHOWN);
    if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { shown.join(", ") }
}

/// Jaro-Winkler: 1 is the same word; a typing error in a word of four letters stays above this.
const LIKE_ENOUGH: f64 = 0.82;
const SHOWN: usize = 20;
