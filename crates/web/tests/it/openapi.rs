//! The API's document is made from the code, and it is OpenAPI 3.1.

use comity_domain::refusal::RefusalCode;
use comity_domain::request::RequestAct;
use serde_json::Value;
use std::collections::BTreeSet;

fn document() -> Value {
    serde_json::from_str(&comity_web::openapi()).unwrap()
}

/// Every text under `value` that stands in an `enum` or `const`.
fn constants(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(members) = value.as_object() {
        for (name, member) in members {
            match (name.as_str(), member) {
                ("enum", Value::Array(texts)) => {
                    found.extend(texts.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                ("const", Value::String(text)) => {
                    found.insert(text.clone());
                }
                (_, member) => constants(member, found),
            }
        }
    } else if let Some(list) = value.as_array() {
        for member in list {
            constants(member, found);
        }
    }
}

#[test]
fn the_document_describes_every_route_of_the_api() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for route in comity_web::ROUTES.iter().filter(|route| route.path.starts_with("/api/v1")) {
        let method = route.method.to_lowercase();
        let operation = &document["paths"][route.path][&method];
        assert!(operation.is_object(), "{} {}", route.method, route.path);
        let secured = operation["security"].is_array();
        assert_eq!(secured, route.guard != comity_web::Guard::Public, "{} {}", route.method, route.path);
    }
}

#[test]
fn the_document_describes_every_act_and_every_refusal() {
    let document = document();
    let mut acts = BTreeSet::new();
    constants(&document["components"]["schemas"]["RequestCommand"], &mut acts);
    for act in RequestAct::ALL {
        let begins = matches!(act, RequestAct::Draft | RequestAct::File);
        assert!(begins || acts.contains(act.as_str()), "{act}");
    }
    let mut codes = BTreeSet::new();
    constants(&document["components"]["schemas"]["RefusalCode"], &mut codes);
    for code in RefusalCode::ALL {
        assert!(codes.contains(code.as_str()), "{code}");
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(to)) = members.get("$ref") {
                    found.insert(to.clone());
                }
                for member in members.values() {
                    references(member, found);
                }
            }
            Value::Array(list) => {
                for member in list {
                    references(member, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 30);
    for to in found {
        let place = to.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{to}");
    }
}
