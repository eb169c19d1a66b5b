//! Files that go with messages of appointments: brought, named by a form, read by who may, handed to the gateway, gone (AG-05, AG-06).

use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::gateway::Gateway;
use crate::office::Office;
use crate::support::{Answer, Browser, LONG, wait_for};

const BILL: &[u8] = b"%PDF-1.7 what Dona Maria owes";

fn bring(browser: &Browser, name: &str, kind: &str, bytes: &[u8]) -> Answer {
    let host = browser.address.to_string();
    let own = [("Host", host.clone()), ("Origin", format!("http://{host}")), ("Content-Type", kind.to_owned())];
    let mut headers: Vec<_> = own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    headers.extend(browser.cookie.iter().map(|cookie| ("Cookie".to_owned(), cookie.clone())));
    browser.raw("POST", &format!("/api/v1/files?name={name}"), &headers, bytes)
}

/// A form that opens a case and writes by `channel`, with these files; `seconds` from now.
fn form(ana: &Browser, message: Value, files: &[&Value], seconds: i64) -> Value {
    let department = ana.get("/departments").json()[0]["id"].clone();
    let department = match department.is_null() {
        true => ana.post("/departments", &json!({ "name": "Suporte" })).json()["id"].clone(),
        false => department,
    };
    let contact = ana.post("/contacts", &json!({ "name": "Dona Maria", "phones": ["1999"] })).json()["contact"].clone();
    let when = (Utc::now() + TimeDelta::seconds(seconds)).naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string();
    json!({ "action": "open-case", "contact": contact, "department": department, "agent": null, "zone": "UTC",
        "comment": "Enviar a fatura", "message": message, "files": files, "when": when })
}

fn by_gateway() -> Value {
    json!({ "channel": "webhook", "hook": "whatsapp", "to": "1999", "text": "Sua fatura" })
}

fn letter(ana: &Browser, state: &str) -> Value {
    wait_for(LONG, state, || {
        let rows = ana.get("/outbox?state=all").json()["rows"].clone();
        Some(rows[0].clone()).filter(|row| row["state"] == state)
    })
}

#[test]
fn ag_05_ag_06_a_file_is_brought_named_by_a_form_read_by_who_may_and_handed_over_the_same_each_time() {
    let gateway = Gateway::start();
    let (office, ana) = Office::with("web-files", "", &gateway.section("whatsapp", ""));
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    let limits = ana.get("/files").json();
    assert_eq!([&limits["most"], &limits["most_bytes_each"]], [&json!(10), &json!(10 << 20)]);

    let brought = bring(&ana, "..%2Ffatura%20de%20mar%C3%A7o", "application/pdf", BILL);
    assert_eq!(brought.status, 201, "{brought:?}");
    let file = brought.json();
    assert_eq!([&file["name"], &file["size"]], [&json!("fatura de março.pdf"), &json!(BILL.len())]);
    let made = ana.post("/appointments", &form(&ana, by_gateway(), &[&file["file"]], 3));
    assert_eq!((made.status, &made.json()["files"]), (201, &json!([file])), "{made:?}");

    let path = format!(
        "/appointments/{}/files/{}",
        made.json()["appointment"].as_str().unwrap(),
        file["file"].as_str().unwrap()
    );
    let read = ana.get(&path);
    assert_eq!((read.status, &*read.body), (200, BILL));
    let header = |name: &str| read.header(name).unwrap_or_default().to_owned();
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"fatura de mar_o.pdf\"; filename*=UTF-8''fatura%20de%20mar%C3%A7o.pdf"
    );
    assert_eq!([header("content-type"), header("x-content-type-options")], ["application/pdf", "nosniff"]);
    assert_eq!(luana.get(&path).status, 403, "who may not see the appointment");

    let first = gateway.asked("the message");
    let said = &first.json()["files"][0];
    assert_eq!(BASE64_STANDARD.decode(said["content"].as_str().unwrap()).unwrap(), BILL);
    assert_eq!([&said["name"], &said["type"]], [&json!("fatura de março.pdf"), &json!("application/pdf")]);
    let sum: String = Sha256::digest(BILL).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&said["sha256"], first.is_signed()), (&json!(sum), true));
    let (key, body) = (first.header("Idempotency-Key").to_owned(), first.body.clone());
    first.answer("503 Service Unavailable\r\nRetry-After: 1");
    let second = gateway.asked("the message again");
    assert_eq!((second.header("Idempotency-Key"), &second.body), (&*key, &body));
    second.answer("200 OK");
    assert_eq!(letter(&ana, "done")["files"], json!([file]));

    let actions: Vec<Value> =
        ana.get("/audit").json().as_array().unwrap().iter().map(|line| line["action"].clone()).collect();
    assert!(actions.contains(&json!("file-attached")) && actions.contains(&json!("file-read")), "{actions:?}");
}

#[test]
fn ag_05_what_cannot_be_attached_is_refused_and_says_which_file_and_why() {
    let gateway = Gateway::start();
    let (office, ana) = Office::with("web-files-refused", "", &gateway.section("whatsapp", ""));
    let (luana, _) = office.hire(&ana, "luana", json!({ "ramal": "2107" }));
    assert_eq!(bring(&luana, "a.pdf", "application/pdf", BILL).status, 403);
    let refused = |name, kind, bytes: &[u8]| {
        let answer = bring(&ana, name, kind, bytes);
        let text = answer.json()["error"]["text"].as_str().unwrap_or_default().to_owned();
        assert!(text.starts_with(name) || answer.status == 415, "{answer:?}");
        (answer.status, answer.json()["error"]["fields"]["file"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(refused("a.svg", "image/svg+xml", b"<svg/>"), (422, "kind".to_owned()));
    assert_eq!(refused("a.pdf", "application/pdf", b"MZ a program"), (422, "disguised".to_owned()));
    assert_eq!(refused("a.pdf", "application/pdf", b""), (422, "empty".to_owned()));
    let large = [BILL, &vec![0; 10 << 20]].concat();
    assert_eq!(refused("a.pdf", "application/pdf", &large).0, 413);
    assert_eq!(refused("a.txt", "text/plain", b"what a form can send").0, 415);

    let file = bring(&ana, "a.pdf", "application/pdf", BILL).json()["file"].clone();
    let sip = json!({ "channel": "sip", "hook": null, "to": "1999", "text": "Sua fatura" });
    let by_text = ana.post("/appointments", &form(&ana, sip, &[&file], 3_600));
    assert_eq!((by_text.status, &by_text.json()["error"]["field"]), (422, &json!("files")), "{by_text:?}");
    assert!(by_text.json()["error"]["text"].as_str().unwrap().contains("choose a gateway"), "{by_text:?}");
    let (sara, _) = office.hire(&ana, "sara", json!({ "perfil": "3", "ramal": "2108" }));
    let stolen = sara.post("/appointments", &form(&ana, by_gateway(), &[&file], 3_600));
    assert_eq!((stolen.status, &stolen.json()["error"]["field"]), (422, &json!("files")), "it is Ana's: {stolen:?}");
    let path = format!("/files/{}", file.as_str().unwrap());
    assert_eq!([&sara, &ana, &ana].map(|who| who.send("DELETE", &path, None).status), [404, 204, 404]);
}

#[test]
fn ag_05_ag_06_a_message_whose_file_is_lost_is_dead_with_words() {
    let gateway = Gateway::start();
    let (office, ana) = Office::with("web-files-lost", "", &gateway.section("whatsapp", ""));
    let file = bring(&ana, "a.pdf", "application/pdf", BILL).json()["file"].clone();
    let made = ana.post("/appointments", &form(&ana, by_gateway(), &[&file], 3));
    assert_eq!(made.status, 201, "{made:?}");
    std::fs::remove_file(office.folder.join("data/files").join(file.as_str().unwrap())).unwrap();
    let dead = letter(&ana, "dead");
    assert_eq!(dead["dead"], "refused");
    assert!(dead["why"].as_str().unwrap().starts_with("the file a.pdf is not there any more"), "{dead}");
    let path =
        format!("/appointments/{}/files/{}", made.json()["appointment"].as_str().unwrap(), file.as_str().unwrap());
    assert_eq!((ana.get(&path).status, ana.get(&path).code()), (410, "file-gone".to_owned()));
}
