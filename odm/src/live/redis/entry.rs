//! What is stored in Redis.
//!
//! Under the prefix is the generation, a random text. Under the prefix, the generation and the id is a ticket, a document,
//! or the mark that there is none. A read begins by writing a ticket, and only its owner replaces it by the document. A
//! change removes what is there, so that the read that was in progress writes nothing.

use std::time::Duration;

use mongodb::bson::{RawDocumentBuf, uuid::Uuid};
use redis::{AsyncCommands, RedisResult, Script, aio::ConnectionManager};

/// How long a read may take, so that another one is not held up by one that has failed.
const TICKET_MILLIS: u64 = 30_000;

const FIND: &str = r"
local generation = redis.call('GET', KEYS[1])
if not generation then
  redis.call('SET', KEYS[1], ARGV[1], 'NX')
  generation = ARGV[1]
end
local key = KEYS[1] .. ':' .. generation .. ':' .. ARGV[2]
local value = redis.call('GET', key)
if value and string.sub(value, 1, 1) ~= 'T' then
  return value
end
redis.call('SET', key, 'T' .. ARGV[1], 'PX', ARGV[3])
return 'T' .. generation";

const FILL: &str = r"
local key = KEYS[1] .. ':' .. ARGV[1] .. ':' .. ARGV[2]
if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('GET', key) == 'T' .. ARGV[3] then
  redis.call('SET', key, ARGV[4], 'PX', ARGV[5])
  return 1
end
return 0";

const REMOVE: &str = r"
local generation = redis.call('GET', KEYS[1])
if generation then
  for index, id in ipairs(ARGV) do
    redis.call('DEL', KEYS[1] .. ':' .. generation .. ':' .. id)
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
    Document(RawDocumentBuf),
    /// There is no document with this id.
    Nothing,
    /// Nothing is cached, and the caller may write it.
    Ticket(Ticket),
}

pub(super) struct Ticket {
    generation: Vec<u8>,
    mark: String,
}

impl Store {
    pub(super) fn new(connection: ConnectionManager, prefix: String, time_to_live: Duration) -> Self {
        Self { connection, prefix, time_to_live }
    }

    /// Starts a generation, so that nothing is cached.
    pub(super) async fn start_generation(&self) -> RedisResult<()> {
        self.connection.clone().set(&self.prefix, Uuid::new().to_string()).await
    }

    pub(super) async fn find(&self, id: &[u8]) -> RedisResult<Found> {
        let mark = Uuid::new().to_string();
        let script = Script::new(FIND);
        let mut call = script.key(&self.prefix);
        let mut connection = self.connection.clone();
        let value: Vec<u8> = call.arg(&mark).arg(id).arg(TICKET_MILLIS).invoke_async(&mut connection).await?;
        Ok(match value.split_first() {
            Some((b'D', bytes)) => match RawDocumentBuf::from_bytes(bytes.to_vec()) {
                Ok(document) => Found::Document(document),
                Err(_) => {
                    return Err(
                        (redis::ErrorKind::UnexpectedReturnType, "a cached value is not a document").into()
                    );
                }
            },
            Some((b'T', generation)) => Found::Ticket(Ticket { generation: generation.to_vec(), mark }),
            _ => Found::Nothing,
        })
    }

    /// Writes what was read, unless it was removed since.
    pub(super) async fn fill(&self, id: &[u8], ticket: &Ticket, document: Option<&[u8]>) -> RedisResult<()> {
        let value = document.map_or_else(|| b"N".to_vec(), |bytes| [b"D", bytes].concat());
        let millis = u64::try_from(self.time_to_live.as_millis()).unwrap_or(u64::MAX).max(1);
        let script = Script::new(FILL);
        let mut call = script.key(&self.prefix);
        let mut connection = self.connection.clone();
        call.arg(&ticket.generation).arg(id).arg(&ticket.mark).arg(value).arg(millis);
        let _: i32 = call.invoke_async(&mut connection).await?;
        Ok(())
    }

    /// Removes what is cached under these ids.
    pub(super) async fn remove(&self, ids: &[Vec<u8>]) -> RedisResult<()> {
        let script = Script::new(REMOVE);
        let mut call = script.key(&self.prefix);
        for id in ids {
            call.arg(id);
        }
        let mut connection = self.connection.clone();
        let _: i32 = call.invoke_async(&mut connection).await?;
        Ok(())
    }
}
