//! Both catalogues say the same things.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

#[test]
fn both_catalogues_have_the_same_keys_with_the_same_placeholders() {
    let (portuguese, english) = (Words::new(Language::Portuguese), Words::new(Language::English));
    assert!(portuguese.sentences.len() > 100, "the catalogue was read");
    let keys = |words: &Words| words.sentences.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&portuguese), keys(&english));
    for (key, sentence) in &portuguese.sentences {
        assert_eq!(placeholders(sentence), placeholders(english.say(key)), "{key}");
        assert!(!sentence.is_empty() && !english.say(key).is_empty(), "{key} is empty");
    }
}

#[test]
fn every_key_that_the_program_says_is_in_the_catalogue() {
    let words = Words::new(Language::Portuguese);
    let mut used = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for source in ["cmd", "demo"].iter().flat_map(|room| sources(&root.join(room))) {
        for call in ["say(\"", "fill(\""] {
            let keys = source.split(call).skip(1).filter_map(|rest| rest.split_once('"'));
            used.extend(keys.map(|(key, _)| key.to_owned()));
        }
    }
    assert!(used.len() > 30, "the sources were read: {used:?}");
    let missing: Vec<_> = used.iter().filter(|key| words.find(key).is_none()).collect();
    assert!(missing.is_empty(), "no words for {missing:?}");
}

#[test]
fn every_state_cause_and_refusal_has_its_words() {
    use engine::border::RefusalCode::{self, *};
    use engine::campaign::Refused;
    let kinds: &[HangupKind] = &{
        use HangupKind::*;
        [
            Normal,
            Busy,
            NoAnswer,
            Rejected,
            Cancelled,
            NumberUnknown,
            Congestion,
            DoNotDisturb,
            NotAcceptable,
            Unauthorized,
            Denied,
            Unreachable,
            SessionExpired,
            MediaFailed,
            Crashed,
            Drained,
            ProtocolError,
            AnsweredElsewhere,
            Moved,
            Transferred,
            Other,
        ]
    };
    let codes: &[RefusalCode] = &[
        NotAllowed,
        NotFound,
        Invalid,
        NoSuchEntry,
        NotStored,
        NoSuchCall,
        NoSuchAccount,
        NoSuchDevice,
        DeviceNotConnected,
        WrongState,
        Gate,
        RouteDown,
        TooManyCalls,
        NoMediaPorts,
        CannotRecord,
        Draining,
        BadRequest,
        Campaign(Refused::NoCampaign),
        Campaign(Refused::NotRunning),
        Campaign(Refused::NotAMember),
        Campaign(Refused::NotYours),
        Campaign(Refused::Busy),
        Campaign(Refused::NothingTried),
        Campaign(Refused::NoSuchNumber),
        Campaign(Refused::CallbackPast),
        Campaign(Refused::Talked),
    ];
    let registrations = {
        use RegistrationState::*;
        [Waiting, Registering, Registered, Refused, Unregistered, NotNeeded]
    };
    let lamps = {
        use WatchedState::*;
        [Unknown, Idle, Ringing, Talking, Unwatched]
    };
    let phones = {
        use PhoneState::*;
        [Disconnected, Calling, Connected, Gone]
    };
    let messages = {
        use MessageState::*;
        [Sending, Delivered, Accepted, Failed, Received]
    };
    let states =
        [CallState::Dialling, CallState::Ringing, CallState::EarlyMedia, CallState::Answered, CallState::Ended];
    for words in [Words::new(Language::Portuguese), Words::new(Language::English)] {
        assert!(kinds.iter().all(|kind| !words.cause(*kind).is_empty()));
        assert!(registrations.iter().all(|state| !words.registration(*state).is_empty()));
        assert!(lamps.iter().all(|state| !words.lamp(*state).is_empty()));
        assert!(phones.iter().all(|state| !words.phone(*state).is_empty()));
        assert!(messages.iter().all(|state| !words.message_state(*state).is_empty()));
        assert!(states.iter().all(|state| !words.call_state(*state).is_empty()));
        assert!(codes.iter().all(|code| !words.named("refusal", code).is_empty()));
    }
}

#[test]
fn the_environment_chooses_the_language() {
    let with = |name: &'static str, value: &'static str| {
        Language::of_environment(move |asked| (asked == name).then(|| value.to_owned()))
    };
    assert_eq!(with("LANG", "pt_BR.UTF-8"), Language::Portuguese);
    assert_eq!(with("LC_ALL", "en_US.UTF-8"), Language::English);
    assert_eq!(with("LC_MESSAGES", "C"), Language::English);
    assert_eq!(with("HOME", "en"), Language::Portuguese);
}

#[test]
fn a_value_with_braces_is_not_filled_again() {
    let words = Words::new(Language::English);
    assert_eq!(words.fill("dial.warning", &[("warning", "{warning}")]), "Warning: {warning}");
}

fn placeholders(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn sources(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}
