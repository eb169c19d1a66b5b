//! From version 3: people are invited by a link.

use rusqlite::Transaction;

pub(super) fn step(base: &Transaction<'_>) -> rusqlite::Result<()> {
    base.execute_batch(
        "ALTER TABLE credentials ADD COLUMN invitation BLOB;
         ALTER TABLE credentials ADD COLUMN invited_until_ms INTEGER;
         CREATE UNIQUE INDEX credentials_by_invitation ON credentials (invitation) WHERE invitation IS NOT NULL;",
    )
}
