//! What is stored in Redis.
//!
//! Under the prefix is the generation, a random text, and the time of the last change that a process has removed. Under
//! the prefix, the generation and the id is a ticket, a document, or the mark that there is none. A read begins by writing
//! a ticket, and only its owner replaces it by the document. A change removes what is there, so that the read that was in
//! progress writes nothing.
//!
//! A process can be behind the others. What it reads contains at least the last change that any process has removed,
//! because the others do not remove that a second time.

use std::time::Duration;

use mongodb::bson::{RawDocumentBuf, Timestamp, uuid::Uuid};
use redis::{AsyncCommands, RedisResult, Script, aio::ConnectionManager};

use super::generation::{Known, Reached};

/// How long what precedes a document is: its kind and its time.
const MARK: usize = 17;
/// How long a read may take, so that another one is not held up by one that has failed.
const TICKET_MILLIS: u64 = 30_000;

/// Replies with the generation, if it is not the known one; else also with what is cached, if it was read after the time
/// that is known; else with the last change that was removed, and a third element, after it has written a ticket.
const FIND: &str = r"
local stored = redis.call('GET', KEYS[1])
if not stored then
  stored = ARGV[1] .. '0000000000000000'
  redis.call('SET', KEYS[1], stored)
end
local generation = string.sub(stored, 1, 36)
if generation ~= ARGV[4] then
  return {generation}
end
local key = KEYS[1] .. ':' .. generation .. ':' .. ARGV[2]
local value = redis.call('GET', key)
if value and string.sub(value, 1, 1) ~= 'T' and string.sub(value, 2, 17) >= ARGV[5] then
  return {generation, value}
end
redis.call('SET', key, 'T' .. ARGV[1], 'PX', ARGV[3])
return {generation, string.sub(stored, 37), ''}";

const FILL: &str = r"
local stored = redis.call('GET', KEYS[1])
local key = KEYS[1] .. ':' .. ARGV[1] .. ':' .. ARGV[2]
if stored and string.sub(stored, 1, 36) == ARGV[1] and redis.call('GET', key) == 'T' .. ARGV[3] then
  redis.call('SET', key, ARGV[4], 'PX', ARGV[5])
  return 1
end
return 0";

const REMOVE: &str = r"
local stored = redis.call('GET', KEYS[1])
if stored then
  local generation = string.sub(stored, 1, 36)
  if string.sub(stored, 37) < ARGV[1] then
    redis.call('SET', KEYS[1], generation .. ARGV[1])
  end
  for index = 2, #ARGV do
    redis.call('DEL', KEYS[1] .. ':' .. generation .. ':' .. ARGV[index])
  end
end
return 0";

#[derive(Clone)]
pub(super) struct Store {
    connection: ConnectionManager,
    prefix: String,
    time_to_live: Duration,
}

/// What is found under an id.
pub(super) enum Found {
    /// The generation is another one than the known one.
    Unknown(String),
    Document(RawDocumentBuf),
    /// There is no document with this id.
    Nothing,
    /// Nothing is cached, and the caller may write it.
    Ticket(Ticket),
}

pub(super) struct Ticket {
    generation: String,
    mark: String,
    /// The time of the last change that was removed. The document must contain it.
    pub(super) removed: Option<Timestamp>,
}

impl Store {
    pub(super) fn new(connection: ConnectionManager, prefix: String, time_to_live: Duration) -> Self {
        Self { connection, prefix, time_to_live }
    }

    /// Starts a generation, so that nothing is cached.
    pub(super) async fn start_generation(&self) -> RedisResult<()> {
        let generation = Uuid::new().to_string() + Reached::default().as_str();
        self.connection.clone().set(&self.prefix, generation).await
    }

    pub(super) async fn find(&self, id: &[u8], known: &Known) -> RedisResult<Found> {
        let mark = Uuid::new().to_string();
        let script = Script::new(FIND);
        let mut call = script.key(&self.prefix);
        call.arg(&mark).arg(id).arg(TICKET_MILLIS).arg(&known.generation).arg(known.since.as_str());
        let mut connection = self.connection.clone();
        let reply: Vec<Vec<u8>> = call.invoke_async(&mut connection).await?;
        Ok(match &reply[..] {
            [generation] => Found::Unknown(String::from_utf8_lossy(generation).into_owned()),
            [_, removed, _] => {
                let removed = Reached::read(removed);
                Found::Ticket(Ticket { generation: known.generation.clone(), mark, removed })
            }
            [_, value] if value.first() == Some(&b'N') => Found::Nothing,
            [_, value] => match RawDocumentBuf::from_bytes(value.get(MARK..).unwrap_or_default().to_vec()) {
                Ok(document) => Found::Document(document),
                Err(_) => return Err(unreadable("a cached value is not a document")),
            },
            _ => return Err(unreadable("the reply of the script is not one of the expected")),
        })
    }

    /// Writes what was read, unless it was removed since. It contains what has changed until `time`.
    pub(super) async fn fill(
        &self,
        id: &[u8],
        ticket: &Ticket,
        time: Option<Timestamp>,
        document: Option<&[u8]>,
    ) -> RedisResult<()> {
        let kind: &[u8] = if document.is_some() { b"D" } else { b"N" };
        let time = Reached::of(time);
        let value = [kind, time.as_str().as_bytes(), document.unwrap_or_default()].concat();
        let millis = u64::try_from(self.time_to_live.as_millis()).unwrap_or(u64::MAX).max(1);
        let script = Script::new(FILL);
        let mut call = script.key(&self.prefix);
        let mut connection = self.connection.clone();
        call.arg(&ticket.generation).arg(id).arg(&ticket.mark).arg(value).arg(millis);
        let _: i32 = call.invoke_async(&mut connection).await?;
        Ok(())
    }

    /// Removes what is cached under these ids, which have changed until `time`.
    pub(super) async fn remove(&self, ids: &[Vec<u8>], time: Option<Timestamp>) -> RedisResult<()> {
        let script = Script::new(REMOVE);
        let mut call = script.key(&self.prefix);
        call.arg(Reached::of(time).as_str());
        for id in ids {
            call.arg(id);
        }
        let mut connection = self.connection.clone();
        let _: i32 = call.invoke_async(&mut connection).await?;
        Ok(())
    }
}

fn unreadable(what: &'static str) -> redis::RedisError {
    (redis::ErrorKind::UnexpectedReturnType, what).into()
}
