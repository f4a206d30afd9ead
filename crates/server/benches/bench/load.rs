//! Clients in a closed loop: each sends its next call when the last is answered. Their number and the number of calls
//! are fixed, so that every load ends by itself. Calls are written out beforehand, so that little is measured but the
//! server.

use std::fmt::Write as _;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a load has shown.
pub(crate) struct Loaded {
    pub(crate) per_second: f64,
    /// Of each call, sorted.
    pub(crate) times: Vec<Duration>,
}

impl Loaded {
    /// The time that this part of the calls did not exceed, in milliseconds.
    pub(crate) fn percentile(&self, hundredths: usize) -> f64 {
        let at = (self.times.len() * hundredths / 100).min(self.times.len() - 1);
        self.times[at].as_secs_f64() * 1_000.0
    }
}

/// A call as it goes over the wire.
pub(crate) fn call(
    method: &str,
    address: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut text =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    [text.as_bytes(), b"\r\n", body].concat()
}

/// Runs `clients` of them until `calls` are answered; `make` writes the call of a client and number. Every answer must
/// be a success.
pub(crate) async fn run(
    address: &str,
    clients: usize,
    calls: usize,
    make: impl Fn(usize, usize) -> Vec<u8> + Clone + Send + 'static,
) -> Loaded {
    let each = calls.div_ceil(clients);
    let begun = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let (address, make) = (address.to_owned(), make.clone());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(&address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut times = Vec::with_capacity(each);
                let mut buffer = Vec::new();
                for number in 0..each {
                    let wire = make(client, number);
                    let begun = Instant::now();
                    stream.write_all(&wire).await.unwrap();
                    answer(&mut stream, &mut buffer).await;
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::with_capacity(calls);
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let elapsed = begun.elapsed();
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench are small")]
    let per_second = times.len() as f64 / elapsed.as_secs_f64();
    Loaded { per_second, times }
}

/// Reads one whole answer into the buffer.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server closed the connection");
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end]).unwrap();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
        });
        if buffer.len() < end + 4 + length.unwrap_or(0) {
            continue;
        }
        assert!(head.starts_with("HTTP/1.1 2"), "{}", String::from_utf8_lossy(buffer));
        return;
    }
}
