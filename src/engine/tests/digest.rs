//! Digest authentication, against the printed examples of its RFCs and between our two ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail as the test may")]

use engine::sip::digest::{Algorithm, Challenge, Input, Response, challenges};

/// RFC 7616 §3.9.1: one request, two algorithms.
fn mufasa(algorithm: &str) -> (Challenge, Input<'static>) {
    let challenge = format!(
        r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm},
           nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
    );
    let input = Input {
        user: "Mufasa",
        secret: "Circle of Life",
        method: "GET",
        uri: "/dir/index.html",
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        nc: 1,
        body: b"",
    };
    (challenge.parse().unwrap(), input)
}

fn response(challenge: &Challenge, input: &Input<'_>) -> String {
    challenge.answer(input).parse::<Response>().unwrap().response
}

#[test]
fn rfc_7616_section_3_9_1_md5_and_sha_256() {
    let (challenge, input) = mufasa("MD5");
    assert_eq!(response(&challenge, &input), "8ca523f5e9506fed4657c9700eebdbec");
    let (challenge, input) = mufasa("SHA-256");
    assert_eq!(response(&challenge, &input), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

#[test]
fn rfc_2617_section_3_5_with_qop_and_as_rfc_2069_without() {
    let with_qop =
        r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#;
    let input = Input { secret: "Circle Of Life", cnonce: "0a4f113b", ..mufasa("MD5").1 };
    assert_eq!(response(&with_qop.parse().unwrap(), &input), "6629fae49393a05397450978507c4ef1");
    let without = r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#;
    let answer = without.parse::<Challenge>().unwrap().answer(&input);
    assert!(answer.contains("670fd8c2df070c60b045671b8b24ff02"), "{answer}");
    assert!(!answer.contains("qop") && !answer.contains("nc=") && !answer.contains("cnonce"), "{answer}");
}

#[test]
fn the_answer_repeats_realm_nonce_and_opaque_and_names_the_count() {
    let (challenge, input) = mufasa("SHA-256");
    let answer: Response = challenge.answer(&Input { nc: 0x1f, ..input }).parse().unwrap();
    assert_eq!((&answer.realm, &answer.nonce, &answer.opaque), (&challenge.realm, &challenge.nonce, &challenge.opaque));
    assert_eq!((answer.username.as_str(), answer.uri.as_str()), ("Mufasa", "/dir/index.html"));
    assert_eq!((answer.qop.as_deref(), answer.nc.as_deref()), (Some("auth"), Some("0000001f")));
    assert_eq!(answer.algorithm, Some(Algorithm::Sha256));
}

#[test]
fn a_registrar_verifies_every_algorithm_and_qop_and_only_the_right_secret() {
    for algorithm in ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"] {
        for qop in ["", r#", qop="auth""#, r#", qop="auth-int""#] {
            let challenge: Challenge =
                format!(r#"Digest realm="r", nonce="n", algorithm={algorithm}{qop}"#).parse().unwrap();
            let input = Input { user: r#"o"neil\"#, body: b"v=0", ..mufasa("MD5").1 };
            let answer: Response = challenge.answer(&input).parse().unwrap();
            assert_eq!(answer.username, r#"o"neil\"#);
            assert!(answer.verify("Circle of Life", "GET", b"v=0"), "{algorithm} {qop}");
            assert!(!answer.verify("Circle of Lies", "GET", b"v=0"), "{algorithm} {qop}");
            assert!(!answer.verify("Circle of Life", "PUT", b"v=0"), "{algorithm} {qop}");
            assert_eq!(answer.verify("Circle of Life", "GET", b"v=1"), !qop.contains("int"), "{algorithm} {qop}");
        }
    }
}

#[test]
fn session_variants_bind_the_secret_to_the_cnonce() {
    let challenge: Challenge = r#"Digest realm="r", nonce="n", algorithm=MD5-sess"#.parse().unwrap();
    let input = mufasa("MD5").1;
    let other = response(&challenge, &Input { cnonce: "another", ..input.clone() });
    assert_ne!(response(&challenge, &input), other);
    assert!(challenge.answer(&input).contains("cnonce="), "the server needs it even without qop");
}

#[test]
fn several_challenges_in_one_field_are_told_apart_and_other_schemes_skipped() {
    let value = r#"Basic realm="a, Digest b", Digest realm="one", nonce="1", qop="auth,auth-int", algorithm=SHA-256,
        Negotiate, DIGEST realm = "two" ,nonce="2",stale=TRUE, Bearer abc, Digest realm="without a nonce""#;
    let found = challenges(value);
    let realms: Vec<_> = found.iter().map(|challenge| challenge.realm.as_str()).collect();
    assert_eq!(realms, ["one", "two"]);
    assert_eq!(found[0].algorithm, Some(Algorithm::Sha256));
    assert!(found[0].has_qop && found[0].qop_auth && found[0].qop_auth_int && !found[0].stale);
    assert_eq!(found[1].algorithm, Some(Algorithm::Md5));
    assert!(found[1].stale && !found[1].has_qop);
}

#[test]
fn unknown_algorithms_and_qops_are_known_to_be_unknown() {
    let challenge: Challenge = r#"Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="token""#.parse().unwrap();
    assert_eq!(challenge.algorithm, None);
    assert!(challenge.has_qop && !challenge.qop_auth && !challenge.qop_auth_int);
    let answer = r#"Digest username="u", realm="r", nonce="n", uri="sip:x", response="0", algorithm=SHA-512-256"#;
    assert!(!answer.parse::<Response>().unwrap().verify("secret", "REGISTER", b""));
}

#[test]
fn damaged_challenges_and_other_schemes_are_errors() {
    for text in [
        "",
        "Digest",
        "Digest realm",
        r#"Digest realm="r"#,
        r#"Basic realm="r", nonce="n""#,
        r#"Digest realm="r", nonce="n" x"#,
    ] {
        assert!(text.parse::<Challenge>().is_err(), "{text}");
    }
}

#[test]
fn a_secret_is_not_printed() {
    assert!(!format!("{:?}", mufasa("MD5").1).contains("Circle"));
}
