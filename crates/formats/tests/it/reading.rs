//! What a reader understands, what it notes, and what it refuses.

use crate::support::{EXAMPLES, LIMIT, changed, example, understood};
use comity_formats::etsi_103120::{
    DeviationKind, Encoding, ErrorCode, LdTask, ObjectKind, Payload, ReadError, ReadFault, Received, Verb,
    read,
};

const BOTH: [Encoding; 2] = [Encoding::Xml, Encoding::Json];

fn verbs(received: &Received) -> Vec<&Verb> {
    match &received.message.payload {
        Payload::Request(actions) => actions.iter().map(|action| &action.verb).collect(),
        Payload::Response(_) | Payload::Error(_) => panic!("not a request"),
    }
}

fn created(received: &Received, index: usize) -> &ObjectKind {
    match verbs(received)[index] {
        Verb::Create(object) => &object.kind,
        Verb::Get { .. } | Verb::Update(_) | Verb::List(_) | Verb::Deliver { .. } | Verb::GetCspConfig => {
            panic!("not a CREATE")
        }
    }
}

fn disclosure(received: &Received) -> &LdTask {
    match created(received, 0) {
        ObjectKind::LdTask(task) => task,
        other => panic!("not a disclosure task: {}", other.type_name()),
    }
}

fn noted(encoding: Encoding, bytes: &[u8]) -> Vec<(String, DeviationKind)> {
    understood(encoding, bytes).deviations.into_iter().map(|d| (d.path, d.what)).collect()
}

fn refused(encoding: Encoding, bytes: &[u8]) -> ReadError {
    read(encoding, bytes, LIMIT).unwrap_err()
}

#[test]
fn the_xml_and_the_json_of_one_message_are_understood_alike() {
    for name in EXAMPLES {
        let [xml, json] = BOTH.map(|encoding| understood(encoding, &example(name, encoding)));
        assert_eq!(xml.message, json.message, "{name}");
        assert_eq!((xml.deviations, json.deviations), (vec![], vec![]), "{name}");
    }
}

#[test]
fn a_disclosure_task_keeps_every_value_it_asks_about_and_every_observed_time() {
    let received = understood(Encoding::Xml, &example("disclosure", Encoding::Xml));
    let header = &received.message.header;
    assert_eq!((header.sender.country.as_str(), header.sender.unique_id.as_str()), ("XA", "NORTHPORT-CYBER"));
    assert_eq!(header.timestamp.text, "2026-11-24T09:15:00.250000+01:00");
    assert_eq!(header.timestamp.instant, "2026-11-24T08:15:00.25Z".parse().ok());
    let task = disclosure(&received);
    let details = task.details.as_ref().unwrap();
    let values: Vec<_> = details.values.iter().map(|v| (v.format.name.as_str(), v.value.as_str())).collect();
    assert_eq!(
        values,
        [
            ("IPv4Address", "203.0.113.7"),
            ("IPv6Address", "2001:0db8:0000:0000:0000:0000:0000:0007"),
            ("EmailAddress", "someone@harbour-mail.example"),
            ("InternationalE164", "15550100"),
            ("AccountNumber", "H-88"),
        ]
    );
    let observed: Vec<_> = details.observed_times.iter().map(|time| time.text.as_str()).collect();
    assert_eq!(observed, ["2026-11-02T21:14:03+01:00", "2026-11-05T06:40:11Z"]);
    assert_eq!(task.flags[0].value, "IsTest");
    assert_eq!(task.deadlines[0].information.as_deref(), Some("ten days"));
    assert_eq!(task.preservations[0].value, "P-2026-11");
    assert!(task.manual_information.as_ref().unwrap().contains("victim's"));
}

#[test]
fn a_combined_message_carries_order_document_tasks_and_an_update() {
    let received = understood(Encoding::Json, &example("combined", Encoding::Json));
    let ObjectKind::Authorisation(order) = created(&received, 0) else { panic!("no authorisation") };
    let approver = order.approvals[0].approver.as_ref().unwrap();
    assert_eq!(approver.role.as_deref(), Some("PublicProsecutor"));
    assert_eq!(approver.contacts[0].languages.len(), 2);
    let ObjectKind::Document(document) = created(&received, 1) else { panic!("no document") };
    let body = document.body.as_ref().unwrap();
    assert_eq!(body.contents.as_ref().unwrap().0, b"Order: fiction.");
    let Verb::Update(object) = verbs(&received)[4] else { panic!("no UPDATE") };
    let ObjectKind::LdTask(task) = &object.kind else { panic!("no disclosure task") };
    assert_eq!(task.desired_status.as_ref().unwrap().value, "Cancelled");
    assert_eq!((&task.details, &task.reference), (&None, &None));
}

#[test]
fn interception_and_takedown_tasks_are_known_by_name_only() {
    for encoding in BOTH {
        let received = understood(encoding, &example("interception", encoding));
        assert_eq!(created(&received, 0), &ObjectKind::LiTask);
        let received = understood(encoding, &example("takedown", encoding));
        assert_eq!(created(&received, 0), &ObjectKind::TdTask);
    }
}

#[test]
fn any_prefix_is_understood_when_it_is_declared() {
    let xml = String::from_utf8(example("disclosure", Encoding::Xml)).unwrap();
    let renamed =
        xml.replace("task:", "t:").replace(":task=", ":t=").replace('<', "<c:").replace("<c:/", "</c:");
    let renamed = renamed.replace("<c:t:", "<t:").replace("</c:t:", "</t:").replace("<c:?xml", "<?xml");
    let renamed = renamed.replace("<c:common:", "<common:").replace("</c:common:", "</common:");
    let renamed = renamed.replace(" xmlns=", " xmlns:c=");
    let original = understood(Encoding::Xml, xml.as_bytes());
    assert_eq!(understood(Encoding::Xml, renamed.as_bytes()), original);
    let json = String::from_utf8(example("disclosure", Encoding::Json)).unwrap();
    let renamed = json.replace("\"task:", "\"t:").replace("@xmlns:task", "@xmlns:t");
    assert_eq!(understood(Encoding::Json, renamed.as_bytes()), original);
}

#[test]
fn a_value_outside_its_etsi_dictionary_is_noted_and_kept() {
    let at =
        "HI1Message/Payload/RequestPayload/ActionRequests/ActionRequest[0]/CREATE/HI1Object/DesiredStatus";
    for (encoding, from, to) in
        [(Encoding::Xml, ">Disclosed<", ">Bogus<"), (Encoding::Json, "Disclosed", "Bogus")]
    {
        let bytes = changed("disclosure", encoding, from, to);
        assert_eq!(noted(encoding, &bytes), [(at.to_owned(), DeviationKind::UnknownDictionaryValue)]);
        let received = understood(encoding, &bytes);
        assert_eq!(disclosure(&received).desired_status.as_ref().unwrap().value, "Bogus");
        assert_eq!(received.first_violation().unwrap().1, ErrorCode::ImproperValue);
    }
    let bytes = changed("disclosure", Encoding::Xml, ">LDTaskDesiredStatus<", ">LPTaskDesiredStatus<");
    assert_eq!(noted(Encoding::Xml, &bytes), [(at.to_owned(), DeviationKind::UnexpectedDictionary)]);
}

#[test]
fn departures_from_the_schema_are_noted_where_they_stand() {
    let xml = |from: &str, to: &str| noted(Encoding::Xml, &changed("disclosure", Encoding::Xml, from, to));
    let kinds = |from: &str, to: &str| xml(from, to).into_iter().map(|(_, what)| what).collect::<Vec<_>>();
    assert_eq!(
        xml("09:15:00.250000+01:00", "09:15:00+01:00"),
        [("HI1Message/Header/Timestamp".to_owned(), DeviationKind::TimePrecision)]
    );
    assert_eq!(
        kinds("2026-11-01T00:00:00+01:00", "2026-11-01T00:00:00.5+01:00"),
        [DeviationKind::TimePrecision]
    );
    assert_eq!(kinds("2026-11-01T00:00:00+01:00", "2026-11-01T00:00:00"), [DeviationKind::NotInForm]);
    assert_eq!(kinds("<task:CSPID>", "<task:Extra/><task:CSPID>"), [DeviationKind::UnknownElement]);
    assert_eq!(kinds("<task:CSPID>", "<task:NationalLDTaskingParameters/><task:CSPID>").len(), 1);
    assert_eq!(
        kinds("<task:RequestDetails>", "<task:RequestDetails x=\"1\">"),
        [DeviationKind::UnknownAttribute]
    );
    assert_eq!(kinds("<task:RequestDetails>", "<task:RequestDetails>stray"), [DeviationKind::StrayText]);
    assert_eq!(kinds("<CountryCode>XA<", "<CountryCode>Xa<"), [DeviationKind::NotInForm]);
    assert_eq!(kinds("<ETSIVersion>V1.23.1</ETSIVersion>", ""), [DeviationKind::Missing]);
}

#[test]
fn elements_out_of_order_are_noted_in_xml_and_free_in_json() {
    let reference = "<task:Reference>XA-NORTHPORT-0417-1</task:Reference>";
    let text = String::from_utf8(changed("disclosure", Encoding::Xml, reference, "")).unwrap();
    let moved = text.replacen("<task:CSPID>", &format!("{reference}<task:CSPID>"), 1);
    let kinds: Vec<_> = noted(Encoding::Xml, moved.as_bytes()).into_iter().map(|(_, what)| what).collect();
    assert_eq!(kinds, [DeviationKind::OutOfOrder]);
    let reference = "\"task:Reference\": \"XA-NORTHPORT-0417-1\",";
    let text = String::from_utf8(changed("disclosure", Encoding::Json, reference, "")).unwrap();
    let moved = text.replacen("\"task:CSPID\"", &format!("{reference}\"task:CSPID\""), 1);
    assert_eq!(noted(Encoding::Json, moved.as_bytes()), []);
}

#[test]
fn json_values_of_another_type_are_converted_and_noted() {
    for (from, to) in [
        ("\"ActionIdentifier\": 0", "\"ActionIdentifier\": \"0\""),
        ("\"H-88\"", "88"),
        (
            "\"task:ObservedTimes\": [",
            "\"task:StartTime\": [\"2026-11-01T00:00:00Z\"], \"task:ObservedTimes\": [",
        ),
    ] {
        let text = changed("disclosure", Encoding::Json, from, to);
        let text = String::from_utf8(text).unwrap();
        let text = if to.contains("StartTime") {
            text.replacen("\"task:StartTime\": \"2026-11-01T00:00:00+01:00\",", "", 1)
        } else {
            text
        };
        let kinds: Vec<_> =
            noted(Encoding::Json, text.as_bytes()).into_iter().map(|(_, what)| what).collect();
        assert_eq!(kinds, [DeviationKind::JsonType], "{to}");
    }
}

#[test]
fn action_identifiers_are_checked() {
    let change = |to: &str| {
        let bytes =
            changed("get", Encoding::Xml, "<ActionIdentifier>1<", &format!("<ActionIdentifier>{to}<"));
        noted(Encoding::Xml, &bytes).into_iter().map(|(_, what)| what).collect::<Vec<_>>()
    };
    assert_eq!(change("0"), [DeviationKind::DuplicateActionIdentifier]);
    assert_eq!(change("7"), [DeviationKind::ActionNumbering]);
    let error = refused(
        Encoding::Xml,
        &changed("get", Encoding::Xml, "<ActionIdentifier>1<", "<ActionIdentifier>-1<"),
    );
    assert_eq!(error.fault.error_code(), ErrorCode::ImproperValue);
}

#[test]
fn what_could_be_understood_in_two_ways_is_refused() {
    let twice = "<task:Reference>XA-NORTHPORT-0417-1</task:Reference>";
    let bytes = changed(
        "disclosure",
        Encoding::Xml,
        twice,
        &format!("{twice}<task:Reference>XA-a-b</task:Reference>"),
    );
    assert!(matches!(refused(Encoding::Xml, &bytes).fault, ReadFault::Repeated(_)));
    let bytes =
        changed("disclosure", Encoding::Json, "\"task:CSPID\"", "\"task:Reference\": \"\", \"task:CSPID\"");
    assert_eq!(refused(Encoding::Json, &bytes).fault, ReadFault::DuplicateMember);
    let bytes =
        changed("disclosure", Encoding::Json, "\"task:CSPID\"", "\"u:Reference\": \"\", \"task:CSPID\"");
    let text = String::from_utf8(bytes).unwrap();
    let bound = text.replacen('{', "{\"@xmlns:u\": \"http://uri.etsi.org/03120/common/2020/09/Task\",", 1);
    assert!(matches!(refused(Encoding::Json, bound.as_bytes()).fault, ReadFault::Repeated(_)));
}

#[test]
fn tricks_of_xml_are_refused() {
    let xml = |from: &str, to: &str| refused(Encoding::Xml, &changed("get", Encoding::Xml, from, to)).fault;
    assert_eq!(xml("<HI1Message", "<!DOCTYPE HI1Message><HI1Message"), ReadFault::Doctype);
    let entity = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><HI1Message";
    assert_eq!(xml("<HI1Message", entity), ReadFault::Doctype);
    assert_eq!(xml(">HARBOUR-MAIL<", ">&a;<"), ReadFault::EntityReference);
    assert_eq!(xml("<Header>", "<?xml-stylesheet href=\"x\"?><Header>"), ReadFault::ProcessingInstruction);
    assert_eq!(xml("<Header>", "<?xml version=\"1.0\"?><Header>"), ReadFault::ProcessingInstruction);
    assert_eq!(xml("<Header>", "<Header a=\"1\" a=\"2\">"), ReadFault::DuplicateAttribute);
    assert_eq!(xml("<Header>", "<Header>&#0;"), ReadFault::ForbiddenCharacter);
    assert_eq!(xml("<Header>", "<Header>\u{1}"), ReadFault::ForbiddenCharacter);
    assert_eq!(xml("<Header>", "<z:a/><Header>"), ReadFault::UndeclaredPrefix);
    assert_eq!(xml("UTF-8", "ISO-8859-1"), ReadFault::NotUtf8);
    assert!(matches!(xml("</Header>", "</Payload>"), ReadFault::Malformed(_)));
    assert!(matches!(xml("</HI1Message>", "</HI1Message><a/>"), ReadFault::Malformed(_)));
    assert!(matches!(xml("</HI1Message>", "</HI1Message>text"), ReadFault::Malformed(_)));
    let many: Vec<_> = (0..70).map(|n| format!("a{n}=\"\"")).collect();
    assert_eq!(xml("<Header>", &format!("<Header {}>", many.join(" "))), ReadFault::TooManyParts);
    assert_eq!(refused(Encoding::Xml, b"\xff\xfe<\0a\0").fault, ReadFault::NotUtf8);
    let two = "<HI1Object xsi:type=\"task:LDTaskObject\" y:type=\"task:LPTaskObject\" \
               xmlns:y=\"http://www.w3.org/2001/XMLSchema-instance\">";
    let bytes = changed("disclosure", Encoding::Xml, "<HI1Object xsi:type=\"task:LDTaskObject\">", two);
    assert_eq!(refused(Encoding::Xml, &bytes).fault, ReadFault::DuplicateAttribute);
}

#[test]
fn depth_number_and_size_are_bounded() {
    let deep = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
    assert_eq!(refused(Encoding::Xml, deep(64).as_bytes()).fault, ReadFault::NotAMessage);
    assert_eq!(refused(Encoding::Xml, deep(65).as_bytes()).fault, ReadFault::TooDeep);
    let deep = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
    assert!(matches!(refused(Encoding::Json, deep(63).as_bytes()).fault, ReadFault::Malformed(_)));
    assert_eq!(refused(Encoding::Json, deep(64).as_bytes()).fault, ReadFault::TooDeep);
    assert_eq!(refused(Encoding::Json, deep(4_000).as_bytes()).fault, ReadFault::TooDeep);
    let many = format!("<a>{}</a>", "<b/>".repeat(100_000));
    assert_eq!(refused(Encoding::Xml, many.as_bytes()).fault, ReadFault::TooManyParts);
    let many = format!("[{}0]", "0,".repeat(100_000));
    assert_eq!(refused(Encoding::Json, many.as_bytes()).fault, ReadFault::TooManyParts);
    let bytes = example("get", Encoding::Xml);
    assert!(read(Encoding::Xml, &bytes, bytes.len()).is_ok());
    let error = read(Encoding::Xml, &bytes, bytes.len() - 1).unwrap_err();
    assert_eq!(error.fault, ReadFault::TooLarge { limit: bytes.len() - 1 });
    assert_eq!(error.fault.error_code(), ErrorCode::MessageTooLarge);
}

#[test]
fn a_message_that_breaks_off_behind_its_header_can_still_be_answered() {
    let text = String::from_utf8(example("disclosure", Encoding::Xml)).unwrap();
    let (head, _) = text.split_once("<task:RequestDetails>").unwrap();
    let error = refused(Encoding::Xml, head.as_bytes());
    let id = error.header.unwrap().transaction_id.unwrap();
    assert_eq!(id.to_string(), "0c5d0d7e-0000-4000-8000-000000000001");
    let (head, _) = text.split_once("<Timestamp>").unwrap();
    let header = refused(Encoding::Xml, head.as_bytes()).header.unwrap();
    assert_eq!(header.transaction_id, Some(id));
}

#[test]
fn a_message_without_what_it_needs_is_refused_with_its_header() {
    for (from, to, code) in [
        ("<GET><Identifier>", "<GET><Other>", ErrorCode::RequiredElementMissing),
        ("0d1f3a000003<", "0d1f3a00000z<", ErrorCode::ImproperValue),
        ("GETCSPCONFIG/", "ERASE/", ErrorCode::FeatureNotSupported),
    ] {
        let text = String::from_utf8(example("get", Encoding::Xml)).unwrap().replace(">\n", ">");
        let text = text.split('>').map(str::trim_start).collect::<Vec<_>>().join(">");
        let text = text.replacen(from, to, 1);
        let text = if to.contains("Other") {
            text.replacen("</Identifier></GET>", "</Other></GET>", 1)
        } else {
            text
        };
        let error = refused(Encoding::Xml, text.as_bytes());
        assert_eq!(error.fault.error_code(), code, "{error}");
        assert!(error.header.unwrap().transaction_id.is_some());
    }
    let error = refused(Encoding::Json, b"{\"Header\": {}}");
    assert_eq!(error.fault, ReadFault::Missing("HI1Message/Payload".to_owned()));
    assert_eq!(error.header.unwrap().transaction_id, None);
    assert_eq!(refused(Encoding::Json, b"[]").fault, ReadFault::NotAMessage);
    assert_eq!(refused(Encoding::Json, b"{}").fault, ReadFault::Missing("HI1Message/Header".to_owned()));
    assert!(matches!(refused(Encoding::Json, b"{} x").fault, ReadFault::Malformed(_)));
}

#[test]
fn an_unreadable_transaction_is_noted_and_absent() {
    let bytes = changed("get", Encoding::Xml, "0c5d0d7e-", "no-uuid-");
    let received = understood(Encoding::Xml, &bytes);
    assert_eq!(received.message.header.transaction_id, None);
    assert_eq!(received.first_violation().unwrap().1, ErrorCode::ImproperValue);
    let bytes = changed(
        "get",
        Encoding::Xml,
        "0c5d0d7e-0000-4000-8000-000000000003",
        "0C5D0D7E-0000-4000-8000-000000000003",
    );
    assert!(understood(Encoding::Xml, &bytes).message.header.transaction_id.is_some());
    assert_eq!(noted(Encoding::Xml, &bytes)[0].1, DeviationKind::NotInForm);
}

#[test]
fn an_empty_list_is_noted_and_never_stands_for_a_value() {
    let json = |from: &str, to: &str| noted(Encoding::Json, &changed("combined", Encoding::Json, from, to));
    let kinds = |from: &str, to: &str| json(from, to).into_iter().map(|(_, what)| what).collect::<Vec<_>>();
    let name = "\"Order NC-2026/0417-A & annex\"";
    assert_eq!(kinds(name, "[]"), [DeviationKind::JsonType]);
    assert_eq!(kinds(name, "null"), [DeviationKind::Unusable]);
    let associated = "\"AssociatedObjects\": {\"AssociatedObject\": []}, \"doc:DocumentName\"";
    let text = String::from_utf8(example("get", Encoding::Json)).unwrap();
    let (head, tail) = text.split_once("\"ActionRequest\": [").unwrap();
    let cut = format!("{head}\"ActionRequest\": []{}", tail.rsplit_once(']').unwrap().1);
    assert!(read(Encoding::Json, cut.as_bytes(), LIMIT).is_err());
    let document =
        "{\"Header\": {}, \"Payload\": {\"RequestPayload\": {\"ActionRequests\": {\"ActionRequest\": [
        {\"ActionIdentifier\": 0, \"CREATE\": {\"HI1Object\": {\"@xsi:type\": \"doc:DocumentObject\",
        \"ObjectIdentifier\": \"5b0a2c11-7c7e-4c2b-9f10-0d1f3a000001\", ASSOCIATED: \"x\"}}}]}}}}";
    let document = document.replace("ASSOCIATED", associated);
    let kinds: Vec<_> =
        noted(Encoding::Json, document.as_bytes()).into_iter().map(|(_, what)| what).collect();
    // Five header fields are missing, and `prefix:Name` is not how JSON names a type.
    assert_eq!(kinds[..5], [DeviationKind::Missing; 5]);
    assert_eq!(kinds[5..], [DeviationKind::UnknownAttribute, DeviationKind::EmptyList]);
    assert!(matches!(
        created(&understood(Encoding::Json, document.as_bytes()), 0),
        ObjectKind::Document(document) if document.name.as_deref() == Some("x")
    ));
}
