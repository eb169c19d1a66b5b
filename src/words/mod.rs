//! What people read, one catalogue per language: `pt-BR.toml`, `en.toml`, with the same keys and placeholders.
//!
//! A key is `section.name`; a placeholder is a name in braces: `{call}`.

use std::collections::BTreeMap;

use engine::leg::OneWay;
use engine::news::{CallState, HangupKind, MessageState, PhoneState, RegistrationState, WatchedState};
use engine::records::RecordingState;
use serde::Serialize;

#[cfg(test)]
mod tests;

/// A language that people may read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    #[default]
    Portuguese,
    English,
}

impl Language {
    /// By its tag or a locale: `pt-BR`, `pt_BR.UTF-8`, `en`.
    pub fn named(name: &str) -> Option<Language> {
        match name.get(..2)?.to_ascii_lowercase().as_str() {
            "pt" => Some(Language::Portuguese),
            "en" => Some(Language::English),
            _ => None,
        }
    }

    /// As the environment asks (POSIX: LC_ALL, LC_MESSAGES, LANG; the first that is set decides). Portuguese where it
    /// asks for nothing; English for `C` and for languages that we lack.
    pub fn of_environment(env: impl Fn(&str) -> Option<String>) -> Language {
        let asked =
            ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env(name).filter(|value| !value.is_empty()));
        asked.map_or(Language::Portuguese, |locale| Language::named(&locale).unwrap_or(Language::English))
    }

    /// BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Portuguese => "pt-BR",
            Language::English => "en",
        }
    }

    fn source(self) -> &'static str {
        match self {
            Language::Portuguese => include_str!("pt-BR.toml"),
            Language::English => include_str!("en.toml"),
        }
    }
}

/// One language's sentences.
#[derive(Clone, Debug)]
pub struct Words {
    sentences: BTreeMap<String, String>,
}

impl Words {
    pub fn new(language: Language) -> Words {
        let mut sentences = BTreeMap::new();
        // The catalogues are part of the program; a test reads both.
        let root = toml::de::DeTable::parse(language.source()).map(|root| root.into_inner()).unwrap_or_default();
        for (section, table) in root {
            for (name, sentence) in table.get_ref().as_table().into_iter().flatten() {
                let sentence = sentence.get_ref().as_str().unwrap_or_default().to_owned();
                sentences.insert(format!("{}.{}", section.get_ref(), name.get_ref()), sentence);
            }
        }
        Words { sentences }
    }

    /// The sentence of a key, as it stands.
    pub fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.sentences.get(key).map_or(key, String::as_str)
    }

    /// None where the catalogue lacks it.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.sentences.get(key).map(String::as_str)
    }

    /// The sentence with its placeholders filled.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.say(key);
        let mut filled = String::new();
        // In one pass, so that a value with braces stays as it is.
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
            rest = after;
        }
        filled + rest
    }

    pub fn cause(&self, kind: HangupKind) -> &str {
        self.named("cause", &kind)
    }

    pub fn call_state(&self, state: CallState) -> &str {
        self.named("call", &state)
    }

    pub fn registration(&self, state: RegistrationState) -> &str {
        self.named("registration", &state)
    }

    pub fn recording(&self, state: RecordingState) -> &str {
        self.named("recording", &state)
    }

    pub fn trouble(&self, cause: OneWay) -> &str {
        self.named("trouble", &cause)
    }

    pub fn lamp(&self, state: WatchedState) -> &str {
        self.named("lamp", &state)
    }

    pub fn phone(&self, state: PhoneState) -> &str {
        self.named("phone", &state)
    }

    pub fn message_state(&self, state: MessageState) -> &str {
        self.named("message_state", &state)
    }

    /// The sentence for a refusal's code; the code where it has none.
    pub fn refusal<'a>(&'a self, code: &'a str) -> &'a str {
        self.find(&format!("refusal.{code}")).unwrap_or(code)
    }

    /// By the word that a plain value has in JSON.
    fn named(&self, section: &str, value: &impl Serialize) -> &str {
        let name = serde_json::to_value(value).ok();
        let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
        self.find(&format!("{section}.{name}")).unwrap_or_default()
    }
}
