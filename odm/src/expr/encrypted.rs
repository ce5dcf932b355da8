//! Strings that Queryable Encryption has encrypted: `$encStrContains $encStrStartsWith ..`.

use super::operators::operators;
use crate::value::StringValue;

operators! {
    /// Returns whether an encrypted string contains another. The field must be encrypted for substring queries. The client
    /// must encrypt queries automatically, or the string must be encrypted for such a query.
    enc_str_contains = "$encStrContains" named("input" input: T [StringValue], "substring" substring: B [StringValue]) -> bool, since "8.2";
    /// Returns whether an encrypted string begins with another. The field must be encrypted for prefix queries: see
    /// [`enc_str_contains`].
    enc_str_starts_with = "$encStrStartsWith" named("input" input: T [StringValue], "prefix" prefix: B [StringValue]) -> bool, since "8.2";
    /// Returns whether an encrypted string ends with another. The field must be encrypted for suffix queries: see
    /// [`enc_str_contains`].
    enc_str_ends_with = "$encStrEndsWith" named("input" input: T [StringValue], "suffix" suffix: B [StringValue]) -> bool, since "8.2";
    /// Returns whether an encrypted string equals another if both are normalized, in Unicode and in case and accents if
    /// the field is encrypted without regard to these: see [`enc_str_contains`].
    enc_str_normalized_eq = "$encStrNormalizedEq" named("input" input: T [StringValue], "string" string: B [StringValue]) -> bool, since "8.2";
}
