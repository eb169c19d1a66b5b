//! One value of the Reason field (RFC 3326): `Q.850;cause=16;text="Terminated"`.

use std::fmt;

/// Why, in the terms of one protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    pub protocol: Protocol,
    /// A status for SIP, a cause value for Q.850.
    pub cause: u16,
    pub text: Option<String>,
}

/// Whose numbers they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    Sip,
    Q850,
}

impl Reason {
    /// One value; `None` for another protocol, or without a cause.
    pub fn parse(value: &str) -> Option<Reason> {
        let mut parts = split_outside_quotes(value).into_iter();
        let protocol = match parts.next()?.trim() {
            name if name.eq_ignore_ascii_case("SIP") => Protocol::Sip,
            name if name.eq_ignore_ascii_case("Q.850") => Protocol::Q850,
            _ => return None,
        };
        let params: Vec<(&str, &str)> =
            parts.filter_map(|part| part.split_once('=')).map(|(name, value)| (name.trim(), value.trim())).collect();
        let param =
            |wanted: &str| params.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value);
        Some(Reason { protocol, cause: param("cause")?.parse().ok()?, text: param("text").map(unquoted) })
    }

    /// The cause value of a Q.850 reason; 127 (interworking) for what is none.
    pub fn q850(&self) -> u8 {
        u8::try_from(self.cause).ok().filter(|cause| *cause < 128).unwrap_or(127)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            Protocol::Sip => "SIP",
            Protocol::Q850 => "Q.850",
        };
        write!(f, "{protocol};cause={}", self.cause)?;
        match &self.text {
            Some(text) => write!(f, ";text=\"{}\"", quoted(text)),
            None => Ok(()),
        }
    }
}

fn split_outside_quotes(value: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    value
        .split(|letter: char| {
            let ends = letter == ';' && !quoted;
            quoted ^= letter == '"' && !escaped;
            escaped = quoted && letter == '\\' && !escaped;
            ends
        })
        .collect()
}

fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else {
        return text.to_owned();
    };
    let mut plain = String::new();
    let mut letters = inner.strip_suffix('"').unwrap_or(inner).chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

fn quoted(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .flat_map(|letter| matches!(letter, '"' | '\\').then_some('\\').into_iter().chain([letter]))
        .collect()
}
