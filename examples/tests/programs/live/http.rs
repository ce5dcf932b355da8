//! As much of HTTP as the tests need.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

fn send(port: u16, method: &str, path: &str, headers: &str, body: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    BufReader::new(stream)
}

/// Reads the status and the headers.
fn status(reader: &mut impl BufRead) -> u16 {
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut header = String::new();
    while header != "\r\n" {
        header.clear();
        assert!(reader.read_line(&mut header).unwrap() > 0, "the end of the headers");
    }
    first.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Sends a request, and returns the status and the body.
pub(super) fn request(port: u16, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut reader = send(port, method, path, "", body);
    let status = status(&mut reader);
    let mut body = String::new();
    if status == 200 {
        reader.read_to_string(&mut body).unwrap();
    }
    (status, body)
}

/// A stream of server-sent events.
pub(super) struct Events {
    reader: BufReader<TcpStream>,
    last_id: String,
}

impl Events {
    pub(super) fn open(port: u16, path: &str, last_id: Option<&str>) -> Self {
        let header = last_id.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let mut reader = send(port, "GET", path, &header, "");
        assert_eq!(status(&mut reader), 200);
        Self { reader, last_id: last_id.unwrap_or_default().to_owned() }
    }

    /// Returns the name and the data of the next event.
    pub(super) fn next(&mut self) -> (String, Value) {
        let (mut name, mut data) = (String::new(), None);
        loop {
            let mut line = String::new();
            assert!(self.reader.read_line(&mut line).unwrap() > 0, "an event, not the end");
            // Lines of another kind are the lengths of chunks, and comments.
            match line.trim_end().split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut self.last_id),
                Some(("event", event)) => event.clone_into(&mut name),
                Some(("data", text)) => data = Some(serde_json::from_str(text).unwrap()),
                _ => {
                    if line.trim_end().is_empty()
                        && let Some(data) = data.take()
                    {
                        return (name, data);
                    }
                }
            }
        }
    }

    pub(super) fn last_id(&self) -> String {
        self.last_id.clone()
    }
}
