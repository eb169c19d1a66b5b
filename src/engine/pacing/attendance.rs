//! Who is there, beside who was there of late: when much of the team goes at once, calls ring for people who are gone.

/// The usual number is a mean that forgets within so many seconds.
const FORGETS: f64 = 200.0;
/// Much is gone: less than this share of the usual number is there, and so many people fewer. A few breaks at a time are usual.
const LEFT: f64 = 0.75;
const PEOPLE: f64 = 3.0;

/// How many people there were of late.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Attendance {
    usual: f64,
    there: f64,
}

impl Attendance {
    /// So many people are there; they were looked at so many seconds ago before.
    pub fn seen(&mut self, there: f64, passed: f64) {
        self.usual += (there - self.usual) * -libm::expm1(-passed / FORGETS);
        self.there = there;
    }

    /// Whether much of the team has just gone.
    pub fn fell(&self) -> bool {
        self.there < LEFT * self.usual && self.usual - self.there > PEOPLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_team_that_goes_is_missed_for_some_minutes_and_a_break_is_not() {
        let mut attendance = Attendance::default();
        (0..1_000).for_each(|_| attendance.seen(20.0, 1.0));
        attendance.seen(17.0, 1.0);
        assert!(!attendance.fell());
        let missed = (0..1_000).take_while(|_| {
            attendance.seen(10.0, 1.0);
            attendance.fell()
        });
        assert!((120..300).contains(&missed.count()));
    }

    #[test]
    fn who_comes_in_the_morning_is_not_missed() {
        let mut attendance = Attendance::default();
        for there in 1..=20 {
            attendance.seen(f64::from(there), 60.0);
            assert!(!attendance.fell());
        }
    }
}
