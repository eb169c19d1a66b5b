//! What awaits a call begun now: how many calls may be begun, and whether calls that ring are too many.

use super::frees::Returns;
use super::pulse::PARTS;
use super::ringing::Outlook;
use super::risk::{Balance, HORIZONS};
use super::view::View;
use crate::time::Moment;

/// The moments in the order in which they are most likely to forbid a call.
const FROM_THE_MIDDLE: [usize; HORIZONS] = [4, 5, 3, 6, 2, 7, 1, 0];

/// The view in seconds.
pub struct Ages {
    pub free: i64,
    pub talking: Vec<f64>,
    pub writing: Vec<f64>,
    /// The longest first.
    pub ringing: Vec<f64>,
}

impl Ages {
    pub fn of(view: &View<'_>, now: Moment) -> Ages {
        let ages = |since: &[Moment]| since.iter().map(|since| now.since(*since).as_secs_f64()).collect();
        let free = i64::from(view.ready) - i64::from(view.waiting);
        Ages { free, talking: ages(view.talking), writing: ages(view.writing), ringing: ages(view.ringing) }
    }
}

/// All that is known of one moment.
pub struct Prospect<'a> {
    pub ages: &'a Ages,
    /// For each part of the pulse.
    pub outlooks: &'a [Outlook; PARTS],
    pub returns: &'a Returns,
    /// In seconds.
    pub patience: f64,
}

/// One way in which it may come.
struct Case {
    weight: f64,
    balance: Balance,
    /// The chance that one call more is answered by then.
    each: f64,
}

impl Case {
    fn risk(&self) -> f64 {
        self.weight * self.balance.shortage()
    }
}

impl Prospect<'_> {
    /// As many calls as keep the risk of the last within `most`, and the risk of one more (or of a part of the moments, where that
    /// is already too much).
    pub fn calls(&self, most: f64, room: u32) -> (u32, f64) {
        let alike = alike(&self.ages.ringing);
        let mut cases = Vec::with_capacity(HORIZONS * PARTS);
        let mut risk = 0.0;
        for number in FROM_THE_MIDDLE {
            self.add_cases(number, &alike, &mut cases);
            risk = cases.iter().map(Case::risk).sum();
            if risk > most {
                return (0, risk); // the other moments can but add to it
            }
        }
        let mut begun = 0;
        while risk <= most && begun < room {
            cases.iter_mut().for_each(|case| case.balance.lose(1, case.each));
            risk = cases.iter().map(Case::risk).sum();
            begun += 1;
        }
        (begun, risk)
    }

    /// How many of the longest ringing calls to give up, none younger than `least` seconds, when of all that ring somebody would find
    /// nobody with at least this chance.
    pub fn hopeless(&self, least: f64, chance: f64) -> u32 {
        let ringing = &self.ages.ringing;
        if ringing.first().is_none_or(|age| *age < least) {
            return 0;
        }
        let mut cases = Vec::with_capacity(PARTS);
        let at = self.add_cases(FROM_THE_MIDDLE[0], &alike(ringing), &mut cases);
        let balance = &cases[PARTS / 2].balance;
        if balance.debt() < chance {
            return 0;
        }
        let mut lacking = balance.deviation() - balance.mean();
        let given_up = ringing.iter().take_while(|age| **age >= least).take_while(|age| {
            let wanted = lacking > 0.0;
            lacking -= self.outlooks[PARTS / 2].answered_within(**age, at);
            wanted
        });
        given_up.count() as u32
    }

    /// The balance of agents and answers at one of the moments when the answer of a call begun now may come, for each part of the
    /// pulse. A part in which more is answered weighs more: the call is thought of as answered. Gives that moment, in seconds.
    fn add_cases(&self, number: usize, ringing: &[(f64, u32)], cases: &mut Vec<Case>) -> f64 {
        let at = self.outlooks[PARTS / 2].age_of_answers((number as f64 + 0.5) / HORIZONS as f64);
        let within = at + self.patience;
        let Ages { free, talking, writing, .. } = self.ages;
        let mut people = Balance::new(*free, talking.len() + writing.len() + self.ages.ringing.len());
        talking.iter().for_each(|age| people.gain(self.returns.of_talker(*age, within)));
        writing.iter().for_each(|age| people.gain(self.returns.of_writer(*age, within)));
        let answers: f64 = self.outlooks.iter().map(Outlook::answer_rate).sum();
        for outlook in self.outlooks {
            let mut balance = people.clone();
            ringing.iter().for_each(|(age, calls)| balance.lose(*calls, outlook.answered_within(*age, at)));
            let weight = outlook.answer_rate() / answers / HORIZONS as f64;
            cases.push(Case { weight, balance, each: outlook.answered_within(0.0, at) });
        }
        at
    }
}

/// Calls whose ages differ by less than a quarter of a second are looked at as one, several times.
fn alike(ages: &[f64]) -> Vec<(f64, u32)> {
    let mut groups: Vec<(f64, u32)> = Vec::with_capacity(ages.len());
    for age in ages {
        match groups.last_mut() {
            Some((first, calls)) if *first - age < 0.25 => *calls += 1,
            Some(_) | None => groups.push((*age, 1)),
        }
    }
    groups
}
