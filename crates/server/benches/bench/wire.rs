//! One kept-alive connection over which calls are written as they are, so that a client of a large file costs little.

use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// What follows the head of a call.
pub(crate) enum Content<'a> {
    Bytes(&'a [u8]),
    /// The next so many bytes of a file; the kernel passes them on.
    Part(&'a File, u64),
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: Vec<String>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The same answer, where it has this status.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

pub(crate) struct Wire {
    reader: BufReader<TcpStream>,
    host: String,
}

impl Wire {
    pub(crate) fn to(base_url: &str) -> Self {
        let host = base_url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { reader: BufReader::new(stream), host }
    }

    pub(crate) fn call(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        content: &Content<'_>,
    ) -> Answer {
        let length = match content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Part(_, length) => *length,
        };
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {length}\r\n", self.host);
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        let mut stream = self.reader.get_ref();
        match content {
            Content::Bytes(bytes) => stream.write_all(&[head.as_bytes(), *bytes].concat()).unwrap(),
            Content::Part(file, length) => {
                stream.write_all(head.as_bytes()).unwrap();
                assert_eq!(std::io::copy(&mut file.take(*length), &mut stream).unwrap(), *length);
            }
        }
        self.answer()
    }

    fn answer(&mut self) -> Answer {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.reader.read_line(&mut line).unwrap() > 0, "the server closed the connection");
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        answer.body.resize(length, 0);
        self.reader.read_exact(&mut answer.body).unwrap();
        answer
    }
}
