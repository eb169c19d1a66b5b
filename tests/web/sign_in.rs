//! Setting up, signing in and out, wrong passwords, one-time codes, sessions over a restart.

use std::time::Instant;

use serde_json::json;

use crate::office::{Office, PASSWORD};
use crate::support::{Browser, Daemon, LONG};

#[test]
fn the_printed_link_makes_the_first_administrator_once() {
    let office = Office::empty("web-setup", "", "");
    let (browser, token) = (office.browser(), office.link());
    assert_eq!(browser.get("/setup").json(), json!({ "needed": true }));
    let wish =
        |token: &str, login: &str| json!({ "token": token, "name": "Ana", "login": login, "password": PASSWORD });
    assert_eq!(browser.post("/setup", &wish(&"0".repeat(64), "ana")).code(), "link-used");
    let refused = browser.post("/setup", &wish(&token, "not a login"));
    assert_eq!((refused.status, refused.json()["error"]["fields"]["login"].clone()), (422, json!("invalid")));
    assert_eq!(browser.post("/setup", &wish(&token, "ana")).status, 204, "a mistake does not use the link up");
    assert_eq!(browser.post("/setup", &wish(&token, "eva")).code(), "link-used");
    assert_eq!(browser.get("/setup").json(), json!({ "needed": false }));
}

#[test]
fn an_invited_person_chooses_the_password_once_and_nobody_else_ever_knows_it() {
    let (office, ana) = Office::new("web-invited");
    let user = ana.post("/users", &json!({ "login": "bia", "name": "Bia", "perfil": "1" })).json()["user"].clone();
    let invite = |who: &Browser| who.post(&format!("/users/{}/invitation", user.as_str().unwrap()), &json!({}));
    let token = || {
        let answer = invite(&ana);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["link"].as_str().unwrap().rsplit_once("/#/welcome/").unwrap().1.to_owned()
    };
    let (first, second) = (token(), token());
    let mut bia = office.browser();
    assert_eq!(bia.post("/invitation", &json!({ "token": first })).code(), "invitation-ended", "the last one counts");
    assert_eq!(bia.post("/invitation", &json!({ "token": second })).json(), json!({ "login": "bia", "name": "Bia" }));
    let choose = |password: &str| json!({ "token": second, "password": password });
    assert_eq!(
        bia.send("PUT", "/invitation", Some(&choose("short"))).json()["error"]["fields"]["password"],
        "too-short"
    );
    let chosen = bia.send("PUT", "/invitation", Some(&choose("her own secret")));
    assert_eq!(chosen.status, 204, "a mistake does not use the link up");
    bia.keep(&chosen);
    assert_eq!(bia.get("/session").json()["login"], "bia");
    assert_eq!(office.browser().send("PUT", "/invitation", Some(&choose("another's"))).code(), "invitation-ended");
    assert_eq!(office.browser().sign_in("bia", "her own secret").status, 200);
    assert_eq!(invite(&bia).status, 404, "an agent invites nobody");

    let third = token();
    assert_eq!(bia.get("/session").status, 200, "a link that nobody opened changes nothing");
    let changed = json!({ "old": "her own secret", "new": "a newer secret" });
    assert_eq!(bia.post("/session/password", &changed).status, 204);
    assert_eq!(bia.post("/invitation", &json!({ "token": third })).code(), "invitation-ended", "she has a password");
}

#[test]
fn an_invitation_does_not_lead_around_one_time_codes() {
    let (office, ana) = Office::new("web-invited-totp");
    let begun = ana.post("/session/totp", &json!({ "password": PASSWORD })).json();
    let code = code_of(begun["secret"].as_str().unwrap());
    assert_eq!(ana.send("PUT", "/session/totp", Some(&json!({ "code": code }))).status, 204);
    let me = ana.get("/session").json()["user"].as_str().unwrap().to_owned();
    let link = ana.post(&format!("/users/{me}/invitation"), &json!({})).json()["link"].as_str().unwrap().to_owned();
    let wish = json!({ "token": link.rsplit_once('/').unwrap().1, "password": "found the link" });
    let chosen = office.browser().send("PUT", "/invitation", Some(&wish));
    assert_eq!((chosen.status, chosen.header("set-cookie")), (204, None));
    assert_eq!(office.browser().sign_in("ana", "found the link").code(), "code-needed");
}

#[test]
fn who_signs_in_gets_a_cookie_that_no_script_reads_and_no_other_page_sends() {
    let (office, ana) = Office::new("web-cookie");
    let mut other = office.browser();
    let answer = other.sign_in("ANA", PASSWORD);
    assert_eq!(answer.json()["name"], "Ana");
    let cookie = answer.header("set-cookie").unwrap();
    for flag in ["ramal=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert_eq!(ana.get("/session").json()["permissions"].as_array().unwrap().len(), 37, "an administrator may do all");
    assert_eq!(other.send("DELETE", "/session", None).status, 204);
    assert_eq!(other.get("/session").status, 401, "the cookie is worth nothing any more");
    assert_eq!(ana.get("/session").status, 200);
}

#[test]
fn wrong_passwords_wait_longer_and_longer_and_tell_nothing_about_who_exists() {
    let (office, _) = Office::new("web-pace");
    let mut guesser = office.browser();
    let mut answers = |login: &str| -> Vec<(u16, Option<u64>)> {
        let tries = (0..4).map(|_| guesser.sign_in(login, "wrong password"));
        tries.map(|answer| (answer.status, answer.header("retry-after").map(|wait| wait.parse().unwrap()))).collect()
    };
    let (known, unknown) = (answers("ana"), answers("nobody"));
    assert_eq!(known[..3], [(401, None), (401, None), (401, None)]);
    assert_eq!(known, unknown);
    assert!(matches!(known[3], (429, Some(1..=2))), "{known:?}");
    // Even the right one has to wait.
    assert_eq!(guesser.sign_in("ana", PASSWORD).code(), "too-many");
}

#[test]
fn a_one_time_code_is_needed_once_it_is_set_up_and_taken_once() {
    let (office, ana) = Office::new("web-totp");
    let password = json!({ "password": PASSWORD });
    let stranger = ana.post("/session/totp", &json!({ "password": "wrong password" }));
    assert_eq!(stranger.json()["error"]["fields"]["password"], "wrong", "an open page is not enough");
    let begun = ana.post("/session/totp", &password).json();
    let code = code_of(begun["secret"].as_str().unwrap());
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(ana.send("PUT", "/session/totp", Some(&json!({ "code": wrong }))).status, 422);
    assert_eq!(ana.get("/session/totp").json(), json!({ "active": false }), "not before it is confirmed");
    assert_eq!(ana.send("PUT", "/session/totp", Some(&json!({ "code": code }))).status, 204);
    assert_eq!(ana.get("/session/totp").json(), json!({ "active": true }));
    let browser = office.browser();
    let wish = |code: Option<&str>| json!({ "login": "ana", "password": PASSWORD, "code": code });
    assert_eq!(browser.post("/session", &wish(None)).code(), "code-needed");
    assert_eq!(browser.post("/session", &wish(Some(&code))).code(), "bad-credentials", "it was taken already");
    assert_eq!(ana.send("DELETE", "/session/totp", Some(&password)).status, 204);
    assert_eq!(browser.post("/session", &wish(None)).status, 200);
}

#[test]
fn who_lost_the_authenticator_is_let_in_again_by_whoever_gives_passwords() {
    let (office, ana) = Office::new("web-totp-lost");
    let (luana, id) = office.hire(&ana, "luana", json!({}));
    let begun = luana.post("/session/totp", &json!({ "password": PASSWORD })).json();
    let code = code_of(begun["secret"].as_str().unwrap());
    assert_eq!(luana.send("PUT", "/session/totp", Some(&json!({ "code": code }))).status, 204);
    let path = format!("/users/{id}/totp");
    assert_eq!((luana.get(&path).status, ana.get(&path).json()), (404, json!({ "active": true })));
    assert_eq!(luana.send("DELETE", &path, None).status, 404);
    assert_eq!(ana.send("DELETE", "/users/999/totp", None).status, 404);
    assert_eq!(office.browser().sign_in("luana", PASSWORD).code(), "code-needed");
    assert_eq!(ana.send("DELETE", &path, None).status, 204);
    assert_eq!(ana.get(&path).json(), json!({ "active": false }));
    assert_eq!(luana.get("/session").status, 401, "whoever holds the old proofs signs in anew");
    assert_eq!(office.browser().sign_in("luana", PASSWORD).status, 200);
}

/// As an authenticator app makes it.
fn code_of(secret: &str) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in secret.chars() {
        (held, bits) = ((held << 5) | letters.find(letter).unwrap() as u32, bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    let step = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 30;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let hash = aws_lc_rs::hmac::sign(&key, &step.to_be_bytes());
    let hash = hash.as_ref();
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[test]
fn a_session_outlives_a_restart_of_the_daemon_and_a_changed_password_ends_the_others() {
    let (mut office, ana) = Office::new("web-restart");
    let mut other = office.browser();
    assert_eq!(other.sign_in("ana", PASSWORD).status, 200);
    assert!(office.daemon.term(LONG).success());
    office.daemon = Daemon::start_again(office.folder.path(), &[]);
    assert_eq!(ana.get("/session").json()["login"], "ana");
    assert_eq!(other.get("/session").status, 200);
    let wish = json!({ "old": "wrong password", "new": "another horse" });
    assert_eq!(ana.post("/session/password", &wish).json()["error"]["fields"]["old"], "wrong");
    assert_eq!(ana.post("/session/password", &json!({ "old": PASSWORD, "new": "another horse" })).status, 204);
    assert_eq!((ana.get("/session").status, other.get("/session").status), (200, 401));
    assert_eq!(office.browser().sign_in("ana", PASSWORD).status, 401);
    assert_eq!(office.browser().sign_in("ana", "another horse").status, 200);
}

#[test]
fn sockets_end_within_a_second_of_signing_out_and_of_being_sent_away() {
    let (office, ana) = Office::new("web-sockets");
    let (luana, id) = office.hire(&ana, "luana", json!({}));
    let (mut hers, mut anas) = (luana.live().unwrap(), ana.live().unwrap());
    for socket in [&mut hers, &mut anas] {
        socket.say(&json!({ "since": null }));
        assert!(socket.line().unwrap().get("snapshot").is_some());
    }
    let began = Instant::now();
    assert_eq!(ana.send("PATCH", &format!("/users/{id}"), Some(&json!({ "active": false }))).status, 200);
    hers.until("goodbye", |line| line["bye"] == "signed-out");
    assert_eq!(hers.line(), None);
    assert_eq!(luana.get("/session").status, 401);
    assert_eq!(ana.send("DELETE", "/session", None).status, 204);
    anas.until("goodbye", |line| line["bye"] == "signed-out");
    assert!(began.elapsed().as_secs() < 4, "{:?} for both, with their requests", began.elapsed());
}
