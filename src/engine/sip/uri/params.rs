//! Parameters of URIs and of header fields.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sip::header::text::{is_token, quoted, split};
use crate::sip::message::ParseError;

/// `;name=value;flag`, in order. Names compare without case. A quoted value keeps its quotes:
/// [`crate::sip::header::unquote`] takes them away.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Params(pub Vec<(String, Option<String>)>);

impl Params {
    /// The value of `name`: `Some("")` for a flag.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_deref().unwrap_or(""))
    }

    /// Whether `name` is there, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets or replaces `name`.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.remove(name);
        self.0.push((name.to_owned(), value.map(str::to_owned)));
    }

    /// Takes `name` away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// Parameters of a header field: `;a=b ; c = "d"`, or nothing.
    pub(crate) fn of_field(text: &str) -> Result<Params, ParseError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Ok(Params::default());
        }
        let list = text.strip_prefix(';').ok_or_else(|| wrong("something stands where a parameter should begin"))?;
        split(list, ';').map(field_param).collect::<Result<_, _>>().map(Params)
    }

    /// Parameters of a URI, without the first semicolon. They hold no white space and no quotes; the URI has looked.
    pub(crate) fn of_uri(text: &str) -> Result<Params, ParseError> {
        let param = |piece: &str| {
            let (name, value) = name_value(piece);
            if name.is_empty() {
                Err(wrong("a parameter is empty"))
            } else {
                Ok((name.to_owned(), value.map(str::to_owned)))
            }
        };
        text.split(';').map(param).collect::<Result<_, _>>().map(Params)
    }
}

fn field_param(piece: &str) -> Result<(String, Option<String>), ParseError> {
    let (name, value) = name_value(piece);
    if !is_token(name.as_bytes()) {
        return Err(wrong("a parameter name is empty or no token"));
    }
    let sound = match value {
        Some(value) if value.starts_with('"') => matches!(quoted(value), Some((_, ""))),
        Some(value) => !value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | ',')),
        None => true,
    };
    if !sound {
        return Err(wrong("a parameter value is neither a token nor a quoted string"));
    }
    Ok((name.to_owned(), value.map(str::to_owned)))
}

fn name_value(piece: &str) -> (&str, Option<&str>) {
    match piece.split_once('=') {
        Some((name, value)) => (name.trim_ascii(), Some(value.trim_ascii())),
        None => (piece.trim_ascii(), None),
    }
}

fn wrong(why: &str) -> ParseError {
    ParseError::new("parameters", why)
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| match value {
            Some(value) => write!(f, ";{name}={value}"),
            None => write!(f, ";{name}"),
        })
    }
}
