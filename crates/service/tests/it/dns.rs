//! The proof of a mail domain by DNS, against a resolver that says the truth, something else, or nothing (T02).

use crate::harness::{World, organisation};
use crate::vetting::{joining, refusal};
use comity_domain::refusal::RefusalCode;
use comity_domain::vetting::DomainProof;
use comity_service::Caller;
use comity_store::on_both_engines;
use comity_store::testing::TestStore;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest that a look-up may take, with what a slow machine adds to its five seconds.
const BOUND: Duration = Duration::from_secs(8);
const TXT: u16 = 16;
const A: u16 = 1;
const NXDOMAIN: u8 = 3;
const SERVFAIL: u8 = 2;
/// As many bytes as one string of a text record can hold.
const MOST_STRING: usize = 255;

/// What the double answers to each question.
#[derive(Clone)]
enum Says {
    /// These records, under the name that was asked for, over UDP and TCP.
    Records(Vec<(u16, Vec<u8>)>),
    /// Over UDP only that it is too much; these records over TCP.
    Truncated(Vec<(u16, Vec<u8>)>),
    /// The same over UDP, and nobody listens to TCP.
    Cut,
    /// A record under another name.
    Elsewhere(Vec<u8>),
    /// A truthful answer to a question that nobody asked.
    WrongNumber(Vec<u8>),
    /// No records, with this code.
    Code(u8),
    /// Bytes that are no message.
    Garbage,
    /// Nothing.
    Silence,
}

/// The first of what it says is enough to know which one it was.
impl std::fmt::Debug for Says {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let begins = |text: &[u8]| String::from_utf8_lossy(&text[..text.len().min(80)]).into_owned();
        match self {
            Self::Records(records) | Self::Truncated(records) => {
                let first = records.first().map(|(_, text)| begins(text));
                write!(f, "{} records, {first:?}", records.len())
            }
            Self::Elsewhere(text) | Self::WrongNumber(text) => write!(f, "not asked for: {}", begins(text)),
            Self::Code(code) => write!(f, "code {code}"),
            Self::Cut => f.write_str("cut"),
            Self::Garbage => f.write_str("garbage"),
            Self::Silence => f.write_str("silence"),
        }
    }
}

/// A resolver of one test on a port of its own; it ends with the test.
struct Resolver {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<(String, u16)>>>,
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Resolver {
    fn start(says: Says) -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        udp.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        tcp.set_nonblocking(true).unwrap();
        let (asked, ends) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let mut threads = Vec::new();
        let (list, end, said) = (asked.clone(), ends.clone(), says.clone());
        threads.push(std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while !end.load(Ordering::SeqCst) {
                let Ok((length, from)) = udp.recv_from(&mut buffer) else { continue };
                if let Some(bytes) = answer(&said, &buffer[..length], false, &list) {
                    udp.send_to(&bytes, from).unwrap();
                }
            }
        }));
        if !matches!(says, Says::Cut) {
            let (list, end) = (asked.clone(), ends.clone());
            threads.push(std::thread::spawn(move || {
                while !end.load(Ordering::SeqCst) {
                    match tcp.accept() {
                        Ok((stream, _)) => serve(stream, &says, &list),
                        Err(_) => std::thread::sleep(Duration::from_millis(20)),
                    }
                }
            }));
        }
        Self { address, asked, ends, threads }
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// One question over TCP (RFC 1035, 4.2.2): each message behind its length.
fn serve(mut stream: TcpStream, says: &Says, asked: &Mutex<Vec<(String, u16)>>) {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut length = [0; 2];
    if stream.read_exact(&mut length).is_err() {
        return;
    }
    let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
    if stream.read_exact(&mut question).is_err() {
        return;
    }
    if let Some(bytes) = answer(says, &question, true, asked) {
        let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        drop(stream.write_all(&[&length[..], &bytes].concat()));
    }
}

/// The name and type of the one question, and where it ends (RFC 1035, 4.1.2).
fn question(message: &[u8]) -> (String, u16, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while message[at] != 0 {
        let end = at + 1 + usize::from(message[at]);
        labels.push(String::from_utf8(message[at + 1..end].to_vec()).unwrap());
        at = end;
    }
    (labels.join("."), u16::from_be_bytes([message[at + 1], message[at + 2]]), at + 5)
}

fn answer(says: &Says, message: &[u8], tcp: bool, asked: &Mutex<Vec<(String, u16)>>) -> Option<Vec<u8>> {
    let (name, kind, end) = question(message);
    asked.lock().unwrap().push((name, kind));
    let number = u16::from_be_bytes([message[0], message[1]]);
    // The name that was asked for, as a pointer to it.
    let same: &[u8] = &[0xc0, 12];
    let build = |number: u16, cut: bool, code: u8, owner: &[u8], records: &[(u16, Vec<u8>)]| {
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.extend([0x81 | if cut { 2 } else { 0 }, 0x80 | code, 0, 1]);
        bytes.extend(u16::try_from(records.len()).unwrap().to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(&message[12..end]);
        for (kind, data) in records {
            bytes.extend(owner);
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60]);
            bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(data);
        }
        bytes
    };
    match says {
        Says::Records(records) => Some(build(number, false, 0, same, records)),
        Says::Truncated(records) if tcp => Some(build(number, false, 0, same, records)),
        Says::Truncated(_) | Says::Cut => Some(build(number, true, 0, same, &[])),
        Says::Elsewhere(text) => {
            let owner = b"\x07_comity\x04evil\x07example\x00";
            Some(build(number, false, 0, owner, &[(TXT, text.clone())]))
        }
        Says::WrongNumber(text) => {
            Some(build(number.wrapping_add(1), false, 0, same, &[(TXT, text.clone())]))
        }
        Says::Code(code) => Some(build(number, false, *code, same, &[])),
        Says::Garbage => Some(vec![0xff; 300]),
        Says::Silence => None,
    }
}

/// The data of a text record: each string behind its length (RFC 1035, 3.3.14).
fn text(said: &str, longest: usize) -> Vec<u8> {
    let strings = said.as_bytes().chunks(longest);
    strings.flat_map(|part| [&[u8::try_from(part.len()).unwrap()], part].concat()).collect()
}

/// Asks that resolver for the proof of the organisation that joins, within the bound.
async fn prove(world: &World, store: &TestStore, says: Says) -> Result<(), RefusalCode> {
    let resolver = Resolver::start(says.clone());
    let address = resolver.address;
    let asking = world.again(store, |settings| settings.vetting.resolver = Some(address)).await.unwrap();
    let begun = Instant::now();
    let done = asking.exchange.prove_by_dns(&Caller::Operator, organisation(7)).await;
    assert!(begun.elapsed() < BOUND, "{says:?} took {:?}", begun.elapsed());
    let asked = resolver.asked.lock().unwrap().clone();
    assert!(!asked.is_empty(), "nobody was asked: {says:?}");
    assert!(asked.iter().all(|question| *question == ("_comity.n7.example".to_owned(), TXT)), "{asked:?}");
    done.map_err(|denied| refusal::<()>(Err(denied)))
}

async fn proof(world: &World) -> Option<DomainProof> {
    world.exchange.vetting(&Caller::Operator, organisation(7)).await.unwrap().proof
}

on_both_engines! {
    async fn the_dns_of_the_mail_domain_proves_it_whole_split_among_others_and_over_tcp(store) {
        let (world, ..) = joining(store).await;
        let token = world.exchange.vetting(&Caller::Operator, organisation(7)).await.unwrap().record.unwrap().1;
        let own = || (TXT, text(&token, MOST_STRING));
        let others = (TXT, text("v=spf1 -all", MOST_STRING));
        let long = vec![(TXT, text(&"x".repeat(2_000), MOST_STRING)), own()];
        for says in [
            Says::Records(vec![own()]),
            Says::Records(vec![(TXT, text(&token, 10))]),
            Says::Records(vec![others, own()]),
            Says::Truncated(long),
        ] {
            assert_eq!(proof(&world).await, None);
            prove(&world, store, says.clone()).await.unwrap_or_else(|code| panic!("{says:?}: {code:?}"));
            assert_eq!(proof(&world).await, Some(DomainProof::Dns), "{says:?}");
            crate::vetting::run(store, "update vetting set proof = null, proof_us = null").await;
        }
    }

    async fn an_answer_without_the_token_proves_nothing(store) {
        let (world, ..) = joining(store).await;
        let token = world.exchange.vetting(&Caller::Operator, organisation(7)).await.unwrap().record.unwrap().1;
        let own = text(&token, MOST_STRING);
        let mut many = vec![(TXT, text("v=spf1 -all", MOST_STRING)); 50];
        many.push((TXT, own.clone()));
        for says in [
            Says::Code(NXDOMAIN),
            Says::Records(Vec::new()),
            Says::Records(vec![(TXT, text("comity=another", MOST_STRING))]),
            Says::Truncated(vec![(TXT, text(&format!("{token}{}", "x".repeat(30_000)), MOST_STRING))]),
            Says::Records(vec![(TXT, text(&format!(" {token}"), MOST_STRING))]),
            Says::Records(vec![(TXT, text(&token.to_uppercase(), MOST_STRING))]),
            Says::Records(vec![(A, vec![203, 0, 113, 7])]),
            Says::Elsewhere(own),
            // No more than fifty records are read.
            Says::Truncated(many),
        ] {
            assert_eq!(prove(&world, store, says.clone()).await, Err(RefusalCode::DomainUnproved), "{says:?}");
            assert_eq!(proof(&world).await, None, "{says:?}");
        }
    }

    async fn a_resolver_that_answers_nothing_of_use_is_waited_for_no_longer_than_its_time(store) {
        let (world, ..) = joining(store).await;
        let token = world.exchange.vetting(&Caller::Operator, organisation(7)).await.unwrap().record.unwrap().1;
        for says in [
            Says::Code(SERVFAIL),
            // More than a datagram may hold.
            Says::Records(vec![(TXT, text(&"x".repeat(30_000), MOST_STRING)), (TXT, text(&token, MOST_STRING))]),
            Says::Garbage,
            Says::Silence,
            Says::Cut,
            Says::WrongNumber(text(&token, MOST_STRING)),
        ] {
            assert_eq!(prove(&world, store, says.clone()).await, Err(RefusalCode::NoResolver), "{says:?}");
            assert_eq!(proof(&world).await, None, "{says:?}");
        }
    }
}
