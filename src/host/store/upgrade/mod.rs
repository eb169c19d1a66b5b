//! Brings an older base to the present version, one step per version, all or nothing.
//!
//! A change of `schema.sql` raises the version: add `vN_to_vM.rs` with one function over the transaction and put it
//! at the end of [`STEPS`]. Steps already released are never edited: bases out there have run them.

mod v1_to_v2;
mod v2_to_v3;
mod v3_to_v4;
mod v4_to_v5;
mod v5_to_v6;
mod v6_to_v7;
mod v7_to_v8;

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// One step: from the version of its place in the list (the first: 1) to the next.
pub(super) type Step = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// Every step there ever was. Version 1 is the first that was released, so nothing leads to it.
pub(super) const STEPS: &[Step] =
    &[v1_to_v2::step, v2_to_v3::step, v3_to_v4::step, v4_to_v5::step, v5_to_v6::step, v6_to_v7::step, v7_to_v8::step];

/// The version that `steps` lead to.
pub(super) fn version_after(steps: &[Step]) -> u32 {
    1 + steps.len() as u32
}

/// Runs the steps that a base of version `from` lacks, in one transaction with the new version number.
pub(super) fn run(base: &mut Connection, from: u32, steps: &[Step]) -> rusqlite::Result<()> {
    let missing = steps.iter().skip(from.saturating_sub(1) as usize);
    let transaction = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in missing {
        step(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", version_after(steps))?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Scratch;
    use crate::store::{Page, RecordingFilter, SortBy, Store};

    /// Name and columns of every table, name and words of every index: comments and spaces aside.
    fn shape(base: &Connection) -> Vec<String> {
        let mut tables = base.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
        let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let columns = tables.iter().flat_map(|table| {
            let sql = format!("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('{table}')");
            let mut columns = base.prepare(&sql).unwrap();
            let column = |row: &rusqlite::Row<'_>| {
                let (name, kind, default) =
                    (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(3)?);
                Ok(format!("{table}.{name} {kind} {} {default:?} {}", row.get::<_, i32>(2)?, row.get::<_, i32>(4)?))
            };
            columns.query_map([], column).unwrap().map(Result::unwrap).collect::<Vec<_>>()
        });
        let mut indices = base
            .prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
            .unwrap();
        let indices = indices.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let indices = indices.map(|sql| sql.unwrap().split_whitespace().collect::<Vec<_>>().join(" "));
        columns.chain(indices).collect()
    }

    #[test]
    fn a_base_of_version_1_becomes_what_a_fresh_one_is_and_keeps_its_calls() {
        let scratch = Scratch::new();
        let path = scratch.path().join("ramal.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(include_str!("v1.sql")).unwrap();
        old.execute_batch(
            "INSERT INTO calls VALUES (7, '2026031200000011', 'inbound', '1001', '11987654321', '+5511987654321', NULL, NULL,
                                       NULL, 1773300000000, '2026-03-12', NULL, 1773300005000, NULL, NULL);
             INSERT INTO legs VALUES (8, 7, 'a@b', 'sip:x', 1773300000000, NULL, NULL, NULL);
             PRAGMA application_id = 1380011340; PRAGMA user_version = 1;",
        )
        .unwrap();
        drop(old);

        let store = Store::open(scratch.path()).unwrap();
        let reader = store.reader().unwrap();
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 12).unwrap();
        let calls = reader.calls_of_day(day, SortBy::Newest, Page::default()).unwrap();
        assert_eq!((calls.len(), calls[0].recordings.len()), (1, 0));
        assert_eq!(reader.call(calls[0].row.call).unwrap().unwrap().legs.len(), 1);
        assert_eq!(reader.recordings(&RecordingFilter::default(), Page::default()).unwrap(), []);
        drop((reader, store));

        let fresh = Scratch::new();
        drop(Store::open(fresh.path()).unwrap());
        let opened = |scratch: &Scratch| Connection::open(scratch.path().join("ramal.db")).unwrap();
        assert_eq!(shape(&opened(&scratch)), shape(&opened(&fresh)));
    }
}
