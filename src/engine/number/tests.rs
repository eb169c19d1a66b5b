//! Spellings of one number, and strings that are none.

use super::*;
use crate::config::DialFormat;
use crate::random::Random;

fn rules() -> GateRules {
    GateRules {
        version: 1,
        local_ddd: Some("11".to_owned()),
        extension_digits: 2..=5,
        allow: Default::default(),
        deny: Default::default(),
        allow_international: false,
        allow_premium: false,
        emergency: ["190", "192", "193"].map(str::to_owned).into(),
    }
}

fn read(dialled: &str) -> Result<Number, NumberError> {
    Number::read(dialled, &rules())
}

fn normalised(dialled: &str) -> (String, NumberKind) {
    let number = read(dialled).unwrap_or_else(|error| panic!("{dialled}: {error}"));
    (number.normalised, number.kind)
}

/// Every way to write DDD and subscriber.
fn spellings(ddd: &str, subscriber: &str) -> Vec<String> {
    let (head, tail) = subscriber.split_at(subscriber.len() - 4);
    vec![
        format!("+55{ddd}{subscriber}"),
        format!("+55 ({ddd}) {head}-{tail}"),
        format!("+55 (0) {ddd} {head}.{tail}"),
        format!("55{ddd}{subscriber}"),
        format!("0055{ddd}{subscriber}"),
        format!("0{ddd}{subscriber}"),
        format!("015{ddd}{subscriber}"),
        format!("0 21 {ddd} {head} {tail}"),
        format!("({ddd}) {head}-{tail}"),
        format!("{ddd}{subscriber}"),
        format!("+55{ddd}{subscriber};phone-context=example.com"),
        format!("{ddd}{subscriber};phone-context=+55"),
    ]
}

#[test]
fn every_spelling_of_a_number_is_one_number_and_stays_it() {
    let mut random = Random::new([7; 32]);
    for round in 0..2_000 {
        let ddd = ["11", "21", "55", "68", "99"][round % 5];
        let rest = format!("{:07}", random.below(10_000_000));
        let landline = format!("{}{rest}", 2 + random.below(4));
        let mobile = format!("{}{rest}", 6 + random.below(4));
        if landline.starts_with("400") || landline.starts_with("300") {
            continue;
        }
        let full_mobile = format!("9{mobile}");
        for (subscriber, written) in [(&landline, &landline), (&full_mobile, &mobile), (&full_mobile, &full_mobile)] {
            let wanted = (format!("+55{ddd}{subscriber}"), NumberKind::National);
            for spelling in spellings(ddd, written) {
                assert_eq!(normalised(&spelling), wanted, "{spelling}");
            }
            if ddd == "11" {
                assert_eq!(normalised(written), wanted, "local {written}");
                assert_eq!(normalised(&format!("0{written}")), wanted, "local {written} behind 0");
            }
            assert_eq!(normalised(&wanted.0), wanted, "normalised twice");
        }
    }
}

#[test]
fn ramais_and_short_feature_codes_stay_as_they_are() {
    for dialled in ["20", "2001", "71234", "*97", "**2001", "#21"] {
        assert_eq!(normalised(dialled), (dialled.to_owned(), NumberKind::Extension));
    }
    let forwarding = read("*72005491155551234").unwrap_err();
    assert_eq!(forwarding, NumberError::FeatureCode { digits: 17, most: 5 });
}

#[test]
fn emergency_numbers_are_seen_through_every_disguise() {
    for dialled in ["190", "1 9-0", "0190", "00190", "+55190", "0055190", "011190", "+5511190"] {
        assert_eq!(normalised(dialled), ("190".to_owned(), NumberKind::Emergency), "{dialled}");
    }
}

#[test]
fn numbers_without_area_are_told_by_price() {
    for spelling in ["0800 701 2345", "8007012345", "+558007012345", "0055 800 701 2345", "+55 0800 7012345"] {
        assert_eq!(normalised(spelling), ("+558007012345".to_owned(), NumberKind::TollFree), "{spelling}");
    }
    assert_eq!(normalised("0800 701234"), ("+55800701234".to_owned(), NumberKind::TollFree));
    for code in ["300", "303", "500", "900"] {
        assert_eq!(normalised(&format!("0{code}3131234")), (format!("+55{code}3131234"), NumberKind::Premium));
    }
    for spelling in ["4004-0001", "11 4004-0001", "+55 21 40040001", "0 40040001"] {
        assert_eq!(normalised(spelling), ("40040001".to_owned(), NumberKind::Service), "{spelling}");
    }
    let short_ramais = GateRules { extension_digits: 2..=2, ..rules() };
    assert_eq!(Number::read("102", &short_ramais).unwrap().kind, NumberKind::Service);
}

#[test]
fn the_rest_of_the_world_is_international() {
    for spelling in ["+1 212 555 0123", "0015 1 212 555 0123", "+12125550123", "00 21 12125550123"] {
        assert_eq!(normalised(spelling), ("+12125550123".to_owned(), NumberKind::International), "{spelling}");
    }
    assert_eq!(normalised("00 15 55 11 3456 7890").0, "+551134567890", "home by the long way");
}

#[test]
fn errors_name_what_is_wrong() {
    for (dialled, error) in [
        ("", NumberError::Empty),
        ("+", NumberError::Empty),
        ("ana", NumberError::Character('a')),
        ("11+3456", NumberError::Character('+')),
        ("+5*11", NumberError::Character('*')),
        ("2034567890", NumberError::Ddd("20".to_owned())),
        ("1112345678", NumberError::Subscriber { first: '1', digits: 8 }),
        ("11312345678", NumberError::Subscriber { first: '3', digits: 9 }),
        ("123456", NumberError::Length(6)),
        ("+0123456789", NumberError::International(10)),
        ("+1234567890123456", NumberError::International(16)),
    ] {
        assert_eq!(read(dialled).unwrap_err(), error, "{dialled}");
    }
    assert_eq!(read(&"1".repeat(70)).unwrap_err(), NumberError::TooLong(70));
    let nowhere = GateRules { local_ddd: None, ..rules() };
    assert_eq!(Number::read("3456-7890", &nowhere).unwrap_err(), NumberError::NoLocalDdd);
    assert_eq!(Number::normalised_or_as_is("anonymous", &rules()), "anonymous");
}

#[test]
fn no_string_is_a_panic_and_whatever_is_read_stays() {
    let mut random = Random::new([9; 32]);
    let letters = ['0', '0', '5', '1', '9', '8', '+', '*', '#', ';', ' ', 'é', '٣', '='];
    for _ in 0..20_000 {
        let text: String = (0..random.below(16)).map(|_| letters[random.below(14) as usize]).collect();
        if let Ok(number) = read(&text) {
            let again = read(&number.normalised).unwrap();
            assert_eq!((again.normalised, again.kind), (number.normalised, number.kind), "{text}");
        }
    }
}

#[test]
fn sp15_a_route_gets_numbers_as_it_wants_them() {
    let carrier = DialFormat {
        national: Some("0{carrier}{ddd}{number}".to_owned()),
        carrier: Some("21".to_owned()),
        prefix: "9".to_owned(),
    };
    let as_typed = DialFormat::default();
    for (dialled, by_carrier, typed) in [
        ("+55 11 3456-7890", "90211134567890", "+551134567890"),
        ("0800 701 2345", "908007012345", "08007012345"),
        ("+1 212 555 0123", "9002112125550123", "+12125550123"),
        ("190", "9190", "190"),
        ("2001", "2001", "2001"),
    ] {
        let number = read(dialled).unwrap();
        assert_eq!(format_for_route(&number, &carrier), by_carrier);
        assert_eq!(format_for_route(&number, &as_typed), typed);
    }
    let e164 = DialFormat { national: Some("{e164}".to_owned()), ..DialFormat::default() };
    assert_eq!(format_for_route(&read("34567890").unwrap(), &e164), "+551134567890");
}

#[test]
fn logs_show_the_last_two_digits_of_a_persons_number() {
    assert_eq!(redacted("+5511912345678"), "+***********78");
    assert_eq!(redacted("(11) 3456-7890"), "(**) ****-**90");
    assert_eq!(redacted("2001"), "2001");
    assert_eq!(redact_digits("no route to 11912345678 (code 404)"), "no route to *********78 (code 404)");
}
