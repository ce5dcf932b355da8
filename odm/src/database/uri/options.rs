//! The options of a connection string: which of them is wrong, and what it must be.

use mongodb::{error::ErrorKind as Driver, options::ConnectionString};

use crate::error::driver_text;

/// Returns the problem of the first wrong option. `message` is the driver's message about all options.
pub(super) fn problem(scheme: &str, options: &str, message: &str) -> Option<String> {
    options.split('&').enumerate().find_map(|(position, option)| {
        let position = position + 1;
        let Some((name, _)) = option.split_once('=') else {
            return Some(format!("option {position} is not a `key=value` pair"));
        };
        match find(name) {
            Some((name, requirement)) => {
                is_refused(scheme, option).then(|| format!("the option `{name}` {requirement}"))
            }
            None => Some(match similar(message) {
                Some(similar) => format!("option {position} is unknown; `{similar}` has a similar name"),
                None => format!("option {position} is unknown"),
            }),
        }
    })
}

/// Returns whether the driver refuses this option alone.
fn is_refused(scheme: &str, option: &str) -> bool {
    match ConnectionString::parse(format!("{scheme}u:p@h/?{option}")) {
        Ok(_) => false,
        // A constant message is about a combination of options.
        Err(error) => !matches!(
            &*error.kind,
            Driver::InvalidArgument { message, .. } if driver_text::constant(message).is_some()
        ),
    }
}

/// Returns the option that the driver proposes.
fn similar(message: &str) -> Option<&'static str> {
    let (_, name) = message.rsplit_once("An option with a similar name exists: ")?;
    find(name).map(|(name, _)| name)
}

fn find(name: &str) -> Option<(&'static str, &'static str)> {
    OPTIONS.iter().copied().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

const ANY: &str = "is not valid";
const BOOLEAN: &str = "must be `true` or `false`";
const COUNT: &str = "must be a whole number, 0 or more";
const MILLISECONDS: &str = "must be a whole number of milliseconds";
const PROXY: &str = "needs the feature `socks5-proxy` of the `mongodb` crate";

/// The options that MongoDB has, each with its requirement.
const OPTIONS: &[(&str, &str)] = &[
    ("appName", ANY),
    ("authMechanism", "is not one that the `mongodb` crate is built with"),
    ("authMechanismProperties", "must be `KEY:value` pairs with commas between them"),
    ("authSource", ANY),
    ("compressors", "needs a compression feature of the `mongodb` crate"),
    ("connectTimeoutMS", MILLISECONDS),
    ("directConnection", BOOLEAN),
    ("enableOverloadRetargeting", BOOLEAN),
    ("heartbeatFrequencyMS", MILLISECONDS),
    ("journal", BOOLEAN),
    ("loadBalanced", BOOLEAN),
    ("localThresholdMS", MILLISECONDS),
    ("maxAdaptiveRetries", COUNT),
    ("maxConnecting", COUNT),
    ("maxIdleTimeMS", MILLISECONDS),
    ("maxPoolSize", COUNT),
    ("maxStalenessSeconds", "must be a whole number of seconds, or -1"),
    ("minPoolSize", COUNT),
    ("proxyHost", PROXY),
    ("proxyPassword", PROXY),
    ("proxyPort", PROXY),
    ("proxyUsername", PROXY),
    ("readConcernLevel", ANY),
    (
        "readPreference",
        "must be `primary`, `primaryPreferred`, `secondary`, `secondaryPreferred` or `nearest`",
    ),
    ("readPreferenceTags", "must be `key:value` pairs with commas between them"),
    ("replicaSet", ANY),
    ("retryReads", BOOLEAN),
    ("retryWrites", BOOLEAN),
    ("serverMonitoringMode", "must be `auto`, `poll` or `stream`"),
    ("serverSelectionTimeoutMS", MILLISECONDS),
    ("socketTimeoutMS", MILLISECONDS),
    ("srvMaxHosts", COUNT),
    ("srvServiceName", ANY),
    ("ssl", BOOLEAN),
    ("tls", BOOLEAN),
    ("tlsAllowInvalidCertificates", BOOLEAN),
    ("tlsAllowInvalidHostnames", "needs the feature `openssl-tls` of the `mongodb` crate"),
    ("tlsCAFile", "cannot be combined with `tls=false`"),
    ("tlsCertificateKeyFile", "cannot be combined with `tls=false`"),
    ("tlsCertificateKeyFilePassword", "needs the feature `cert-key-password` of the `mongodb` crate"),
    ("tlsInsecure", BOOLEAN),
    ("uuidRepresentation", "must be `csharpLegacy`, `javaLegacy` or `pythonLegacy`"),
    ("w", "must be a whole number, 0 or more, or the name of a write concern"),
    ("waitQueueTimeoutMS", MILLISECONDS),
    ("wtimeoutMS", MILLISECONDS),
    ("zlibCompressionLevel", "must be a whole number from -1 to 9"),
];
