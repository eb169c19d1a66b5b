//! GN-15: every rule for every purpose, as the table at the head of the room says.

use chrono::TimeDelta;

use super::*;
use crate::gate::tests::world::{day, holiday};
use crate::rules::{Day, Scope};

/// A question that everything speaks for, until a line of the table changes it.
struct Asked {
    gate: GateRules,
    rules: Rules,
    facts: Facts,
    dialled: &'static str,
    now: Now,
}

fn fine() -> Asked {
    Asked { gate: rules(), rules: world::rules(), facts: idle(), dialled: "11 91234-5678", now: at(0) }
}

impl Asked {
    fn verdict(&self, purpose: Purpose) -> Verdict {
        let law = Law { gate: &self.gate, rules: &self.rules, zone: chrono_tz::America::Sao_Paulo, pack: None };
        let verdict = judge_dialled(&law, &self.facts, self.dialled, purpose, self.now).1;
        assert_eq!(verdict, explain(&law, &self.facts, self.dialled, purpose, self.now).verdict);
        verdict
    }

    /// `N`o by the rule, `W`arning, or `.` for yes.
    fn row(&self, rule: &str) -> String {
        let letter = |purpose| match self.verdict(purpose) {
            Verdict::Allow { warnings, .. } if warnings.is_empty() => '.',
            Verdict::Allow { .. } => 'W',
            Verdict::Deny { rule: denied, .. } => {
                assert_eq!(denied, rule, "{purpose:?}");
                'N'
            }
        };
        Purpose::ALL.map(letter).iter().collect()
    }

    fn attempts(&mut self) -> &mut Attempts {
        self.facts.attempts.as_mut().unwrap()
    }

    fn lists(&mut self) -> &mut Suppression {
        self.facts.suppressed.as_mut().unwrap()
    }

    /// The next morning at six, everything looked up again.
    fn too_early(&mut self) {
        self.now = self.now.after(Duration::from_secs(18 * 3_600));
        self.attempts().read = self.now.civil;
        self.lists().read = self.now.civil;
    }
}

/// What speaks against the number, by whom it is said, and to which purposes it is a no or a warning.
type Line = (&'static str, &'static str, fn(&mut Asked));

const TABLE: &[Line] = &[
    ("grammar", "NNNNNNNN", |asked| asked.dialled = "abc"),
    ("denied-prefix", "NNNNNNNN", |asked| asked.gate.deny = ["+5511".to_owned()].into()),
    ("premium", "NNNNNNNN", |asked| asked.dialled = "0900 313 1234"),
    ("calls-at-once", "NNNNNN..", |asked| asked.facts.account.calls = 2),
    ("calls-a-minute", "NNNNNN..", |asked| asked.facts.account.starts = 3),
    ("in-call", "....NN..", |asked| asked.facts.in_call = true),
    ("emergency", "...NNNNN", |asked| asked.dialled = "190"),
    ("doubt", "WWWNNNWN", |asked| asked.facts.doubt = Some("the store fails".to_owned())),
    ("clock", "WWWNNNWN", |asked| asked.now.civil += TimeDelta::seconds(301)),
    ("clock", "WWWNNNWN", |asked| asked.now.civil -= TimeDelta::seconds(301)),
    ("clock", "........", |asked| asked.now.civil += TimeDelta::seconds(300)),
    ("do-not-call", "WW..NNNN", suppressed),
    ("attempts-of-promise", "WW..NN..", |asked| asked.attempts().promise = Some(OfPromise { made: 4, most: 4 })),
    ("attempts-a-day", "WW..NN..", |asked| asked.attempts().day = 3),
    ("attempts-a-week", "WW..NN..", |asked| asked.attempts().week = 5),
    ("attempts-a-month", "WW..NN..", |asked| asked.attempts().month = 9),
    ("hours", "WW..NNNN", Asked::too_early),
    ("holiday", "WW..NNNN", |asked| {
        let today = holiday("Dia do teste", Day::Dates([day(2026, 3, 12)].into()), Scope::National);
        asked.rules.holidays.push(today);
    }),
    // Not known is a doubt: a no for what dials by itself, and no word to a person.
    ("clock", "....NN.N", |asked| asked.facts.clock = None),
    ("do-not-call", "....NN.N", |asked| asked.facts.suppressed = None),
    ("do-not-call", "....NN.N", |asked| asked.lists().read -= TimeDelta::minutes(61)),
    ("do-not-call", "....NN.N", |asked| asked.lists().read += TimeDelta::minutes(6)),
    ("attempts-of-promise", "....NN..", |asked| asked.facts.attempts = None),
    ("attempts-a-day", "....NN..", |asked| asked.attempts().read -= TimeDelta::minutes(61)),
    ("hours", "....NN.N", |asked| asked.rules.hours.clear()),
    ("hours", "....NN.N", |asked| {
        asked.dialled = "+351 21 123 4567";
        asked.gate.allow_international = true;
    }),
    // A ramal is in the house: no hours, no list, and attempts count all the same.
    ("hours", "........", |asked| {
        suppressed(asked);
        asked.too_early();
        asked.dialled = "2001";
    }),
    ("attempts-a-day", "WW..NN..", |asked| {
        asked.attempts().day = 3;
        asked.dialled = "2001";
    }),
];

fn suppressed(asked: &mut Asked) {
    let hit = Hit { source: "Procon-SP".to_owned(), since: at(0).civil, until: None };
    asked.lists().hit = Some(hit);
}

#[test]
fn gn15_every_purpose_is_bound_as_the_table_says() {
    assert_eq!(fine().row("none"), "........", "nothing speaks against it");
    for (rule, wanted, change) in TABLE {
        let mut asked = fine();
        change(&mut asked);
        assert_eq!(asked.row(rule), *wanted, "{rule}: {:?}", asked.verdict(Purpose::Campaign));
    }
}
