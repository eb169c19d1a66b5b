//! The next leads of a campaign, with what the gate has to know of them, leased: found by searches in one index, however many leads
//! there are and whoever of them must wait.
//!
//! The index is ordered by list, rank, area, time: each list, rank and open area is one search, which reads no lead that is not
//! eligible. What a search gives is ordered by time; those of one rank are put together here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{
    Aim, Area, Facts, Lead, LeadFacts, LeadState, Leased, ListStanding, Phone, PhoneFacts, Question, Want,
};
use engine::gate::Periods;
use engine::id::{CampaignId, LeadId, ListId};
use engine::number::Number;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::column::{RowExt, id, ms};
use super::error::words;
use super::history::Reader;
use super::{Store, attempts, base, leads, lists, paces, promises, suppressions};

impl Store {
    /// The next leads as they are now, leased to nobody: for who wants to see what comes.
    pub fn look_ahead(&self, want: &Want) -> Result<Leased, StoreError> {
        base::open_for_reading(&self.path).and_then(|base| look(&base, want)).map_err(|error| words(&error))
    }

    /// The next leads, leased to who asks: read on a connection of its own, written by the writer where each still waits.
    pub fn lease(&self, want: Want) -> Result<Leased, StoreError> {
        let now = want.now;
        let reader = base::open_for_reading(&self.path).map_err(|error| words(&error))?;
        if any_lapsed(&reader, now).map_err(|error| words(&error))? {
            self.writer.run(move |base| attempts::end_leases(base, now))?;
        }
        let mut leased = look(&reader, &want).map_err(|error| words(&error))?;
        let found: Vec<LeadId> = leased.leads.iter().map(|facts| facts.lead.lead).collect();
        let until = want.until;
        let fences = self.writer.run(move |base| take(base, &found, until))?;
        leased.leads.retain_mut(|facts| match fences.get(&facts.lead.lead) {
            Some(fence) => {
                facts.lead.state = LeadState::Leased { fence: *fence, until };
                true
            }
            None => false,
        });
        Ok(leased)
    }
}

impl Reader {
    /// What the gate has to know of the number of a lead whose turn it is; attempts count since what `since` says of that number.
    pub fn phone_facts(
        &self,
        lead: &Lead,
        campaign: (CampaignId, Aim),
        since: impl Fn(&Number) -> Periods,
        now: DateTime<Utc>,
    ) -> Result<Option<PhoneFacts>, StoreError> {
        let Some(phone) = lead.phones.get(lead.turn()) else { return Ok(None) };
        of_phone(self.base(), phone, campaign, since(&phone.number), now).map(Some).map_err(|error| words(&error))
    }
}

/// What is not leased by being asked.
pub(super) fn answer(base: &Connection, question: &Question) -> rusqlite::Result<Facts> {
    match question {
        // Where it comes this way it is a look: the leads stay as they are.
        Question::Lease(want) => look(base, want).map(Facts::Leased),
        Question::Lead { lead, campaign, aim, periods, needs } => {
            let Some(lead) = leads::one(base, *lead)? else { return Ok(Facts::Lead(None)) };
            let read = Utc::now();
            let facts = facts(base, lead, (*campaign, *aim), *periods, read)?;
            Ok(Facts::Lead(Some(LeadFacts { lacks: suppressions::lacks(base, needs, read)?, ..facts })))
        }
        Question::Pace { campaign, days } => paces::remembered(base, *campaign, days).map(Facts::Pace),
        Question::ShortCalls { day } => paces::short_calls(base, *day).map(Facts::ShortCalls),
    }
}

fn any_lapsed(base: &Connection, now: DateTime<Utc>) -> rusqlite::Result<bool> {
    base.prepare_cached("SELECT 1 FROM leads WHERE state = 'leased' AND lease_until_ms <= ?1 LIMIT 1")?
        .exists([ms(now)])
}

/// Those of them that still wait, with the fence of their lease.
fn take(base: &Transaction<'_>, found: &[LeadId], until: DateTime<Utc>) -> rusqlite::Result<BTreeMap<LeadId, u64>> {
    let sql = "UPDATE leads SET state = 'leased', lease_until_ms = ?2, fence = fence + 1
               WHERE lead = ?1 AND state = 'waiting' AND aside = 0 RETURNING fence";
    let mut update = base.prepare_cached(sql)?;
    let mut taken = BTreeMap::new();
    for lead in found {
        if let Some(fence) = update.query_row(params![id(lead.0), ms(until)], |row| row.id("fence")).optional()? {
            taken.insert(*lead, fence);
        }
    }
    Ok(taken)
}

/// The next leads as they are now, in one snapshot.
pub(super) fn look(base: &Connection, want: &Want) -> rusqlite::Result<Leased> {
    let snapshot = base.unchecked_transaction()?;
    let mut leased = Leased { lacks: suppressions::lacks(&snapshot, &want.needs, want.now)?, ..Leased::default() };
    let mut ready = Vec::new();
    for list in &want.lists {
        match lists::one(&snapshot, *list)?.map_or(ListStanding::Discarded, |list| list.standing(want.now)) {
            ListStanding::Ready => ready.push(*list),
            held => leased.held.push((*list, held)),
        }
    }
    if !leased.lacks.is_empty() {
        return Ok(leased);
    }
    let read = Utc::now();
    for (lead, area) in next(&snapshot, &ready, want)? {
        let Some(lead) = leads::one(&snapshot, lead)? else { continue };
        let periods = want.open.get(&area).copied().unwrap_or(Periods { day: read, week: read, month: read });
        leased.leads.push(facts(&snapshot, lead, (want.campaign, want.aim), periods, read)?);
    }
    Ok(leased)
}

/// On top first, then by priority, time and id.
fn next(base: &Connection, lists: &[ListId], want: &Want) -> rusqlite::Result<Vec<(LeadId, Area)>> {
    let most = usize::from(want.most);
    let mut chosen = Vec::new();
    for together in turns(ranks(base, lists)?, want.dead_last) {
        let mut found = Vec::new();
        for (list, rank) in lists.iter().flat_map(|list| together.iter().map(|rank| (*list, *rank))) {
            for area in want.open.keys() {
                search(base, (list, rank, *area), want, &mut found)?;
            }
        }
        found.sort_unstable();
        chosen.extend(found.into_iter().take(most - chosen.len()).map(|(_, lead, area)| (lead, area)));
        if chosen.len() >= most {
            break;
        }
    }
    Ok(chosen)
}

/// Ranks that have their turn together: a number that does not exist puts a lead behind where that is wanted.
fn turns(ranks: Vec<u8>, dead_last: bool) -> impl Iterator<Item = Vec<u8>> {
    let mut turns: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    for rank in ranks {
        turns.entry(if dead_last { rank } else { rank % leads::WITH_DEAD }).or_default().push(rank);
    }
    turns.into_values()
}

/// Which there are among those that wait.
fn ranks(base: &Connection, lists: &[ListId]) -> rusqlite::Result<Vec<u8>> {
    let mut search = base.prepare_cached(NEXT_RANK)?;
    let mut ranks = std::collections::BTreeSet::new();
    for list in lists {
        let mut after = -1;
        while let Some(rank) = search.query_row(params![id(list.0), after], |row| row.get::<_, u8>(0)).optional()? {
            ranks.insert(rank);
            after = i64::from(rank);
        }
    }
    Ok(ranks.into_iter().collect())
}

type Found = (i64, LeadId, Area);

fn search(
    base: &Connection,
    (list, rank, area): (ListId, u8, Area),
    want: &Want,
    found: &mut Vec<Found>,
) -> rusqlite::Result<()> {
    let mut search = base.prepare_cached(NEXT_LEADS)?;
    let mut rows = search.query(params![id(list.0), rank, area.0, ms(want.now), want.most])?;
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, LeadId(row.get::<_, i64>(1)?.cast_unsigned()), area));
    }
    Ok(())
}

const NEXT_RANK: &str =
    "SELECT rank FROM leads WHERE state = 'waiting' AND aside = 0 AND list = ?1 AND rank > ?2 ORDER BY rank LIMIT 1";
const NEXT_LEADS: &str = "SELECT next_ms, lead FROM leads
     WHERE state = 'waiting' AND aside = 0 AND list = ?1 AND rank = ?2 AND area = ?3 AND next_ms <= ?4 ORDER BY next_ms, lead LIMIT ?5";

fn facts(
    base: &Connection,
    lead: Lead,
    campaign: (CampaignId, Aim),
    periods: Periods,
    read: DateTime<Utc>,
) -> rusqlite::Result<LeadFacts> {
    let phones = lead.phones.iter().map(|phone| of_phone(base, phone, campaign, periods, read));
    let phones = phones.collect::<rusqlite::Result<_>>()?;
    let list = lists::one(base, lead.list)?.map_or(ListStanding::Discarded, |list| list.standing(read));
    Ok(LeadFacts { tally: attempts::tally(base, lead.lead, periods)?, lead, phones, list, lacks: Vec::new() })
}

fn of_phone(
    base: &Connection,
    phone: &Phone,
    campaign: (CampaignId, Aim),
    periods: Periods,
    read: DateTime<Utc>,
) -> rusqlite::Result<PhoneFacts> {
    let number = &phone.number.normalised;
    Ok(PhoneFacts {
        suppressed: suppressions::of(base, number, Some(campaign), read)?,
        attempts: promises::attempts(base, number, None, periods, read)?,
        ever: attempts::ever(base, number)?,
        abandoned: attempts::abandoned(base, number)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Scratch;

    fn plan(base: &Connection, sql: &str) -> String {
        let mut plan = base.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = vec![1; plan.parameter_count()];
        let steps = plan.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>("detail")).unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_next_leads_come_from_their_index_alone() {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let base = base::open_for_reading(&store.path).unwrap();
        let found = "SEARCH leads USING COVERING INDEX leads_waiting";
        assert_eq!(plan(&base, NEXT_LEADS), format!("{found} (list=? AND rank=? AND area=? AND next_ms<?)"));
        assert_eq!(plan(&base, NEXT_RANK), format!("{found} (list=? AND rank>?)"));
    }
}
