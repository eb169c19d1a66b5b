//! Telephone numbers as logs may show them: a person's number is a secret there.

/// A number of which only the last two digits can be read. Up to five digits are a ramal or a service and stay.
pub fn redacted(number: &str) -> String {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let mut left = if digits < SECRET_DIGITS { 0 } else { digits - 2 };
    let hide = |letter: char| match letter.is_ascii_digit() && left > 0 {
        true => {
            left -= 1;
            '*'
        }
        false => letter,
    };
    number.chars().map(hide).collect()
}

/// A text in which every run of six digits and more is redacted.
pub fn redact_digits(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from_digit) = rest.split_at(start);
        let end = from_digit.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(from_digit.len());
        let (run, after) = from_digit.split_at(end);
        shown.push_str(before);
        shown.push_str(&redacted(run));
        rest = after;
    }
    shown + rest
}

/// Fewer digits are no person's number.
const SECRET_DIGITS: usize = 6;
