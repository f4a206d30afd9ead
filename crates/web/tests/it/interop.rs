//! ETSI TS 103 120 over HTTP: official messages are filed and answered, interception never is.

use crate::support::{Instance, standards};
use axum::http::StatusCode;
use comity_store::on_both_engines;
use std::path::Path;
use std::process::Command;

/// Whether an answer keeps to the schemas, by an independent validator; nothing where it is not installed.
fn valid_xml(folder: &Path, answer: &str) {
    let file = std::env::temp_dir().join(format!("comity-answer-{}-{:p}.xml", std::process::id(), answer));
    std::fs::write(&file, answer).unwrap();
    let run = Command::new("xmllint")
        .arg("--noout")
        .arg("--schema")
        .arg(folder.join("all.xsd"))
        .arg(&file)
        .output();
    let _ = std::fs::remove_file(&file);
    match run {
        Ok(output) => {
            assert!(output.status.success(), "{}\n{answer}", String::from_utf8_lossy(&output.stderr));
        }
        Err(_) => println!("skipped: xmllint is not installed"),
    }
}

on_both_engines! {
    async fn official_messages_with_tasks_are_filed_and_answered(store) {
        let Some(folder) = standards() else {
            println!("skipped: the official examples are not beside this checkout");
            return;
        };
        let instance = Instance::open(store).await;
        for name in ["request4", "request6", "request8_LPTaskObject"] {
            let message = std::fs::read(folder.join(format!("examples/xml/{name}.xml"))).unwrap();
            let (status, answer) = instance.post("application/xml", message.clone()).await;
            assert_eq!(status, StatusCode::OK);
            assert!(answer.contains("CREATEResponse") && !answer.contains("ErrorCode"), "{name}: {answer}");
            assert!(answer.contains("<UniqueIdentifier>ACTOR02</UniqueIdentifier>"));
            valid_xml(&folder, &answer);
            let (_, again) = instance.post("application/xml", message).await;
            assert!(!again.contains("ErrorCode"), "a repeated message is answered alike: {again}");
        }
        let (_, held) = instance
            .post("application/xml", std::fs::read(folder.join("examples/xml/request2.xml")).unwrap())
            .await;
        assert!(held.contains("AwaitingDisclosure") && held.contains("W000001"), "{held}");
        valid_xml(&folder, &held);
    }

    async fn an_official_message_in_json_is_filed_and_interception_is_not(store) {
        let Some(folder) = standards() else {
            println!("skipped: the official examples are not beside this checkout");
            return;
        };
        let instance = Instance::open(store).await;
        let message = std::fs::read(folder.join("examples/json/request1_signed.json")).unwrap();
        let (status, answer) = instance.post("application/json", message).await;
        assert_eq!(status, StatusCode::OK);
        assert!(answer.contains("3001") && !answer.contains("CREATEResponse"), "{answer}");
        let message = std::fs::read(folder.join("examples/json/request4.json")).unwrap();
        let (_, answer) = instance.post("application/json", message).await;
        assert!(answer.contains("CREATEResponse") && !answer.contains("ErrorCode"), "{answer}");
    }

    async fn bytes_that_are_no_message_get_a_top_level_error(store) {
        let instance = Instance::open(store).await;
        let (status, answer) = instance.post("application/xml", b"<nothing/>".to_vec()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(answer.contains("ErrorCode"), "{answer}");
        let doctype = b"<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>".to_vec();
        let (_, answer) = instance.post("application/xml", doctype).await;
        assert!(answer.contains("ErrorCode") && !answer.contains("root:"), "{answer}");
    }

    async fn a_call_without_the_links_token_is_refused(store) {
        let mut instance = Instance::open(store).await;
        "nonsense".clone_into(&mut instance.peer);
        let (status, _) = instance.post("application/xml", Vec::new()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}
