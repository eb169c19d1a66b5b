//! Recordings: written, read, run again; nobody's number and no password in them.

#![expect(clippy::unwrap_used, reason = "a test that fails to set up has failed")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use engine::border::{
    Actor, Command, Flow, FlowError, FlowNews, IdempotencyKey, Input, Output, ResolveError, StoreError, What,
};
use engine::config::{
    Account, AccountKind, AudioClass, Codec, Config, Credentials, DialFormat, DtmfMode, GateRules, HoldMode, Limits,
    PrackMode, Profile, Refresher, Secret, SessionTimer, Target,
};
use engine::id::{BatchId, CallId, CommandId, ConnectionId, FlowAsk, LegId, OutboxId, PortId, QueryId, QuestionId};
use engine::leg::{MediaEvent, MediaNews, PortBlock, Quality};
use engine::outbox::{Outcome, PostId};
use engine::random::Random;
use engine::records::{DialogRow, Facts, Rescue};
use engine::sip::uri::{Host, Transport};
use engine::time::{Moment, Now};
use engine::{call, messages};
use ramal::replay::pseudonym::Pseudonyms;
use ramal::replay::read::Entry;
use ramal::replay::{Machine, Recorded, Recorder, Recording, ReplayError, Summary, replay};

const SEED: [u8; 32] = [0xA5; 32];

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ramal-recording-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Scratch(std::env::temp_dir().join(name))
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn at(seconds: u64) -> Now {
    let civil = DateTime::from_timestamp_nanos(1_773_327_600_123_456_789);
    Now { moment: Moment::ZERO, civil }.after(Duration::from_secs(seconds))
}

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        local: "192.168.100.100:5060".parse().unwrap(),
        remote: "[2001:db8::1]:5060".parse().unwrap(),
        connection: ConnectionId(1),
    }
}

/// One extension with a DID for a name and a password.
fn config() -> Config {
    let profile = Profile {
        name: "generic".to_owned(),
        hold: HoldMode::Local,
        hold_music: "music".into(),
        hold_class: AudioClass::Music,
        hold_without_consent: "music".into(),
        hold_alert: None,
        record: engine::config::RecordPolicy::Never,
        recording_notice: None,
        show_listeners: false,
        dtmf: DtmfMode::Rfc4733,
        codecs: vec![Codec::Pcma],
        session_timer: SessionTimer { expires: None, min_se: Duration::from_secs(90), refresher: Refresher::Any },
        prack: PrackMode::Off,
        busy_status: 486,
        no_answer_status: 480,
        reject_status: 603,
        do_not_disturb_status: 480,
        ring_timeout: Duration::from_secs(60),
        nat: false,
        refer: true,
        keep_alive: None,
    };
    let account = Account {
        name: "trunk".into(),
        kind: AccountKind::RegisteredTrunk,
        user: "1133334444".to_owned(),
        domain: Host::Name("pbx.example".to_owned()),
        display: None,
        group: "pbx".into(),
        credentials: Some(Credentials { user: "1133334444".to_owned(), secret: Secret("hunter2".into()), realm: None }),
        register_expires: Duration::from_secs(300),
        profile: Arc::new(profile),
        device: "headset".into(),
        record: None,
        recording_notice: None,
        max_calls: 2,
        do_not_disturb: false,
        exclusive: false,
        limits: Limits { calls_at_once: 2, calls_per_minute: 10 },
        dial_format: DialFormat::default(),
        caller_ids: vec!["+551133335555".to_owned()],
        watch: Vec::new(),
        mwi: false,
    };
    let gate = GateRules {
        version: 1,
        local_ddd: Some("11".to_owned()),
        extension_digits: 2..=6,
        allow: BTreeSet::from(["+5511900000000".to_owned()]),
        deny: BTreeSet::new(),
        allow_international: false,
        allow_premium: false,
        emergency: BTreeSet::new(),
    };
    Config {
        zone: chrono_tz::America::Sao_Paulo,
        node: 1,
        product: "Ramal".to_owned(),
        groups: BTreeMap::new(),
        accounts: BTreeMap::from([("trunk".into(), Arc::new(account))]),
        phones: BTreeMap::new(),
        gate,
        rules: Arc::default(),
        default_route: Some("trunk".into()),
        sounds: BTreeSet::new(),
        alerts: Default::default(),
        appointments: Default::default(),
        hooks: BTreeSet::new(),
    }
}

/// Every kind of input, none with a number in it.
fn one_of_each() -> Vec<Recorded> {
    let target = Target { transport: Transport::Tcp, address: "127.0.0.1:5060".parse().unwrap() };
    let rescue = |rescue| DialogRow { leg: LegId(1), call: CallId(2), account: "1001".into(), target, rescue };
    let cancel = Rescue::Cancel {
        cancel: Bytes::from_static(b"CANCEL\r\n"),
        call_id: "12345678901".to_owned(),
        local_tag: "t".to_owned(),
    };
    let respond = Rescue::Respond { response: Bytes::from_static(b"SIP/2.0 480 \xff"), to: target.address };
    let facts = Facts::Start {
        open_dialogs: vec![rescue(cancel), rescue(respond)],
        open_calls: vec![CallId(3), CallId(1 << 60)],
        protocolo: Some((at(0).civil.date_naive(), 100)),
        answers: Vec::new(),
        do_not_disturb: vec!["1001".into()],
        unanswered: Vec::new(),
        entries: Vec::new(),
        chosen: Vec::new(),
        promises: Default::default(),
        restored: Some(at(0).civil),
        last_id: 1 << 60,
    };
    let command = Command {
        id: CommandId(1),
        actor: Actor::Local,
        key: Some(IdempotencyKey("k".to_owned())),
        what: What::Call(call::Command::Dtmf { call: CallId(1), digits: "0123456789".to_owned() }),
    };
    let quality = Quality { mos: 4.1, jitter_ms: 0.1, ..Quality::default() };
    let media = MediaNews { leg: LegId(1), generation: 3, event: MediaEvent::Quality(quality) };
    let post = PostId { item: OutboxId(5), attempt: 2 };
    vec![
        Recorded::Received(flow(), Bytes::from_static(b"OPTIONS sip:1001@pbx SIP/2.0\r\n\r\n")),
        Recorded::Received(flow(), Bytes::from_static(b"INVITE \xe9\x00\xff")),
        Recorded::Received(flow(), Bytes::new()),
        Recorded::Flow(FlowNews::Refused(FlowAsk(1), FlowError("refused".to_owned()))),
        Recorded::Resolved(QueryId(1), Ok(vec![target])),
        Recorded::Resolved(QueryId(2), Err(ResolveError("no such name".to_owned()))),
        Recorded::Timeout,
        Recorded::Command(command),
        Recorded::Media(media),
        Recorded::Stored(BatchId(u64::MAX), Err(StoreError("full".to_owned()))),
        Recorded::Loaded(QuestionId(1), Ok(facts)),
        Recorded::Lent(PortBlock { ip: "127.0.0.1".parse().unwrap(), ports: vec![(PortId(1), 40_000)] }),
        Recorded::Posted(post, Outcome::Delivered),
        Recorded::Posted(post, Outcome::Failed { why: "503".to_owned(), wait: Some(Duration::from_secs(90)) }),
    ]
}

#[test]
fn every_kind_of_input_comes_back_as_it_was_with_its_time() {
    let scratch = Scratch::new();
    let mut recorder = Recorder::create(&scratch.0, SEED).unwrap();
    for (second, input) in (0..).zip(one_of_each()) {
        recorder.input(&input.input(), at(second)).unwrap();
    }
    drop(recorder);
    assert_eq!(fs::metadata(&scratch.0).unwrap().permissions().mode() & 0o777, 0o600);
    let mut recording = Recording::open(&scratch.0).unwrap();
    assert_eq!(recording.seed, SEED);
    for (second, expected) in (0..).zip(one_of_each()) {
        let Some(Entry::In(input, now)) = recording.next_entry().unwrap() else { panic!("input {second} is missing") };
        assert_eq!((*input, now), (expected, at(second)));
    }
    assert!(recording.next_entry().unwrap().is_none());
}

#[test]
fn a_recording_is_never_written_over() {
    let scratch = Scratch::new();
    drop(Recorder::create(&scratch.0, SEED).unwrap());
    let refused = Recorder::create(&scratch.0, SEED).unwrap_err().to_string();
    assert!(refused.contains("name another file"), "{refused}");
}

#[test]
fn a_configuration_comes_back_without_its_passwords_and_with_its_own_numbers() {
    let scratch = Scratch::new();
    let mut recorder = Recorder::create(&scratch.0, SEED).unwrap();
    recorder.input(&Input::Config(config()), at(0)).unwrap();
    drop(recorder);
    assert!(!scratch.text().contains("hunter2"));
    let Some(Entry::In(input, _)) = Recording::open(&scratch.0).unwrap().next_entry().unwrap() else {
        panic!("no input")
    };
    let mut expected = config();
    let mut account = Account::clone(&expected.accounts[&"trunk".into()]);
    account.credentials.as_mut().unwrap().secret = Secret("***".into());
    expected.accounts.insert("trunk".into(), Arc::new(account));
    assert_eq!(*input, Recorded::Config(Box::new(expected)));
}

#[test]
fn a_digest_response_is_masked_and_keeps_its_length() {
    let scratch = Scratch::new();
    let register = "REGISTER sip:pbx SIP/2.0\r\n\
        Authorization: Digest username=\"1001\", response=\"0123456789abcdef\", cnonce=\"9\"\r\n\r\n";
    let mut recorder = Recorder::create(&scratch.0, SEED).unwrap();
    recorder.output(&Output::Send(flow(), Bytes::from(register))).unwrap();
    drop(recorder);
    let text = scratch.text();
    assert!(!text.contains("0123456789abcdef"), "{text}");
    assert!(text.contains(r#"response=\"****************\", cnonce=\"9\""#), "{text}");
}

#[test]
fn what_people_write_to_each_other_is_not_told_and_keeps_its_length() {
    let scratch = Scratch::new();
    let request = "MESSAGE sip:1002@pbx SIP/2.0\r\nCSeq: 1 MESSAGE\r\n\r\nÉ segredo: 4711!";
    let send =
        messages::Command::Send { account: None, number: "1002".to_owned(), text: "É segredo: 4711!".to_owned() };
    let command = Command { id: CommandId(1), actor: Actor::Local, key: None, what: What::Message(send) };
    let mut recorder = Recorder::create(&scratch.0, SEED).unwrap();
    recorder.input(&Input::Command(command), at(0)).unwrap();
    recorder.output(&Output::Send(flow(), Bytes::from(request))).unwrap();
    drop(recorder);
    let text = scratch.text();
    assert!(!text.contains("segredo") && !text.contains("4711"), "{text}");
    assert_eq!(text.matches("xx xxxxxxx: xxxx!").count(), 2, "in the command and in the message: {text}");
    assert!(text.contains("CSeq: 1 MESSAGE"), "{text}");
}

fn pseudonym(pseudonyms: &Pseudonyms, number: &str) -> String {
    let mut text = number.to_owned();
    pseudonyms.replace_in_text(&mut text);
    text
}

#[test]
fn a_pseudonym_keeps_length_and_prefix_and_is_the_same_each_time() {
    let pseudonyms = Pseudonyms::default();
    let mut changed = 0;
    for number in ["+5511987654321", "+551133334444", "987654321", "33334444", "0021551133334444"] {
        let other = pseudonym(&pseudonyms, number);
        assert_eq!(other.len(), number.len());
        let kept = number.len() - 4;
        assert_eq!(other[..kept], number[..kept], "DDD and prefix");
        assert!(other[kept..].bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(pseudonym(&pseudonyms, number), other);
        changed += usize::from(other != number);
    }
    assert!(changed >= 4, "one in ten thousand is its own pseudonym; two of five are not chance");
}

#[test]
fn two_numbers_never_become_one() {
    let pseudonyms = Pseudonyms::default();
    let all: BTreeSet<String> =
        (0..10_000).map(|last| pseudonym(&pseudonyms, &format!("+55118765{last:04}"))).collect();
    assert_eq!(all.len(), 10_000);
}

#[test]
fn every_spelling_of_a_number_becomes_that_spelling_of_its_pseudonym() {
    let pseudonyms = Pseudonyms::default();
    let last_four = |text: &str| {
        let digits: String = pseudonym(&pseudonyms, text).chars().filter(char::is_ascii_digit).collect();
        digits[digits.len() - 4..].to_owned()
    };
    let expected = last_four("+5511987654321");
    for spelling in [
        "011987654321",
        "02111987654321",
        "987654321",
        "87654321",
        "(11) 98765-4321",
        "tel:+55-11-98765-4321",
        "sip:11987654321@pbx",
        "\"11 98765-4321\" <sip:anonymous@pbx>",
    ] {
        assert_eq!(last_four(spelling), expected, "{spelling}");
    }
}

#[test]
fn what_is_no_number_of_somebody_stays() {
    let mut pseudonyms = Pseudonyms::default();
    pseudonyms.on_config(&config());
    for text in [
        "1001",
        "1234567",
        "2026-03-12",
        "2026-03-12T15:00:00.123456789Z",
        "192.168.100.100",
        "1133334444",
        "+551133334444",
        "01133335555",
        "Zoë",
    ] {
        assert_eq!(pseudonym(&pseudonyms, text), text);
    }
    let taken: BTreeSet<String> = (0..10_000)
        .map(|last| format!("3333{last:04}"))
        .filter(|number| number != "33334444" && number != "33335555")
        .collect();
    let given: BTreeSet<String> = taken.iter().map(|number| pseudonym(&pseudonyms, number)).collect();
    assert_eq!(given, taken, "nobody gets a number of the installation");
}

#[test]
fn a_message_keeps_its_length_its_call_id_tags_and_branch() {
    let pseudonyms = Pseudonyms::default();
    let message = "INVITE sip:011987654321@10.0.0.1:5060;user=phone SIP/2.0\r\n\
        Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1234567890123\r\n\
        From: \"11987654321\" <sip:11987654321@10.0.0.2>;tag=98765432109\r\n\
        To: 11987654321 <tel:+55-11-98765-4321;phone-context=x>\r\n\
        Call-ID: 11987654321@10.0.0.2\r\n\
        CSeq: 1234567890 INVITE\r\n\
        Authorization: Digest username=\"11987654321\", nonce=\"1773327600/11987654321\",\
        \x20uri=\"sip:11987654321@10.0.0.1\"\r\n\
        X-Called: 11987654321\r\n\
        RSeq: 1987654321\r\n\
        Content-Length: 30\r\n\
        \r\n\
        o=- 1234567890 1234567890 IN IP4 10.0.0.2\r\n";
    let mut bytes = message.as_bytes().to_vec();
    pseudonyms.replace_in_message(&mut bytes);
    let four = &pseudonym(&pseudonyms, "11987654321")[7..];
    let hyphened = message.replace("98765-4321", &format!("98765-{four}"));
    let everywhere = hyphened.replace("11987654321", &format!("1198765{four}"));
    let expected = everywhere
        .replace(&format!("Call-ID: 1198765{four}"), "Call-ID: 11987654321")
        .replace(&format!("nonce=\"1773327600/1198765{four}"), "nonce=\"1773327600/11987654321");
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn any_bytes_can_be_a_message() {
    let mut random = Random::new(SEED);
    let pieces: [&[u8]; 12] =
        [b"sip:", b"tel:", b"\"", b"<", b">", b"@", b"12345678", b"\r\n", b":", b"username=\"", b"\xff", b"X-"];
    for _ in 0..2_000 {
        let length = random.below(40);
        let mut message: Vec<u8> = (0..length).flat_map(|_| pieces[random.below(12) as usize]).copied().collect();
        let before = message.clone();
        Pseudonyms::default().replace_in_message(&mut message);
        assert_eq!(message.len(), before.len());
        assert!(
            message.iter().zip(&before).all(|(now, then)| now == then || now.is_ascii_digit() && then.is_ascii_digit())
        );
    }
}

/// Answers what it receives with a random tag and the last word it got, and wakes 5 s later.
struct Toy {
    random: Random,
    outputs: VecDeque<Output>,
    wake: Option<Moment>,
    /// What a bug would do.
    quirk: Quirk,
}

#[derive(Clone, Copy, PartialEq)]
enum Quirk {
    None,
    OtherWord,
    Silent,
    Twice,
    Late,
}

impl Toy {
    fn new(seed: [u8; 32], quirk: Quirk) -> Toy {
        Toy { random: Random::new(seed), outputs: VecDeque::new(), wake: None, quirk }
    }
}

impl Machine for Toy {
    fn handle(&mut self, input: Input<'_>, now: Now) {
        let Input::Received(flow, bytes) = input else { return };
        let caller = String::from_utf8_lossy(bytes).into_owned();
        let odd = now.moment == at(2).moment && self.quirk != Quirk::None;
        let word = if odd && self.quirk == Quirk::OtherWord { "486" } else { "180" };
        let answer = format!("SIP/2.0 {word} x\r\nTo: <{caller}>;tag={}\r\n\r\n", self.random.token(32));
        let times = match self.quirk {
            Quirk::Silent if odd => 0,
            Quirk::Twice if odd => 2,
            Quirk::None | Quirk::OtherWord | Quirk::Silent | Quirk::Twice | Quirk::Late => 1,
        };
        self.outputs.extend(std::iter::repeat_n(Output::Send(flow, Bytes::from(answer)), times));
        let later = if odd && self.quirk == Quirk::Late { 6 } else { 5 };
        self.wake = Some(now.moment + Duration::from_secs(later));
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.wake
    }
}

fn caller(second: u64) -> String {
    format!("sip:+551198765432{second}@pbx")
}

/// Runs a sound toy on three calls, as the daemon would, and records it.
fn record(scratch: &Scratch) {
    let mut toy = Toy::new(SEED, Quirk::None);
    let mut recorder = Recorder::create(&scratch.0, SEED).unwrap();
    for second in 1..=3 {
        let caller = caller(second);
        let input = || Input::Received(flow(), caller.as_bytes());
        recorder.input(&input(), at(second)).unwrap();
        toy.handle(input(), at(second));
        while let Some(output) = toy.poll_output() {
            recorder.output(&output).unwrap();
        }
        recorder.drained(toy.poll_timeout()).unwrap();
    }
}

fn run_again(scratch: &Scratch, quirk: Quirk) -> Result<Summary, ReplayError> {
    replay(Recording::open(&scratch.0).unwrap(), |seed| Toy::new(seed, quirk))
}

/// Law 3: same inputs, same outputs; the number in the file is nobody's and agrees all the same.
#[test]
fn a_recording_replays_with_pseudonyms() {
    let scratch = Scratch::new();
    record(&scratch);
    assert_eq!(run_again(&scratch, Quirk::None).unwrap(), Summary { inputs: 3, outputs: 3, cut: false });
    let text = scratch.text();
    assert_eq!(text.matches("+551198765").count(), 6, "prefix kept in three inputs and three outputs: {text}");
    let true_ones = (1..=3).filter(|second| text.contains(&caller(*second))).count();
    assert!(true_ones <= 1, "one in ten thousand is its own pseudonym, two of three are not: {text}");
}

#[test]
fn the_first_difference_is_found_and_named() {
    let scratch = Scratch::new();
    record(&scratch);
    let error = run_again(&scratch, Quirk::OtherWord).unwrap_err();
    let text = error.to_string();
    let ReplayError::Diverged(difference) = error else { panic!("{text}") };
    assert_eq!(difference.line, 6, "header, three lines of the first step, the second input, its output");
    assert_eq!(difference.inputs.len(), 2);
    assert!(difference.recorded.unwrap().contains("SIP/2.0 180"));
    assert!(difference.replayed.unwrap().contains("SIP/2.0 486"));
    assert!(
        text.contains("line 6: the engine says something else than recorded, after\n  1.000000s Received("),
        "{text}"
    );
    let shown: Vec<&str> = text.lines().collect();
    let [.., recorded, replayed, mark] = shown[..] else { panic!("{text}") };
    let column = mark.chars().count() - 1;
    assert_eq!(recorded.chars().nth(column), Some('1'), "{text}");
    assert_eq!(replayed.chars().nth(column), Some('4'), "{text}");
}

#[test]
fn an_output_missing_or_too_many_and_a_deadline_moved_are_differences() {
    let scratch = Scratch::new();
    record(&scratch);
    for (quirk, line, recorded, replayed) in
        [(Quirk::Silent, 6, true, false), (Quirk::Twice, 7, false, true), (Quirk::Late, 7, true, true)]
    {
        let ReplayError::Diverged(difference) = run_again(&scratch, quirk).unwrap_err() else {
            panic!("no difference")
        };
        assert_eq!(difference.line, line);
        assert_eq!((difference.recorded.is_some(), difference.replayed.is_some()), (recorded, replayed));
    }
}

#[test]
fn a_recording_cut_by_a_crash_replays_as_far_as_it_goes() {
    let scratch = Scratch::new();
    record(&scratch);
    let text = scratch.text();
    let second_input = text.match_indices('\n').nth(4).unwrap().0 + 1;
    fs::write(&scratch.0, &text[..second_input]).unwrap();
    assert_eq!(run_again(&scratch, Quirk::None).unwrap(), Summary { inputs: 2, outputs: 1, cut: true });
    fs::write(&scratch.0, &text[..second_input + 20]).unwrap();
    assert_eq!(run_again(&scratch, Quirk::None).unwrap(), Summary { inputs: 2, outputs: 1, cut: true }, "half a line");
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    let refusal = |text: &str| match Recording::read(text.as_bytes()) {
        Ok(mut recording) => recording.next_entry().unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(refusal("").contains("not a recording"));
    assert!(refusal("hello\n").contains("not a recording"));
    assert!(refusal(r#"{"ramal_replay":2,"seed":""}"#).contains("format 2, this program reads format 1"));
    assert!(refusal(r#"{"ramal_replay":1,"seed":"a5"}"#).contains("64 hex digits"));
    let header = format!(r#"{{"ramal_replay":1,"seed":"{}"}}"#, "a5".repeat(32));
    assert!(refusal(&format!("{header}\n{{\"in\":\"Nonsense\"}}\n")).starts_with("line 2: "));
}
