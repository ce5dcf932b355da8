//! Malformed bytes that no server sends, and values that no server accepts.
#![allow(clippy::unwrap_used)] // in functions that tests share

mod crates;
mod depth;
mod mutations;
mod untagged_nesting;
mod wide_types;

/// Runs a function with the stack size of a tokio worker and of a test thread.
fn on_a_small_stack(body: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(body).unwrap().join().unwrap();
}

/// Returns `{ key: inner }`, with `inner` of this type.
fn outer(tag: u8, key: &str, inner: &[u8]) -> Vec<u8> {
    let length = inner.len() + key.len() + 7;
    let mut bytes = i32::try_from(length).unwrap().to_le_bytes().to_vec();
    bytes.push(tag);
    bytes.extend_from_slice(key.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(inner);
    bytes.push(0);
    bytes
}
