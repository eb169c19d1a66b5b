//! The engine's values as they stand in a file: bytes as text, digest responses masked, numbers as pseudonyms.

use serde_json::{Map, Value, json};

use super::pseudonym::Pseudonyms;

/// Makes a serialised input or output ready to be written (with pseudonyms) or compared (without: a recording has them
/// already).
pub(super) fn shape(value: &mut Value, pseudonyms: Option<&Pseudonyms>) {
    match value {
        Value::Object(fields) => {
            // A text message, commanded, told or stored.
            if pseudonyms.is_some()
                && fields.contains_key("number")
                && let Some(Value::String(text)) = fields.get_mut("text")
            {
                let mut bytes = std::mem::take(text).into_bytes();
                Pseudonyms::hide(&mut bytes);
                *text = String::from_utf8_lossy(&bytes).into_owned();
            }
            for (name, value) in fields.iter_mut().filter(|(name, _)| !KEPT.contains(&name.as_str())) {
                match place_of_bytes(name, value) {
                    Some(bytes) => *bytes = from_bytes(bytes, pseudonyms),
                    None => shape(value, pseudonyms),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shape(value, pseudonyms)),
        Value::String(text) => {
            if let Some(pseudonyms) = pseudonyms {
                pseudonyms.replace_in_text(text);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Undoes what [`shape`] did to bytes, so that the value can be read again.
pub(super) fn unshape(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if let Some(bytes) = place_of_bytes(name, value)
                    && let Some(plain) = bytes.as_object().and_then(to_bytes)
                {
                    *bytes = plain;
                } else {
                    unshape(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(unshape),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Where the border has bytes: `Received` and `Send` beside their flow, `cancel` and `response` of a rescue.
fn place_of_bytes<'a>(name: &str, value: &'a mut Value) -> Option<&'a mut Value> {
    match (name, &*value) {
        ("Received" | "Send", Value::Array(_)) => value.get_mut(1),
        ("cancel" | "response", Value::Array(_) | Value::Object(_)) => Some(value),
        (_, _) => None,
    }
}

fn from_bytes(numbers: &Value, pseudonyms: Option<&Pseudonyms>) -> Value {
    let numbers = numbers.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut bytes: Vec<u8> = numbers.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
    mask_digests(&mut bytes);
    if let Some(pseudonyms) = pseudonyms {
        pseudonyms.replace_in_message(&mut bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => json!({ "text": text }),
        Err(error) => json!({ "hex": to_hex(error.as_bytes()) }),
    }
}

fn to_bytes(fields: &Map<String, Value>) -> Option<Value> {
    let bytes = match (fields.get("text"), fields.get("hex")) {
        (Some(Value::String(text)), None) => text.clone().into_bytes(),
        (None, Some(Value::String(hex))) => from_hex(hex)?,
        (_, _) => return None,
    };
    Some(bytes.into())
}

/// A digest response is a password's trace, and differs on replay, where the password is `***`. Length stays.
fn mask_digests(message: &mut [u8]) {
    for name in [&b"response=\""[..], b"rspauth=\""] {
        let mut from = 0;
        while let Some(at) = message[from..].windows(name.len()).position(|part| part.eq_ignore_ascii_case(name)) {
            from += at + name.len();
            message[from..].iter_mut().take_while(|byte| **byte != b'"').for_each(|byte| *byte = b'*');
        }
    }
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// None where it is no hex.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let nibbles: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let (pairs, rest) = nibbles.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Fields whose digits are no telephone number, or (prefix rules) not a whole one.
const KEPT: &[&str] = &[
    "protocolo",
    "call_id",
    "sip_call_id",
    "local_tag",
    "params",
    "digits",
    "allow",
    "deny",
    "emergency",
    "extension_digits",
    "rules",
];
