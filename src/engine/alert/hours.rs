//! Whether a queue shall be served now: its hours and holidays, in the installation's zone.

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;

use crate::staff::Queue;

/// One without hours promises nothing, so nobody is missed there.
pub(super) fn is_open(queue: &Queue, zone: Tz, at: DateTime<Utc>) -> bool {
    let local = at.with_timezone(&zone);
    let (weekday, minute) = (local.weekday().number_from_monday(), local.hour() * 60 + local.minute());
    let holiday = queue.holidays.contains(&local.date_naive());
    !holiday
        && queue.hours.iter().any(|opening| {
            u32::from(opening.weekday) == weekday
                && (u32::from(opening.from)..u32::from(opening.until)).contains(&minute)
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::id::QueueId;
    use crate::staff::Opening;

    #[test]
    fn hours_are_of_the_installations_zone_and_end_before_their_last_minute() {
        let hours = vec![Opening { weekday: 4, from: 8 * 60, until: 18 * 60 }];
        let (name, number, script) = ("SAC".to_owned(), "600".to_owned(), String::new());
        let mut queue = Queue {
            queue: QueueId(1),
            name,
            number,
            wrap_up_s: 0,
            music: None,
            script,
            hours,
            holidays: BTreeSet::new(),
        };
        // 2026-03-12 is a Thursday; São Paulo is three hours behind.
        for (at, open) in [
            ("2026-03-12T10:59:59Z", false),
            ("2026-03-12T11:00:00Z", true),
            ("2026-03-12T20:59:59Z", true),
            ("2026-03-12T21:00:00Z", false),
            ("2026-03-13T11:00:00Z", false),
        ] {
            assert_eq!(is_open(&queue, chrono_tz::America::Sao_Paulo, at.parse().unwrap()), open, "{at}");
        }
        queue.holidays = ["2026-03-12".parse().unwrap()].into();
        assert!(!is_open(&queue, chrono_tz::America::Sao_Paulo, "2026-03-12T15:00:00Z".parse().unwrap()));
    }
}
