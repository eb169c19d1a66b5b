//! Takes digest responses out of a message's text: whoever has one can guess the password at leisure.

/// The text with the value of every `response` and `rspauth` parameter of credentials as `***`.
pub(super) fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    // A folded line belongs to the field above it.
    let mut secret = false;
    for line in text.split_inclusive('\n') {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
            secret = matches!(
                &*name,
                "authorization" | "proxy-authorization" | "authentication-info" | "proxy-authentication-info"
            );
        }
        if secret { without_values(line, &mut masked) } else { masked.push_str(line) }
    }
    masked
}

fn without_values(line: &str, masked: &mut String) {
    let mut rest = line;
    while let Some((before, name, value)) = next_secret(rest) {
        masked.push_str(before);
        masked.push_str(name);
        masked.push_str("***");
        rest = value;
    }
    masked.push_str(rest);
}

/// What stands before the name, the name with `=` and quote, and what follows the value.
fn next_secret(text: &str) -> Option<(&str, &str, &str)> {
    let lower = text.to_ascii_lowercase();
    let at = NAMES.iter().filter_map(|name| Some((lower.find(name)?, name.len()))).min()?;
    let (before, rest) = text.split_at(at.0);
    let after_name = rest.get(at.1..)?;
    let value = after_name.trim_start_matches([' ', '\t', '=']);
    let quoted = value.strip_prefix('"');
    let from = rest.len() - quoted.unwrap_or(value).len();
    let end: &[char] = if quoted.is_some() { &['"', '\r', '\n'] } else { &[',', ' ', '\r', '\n'] };
    let length = rest[from..].find(end).unwrap_or(rest.len() - from);
    Some((before, &rest[..from], &rest[from + length..]))
}

const NAMES: [&str; 2] = ["response", "rspauth"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_response_is_masked_in_credentials_only_even_folded_or_unquoted() {
        let text = "REGISTER sip:pbx SIP/2.0\r\nAuthorization: Digest username=\"1001\",\r\n response=\"0badc0de\", RESPONSE = 77aa, qop=auth\r\n\
                    Subject: response=\"yes\"\r\n\r\n";
        let masked = masked(text);
        assert!(!masked.contains("0badc0de") && !masked.contains("77aa"), "{masked}");
        assert!(masked.contains("response=\"***\", RESPONSE = ***, qop=auth\r\n"), "{masked}");
        assert!(masked.contains("Subject: response=\"yes\""));
    }
}
