//! Addresses with a display name: From, To, Contact, Route and their kind (RFC 3261 §20.10).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Params, Uri};
use crate::sip::header::text::{quote, quoted, unescape};
use crate::sip::message::ParseError;

/// `"Display" <uri>;params`, or a bare addr-spec whose parameters belong to the header (RFC 3261 §20.10).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NameAddr {
    /// Unquoted and unescaped; never empty.
    pub display: Option<String>,
    pub uri: Uri,
    pub params: Params,
}

impl NameAddr {
    /// No display name, no parameters.
    pub fn new(uri: Uri) -> NameAddr {
        NameAddr { display: None, uri, params: Params::default() }
    }

    /// The `tag` parameter.
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag")
    }
}

impl FromStr for NameAddr {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<NameAddr, ParseError> {
        let text = text.trim();
        let (display, rest) = display_name(text)?;
        let Some(rest) = rest.strip_prefix('<') else {
            return bare(text);
        };
        let (uri, params) = rest.split_once('>').ok_or_else(|| wrong("no > after <"))?;
        Ok(NameAddr { display, uri: uri.parse()?, params: Params::of_field(params)? })
    }
}

/// What stands before `<`, and the rest from there on; for a bare addr-spec the whole text is the rest.
fn display_name(text: &str) -> Result<(Option<String>, &str), ParseError> {
    let (name, rest) = if text.starts_with('"') {
        let (name, rest) = quoted(text).ok_or_else(|| wrong("the display name's quote does not end"))?;
        (unescape(name), rest.trim_start())
    } else {
        let Some(angle) = text.find('<') else {
            return Ok((None, text));
        };
        let (name, rest) = text.split_at(angle);
        // Only tokens may go without quotes, but names with accents come so every day.
        if name.contains(['"', ',', ';', ':', '\\', '>']) {
            return Err(wrong("the display name needs quotes"));
        }
        (name.trim_end().into(), rest)
    };
    if !rest.starts_with('<') {
        return Err(wrong("no < after the display name"));
    }
    Ok(((!name.is_empty()).then(|| name.into_owned()), rest))
}

/// Without brackets everything after a semicolon is the header's, and `?` or `,` must not stand (RFC 3261 §20).
fn bare(text: &str) -> Result<NameAddr, ParseError> {
    let (uri, params) = text.split_at(text.find(';').unwrap_or(text.len()));
    if uri.contains(['?', ',']) {
        return Err(wrong("a URI with ? or , needs < and >"));
    }
    Ok(NameAddr { display: None, uri: uri.trim_end().parse()?, params: Params::of_field(params)? })
}

fn wrong(why: &str) -> ParseError {
    ParseError::new("address", why)
}

/// Always with angle brackets; the display name quoted and escaped.
impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
