//! Identifiers: what is accepted, in which writing, and what is refused with which remedy (`L-specific`, T08, T09).

use comity_domain::identifier::{
    FAULT_KEYS, Identifier, IdentifierFaultCode as Code, IdentifierType as Kind, Part, PortPolicy,
    RawIdentifier, guess, read_moment,
};
use proptest::prelude::*;

fn raw(value: &str, port: &str, at: &str, service: &str) -> RawIdentifier {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    RawIdentifier { value: value.to_owned(), port: some(port), at: some(at), service: some(service) }
}

fn parse(kind: Kind, value: &str) -> Result<String, Vec<(Part, Code)>> {
    parse_raw(kind, &RawIdentifier::of(value))
}

fn parse_raw(kind: Kind, raw: &RawIdentifier) -> Result<String, Vec<(Part, Code)>> {
    Identifier::parse(kind, raw, PortPolicy::Required)
        .map(|identifier| identifier.canonical())
        .map_err(|faults| faults.into_iter().map(|fault| (fault.part, fault.code)).collect())
}

#[track_caller]
fn accepted(kind: Kind, value: &str, canonical: &str) {
    assert_eq!(parse(kind, value).as_deref(), Ok(canonical), "{kind} {value}");
}

#[track_caller]
fn refused(kind: Kind, value: &str, code: Code) {
    assert_eq!(parse(kind, value), Err(vec![(Part::Value, code)]), "{kind} {value}");
}

#[track_caller]
fn address_refused(kind: Kind, value: &str, code: Code) {
    let raw = raw(value, "50412", "2026-11-23T21:14:03+01:00", "");
    assert_eq!(parse_raw(kind, &raw), Err(vec![(Part::Value, code)]), "{kind} {value}");
}

#[test]
fn an_address_is_accepted_with_its_port_and_its_instant() {
    let typed = raw(" 203.0.113.7 ", "50412", "2026-11-23 21:14:03 +01:00", "");
    let identifier = Identifier::parse(Kind::Ipv4, &typed, PortPolicy::Required).unwrap();
    assert_eq!(identifier.shown(), "203.0.113.7:50412 2026-11-23T21:14:03+01:00");
    assert_eq!(identifier.canonical(), "203.0.113.7:50412 2026-11-23T20:14:03Z");
    assert_eq!(identifier.value(), "203.0.113.7");
    assert_eq!(identifier.port(), Some(50412));
    assert_eq!(identifier.at().unwrap().to_string(), "2026-11-23T21:14:03+01:00");
}

#[test]
fn an_address_pasted_in_one_line_is_taken_apart() {
    accepted(
        Kind::Ipv4,
        "203.0.113.7:50412 2026-11-23T21:14:03+01:00",
        "203.0.113.7:50412 2026-11-23T20:14:03Z",
    );
    accepted(Kind::Ipv4, "198.51.100.20:1 2026-11-23 20:14:03 UTC", "198.51.100.20:1 2026-11-23T20:14:03Z");
    accepted(Kind::Ipv6, "[2001:DB8::1]:443 2026-11-23T20:14:03Z", "[2001:db8::1]:443 2026-11-23T20:14:03Z");
    accepted(Kind::Ipv6, "2001:db8:0:0:0:0:0:1 2026-11-23T20:14:03Z", "2001:db8::1 2026-11-23T20:14:03Z");
}

#[test]
fn the_same_instant_under_two_offsets_is_the_same_identifier() {
    let east = raw("203.0.113.7", "50412", "2026-11-23T21:14:03+01:00", "");
    let west = raw("203.0.113.7", "50412", "2026-11-23T15:14:03-05:00", "");
    assert_eq!(parse_raw(Kind::Ipv4, &east), parse_raw(Kind::Ipv4, &west));
}

#[test]
fn an_address_without_port_and_time_says_both_at_once() {
    let expected = vec![(Part::Port, Code::PortMissing), (Part::Time, Code::TimeMissing)];
    assert_eq!(parse(Kind::Ipv4, "203.0.113.7"), Err(expected));
    assert_eq!(parse(Kind::Ipv6, "2001:db8::1"), Err(vec![(Part::Time, Code::TimeMissing)]));
}

#[test]
fn the_port_may_be_missing_only_where_the_rule_says_so() {
    let typed = raw("203.0.113.7", "", "2026-11-23T20:14:03Z", "");
    assert_eq!(parse_raw(Kind::Ipv4, &typed), Err(vec![(Part::Port, Code::PortMissing)]));
    let identifier = Identifier::parse(Kind::Ipv4, &typed, PortPolicy::Advised).unwrap();
    assert_eq!(identifier.canonical(), "203.0.113.7 2026-11-23T20:14:03Z");
}

#[test]
fn a_time_is_refused_for_exactly_what_it_lacks() {
    for (at, code) in [
        ("2026-11-23T21:14:03", Code::TimeOffsetMissing),
        ("2026-11-23 21:14:03", Code::TimeOffsetMissing),
        ("2026-11-23", Code::TimeOfDayMissing),
        ("2026-11-23T21:14+01:00", Code::TimeSecondsMissing),
        ("23.11.2026 21:14:03", Code::TimeFormat),
        ("2026-02-30T21:14:03Z", Code::TimeFormat),
        ("2026-11-23T21:14:03+01:00[America/New_York]", Code::TimeFormat),
        ("yesterday", Code::TimeFormat),
    ] {
        let typed = raw("203.0.113.7", "50412", at, "");
        assert_eq!(parse_raw(Kind::Ipv4, &typed), Err(vec![(Part::Time, code)]), "{at}");
    }
}

#[test]
fn a_port_is_a_number_from_1_to_65535_and_stated_once() {
    for (value, port, code) in [
        ("203.0.113.7", "0", Code::PortFormat),
        ("203.0.113.7", "65536", Code::PortFormat),
        ("203.0.113.7", "+80", Code::PortFormat),
        ("203.0.113.7", "50412-50420", Code::PortFormat),
        ("203.0.113.7:50412", "50413", Code::PortConflict),
    ] {
        let typed = raw(value, port, "2026-11-23T20:14:03Z", "");
        assert_eq!(parse_raw(Kind::Ipv4, &typed), Err(vec![(Part::Port, code)]), "{value} {port}");
    }
    let agreeing = raw("203.0.113.7:50412", "50412", "2026-11-23T20:14:03Z", "");
    assert!(parse_raw(Kind::Ipv4, &agreeing).is_ok());
    let differing = raw("203.0.113.7:50412 2026-11-23T20:14:03Z", "", "2026-11-23T20:14:04Z", "");
    assert_eq!(parse_raw(Kind::Ipv4, &differing), Err(vec![(Part::Time, Code::TimeConflict)]));
}

#[test]
fn addresses_that_many_networks_use_identify_nobody() {
    for value in [
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.9",
        "172.31.255.1",
        "127.0.0.1",
        "169.254.9.9",
        "224.0.0.1",
        "255.255.255.255",
        "100.64.0.1",
        "100.127.255.254",
        "0.0.0.0",
        "198.18.0.1",
        "192.0.0.8",
    ] {
        address_refused(Kind::Ipv4, value, Code::AddressReserved);
    }
    for value in ["fd00::1", "fe80::1", "ff02::1", "::1", "::", "64:ff9b::cb00:7107"] {
        address_refused(Kind::Ipv6, value, Code::AddressReserved);
    }
    address_refused(Kind::Ipv6, "::ffff:203.0.113.7", Code::Ipv6Mapped);
}

#[test]
fn neighbours_of_reserved_ranges_are_accepted() {
    for value in ["100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.1", "192.0.2.1"] {
        let typed = raw(value, "50412", "2026-11-23T20:14:03Z", "");
        assert!(parse_raw(Kind::Ipv4, &typed).is_ok(), "{value}");
    }
}

#[test]
fn ranges_of_addresses_are_over_broad() {
    for value in ["203.0.113.0/24", "203.0.113.1-203.0.113.9", "203.0.113.*", "203.0.113", "203.0.113.x"] {
        address_refused(Kind::Ipv4, value, Code::Range);
    }
    address_refused(Kind::Ipv6, "2001:db8::/32", Code::Range);
    assert!(Code::Range.is_overbroad());
    address_refused(Kind::Ipv4, "203.0.113.256", Code::Ipv4Format);
    address_refused(Kind::Ipv4, "203.0.113.07", Code::Ipv4Format);
    address_refused(Kind::Ipv6, "fe80::1%eth0", Code::Ipv6Format);
}

#[test]
fn blanket_wording_is_over_broad_whatever_the_type() {
    for kind in Kind::ALL {
        for value in [
            "all",
            "ANY",
            "*",
            "%",
            "everyone",
            "tous",
            "all users",
            "\"any\"",
            "Tous les utilisateurs",
            "*@*",
        ] {
            refused(*kind, value, Code::Blanket);
        }
    }
    let anywhere = raw("a.marin", "", "", "any");
    assert_eq!(parse_raw(Kind::UserName, &anywhere), Err(vec![(Part::Service, Code::Blanket)]));
}

#[test]
fn a_name_that_begins_like_blanket_wording_is_no_blanket() {
    accepted(Kind::Email, "all.users@harbour.example", "all.users@harbour.example");
    accepted(Kind::Domain, "everyone.example", "everyone.example");
}

#[test]
fn telephone_numbers_are_kept_in_e164_form() {
    for value in
        ["+33 6 12 34 56 78", "0033612345678", "+33-6-12-34-56-78", "+33(6)12345678", "+33\u{a0}612345678"]
    {
        accepted(Kind::PhoneE164, value, "+33612345678");
    }
    accepted(Kind::PhoneE164, "+99 55 0123", "+99550123");
    for (value, code) in [
        ("06 12 34 56 78", Code::PhoneNational),
        ("612345678", Code::PhoneNational),
        ("+0612345678", Code::PhoneNational),
        ("+44 (0)20 7946 0000", Code::PhoneTrunkZero),
        ("+3361234", Code::PhoneLength),
        ("+3361234567890123", Code::PhoneLength),
        ("+33 6 12 34 56 **", Code::Wildcard),
        ("+33 6 12 34 xx xx", Code::Wildcard),
        ("+33 six", Code::PhoneFormat),
        ("+٣٣٦١٢٣٤٥٦٧", Code::PhoneFormat),
        ("+", Code::PhoneFormat),
    ] {
        refused(Kind::PhoneE164, value, code);
    }
}

#[test]
fn mail_addresses_keep_their_local_part_and_lower_their_domain() {
    accepted(Kind::Email, "A.Marin+x@Harbour.EXAMPLE", "A.Marin+x@harbour.example");
    accepted(Kind::Email, "anna@bücher.example", "anna@bücher.example");
    for (value, code) in [
        ("Anna Marin <a.marin@harbour.example>", Code::EmailDisplayName),
        ("\"a marin\"@harbour.example", Code::EmailQuoted),
        ("*@harbour.example", Code::Wildcard),
        ("@harbour.example", Code::Wildcard),
        ("a@*.example", Code::Wildcard),
        ("a..b@harbour.example", Code::EmailFormat),
        ("a@localhost", Code::EmailFormat),
        ("a@203.0.113.7", Code::EmailFormat),
        ("a marin@harbour.example", Code::EmailFormat),
        ("harbour.example", Code::EmailFormat),
    ] {
        refused(Kind::Email, value, code);
    }
}

#[test]
fn device_and_card_numbers_are_checked_by_their_check_digit() {
    accepted(Kind::Imei, "49-015420-323751-8", "490154203237518");
    accepted(Kind::Imei, "49015420323751", "490154203237518");
    accepted(Kind::Imei, "4901542032375107", "490154203237518");
    refused(Kind::Imei, "490154203237519", Code::ImeiCheckDigit);
    refused(Kind::Imei, "4901542032", Code::ImeiFormat);
    refused(Kind::Imei, "35209900xxxxxx", Code::Wildcard);
    accepted(Kind::Imsi, "001 01 0123456789", "001010123456789");
    refused(Kind::Imsi, "00101", Code::ImsiFormat);
    accepted(Kind::Iccid, "8999 0012 3456 7890 123F", "8999001234567890123");
    refused(Kind::Iccid, "8999001234567890124", Code::IccidCheckDigit);
    refused(Kind::Iccid, "7999001234567890120", Code::IccidFormat);
}

#[test]
fn a_hardware_address_is_that_of_one_device() {
    for value in ["00-1B-44-11-3A-B7", "001b.4411.3ab7", "00:1b:44:11:3a:b7", "001B44113AB7"] {
        accepted(Kind::Mac, value, "00:1b:44:11:3a:b7");
    }
    refused(Kind::Mac, "ff:ff:ff:ff:ff:ff", Code::MacGroup);
    refused(Kind::Mac, "01:00:5e:00:00:01", Code::MacGroup);
    refused(Kind::Mac, "00:00:00:00:00:00", Code::MacGroup);
    refused(Kind::Mac, "00:1b:44:11:3a", Code::MacFormat);
}

#[test]
fn a_url_has_a_host_and_no_credentials_and_keeps_its_fragment() {
    accepted(Kind::Url, "HTTPS://Forum.Example/t/7?p=1#post-3", "https://forum.example/t/7?p=1#post-3");
    accepted(Kind::Url, "http://forum.example:80", "http://forum.example/");
    accepted(Kind::Url, "https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x");
    for (value, code) in [
        ("https://anna:secret@forum.example/", Code::UrlCredentials),
        ("https://forum.example@evil.example/", Code::UrlCredentials),
        ("ftp://forum.example/", Code::UrlScheme),
        ("javascript:alert(1)", Code::UrlScheme),
        ("https:///path", Code::UrlHost),
        ("https://intranet/", Code::UrlHost),
        ("https://*.example/", Code::Wildcard),
        ("https://forum.example/user/*", Code::Wildcard),
        ("https://192.168.0.1/", Code::AddressReserved),
        ("https://forum.example/a b", Code::UrlFormat),
        ("https://forum.example:99999/", Code::UrlFormat),
    ] {
        refused(Kind::Url, value, code);
    }
}

#[test]
fn a_domain_is_a_full_name_in_lower_case() {
    accepted(Kind::Domain, "WWW.Harbour.Example.", "www.harbour.example");
    accepted(Kind::Domain, "BÜCHER.example", "bücher.example");
    for (value, code) in [
        ("example", Code::DomainSingleLabel),
        ("*.example", Code::Wildcard),
        (".harbour.example", Code::Wildcard),
        ("-a.example", Code::DomainFormat),
        ("a_b.example", Code::DomainFormat),
        ("a..example", Code::DomainFormat),
        ("203.0.113.7", Code::DomainFormat),
        ("harbour.example/path", Code::DomainFormat),
    ] {
        refused(Kind::Domain, value, code);
    }
}

#[test]
fn a_bank_account_is_checked_and_other_means_of_payment_are_taken_as_they_are() {
    accepted(Kind::PaymentId, "gb82 west 1234 5698 7654 32", "GB82WEST12345698765432");
    refused(Kind::PaymentId, "GB82WEST12345698765433", Code::IbanCheckDigits);
    accepted(Kind::PaymentId, "pay-7f3Kq", "pay-7f3Kq");
    refused(Kind::PaymentId, "abc", Code::PaymentFormat);
    refused(Kind::PaymentId, "41** **** **** 1234", Code::Wildcard);
}

#[test]
fn a_user_name_needs_its_service() {
    let typed = raw("@a.marin", "", "", " Harbour   Chat ");
    assert_eq!(parse_raw(Kind::UserName, &typed).as_deref(), Ok("a.marin (Harbour Chat)"));
    assert_eq!(parse(Kind::UserName, "a.marin"), Err(vec![(Part::Service, Code::ServiceMissing)]));
    for (value, code) in
        [("a marin", Code::UserNameFormat), ("marin*", Code::Wildcard), ("@", Code::ValueMissing)]
    {
        let typed = raw(value, "", "", "Harbour Chat");
        assert_eq!(parse_raw(Kind::UserName, &typed), Err(vec![(Part::Value, code)]), "{value}");
    }
}

#[test]
fn a_service_specific_identifier_has_a_name_and_is_no_area() {
    let typed = raw("7F-22 b", "", "", "Player number");
    assert_eq!(parse_raw(Kind::ServiceSpecific, &typed).as_deref(), Ok("Player number=7F-22 b"));
    assert_eq!(parse(Kind::ServiceSpecific, "7F"), Err(vec![(Part::Service, Code::ServiceMissing)]));
    for name in ["Cell tower", "geofence", "Search keyword", "Area", "cell_id"] {
        let typed = raw("12345", "", "", name);
        assert_eq!(
            parse_raw(Kind::ServiceSpecific, &typed),
            Err(vec![(Part::Service, Code::Area)]),
            "{name}"
        );
    }
    let crowd = raw("all accounts", "", "", "Player number");
    assert_eq!(parse_raw(Kind::ServiceSpecific, &crowd), Err(vec![(Part::Value, Code::Blanket)]));
}

#[test]
fn what_has_no_place_in_a_type_is_refused_instead_of_dropped() {
    let typed = raw("a.marin@harbour.example", "25", "2026-11-23T20:14:03Z", "Harbour Mail");
    let expected = vec![
        (Part::Port, Code::PortUnexpected),
        (Part::Time, Code::TimeUnexpected),
        (Part::Service, Code::ServiceUnexpected),
    ];
    assert_eq!(parse_raw(Kind::Email, &typed), Err(expected));
}

#[test]
fn empty_overlong_and_invisible_text_is_refused() {
    refused(Kind::Email, "  ", Code::ValueMissing);
    refused(Kind::Url, &format!("https://a.example/{}", "x".repeat(2048)), Code::TooLong);
    refused(Kind::Domain, "harbour\u{200b}.example", Code::Characters);
    refused(Kind::Email, "a@\u{202e}elpmaxe.harbour", Code::Characters);
    refused(Kind::PhoneE164, "+33612\u{0}345678", Code::Characters);
    let long_port = raw("203.0.113.7", &"1".repeat(65), "2026-11-23T20:14:03Z", "");
    assert_eq!(parse_raw(Kind::Ipv4, &long_port), Err(vec![(Part::Port, Code::TooLong)]));
}

#[test]
fn the_debug_form_never_shows_the_identifier() {
    let typed = raw("203.0.113.7", "50412", "2026-11-23T20:14:03Z", "");
    let identifier = Identifier::parse(Kind::Ipv4, &typed, PortPolicy::Required).unwrap();
    let mail = Identifier::parse(Kind::Email, &RawIdentifier::of("a@harbour.example"), PortPolicy::Required)
        .unwrap();
    let shown = format!("{typed:?} {identifier:?} {mail:?}");
    assert!(!shown.contains("203") && !shown.contains("harbour") && !shown.contains("2026"), "{shown}");
}

#[test]
fn a_stored_identifier_is_read_back_and_a_forged_one_is_not() {
    let typed = raw("203.0.113.7", "50412", "2026-11-23T21:14:03+01:00", "");
    let identifier = Identifier::parse(Kind::Ipv4, &typed, PortPolicy::Required).unwrap();
    let json = serde_json::to_string(&identifier).unwrap();
    assert_eq!(
        json,
        r#"{"type":"IPV4","value":"203.0.113.7","port":50412,"at":"2026-11-23T21:14:03+01:00"}"#
    );
    assert_eq!(serde_json::from_str::<Identifier>(&json).unwrap(), identifier);
    for forged in [
        r#"{"type":"IPV4","value":"203.0.113.0/24","port":50412,"at":"2026-11-23T21:14:03+01:00"}"#,
        r#"{"type":"IPV4","value":"10.0.0.1","port":50412,"at":"2026-11-23T21:14:03+01:00"}"#,
        r#"{"type":"EMAIL","value":"*@harbour.example"}"#,
        r#"{"type":"EMAIL","value":"a@harbour.example","note":"x"}"#,
        r#"{"type":"CROWD","value":"all"}"#,
    ] {
        assert!(serde_json::from_str::<Identifier>(forged).is_err(), "{forged}");
    }
}

#[test]
fn pasted_text_is_sorted_by_its_most_likely_type() {
    for (text, kind) in [
        ("203.0.113.7", Some(Kind::Ipv4)),
        ("203.0.113.7:50412 2026-11-23T21:14:03+01:00", Some(Kind::Ipv4)),
        ("2001:db8::1", Some(Kind::Ipv6)),
        ("[2001:db8::1]:443", Some(Kind::Ipv6)),
        ("+33 6 12 34 56 78", Some(Kind::PhoneE164)),
        ("0033612345678", Some(Kind::PhoneE164)),
        ("a.marin@harbour.example", Some(Kind::Email)),
        ("@a.marin", Some(Kind::UserName)),
        ("https://forum.example/t/7", Some(Kind::Url)),
        ("forum.example", Some(Kind::Domain)),
        ("490154203237518", Some(Kind::Imei)),
        ("999011234567890", Some(Kind::Imsi)),
        ("8999001234567890123", Some(Kind::Iccid)),
        ("00:1b:44:11:3a:b7", Some(Kind::Mac)),
        ("GB82 WEST 1234 5698 7654 32", Some(Kind::PaymentId)),
        ("all users", None),
        ("a marin", None),
        ("", None),
    ] {
        assert_eq!(guess(text), kind, "{text}");
    }
}

#[test]
fn the_ends_of_a_period_need_an_offset_but_no_seconds() {
    assert!(read_moment("2026-11-23 21:14 +01:00").is_ok());
    assert_eq!(read_moment("2026-11-23T21:14"), Err("identifier-ip-time-offset-missing"));
    assert_eq!(read_moment("2026-11-23"), Err("identifier-ip-time-of-day-missing"));
}

#[test]
fn every_fault_has_a_message_and_a_remedy_of_its_own() {
    let mut keys = FAULT_KEYS.to_vec();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), Code::ALL.len() * 2);
    assert!(
        Code::ALL.iter().all(|code| keys.contains(&code.message_key()) && keys.contains(&code.remedy_key()))
    );
}

fn any_kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL)
}

/// Text near the accepted forms, so that the deeper rules are reached too.
fn likely_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9a-fA-F:.\\[\\]/* -]{0,40}",
        "\\+?[0-9 ()x*-]{0,24}",
        "[a-zA-Z0-9.+@_é=() -]{1,40}",
        "https?://[a-z0-9.:@\\[\\]-]{0,30}[/?#a-z%*]{0,10}",
        "[0-9]{14,20}",
        "[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,34}",
        "203\\.0\\.113\\.[0-9]{1,3}(:[0-9]{1,6})? 2026-1[0-2]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](Z|[+-][01][0-9]:00)?",
        "\\[?2001:db8::[0-9a-f]{1,4}(\\]:[0-9]{1,5})? 2026-11-23T20:14:03\\.[0-9]{1,9}Z",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_makes_the_parser_fail_in_any_other_way_than_with_a_fault(
        kind in any_kind(), value in likely_text(), port in proptest::option::of(any::<String>()),
        at in proptest::option::of(any::<String>()), service in proptest::option::of(any::<String>()),
    ) {
        let raw = RawIdentifier { value, port, at, service };
        if let Err(faults) = Identifier::parse(kind, &raw, PortPolicy::Advised) {
            prop_assert!(!faults.is_empty());
        }
        let _ = guess(&raw.value);
        let _ = read_moment(&raw.value);
    }

    #[test]
    fn what_is_accepted_parses_again_to_the_same(
        kind in any_kind(), value in likely_text(), service in proptest::option::of("[A-Za-z é()]{0,12}"),
    ) {
        let raw = RawIdentifier { value, service, ..RawIdentifier::default() };
        if let Ok(identifier) = Identifier::parse(kind, &raw, PortPolicy::Advised) {
            for again in [identifier.to_raw(), RawIdentifier::of(&identifier.canonical())] {
                let again = Identifier::parse(kind, &again, PortPolicy::Advised);
                prop_assert_eq!(again.as_ref(), Ok(&identifier), "{}", identifier.shown());
            }
            let json = serde_json::to_string(&identifier).unwrap();
            let read: Identifier = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read.canonical(), identifier.canonical());
        }
    }

    #[test]
    fn nothing_accepted_is_a_range_or_a_wildcard(kind in any_kind(), value in likely_text()) {
        let raw = RawIdentifier::of(&value);
        if let Ok(identifier) = Identifier::parse(kind, &raw, PortPolicy::Advised)
            && kind != Kind::Url
        {
            prop_assert!(!identifier.value().contains(['*', '%']), "{}", identifier.shown());
            prop_assert!(!matches!(kind, Kind::Ipv4 | Kind::Ipv6) || !identifier.value().contains('/'));
        }
    }

    #[test]
    fn the_check_digit_catches_every_single_wrong_digit(body in "[0-9]{14}", place in 0_usize..15, by in 1_u8..10) {
        let Ok(imei) = parse(Kind::Imei, &body) else { return Err(TestCaseError::fail("14 digits are an IMEI")) };
        let mut wrong = imei.into_bytes();
        wrong[place] = b'0' + (wrong[place] - b'0' + by) % 10;
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assert_eq!(parse(Kind::Imei, &wrong), Err(vec![(Part::Value, Code::ImeiCheckDigit)]));
    }
}
