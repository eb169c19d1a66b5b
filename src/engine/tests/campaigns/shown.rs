//! What screens are told of a campaign: right within a second, and no more often (GN-01).

use engine::campaign::{CampaignView, DialMode, Steer, Wish};
use engine::news::{News, StaffNews};

use crate::scene::{Floor, number};
use crate::world::{ms, seconds};

fn told(floor: &Floor) -> Vec<CampaignView> {
    let view = |(_, news): &(_, News)| match news {
        News::Staff(StaffNews::Campaign(view)) => Some(view.clone()),
        _ => None,
    };
    floor.shell.news.iter().filter_map(view).collect()
}

fn shown(floor: &Floor) -> (u32, u32) {
    told(floor).last().map(|view| (view.dialling, view.talking)).expect("something was told")
}

#[test]
fn GN_01_whoever_looks_at_a_campaign_sees_what_is_dialled_and_talked_within_a_second() {
    let mut floor = Floor::new(DialMode::Progressive);
    let ana = floor.ana;
    floor.join(ana);
    let maria = floor.rings("20", &number(1));
    floor.pass(seconds(1));
    assert_eq!(shown(&floor), (1, 0));
    floor.answers(&maria);
    floor.pass(seconds(1));
    assert_eq!(shown(&floor), (0, 1));
    floor.steer(Steer::Stop);
    floor.pass(seconds(5));
    floor.hangs_up();
    floor.pass(ms(1_000));
    assert_eq!(shown(&floor), (0, 0), "also of one that is stopped");
}

#[test]
fn GN_01_screens_are_told_no_more_than_once_a_second_of_what_goes_on_by_itself() {
    let mut floor = Floor::paced(10, 60, |_| {});
    floor.pass(seconds(3));
    let before = told(&floor).len();
    let rung = floor.all_rung();
    rung.iter().for_each(|far| floor.answers(far));
    floor.pass(seconds(2));
    let news = told(&floor).len() - before;
    assert!((1..=4).contains(&news), "{news} views of {} answers", rung.len());
    assert_eq!(shown(&floor).1, floor.campaign_view().talking);
}

#[test]
fn GN_01_a_record_that_is_closed_is_gone_from_the_count() {
    let mut floor = Floor::new(DialMode::Preview);
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Dial { phone: 0, caller_id: None }).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    floor.pass(seconds(1));
    assert_eq!(shown(&floor), (0, 0));
}
