//! What an instance gives to browsers is what its ledger tells of; whoever changes it on its way is found out.

use crate::demo::Demo;
use crate::verify::{UNDECIDED, VALID, ends};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Somebody between the instance and its visitors, who changes one file.
fn between(upstream: &str, path: &'static str, change: fn(Vec<u8>) -> Vec<u8>) -> String {
    let upstream = upstream.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            pass(stream, &upstream, path, change);
        }
    });
    address
}

fn pass(mut stream: TcpStream, upstream: &str, changed: &str, change: fn(Vec<u8>) -> Vec<u8>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let Some(path) = head.split(' ').nth(1) else { return };
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut answer = agent.get(format!("{upstream}{path}")).call().unwrap();
    let status = answer.status().as_u16();
    let body = answer.body_mut().read_to_vec().unwrap();
    let body = if path == changed { change(body) } else { body };
    let head = format!("HTTP/1.1 {status} .\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
}

/// One byte changed.
fn bent(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[0] ^= 1;
    bytes
}

/// A script of somebody else's at the end of a page.
fn scripted(page: Vec<u8>) -> Vec<u8> {
    [page, b"<script src=\"/assets/comity.js\"></script>".to_vec()].concat()
}

#[test]
fn the_program_for_browsers_is_the_one_on_record() {
    let demo = Demo::start("program");
    let base = demo.base_url();
    let begun = Instant::now();
    // Its record is sealed within moments of the start.
    while ureq::get(format!("{base}/ledger/program")).call().is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the program is not on record");
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = ends(&["verify", "program", base], VALID);
    assert!(said.contains("loads 1 of them as scripts"), "{said}");
    for (path, change) in [
        ("/assets/comity.js", bent as fn(Vec<u8>) -> Vec<u8>),
        ("/assets/comity.css", bent),
        ("/assets/manifest.json", bent),
        ("/sign-in", scripted),
    ] {
        let said = ends(&["verify", "program", &between(base, path, change)], Some(1));
        assert!(said.contains("on record"), "{path}: {said}");
    }
    let said = ends(&["verify", "program", &between(base, "/ledger/program", |_| Vec::new())], UNDECIDED);
    assert!(said.contains("not a bundle"), "{said}");
}
