//! Passwords: Argon2id (RFC 9106), hashed on threads that may block, a few at a time.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::error::Error;
use super::secret;

/// The hasher, and how many may hash at once: each takes [`MEMORY_KIB`].
#[derive(Debug)]
pub struct Passwords {
    places: Semaphore,
    /// Verified for logins that do not exist, so that they take as long as those that do.
    nobody: String,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { places: Semaphore::new(AT_ONCE), nobody: hash(&secret::new()).unwrap_or_default() }
    }
}

impl Passwords {
    /// As it is kept: a PHC string with its parameters, so that they may grow later.
    ///
    /// # Errors
    /// The password is too short or too long.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        check(&password)?;
        let _place = self.places.acquire().await;
        let hashed = tokio::task::spawn_blocking(move || hash(&password)).await?;
        hashed.ok_or_else(|| Error::field("password", "invalid", "this password cannot be used"))
    }

    /// `kept`: None for a login that does not exist, or has no password.
    pub async fn verify(&self, password: String, kept: Option<String>) -> Result<bool, Error> {
        let _place = self.places.acquire().await;
        let (known, kept) = (kept.is_some(), kept.unwrap_or_else(|| self.nobody.clone()));
        let good = tokio::task::spawn_blocking(move || {
            let Ok(kept) = PasswordHash::new(&kept) else { return false };
            password.len() <= LONGEST && Argon2::default().verify_password(password.as_bytes(), &kept).is_ok()
        });
        Ok(good.await? && known)
    }
}

fn check(password: &str) -> Result<(), Error> {
    if password.chars().count() < SHORTEST {
        return Err(Error::field("password", "too-short", format!("a password has at least {SHORTEST} characters")));
    }
    match password.len() > LONGEST {
        true => Err(Error::field("password", "too-long", format!("a password has at most {LONGEST} bytes"))),
        false => Ok(()),
    }
}

fn hash(password: &str) -> Option<String> {
    let salt = SaltString::encode_b64(&secret::random::<16>()).ok()?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// OWASP's Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// NIST SP 800-63B §3.1.1.2: at least eight, beside a second factor; any character counts.
const SHORTEST: usize = 8;
const LONGEST: usize = 256;
/// Two processors at the most are busy with strangers.
const AT_ONCE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id_with_its_parameters_and_a_salt_of_its_own() {
        let [one, other] = ["correct horse", "correct horse"].map(|password| hash(password).unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
    }

    #[tokio::test]
    async fn only_the_password_itself_is_taken_and_only_of_who_has_one() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(passwords.verify("correct horse".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!passwords.verify("correct horsf".to_owned(), Some(kept)).await.unwrap());
        assert!(!passwords.verify("correct horse".to_owned(), None).await.unwrap());
        assert_eq!(passwords.hash("short".to_owned()).await.unwrap_err().code(), "invalid");
    }
}
