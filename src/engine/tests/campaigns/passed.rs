//! What is due at hours when nobody may be called, and what the list has no more of.

use chrono::Timelike;
use engine::campaign::DialMode;

use crate::scene::Floor;
use crate::world::seconds;

#[test]
fn GN_15_outside_the_hours_of_the_called_nothing_is_leased_and_in_the_morning_it_is() {
    let mut floor = Floor::new(DialMode::Progressive);
    let ana = floor.ana;
    floor.pass(seconds(5 * 3_600));
    floor.inbox.clear();
    floor.join(ana);
    floor.pass(seconds(3_600));
    floor.nobody_is_called();
    floor.pass(seconds(8 * 3_600));
    let first = floor.attempts(1)[0].at.with_timezone(&chrono_tz::America::Sao_Paulo);
    assert_eq!((first.hour(), first.minute()), (7, 0), "as soon as the hours begin");
}
