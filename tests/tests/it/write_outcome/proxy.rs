//! A proxy between a client and a server, which corrupts the replies to some commands.

use std::{
    io::{ErrorKind, Read, Result, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use odm::bson::{Document, RawDocument};

/// How a reply is changed.
#[derive(Debug, Clone)]
pub(crate) enum Spoil {
    /// Its header contains this length.
    Length(i32),
    /// Its header contains an invalid operation code.
    OpCode,
    /// Its document contains an invalid length.
    Body,
    /// The name of its first field is not UTF-8.
    Text,
    /// It is truncated, and the connection is closed.
    Cut,
    /// It is dropped, and the connection is closed.
    Lost,
    /// It is replaced by this document.
    Instead(Document),
}

impl Spoil {
    /// Returns the bytes that replace the reply, and whether the connection stays open.
    fn apply(self, mut reply: Vec<u8>) -> (Vec<u8>, bool) {
        match self {
            Self::Length(length) => reply[0..4].copy_from_slice(&length.to_le_bytes()),
            Self::OpCode => reply[12..16].copy_from_slice(&1_i32.to_le_bytes()),
            Self::Body => reply[BODY..BODY + 4].copy_from_slice(&3_i32.to_le_bytes()),
            Self::Text => reply[BODY + 5] = 0xff,
            Self::Cut => {
                reply.truncate(reply.len() / 2);
                return (reply, false);
            }
            Self::Lost => return (Vec::new(), false),
            Self::Instead(document) => {
                reply.truncate(BODY);
                reply.extend(document.to_vec().unwrap());
                let length = i32::try_from(reply.len()).unwrap();
                reply[0..4].copy_from_slice(&length.to_le_bytes());
            }
        }
        (reply, true)
    }
}

/// The start of the document in an `OP_MSG`: after the header, the flags and the section kind.
const BODY: usize = 16 + 4 + 1;

/// The replies to be changed: those to these commands, each with the next of these changes.
#[derive(Debug, Default)]
struct Orders {
    commands: Vec<String>,
    spoils: Vec<Spoil>,
    /// The numbers of the requests whose replies are changed.
    requests: Vec<i32>,
}

/// The proxy. It runs until the process ends.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    address: SocketAddr,
    orders: Arc<Mutex<Orders>>,
}

impl Proxy {
    /// Listens, and connects to the server at this address.
    pub(crate) fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self { address: listener.local_addr().unwrap(), orders: Arc::default() };
        let (orders, server) = (Arc::clone(&proxy.orders), server.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&server) else { continue };
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let seen = Arc::clone(&orders);
                thread::spawn(move || requests(from, to, &seen));
                let orders = Arc::clone(&orders);
                thread::spawn(move || replies(server, client, &orders));
            }
        });
        proxy
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the next replies to these commands, one with each of these changes.
    pub(crate) fn spoil(&self, commands: &[&str], spoils: impl IntoIterator<Item = Spoil>) {
        let commands = commands.iter().map(|name| (*name).to_owned()).collect();
        *self.orders.lock().unwrap() =
            Orders { commands, spoils: spoils.into_iter().collect(), requests: Vec::new() };
    }

    /// Returns the number of changes that have not been made yet.
    pub(crate) fn left(&self) -> usize {
        self.orders.lock().unwrap().spoils.len()
    }
}

fn message(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut message = vec![0; 16];
    stream.read_exact(&mut message)?;
    let length = number(&message, 0);
    let rest = usize::try_from(length - 16).map_err(|_| ErrorKind::InvalidData)?;
    message.resize(16 + rest, 0);
    stream.read_exact(&mut message[16..])?;
    Ok(message)
}

fn number(message: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(message[at..at + 4].try_into().unwrap())
}

fn requests(mut client: TcpStream, mut server: TcpStream, orders: &Mutex<Orders>) {
    while let Ok(request) = message(&mut client) {
        if let Some(name) = command(&request) {
            let mut orders = orders.lock().unwrap();
            if orders.commands.contains(&name) {
                orders.requests.push(number(&request, 4));
            }
        }
        if server.write_all(&request).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

/// Returns the name of the command in an `OP_MSG`.
fn command(request: &[u8]) -> Option<String> {
    let body = request.get(BODY..)?;
    let length = usize::try_from(number(body, 0)).ok()?;
    let document = RawDocument::from_bytes(body.get(..length)?).ok()?;
    let (name, _) = document.iter().next()?.ok()?;
    Some(name.as_str().to_owned())
}

fn replies(mut server: TcpStream, mut client: TcpStream, orders: &Mutex<Orders>) {
    while let Ok(reply) = message(&mut server) {
        let spoil = {
            let mut orders = orders.lock().unwrap();
            let answered = number(&reply, 8);
            let index = orders.requests.iter().position(|request| *request == answered);
            if let Some(at) = index {
                orders.requests.remove(at);
            }
            (index.is_some() && !orders.spoils.is_empty()).then(|| orders.spoils.remove(0))
        };
        let (reply, goes_on) = match spoil {
            Some(spoil) => spoil.apply(reply),
            None => (reply, true),
        };
        if client.write_all(&reply).is_err() || !goes_on {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}
