//! Where people and programs read: standard output, and standard error for what went wrong.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::words::Words;

use super::exit::Failure;

#[derive(Debug)]
pub struct Screen {
    pub words: Words,
    /// A program reads.
    pub json: bool,
    /// Headings may be dimmed (https://no-color.org).
    colour: bool,
}

impl Screen {
    pub fn new(words: Words, json: bool) -> Screen {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Screen { words, json, colour }
    }

    /// One line or several, whatever the far end wrote into them.
    pub fn line(&self, text: &str) {
        self.write(&clean(text));
    }

    /// A line that stands back, such as a table's head.
    pub fn heading(&self, text: &str) {
        let text = clean(text);
        self.write(&if self.colour { format!("\x1b[2m{text}\x1b[0m") } else { text });
    }

    /// One line of JSON.
    pub fn value(&self, value: &Value) {
        self.line(&value.to_string());
    }

    fn write(&self, text: &str) {
        // Who closed the pipe has read enough.
        if writeln!(std::io::stdout(), "{text}").is_err() {
            std::process::exit(0);
        }
    }

    /// Columns of the terminal, or of a usual one.
    pub fn width(&self) -> usize {
        std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100)
    }

    /// Says why, and gives the code to leave with.
    pub fn fail(&self, failure: &Failure) -> ExitCode {
        if self.json {
            self.value(&json!({ "error": as_json(failure, &self.words) }));
        } else {
            for line in sentences(failure, &self.words) {
                // Nobody is left to be told that nobody is left to be told.
                let _ = writeln!(std::io::stderr(), "{}", clean(&line));
            }
        }
        failure.code().into()
    }
}

fn as_json(failure: &Failure, words: &Words) -> Value {
    match failure {
        Failure::Refused(error) => json!(error),
        Failure::Config(errors) => json!({ "code": "configuration", "errors": errors }),
        Failure::NoConfig | Failure::CannotStart(_) => {
            json!({ "code": "configuration", "text": sentences(failure, words).join(" ") })
        }
        Failure::Unreachable { .. } | Failure::Broken(_) => {
            json!({ "code": "unreachable", "text": sentences(failure, words).join(" ") })
        }
        Failure::Unclear(text) => json!({ "code": "unclear", "text": text }),
        Failure::Other(text) => json!({ "code": "failed", "text": text }),
    }
}

/// A failure in words.
pub fn sentences(failure: &Failure, words: &Words) -> Vec<String> {
    match failure {
        Failure::Refused(error) if !error.errors.is_empty() => {
            let mut lines = error.errors.clone();
            lines.push(format!("{}.", words.refusal(&error.code)));
            lines
        }
        Failure::Refused(error) => {
            vec![format!("{}: {}.", words.refusal(&error.code), error.text.trim_end_matches('.'))]
        }
        Failure::Unclear(text) | Failure::CannotStart(text) | Failure::Other(text) => vec![text.clone()],
        Failure::Unreachable { path, why } => {
            vec![words.fill("failure.unreachable", &[("path", &path.display().to_string()), ("why", why)])]
        }
        Failure::Broken(path) => vec![words.fill("failure.broken", &[("path", &path.display().to_string())])],
        Failure::NoConfig => vec![words.say("failure.no_config").to_owned()],
        Failure::Config(errors) => {
            let count = errors.len().to_string();
            let mut lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            lines.push(words.fill("check.wrong", &[("count", &count)]));
            lines
        }
    }
}

/// Without what a terminal would obey: names and reasons come from the network.
fn clean(text: &str) -> String {
    text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_name_does_not_command_the_terminal() {
        assert_eq!(clean("Ana\x1b[2J\u{9b}31m João\r\nok"), "Ana[2J31m João\nok");
    }
}
