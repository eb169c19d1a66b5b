//! How people and programs prove who they are: passwords' hashes, sessions, tokens. No secret itself is kept.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::id::UserId;
use engine::staff::Permission;
use rusqlite::{OptionalExtension, Row, params};

use super::column::{RowExt, id, json, ms};
use super::error::words;
use super::history::Reader;
use super::{Store, base};

/// What a person signs in with.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// Argon2id, as a PHC string.
    pub password: Option<String>,
    /// The shared secret of one-time codes.
    pub totp: Option<Vec<u8>>,
    /// Of the last code that was taken.
    pub step: u64,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("totp", &self.totp.is_some()).finish_non_exhaustive()
    }
}

/// Somebody is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRow {
    /// SHA-256 of what the cookie holds.
    pub secret: [u8; 32],
    pub user: UserId,
    pub began: DateTime<Utc>,
    pub seen: DateTime<Utc>,
}

/// A program may sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRow {
    pub token: u64,
    /// SHA-256 of what the program holds.
    pub secret: [u8; 32],
    pub user: UserId,
    pub name: String,
    pub scopes: BTreeSet<Permission>,
    pub made: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
}

/// Each blocks until it is on the disk: not for the async runtime's own threads.
impl Store {
    /// A link to choose one by, where there was any, is used up.
    pub fn set_password(&self, user: UserId, password: String) -> Result<(), StoreError> {
        self.write(move |base| {
            base.execute(
                "INSERT INTO credentials (user, password) VALUES (?1, ?2)
                 ON CONFLICT (user) DO UPDATE SET password = excluded.password, invitation = NULL",
                params![id(user.0), password],
            )
        })
    }

    /// In the place of an earlier one. `secret`: SHA-256 of what the link holds.
    pub fn invite(&self, user: UserId, secret: [u8; 32], until: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |base| {
            base.execute(
                "INSERT INTO credentials (user, invitation, invited_until_ms) VALUES (?1, ?2, ?3)
                 ON CONFLICT (user) DO UPDATE SET invitation = excluded.invitation,
                                                  invited_until_ms = excluded.invited_until_ms",
                params![id(user.0), secret, ms(until)],
            )
        })
    }

    /// Who may choose a password by this link now.
    pub fn invited(&self, secret: [u8; 32], now: DateTime<Utc>) -> Result<Option<UserId>, StoreError> {
        self.read_now(|reader| {
            let sql = "SELECT user FROM credentials WHERE invitation = ?1 AND invited_until_ms > ?2";
            let found = reader.base().query_row(sql, params![secret, ms(now)], |row| row.id("user").map(UserId));
            found.optional()
        })
    }

    /// Whether the link still held: it is used up now, and the password is this one.
    pub fn take_invitation(&self, secret: [u8; 32], now: DateTime<Utc>, password: String) -> Result<bool, StoreError> {
        self.writer.run(move |base| {
            base.execute(
                "UPDATE credentials SET password = ?3, invitation = NULL WHERE invitation = ?1 AND invited_until_ms > ?2",
                params![secret, ms(now), password],
            )
            .map(|rows| rows == 1)
        })
    }

    /// `None`: the password alone is enough from now on.
    pub fn set_totp(&self, user: UserId, secret: Option<Vec<u8>>) -> Result<(), StoreError> {
        self.write(move |base| {
            base.execute(
                "INSERT INTO credentials (user, totp) VALUES (?1, ?2)
                 ON CONFLICT (user) DO UPDATE SET totp = excluded.totp, step = 0",
                params![id(user.0), secret],
            )
        })
    }

    /// Whether the code of this step had not been taken before: it is now.
    pub fn take_step(&self, user: UserId, step: u64) -> Result<bool, StoreError> {
        self.writer.run(move |base| {
            let step = step.cast_signed();
            base.execute("UPDATE credentials SET step = ?2 WHERE user = ?1 AND step < ?2", params![id(user.0), step])
                .map(|rows| rows == 1)
        })
    }

    pub fn keep_session(&self, row: SessionRow) -> Result<(), StoreError> {
        self.write(move |base| {
            base.execute(
                "INSERT INTO sessions (secret, user, began_ms, seen_ms) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (secret) DO UPDATE SET seen_ms = excluded.seen_ms",
                params![row.secret, id(row.user.0), ms(row.began), ms(row.seen)],
            )
        })
    }

    pub fn end_sessions(&self, secrets: Vec<[u8; 32]>) -> Result<(), StoreError> {
        self.write(move |base| {
            let mut gone = base.prepare_cached("DELETE FROM sessions WHERE secret = ?1")?;
            secrets.iter().try_fold(0, |count, secret| Ok(count + gone.execute([secret])?))
        })
    }

    pub fn keep_token(&self, row: TokenRow) -> Result<(), StoreError> {
        self.write(move |base| {
            base.execute(
                "INSERT INTO tokens (token, secret, user, name, scopes, made_ms, until_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    id(row.token),
                    row.secret,
                    id(row.user.0),
                    row.name,
                    json(&row.scopes)?,
                    ms(row.made),
                    row.until.map(ms)
                ],
            )
        })
    }

    pub fn remove_token(&self, token: u64) -> Result<(), StoreError> {
        self.write(move |base| base.execute("DELETE FROM tokens WHERE token = ?1", [id(token)]))
    }

    /// Nothing of who is deleted opens a door any more.
    pub fn forget_person(&self, user: UserId) -> Result<(), StoreError> {
        self.write(move |base| {
            let user = [id(user.0)];
            base.execute("DELETE FROM credentials WHERE user = ?1", user)?;
            base.execute("DELETE FROM sessions WHERE user = ?1", user)?;
            base.execute("DELETE FROM tokens WHERE user = ?1", user)
        })
    }

    pub(super) fn write(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<usize> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.writer.run(work).map(drop)
    }

    /// What is committed, on this thread.
    pub(super) fn read_now<T>(&self, read: impl FnOnce(Reader) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        base::open_for_reading(&self.path).map(Reader::new).and_then(read).map_err(|error| words(&error))
    }

    /// None of who never had any.
    pub fn credentials(&self, user: UserId) -> Result<Credentials, StoreError> {
        self.read_now(|reader| {
            let sql = "SELECT password, totp, step FROM credentials WHERE user = ?1";
            let found = reader.base().query_row(sql, [id(user.0)], |row| {
                let step = row.get::<_, i64>("step")?.cast_unsigned();
                Ok(Credentials { password: row.get("password")?, totp: row.get("totp")?, step })
            });
            Ok(found.optional()?.unwrap_or_default())
        })
    }

    pub fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        self.read_now(|reader| reader.list("SELECT * FROM sessions", [], session))
    }

    pub fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.read_now(|reader| reader.list("SELECT * FROM tokens ORDER BY token", [], token))
    }
}

fn session(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        secret: row.get("secret")?,
        user: UserId(row.id("user")?),
        began: row.time("began_ms")?,
        seen: row.time("seen_ms")?,
    })
}

fn token(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    Ok(TokenRow {
        token: row.id("token")?,
        secret: row.get("secret")?,
        user: UserId(row.id("user")?),
        name: row.get("name")?,
        scopes: row.json("scopes")?,
        made: row.time("made_ms")?,
        until: row.time_if_any("until_ms")?,
    })
}
