//! Checksums of the source text of migrations.

/// Returns the checksum of a string, as the history stores it.
///
/// Only a change must be visible, so 64 bits are enough: this is FNV-1a, which is the same in every version of this
/// crate and of the compiler.
pub(super) fn of(source: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in significant(source) {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// Returns the text without what a formatter changes: white space, and commas before a closing bracket.
fn significant(source: &str) -> impl Iterator<Item = u8> + '_ {
    let mut bytes = source.bytes().filter(|byte| !byte.is_ascii_whitespace()).peekable();
    std::iter::from_fn(move || {
        let byte = bytes.next()?;
        match (byte, bytes.peek()) {
            (b',', Some(b')' | b']' | b'}')) => bytes.next(),
            _ => Some(byte),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn only_what_a_formatter_changes_is_ignored() {
        assert_eq!(of("f(a, b)"), of("f(\n    a,\n    b,\n)"));
        assert_ne!(of("f(a, b)"), of("f(b, a)"));
        assert_ne!(of(""), of("a"));
        assert_eq!(of(""), "cbf29ce484222325");
        assert_eq!(of("a"), "af63dc4c8601ec8c");
    }
}
