//! A predictive campaign in a real browser: people who answer, talk in real RTP and hang up; agents, one of them at her page; and who
//! watches the pace (GN-02, GN-09, GN-15, GN-18).

use serde_json::json;

use crate::floor::{Floor, Plan, at_work};
use crate::script::Script;
use crate::support::Folder;
use crate::support::market::{Habits, Market};

#[test]
fn gn_02_gn_18_calls_that_people_answer_come_by_themselves_and_the_pace_is_seen_in_a_real_browser() {
    let market = Market::open(Habits { answers: 0.6, hurry: 8, seed: 3 });
    let trunk = "user = \"tronco\"\nsecret = \"x\"\ncalls_at_once = 40\ncalls_per_minute = 60000";
    let agents = (2_000..2_006).map(|number| (number, "x".to_owned())).collect();
    let pbx = format!("host = \"{}\"", market.sip());
    let terms =
        json!({ "name": "Renova Energia", "script": "Apresente-se, diga o motivo da ligação e confirme o plano." });
    let plan = Plan { pbx: &pbx, trunk, gate: "", agents, leads: (4_000, 1190), terms, lines: 20, starts: 5 };
    let floor = Floor::new(Folder::new("web-predictive-page"), &plan);
    floor.registered();
    let home = format!("http://{}/", floor.office.address());
    let Some(script) = Script::start("predictive", &home, &[]) else { return };
    let (_seated, others) = floor.agents.split_first().expect("agents");
    at_work(others, &floor.campaign, |_| {
        script.play(|wish| panic!("nobody outside does: {wish}"), || floor.office.daemon.log());
    });
    market.go_home();
}
