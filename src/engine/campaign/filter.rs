//! Which leads of a list are called: conditions on what the list says of them. The others stay in it, aside.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::lead::{Area, Lead, Priority};
use crate::fold::folded;
use crate::number::Number;

/// All of the conditions hold; none: every lead.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter {
    pub conditions: Vec<Condition>,
}

/// One thing that has to be so. Written `cidade=São Paulo,Campinas`, `ddd!=11`, `saldo>=100`, `plano~fibra`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Condition {
    #[serde(flatten)]
    pub of: Subject,
    pub is: Is,
    pub values: Vec<String>,
}

/// What is looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "of")]
pub enum Subject {
    /// What the list says under this name, in any spelling; nothing where it says nothing.
    Field { name: String },
    /// The DDD of one of its numbers.
    Ddd,
    /// 1 is first.
    Priority,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Is {
    AnyOf,
    NoneOf,
    /// One of the values is a part of it.
    Contains,
    /// As numbers: what is none is not.
    AtLeast,
    AtMost,
}

/// What is wrong with a condition.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadCondition {
    #[error("{text}: write it as cidade=São Paulo, ddd!=11, saldo>=100, saldo<=500 or plano~fibra")]
    NoTest { text: String },
    #[error("{of}: say which field")]
    NoName { of: String },
    #[error("{of}: say with what it is compared")]
    NoValue { of: String },
    #[error("{of}: at most {MOST_VALUES} values of {LONGEST_VALUE} letters")]
    TooMuch { of: String },
    #[error("{of}: one number, as 100 or 1.234,56, not {value}")]
    NotNumber { of: String, value: String },
    #[error("{of}: a DDD has two digits, 11 to 99, not {value}")]
    NotDdd { of: String, value: String },
    #[error("{of}: priorities are 1 to 9, not {value}")]
    NotPriority { of: String, value: String },
    #[error("at most {MOST_CONDITIONS} conditions")]
    TooMany,
}

impl Filter {
    /// # Errors
    /// The first condition that cannot hold by the way it is written.
    pub fn check(&self) -> Result<(), BadCondition> {
        if self.conditions.len() > MOST_CONDITIONS {
            return Err(BadCondition::TooMany);
        }
        self.conditions.iter().try_for_each(Condition::check)
    }

    /// The fields that are looked at.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().filter_map(|condition| match &condition.of {
            Subject::Field { name } => Some(name.as_str()),
            Subject::Ddd | Subject::Priority => None,
        })
    }

    /// Ready to look at many.
    pub fn sieve(&self) -> Sieve {
        Sieve(self.conditions.iter().map(Sifted::of).collect())
    }
}

impl Condition {
    fn check(&self) -> Result<(), BadCondition> {
        let of = self.of.to_string();
        let first = self.values.first().cloned().unwrap_or_default();
        let is_long = |value: &String| value.chars().count() > LONGEST_VALUE;
        match (&self.of, self.is) {
            (Subject::Field { name }, _) if name.trim().is_empty() => return Err(BadCondition::NoName { of }),
            _ if self.values.is_empty() => return Err(BadCondition::NoValue { of }),
            _ if self.values.len() > MOST_VALUES
                || self.values.iter().any(is_long)
                || of.chars().count() > LONGEST_VALUE =>
            {
                return Err(BadCondition::TooMuch { of });
            }
            (_, Is::AtLeast | Is::AtMost) if self.values.len() > 1 || amount(&first).is_none() => {
                return Err(BadCondition::NotNumber { of, value: self.values.join(",") });
            }
            (_, _) => {}
        }
        let is_no = |right: fn(&str) -> bool| self.values.iter().find(|value| !right(value.trim())).cloned();
        match self.of {
            Subject::Field { .. } => Ok(()),
            Subject::Ddd => {
                let wrong =
                    is_no(|value| value.len() == 2 && value.parse().is_ok_and(|ddd: u8| (11..=99).contains(&ddd)));
                wrong.map_or(Ok(()), |value| Err(BadCondition::NotDdd { of, value }))
            }
            Subject::Priority => {
                let wrong = is_no(|value| {
                    value.parse().is_ok_and(|rank| (Priority::FIRST..=Priority::LAST).contains(&Priority(rank)))
                });
                wrong.map_or(Ok(()), |value| Err(BadCondition::NotPriority { of, value }))
            }
        }
    }
}

/// What is looked at of one lead.
#[derive(Clone, Debug)]
pub struct Facets<'a> {
    pub fields: &'a [(String, String)],
    pub areas: BTreeSet<Area>,
    pub priority: Priority,
}

impl<'a> Facets<'a> {
    pub fn of(lead: &'a Lead) -> Facets<'a> {
        Facets::new(&lead.fields, lead.phones.iter().map(|phone| &phone.number), lead.priority)
    }

    pub fn new<'n>(
        fields: &'a [(String, String)],
        numbers: impl Iterator<Item = &'n Number>,
        priority: Priority,
    ) -> Facets<'a> {
        Facets { fields, areas: numbers.map(Area::of).collect(), priority }
    }
}

/// A filter at work.
#[derive(Clone, Debug, Default)]
pub struct Sieve(Vec<Sifted>);

#[derive(Clone, Debug)]
struct Sifted {
    /// As it is compared.
    of: Subject,
    is: Is,
    values: BTreeSet<String>,
    amount: f64,
}

impl Sifted {
    fn of(condition: &Condition) -> Sifted {
        let of = match &condition.of {
            Subject::Field { name } => Subject::Field { name: folded(name) },
            plain => plain.clone(),
        };
        let amount = condition.values.first().and_then(|value| amount(value)).unwrap_or(f64::NAN);
        Sifted { of, is: condition.is, values: condition.values.iter().map(|value| folded(value)).collect(), amount }
    }

    fn lets(&self, lead: &Facets<'_>) -> bool {
        let said: Vec<String> = match &self.of {
            Subject::Field { name } => {
                let own = lead.fields.iter().filter(|(own, _)| folded(own) == *name);
                own.map(|(_, value)| folded(value)).collect()
            }
            Subject::Ddd => lead.areas.iter().map(|area| area.0.to_string()).collect(),
            Subject::Priority => vec![lead.priority.0.to_string()],
        };
        // What the list says nothing of is empty.
        let said = if said.is_empty() { vec![String::new()] } else { said };
        match self.is {
            Is::AnyOf => said.iter().any(|value| self.values.contains(value)),
            Is::NoneOf => said.iter().all(|value| !self.values.contains(value)),
            Is::Contains => said.iter().any(|value| self.values.iter().any(|part| value.contains(part.as_str()))),
            Is::AtLeast => said.iter().filter_map(|value| amount(value)).any(|value| value >= self.amount),
            Is::AtMost => said.iter().filter_map(|value| amount(value)).any(|value| value <= self.amount),
        }
    }
}

impl Sieve {
    /// Whether it is called.
    pub fn lets(&self, lead: &Facets<'_>) -> bool {
        self.0.iter().all(|condition| condition.lets(lead))
    }
}

/// As people write amounts: `1.234,56`, `R$ 100`, `99.90`.
fn amount(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let text = text.strip_prefix("R$").or(text.strip_prefix("r$")).unwrap_or(&text);
    let plain = match text.rsplit_once(',') {
        Some((whole, cents)) => format!("{}.{cents}", whole.replace('.', "")),
        None => text.to_owned(),
    };
    let is_written = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    plain.parse().ok().filter(|_| is_written)
}

impl fmt::Display for Subject {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Field { name } => to.write_str(name),
            Subject::Ddd => to.write_str("ddd"),
            Subject::Priority => to.write_str("prioridade"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIGNS.iter().find(|(_, is)| *is == self.is).map_or("=", |(sign, _)| sign);
        write!(to, "{}{sign}{}", self.of, self.values.join(","))
    }
}

impl FromStr for Condition {
    type Err = BadCondition;

    fn from_str(text: &str) -> Result<Condition, BadCondition> {
        let no_test = || BadCondition::NoTest { text: text.to_owned() };
        let found = SIGNS.iter().filter_map(|(sign, is)| text.find(sign).map(|place| (place, *sign, *is)));
        // `!=` begins before its own `=`.
        let (place, sign, is) = found.min_by_key(|(place, ..)| *place).ok_or_else(no_test)?;
        let (name, values) = (text[..place].trim(), &text[place + sign.len()..]);
        let of = match folded(name).as_str() {
            "ddd" => Subject::Ddd,
            "prioridade" | "priority" => Subject::Priority,
            _ => Subject::Field { name: name.to_owned() },
        };
        let values = match is {
            // A comma belongs to the number.
            Is::AtLeast | Is::AtMost => vec![values.trim().to_owned()],
            Is::AnyOf | Is::NoneOf | Is::Contains => values.split(',').map(|value| value.trim().to_owned()).collect(),
        };
        let condition = Condition { of, is, values };
        condition.check().map(|()| condition)
    }
}

const SIGNS: [(&str, Is); 5] =
    [("!=", Is::NoneOf), (">=", Is::AtLeast), ("<=", Is::AtMost), ("~", Is::Contains), ("=", Is::AnyOf)];

pub const MOST_CONDITIONS: usize = 20;
const MOST_VALUES: usize = 200;
const LONGEST_VALUE: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn lets(conditions: &[&str], fields: &[(&str, &str)], numbers: &[&str]) -> bool {
        let conditions = conditions.iter().map(|text| text.parse().expect(text)).collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let rules = crate::config::Config::empty().gate;
        let numbers: Vec<Number> = numbers.iter().map(|number| Number::read(number, &rules).unwrap()).collect();
        Filter { conditions }.sieve().lets(&Facets::new(&fields, numbers.iter(), Priority(5)))
    }

    #[test]
    fn gn_14_a_filter_compares_as_people_mean_it() {
        let maria = [("Cidade", "São Paulo"), ("Saldo", "R$ 1.234,56"), ("Plano", "Fibra 500")];
        let of_maria = |condition: &str| lets(&[condition], &maria, &["11987654321", "2133334444"]);
        for right in [
            "cidade=sao paulo,Campinas",
            "CIDADE!=Rio",
            "saldo>=1234,56",
            "saldo<=2000",
            "plano~fibra",
            "ddd=21",
            "ddd!=31",
            "prioridade<=5",
            "priority=5",
            "e-mail=",
            "e-mail!=x",
        ] {
            assert!(of_maria(right), "{right}");
        }
        for wrong in [
            "cidade=Rio",
            "cidade!=São Paulo",
            "saldo>=1.234,57",
            "saldo<=99.90",
            "cidade>=1",
            "plano~cobre",
            "ddd!=11",
            "prioridade>=6",
            "e-mail=x",
        ] {
            assert!(!of_maria(wrong), "{wrong}");
        }
        assert!(lets(&[], &[], &[]), "no filter lets everybody through");
        assert!(!lets(&["cidade=São Paulo", "ddd=31"], &maria, &["11987654321"]), "all of them hold");
    }

    #[test]
    fn a_condition_that_cannot_hold_is_refused_by_what_is_wrong_with_it() {
        let wrong = |text: &str| text.parse::<Condition>().unwrap_err().to_string();
        assert_eq!(
            wrong("cidade"),
            "cidade: write it as cidade=São Paulo, ddd!=11, saldo>=100, saldo<=500 or plano~fibra"
        );
        assert_eq!(wrong("=São Paulo"), ": say which field");
        assert_eq!(wrong("saldo>=muito"), "saldo: one number, as 100 or 1.234,56, not muito");
        assert_eq!(wrong("ddd=11,1"), "ddd: a DDD has two digits, 11 to 99, not 1");
        assert_eq!(wrong("prioridade=10"), "prioridade: priorities are 1 to 9, not 10");
        let many = Filter { conditions: vec!["a=b".parse().unwrap(); 21] };
        assert_eq!(many.check(), Err(BadCondition::TooMany));
    }

    #[test]
    fn a_condition_is_shown_as_it_is_written() {
        for text in ["cidade=São Paulo,Campinas", "ddd!=11", "saldo>=1.234,56", "saldo<=10", "plano~fibra"] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
        }
    }
}
