//! One-time codes (RFC 6238 with RFC 4226): SHA-1, six digits, thirty seconds, as every authenticator app expects.

use aws_lc_rs::hmac;

/// Bytes of a new secret: as long as the hash (RFC 4226 §4).
pub const SECRET: usize = 20;
/// Seconds of a step.
const STEP: u64 = 30;
/// Steps before and after the present one that are taken too: clocks differ, fingers are slow (RFC 6238 §5.2).
const TOLERANCE: u64 = 1;

/// The step whose code this is, near `now` in seconds since 1970.
pub fn step_of(secret: &[u8], code: &str, now: u64) -> Option<u64> {
    let code = code.trim();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let present = now / STEP;
    let mut near = (present.saturating_sub(TOLERANCE)..=present + TOLERANCE).rev();
    near.find(|step| {
        // In the same time, whatever it holds.
        let right = format!("{:06}", digits(secret, *step) % 1_000_000);
        aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), code.as_bytes()).is_ok()
    })
}

/// RFC 4226 §5.3: the truncated hash.
fn digits(secret: &[u8], step: u64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let hash = hmac::sign(&key, &step.to_be_bytes());
    let hash = hash.as_ref();
    let offset = hash.last().map_or(0, |last| usize::from(last & 0x0f));
    hash.iter().skip(offset).take(4).fold(0, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff
}

/// What the authenticator app reads as a QR code.
pub fn uri(login: &str, secret: &[u8]) -> String {
    let login: String = login.bytes().map(escaped).collect();
    format!("otpauth://totp/Ramal:{login}?secret={}&issuer=Ramal", base32(secret))
}

fn escaped(byte: u8) -> String {
    match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    }
}

/// RFC 4648 §6, without padding.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letter = |five: u32| char::from(LETTERS[(five & 31) as usize]);
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        (held, bits) = ((held << 8) | u32::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B.
    const SHA1_SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        let vectors: [(u64, u32); 6] = [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ];
        for (at, code) in vectors {
            assert_eq!(digits(SHA1_SECRET, at / STEP) % 100_000_000, code, "at {at}");
        }
    }

    #[test]
    fn a_code_is_taken_half_a_minute_around_its_step_and_not_later() {
        assert_eq!(step_of(SHA1_SECRET, "287082", 59), Some(1));
        assert_eq!(step_of(SHA1_SECRET, "287082", 60 + 29), Some(1));
        assert_eq!(step_of(SHA1_SECRET, "287082", 120), None);
        assert_eq!(step_of(SHA1_SECRET, "287083", 59), None);
        assert_eq!(step_of(SHA1_SECRET, "2870820", 59), None);
    }

    #[test]
    fn secrets_are_written_as_rfc_4648_says() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(uri("ana@x", b"foobar"), "otpauth://totp/Ramal:ana%40x?secret=MZXW6YTBOI&issuer=Ramal");
    }
}
