//! Which customer is behind which number.

use std::ops::RangeInclusive;
use std::time::Duration;

use engine::random::Random;

use super::customer::{Behaviour, Customer, Voice};

/// The numbers of an exchange beside its extensions; the first pattern that fits decides.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    pub entries: Vec<(Pattern, Answerer)>,
    /// Draws the crowds: the same seed gives each number the same customer, every time it is called.
    pub seed: u64,
}

/// Numbers that begin alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    pub prefix: String,
    /// Of the whole number.
    pub length: RangeInclusive<usize>,
}

/// Who answers.
#[derive(Clone, PartialEq, Debug)]
pub enum Answerer {
    One(Customer),
    /// Different people, each kind with its share.
    Crowd(Vec<(u32, Customer)>),
}

impl Plan {
    /// The customer behind `number`; `None`: there is no such number.
    pub fn customer(&self, number: &str) -> Option<Customer> {
        let (_, answerer) = self.entries.iter().find(|(pattern, _)| pattern.fits(number))?;
        match answerer {
            Answerer::One(customer) => Some(customer.clone()),
            Answerer::Crowd(kinds) => draw(kinds, &mut self.random_of(number)).cloned(),
        }
    }

    /// Puts one customer behind one number, before all patterns so far.
    pub fn put(&mut self, number: &str, customer: Customer) {
        let pattern = Pattern { prefix: number.to_owned(), length: number.len()..=number.len() };
        self.entries.insert(0, (pattern, Answerer::One(customer)));
    }

    fn random_of(&self, number: &str) -> Random {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        for (at, byte) in number.bytes().enumerate() {
            // 24 places for numbers of at most 15 digits; longer ones fold over.
            seed[8 + at % 24] ^= byte;
        }
        Random::new(seed)
    }

    /// The numbers of `ramal demo`: 600 to 618, and everyone in São Paulo.
    pub fn demo(seed: u64) -> Plan {
        let mut plan = Plan { entries: vec![(Pattern { prefix: "11".to_owned(), length: 10..=11 }, crowd())], seed };
        for (number, customer) in desk() {
            plan.put(number, customer);
        }
        plan
    }
}

impl Pattern {
    fn fits(&self, number: &str) -> bool {
        self.length.contains(&number.len()) && number.starts_with(&self.prefix)
    }
}

fn draw<'k>(kinds: &'k [(u32, Customer)], random: &mut Random) -> Option<&'k Customer> {
    let total = kinds.iter().map(|(share, _)| share).sum();
    let mut at = random.below(total);
    kinds.iter().find_map(|(share, customer)| match at.checked_sub(*share) {
        None => Some(customer),
        Some(rest) => {
            at = rest;
            None
        }
    })
}

/// One number for each thing that can happen to a call.
fn desk() -> [(&'static str, Customer); 18] {
    let now = Duration::ZERO;
    let seconds = Duration::from_secs;
    let doing = |ring, then| Customer { ring, early: None, then };
    let spoken = |sounds: &[&str]| Voice::Sounds(sounds.iter().map(|sound| (*sound).into()).collect());
    let mut early = Customer::answering(seconds(3), Voice::Echo);
    early.early = Some("ringback".into());
    [
        ("600", Customer::answering(now, Voice::Echo)),
        ("601", Customer::answering(now, Voice::Loop("music".into()))),
        ("602", Customer::answering(seconds(2), spoken(&["aguarde"]))),
        ("603", Customer::machine(seconds(2), "nao-atende")),
        ("604", Customer::answering(now, Voice::ReadDigits)),
        ("605", Customer::answering(now, Voice::SendDigits("1234567890*#".to_owned()))),
        ("606", early),
        ("607", Customer::answering(seconds(15), spoken(&["gravacao"]))),
        ("610", Customer::refusing(486)),
        ("611", Customer::refusing(503)),
        ("612", doing(now, Behaviour::RingOut)),
        ("613", Customer::refusing(404)),
        ("614", Customer::refusing(603)),
        ("615", Customer::answering(now, Voice::Echo).hanging_up_after(seconds(3))),
        ("616", doing(now, Behaviour::Silent)),
        ("617", doing(now, Behaviour::Redirect(vec!["602".to_owned()]))),
        ("618", doing(now, Behaviour::Redirect(vec!["+12025550123".to_owned()]))),
        ("619", Customer { ring: seconds(5), early: Some("numero-inexistente".into()), then: Behaviour::Refuse(404) }),
    ]
}

/// A morning's list, as a contact centre meets it: about four in ten pick up.
fn crowd() -> Answerer {
    let seconds = Duration::from_secs;
    let person = |ring, talk| {
        Customer::answering(seconds(ring), Voice::Sounds(vec!["aguarde".into()])).hanging_up_after(seconds(talk))
    };
    Answerer::Crowd(vec![
        (14, person(4, 40)),
        (16, person(9, 90)),
        (10, person(17, 25)),
        (15, Customer::machine(seconds(20), "nao-atende").hanging_up_after(seconds(30))),
        (25, Customer { ring: seconds(0), early: None, then: Behaviour::RingOut }),
        (10, Customer::refusing(486)),
        (7, Customer::refusing(404)),
        (3, Customer::refusing(480)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_same_customer_every_time_and_a_seed_changes_the_crowd() {
        let numbers: Vec<String> = (0..400).map(|n| format!("119{n:08}")).collect();
        let draw = |seed| numbers.iter().map(|number| Plan::demo(seed).customer(number)).collect::<Vec<_>>();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_crowd_keeps_its_shares() {
        let plan = Plan::demo(7);
        let busy = Some(Customer::refusing(486));
        let count = (0..10_000).filter(|n| plan.customer(&format!("119{n:08}")) == busy).count();
        assert!((850..1150).contains(&count), "{count} of 10,000 are busy, wanted a tenth");
    }

    #[test]
    fn what_no_pattern_fits_does_not_exist() {
        assert_eq!(Plan::demo(1).customer("999"), None);
        assert_eq!(Plan::demo(1).customer("6000"), None, "600 is not a prefix");
    }
}
