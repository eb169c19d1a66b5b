//! Secrets that we make: 256 random bits, known to their holder only; we keep their SHA-256.

use aws_lc_rs::rand;
use sha2::{Digest, Sha256};

/// What is kept of a secret.
pub type Kept = [u8; 32];

/// A new one, in hex.
pub fn new() -> String {
    hex(&random::<32>())
}

/// Of the system's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // It fails only where the kernel's generator is missing, and then nothing may be signed.
    rand::fill(&mut bytes).expect("the system's random numbers");
    bytes
}

pub fn kept(secret: &str) -> Kept {
    Sha256::digest(secret.as_bytes()).into()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
