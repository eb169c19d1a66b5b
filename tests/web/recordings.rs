//! Recordings over HTTP (SP-08): played in parts, drawn, looked for, and heard by nobody else.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use engine::id::RecordingId;
use media::order::RecordingKey;
use media::record::{Chunk, Coding, End, Track};
use media::tone::Voices;
use ramal::recordings::{Recordings, Settings};
use ramal::shards::{Piece, PieceBody};
use ramal::store::Store;
use serde_json::json;

use crate::office::Office;
use crate::support::{Browser, Daemon, LONG, wait_for};

const RECORDING: u64 = 71;
const CALL: u64 = 70;
/// 44 bytes of WAV's head, then two sides of 16 bits at 8 kHz.
const LENGTH: usize = 44 + 2 * 2 * 8_000 * 3;

/// Three seconds in which the agent says nothing and the customer 600 Hz, of a call of `user`.
fn record(office: &Office, user: &str) {
    let store = Arc::new(Store::open(&office.folder.join("data")).unwrap());
    let settings = Settings {
        folder: office.folder.join("data/recordings"),
        retention: TimeDelta::days(90),
        compact: false,
        least_free: 0,
        zone: chrono_tz::America::Sao_Paulo,
    };
    let recordings = Recordings::start(settings, store.clone(), Arc::new(drop)).unwrap();
    let started_ms = Utc::now().timestamp_millis() - 60_000;
    let send = |body| assert!(recordings.sink()(Piece { recording: RecordingKey(RECORDING), started_ms, body }));
    let mut voices = Voices::new((600.0, 8_000.0), (0.0, 0.0));
    for number in 0..3 {
        let customer: Vec<i16> = (0..8_000).map(|_| voices.sample()).collect();
        for (track, samples) in [(Track::Customer, customer), (Track::Agent, vec![0; 8_000])] {
            let mut payload = vec![0; samples.len() * Coding::Linear8k.width()];
            Coding::Linear8k.encode(&samples, &mut payload);
            send(PieceBody::Chunk(Chunk { track, number, coding: Coding::Linear8k, key: 0, payload }));
        }
    }
    send(PieceBody::End(End { milliseconds: 3_000, chunks: 6, lost: 0 }));
    wait_for(LONG, "the recording to be whole", || {
        let found = store.reader().unwrap().recording(RecordingId(RECORDING)).unwrap();
        found.filter(|line| line.sha256.is_some())
    });
    recordings.stop();
    drop(store);
    let base = rusqlite::Connection::open(office.folder.join("data/ramal.db")).unwrap();
    let sql = format!(
        "INSERT INTO calls (call, protocolo, direction, account, number_dialled, number_normalised, started_ms, day,
                            answered_ms, ended_ms, cause, user)
         SELECT {CALL}, '2026031200000011', 'inbound', '2107', '11987654321', '+5511987654321', started_ms, day,
                started_ms, started_ms + 3000, '{{\"kind\":\"normal\",\"by\":\"peer\",\"sip\":null,\"q850\":16,\"text\":\"\"}}', {user}
         FROM recordings;
         UPDATE recordings SET call = {CALL}, protocolo = '2026031200000011';
         INSERT INTO calls (call, protocolo, direction, account, number_dialled, number_normalised, started_ms, day, user)
         SELECT {CALL} + 5, protocolo, 'outbound', '2107', '2108', '2108', started_ms + 1000, day, user FROM calls;
         INSERT INTO cases (\"case\", protocolo, number, contact_name, owner, channel, opened_ms)
         SELECT 72, protocolo, number_normalised, 'Mariana de Souza', user, direction, started_ms FROM calls WHERE call = {CALL};
         INSERT INTO case_calls (\"case\", call, at_ms) SELECT 72, call, started_ms FROM calls;"
    );
    base.execute_batch(&sql).unwrap();
}

/// An administrator, and an agent with one recorded call.
fn office(name: &str) -> (Office, Browser, Browser) {
    let (mut office, ana) = Office::with(name, "", "[recordings]\ncompact = false");
    let (luana, id) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    assert!(office.daemon.term(LONG).success());
    record(&office, &id);
    office.daemon = Daemon::start_again(office.folder.path(), &[]);
    (office, ana, luana)
}

#[test]
fn sp_08_a_recording_is_played_in_the_parts_that_a_player_asks_for() {
    let (_office, _, mut luana) = office("web-heard");
    let path = format!("/recordings/{RECORDING}");
    let whole = luana.get(&path);
    assert_eq!((whole.status, whole.body.len()), (200, LENGTH));
    assert_eq!((whole.header("content-type"), whole.header("accept-ranges")), (Some("audio/wav"), Some("bytes")));
    for (range, from, until) in [("bytes=0-43", 0, 44), ("bytes=44-", 44, LENGTH), ("bytes=-100", LENGTH - 100, LENGTH)]
    {
        luana.headers = vec![("Range".to_owned(), range.to_owned())];
        let part = luana.get(&path);
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, whole.body[from..until], "{range}");
        let said = format!("bytes {from}-{}/{LENGTH}", until - 1);
        assert_eq!(part.header("content-range"), Some(said.as_str()));
    }
    luana.headers = vec![("Range".to_owned(), format!("bytes={LENGTH}-"))];
    let behind = luana.get(&path);
    assert_eq!((behind.status, behind.header("content-range")), (416, Some(format!("bytes */{LENGTH}").as_str())));
    luana.headers.clear();
    let peaks = luana.get(&format!("{path}/peaks")).json();
    assert_eq!(peaks["seconds"], 3.0);
    let loudest =
        |side: &str| peaks[side].as_array().unwrap().iter().map(|peak| peak.as_f64().unwrap()).fold(0.0, f64::max);
    assert!(loudest("customer") > 0.1 && loudest("agent") < 0.01, "{peaks}");
}

#[test]
fn sp_08_recordings_are_heard_by_who_may_and_each_hearing_is_written_down() {
    let (office, ana, luana) = office("web-hearing");
    let path = format!("/recordings/{RECORDING}");
    let (bia, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    let (sara, saras) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    for (who, status) in [(&luana, 200), (&bia, 404), (&sara, 200), (&office.browser(), 401)] {
        assert_eq!(who.get(&path).status, status);
        assert_eq!(who.get(&format!("{path}/peaks")).status, status);
    }
    let log = ana.get("/audit").json();
    let heard: Vec<_> = log.as_array().unwrap().iter().filter(|line| line["action"] == "recording-heard").collect();
    assert_eq!(heard.len(), 2, "{log}");
    assert_eq!((&heard[0]["user"], &heard[0]["detail"]["recording"]), (&json!(saras), &json!(RECORDING.to_string())));
}

#[test]
fn sp_08_a_supervisor_finds_recordings_by_number_protocolo_agent_and_day() {
    let (office, ana, luana) = office("web-found");
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "2" }));
    let found = |who: &Browser, asked: &str| who.get(&format!("/history?recorded=true{asked}")).json()["rows"].clone();
    let row = found(&sara, "")[0].clone();
    assert_eq!((&row["call"], &row["contact"]), (&json!(CALL.to_string()), &json!("Mariana de Souza")), "{row}");
    let all = sara.get("/history").json()["rows"].clone();
    assert_eq!((&all[0]["number"], &all[0]["contact"]), (&json!("2108"), &json!(null)), "a colleague of the same case");
    assert_eq!(sara.get("/history?number=11987654321").json()["rows"][0]["contact"], "Mariana de Souza");
    assert_eq!(
        (&row["recording"]["recording"], &row["recording"]["state"]),
        (&json!(RECORDING.to_string()), &json!("done"))
    );
    let (user, day) = (row["user"].as_str().unwrap().to_owned(), Utc::now() - TimeDelta::minutes(1));
    let day = day.with_timezone(&chrono_tz::America::Sao_Paulo).date_naive();
    for asked in [
        "&number=11%2098765-4321",
        "&protocolo=20260312%200000001%201",
        &format!("&user={user}"),
        &format!("&day={day}"),
    ] {
        assert_eq!(found(&sara, asked).as_array().unwrap().len(), 1, "{asked}");
    }
    for asked in ["&number=11%203333-4444", "&protocolo=2026031200000029", "&day=2020-01-01"] {
        assert_eq!(found(&sara, asked), json!([]), "{asked}");
    }
    let (bia, _) = office.hire(&ana, "bia", json!({ "ramal": "2108" }));
    assert_eq!((found(&luana, "").as_array().unwrap().len(), found(&bia, "")), (1, json!([])), "one's own");
}
