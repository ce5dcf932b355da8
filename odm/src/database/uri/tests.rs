//! The error messages of malformed URIs, which never contain a secret.

use super::*;

fn answer(uri: &str) -> Option<String> {
    parse(uri).err().map(|error| format!("{error}\n{error:?}\n{error:#?}"))
}

const PORT: &str = "host 1 has a port that is not a number from 1 to 65535";

/// A URI, its problem, and whether the message explains where a user name and a password belong.
const PROBLEMS: &[(&str, &str, bool)] = &[
    ("mongodb://localhost:port/shop", PORT, true),
    ("mongodb://ada:hunter2/shop", PORT, true),
    ("mongodb://ada:hunter2%40host/shop", PORT, true),
    ("mongodb://ada:hunter2@host:99999999/shop", PORT, false),
    ("mongodb://a:1,b:x/shop", "host 2 has a port that is not a number from 1 to 65535", true),
    ("mongodb://ada;hunter2/shop", "host 1 contains a character that no host name has", true),
    (
        "mongodb://ada\u{ff1a}hunter2\u{ff20}host/shop",
        "host 1 contains a character that no host name has",
        true,
    ),
    ("mongodb:///shop", "host 1 is empty", true),
    ("mongodb://ada:hunter2@/shop", "host 1 is empty", false),
    ("mongodb://[::1/shop", "host 1 lacks the closing `]`", true),
    ("mongodb://[host]/shop", "host 1 has no IPv6 address in its brackets", true),
    ("mongodb://[::1]27017/shop", "host 1 has something other than a port after its `]`", true),
    ("mongodb://tmp.sock/shop", "host 1 is a socket whose path does not begin with `%2F`", true),
    (
        "mongodb://ada:27017/hunter2%40host",
        "the name of the database contains a character that is not allowed",
        true,
    ),
    (
        "mongodb://ada:27017/hunter2%EF%BC%A0host",
        "the name of the database contains a character that is not allowed",
        true,
    ),
    ("mongodb://localhost/sh$op", "the name of the database contains a character that is not allowed", true),
    (
        "mongodb://localhost/shop?retryWrite=true",
        "option 1 is unknown; `retryWrites` has a similar name",
        false,
    ),
    ("mongodb://localhost/shop?w=1&hunter2=true", "option 2 is unknown", false),
    ("mongodb://localhost/shop?retryWrites=yes", "the option `retryWrites` must be `true` or `false`", false),
    ("mongodb://localhost/shop?RETRYwrites=%74", "the option `retryWrites` must be `true` or `false`", false),
    ("mongodb://localhost/shop?w", "option 1 is not a `key=value` pair", false),
    (
        "mongodb://localhost/shop?w=1&maxPoolSize=ten",
        "the option `maxPoolSize` must be a whole number, 0 or more",
        false,
    ),
    (
        "mongodb://localhost/shop?authMechanismProperties=hunter2",
        "the option `authMechanismProperties` must be `KEY:value` pairs with commas between them",
        false,
    ),
    (
        "mongodb://localhost/shop?proxyPassword=hunter2",
        "the option `proxyPassword` needs the feature `socks5-proxy` of the `mongodb` crate",
        false,
    ),
    (
        "mongodb://localhost/shop?compressors=zstd",
        "the option `compressors` needs a compression feature of the `mongodb` crate",
        false,
    ),
    ("mongodb://localhost/shop?tls=false&tlsCAFile=hunter2", "'tlsCAFile' can't be set if tls=false", false),
    ("mongodb://localhost/shop?w=1&w=2", "repeated options are not allowed in the connection string", false),
    ("mongodb+srv://a,b/shop", "exactly one host must be specified with 'mongodb+srv'", false),
    (
        "mongodb://ada:hunter2@h/shop?authMechanism=MONGODB-X509",
        "A password cannot be specified with MONGODB-X509",
        false,
    ),
    (
        "mongodb://ada:hunter2@h/shop?authMechanism=hunter2",
        "the option `authMechanism` is not one that the `mongodb` crate is built with",
        false,
    ),
];

#[test]
fn the_answer_names_what_is_wrong() {
    let begin = "the URI does not begin with `mongodb://` or `mongodb+srv://`";
    for uri in ["localhost:27017/shop", "postgres://localhost/shop", "mongodb:/ada:hunter2@host/shop"] {
        assert_eq!(parse(uri).unwrap_err().to_string(), begin, "{uri}");
    }
    for uri in [
        "mongodb://ada:hunt/er2@host/shop",
        "mongodb://ada:hunter2@x@host/shop",
        "mongodb://ada:hunter2?@host/shop",
        "mongodb://ada:hunter2%@host/shop",
        "mongodb://ada:hunter2%a\u{e9}@host/shop",
        "mongodb://ada:hunter2:@host/shop",
    ] {
        assert_eq!(parse(uri).unwrap_err().to_string(), NOT_ENCODED, "{uri}");
    }
    for (uri, problem, credentials) in PROBLEMS {
        let credentials = if *credentials { CREDENTIALS } else { "" };
        let message = format!("the URI is not valid: {problem}{credentials}");
        assert_eq!(parse(uri).unwrap_err().to_string(), message, "{uri}");
    }
    assert!(CREDENTIALS.starts_with(
        "; a user name and a password are followed by `@`, as in `mongodb://user:password@host"
    ));
}

#[test]
fn valid_uris_are_read() {
    for uri in [
        "mongodb://localhost",
        "mongodb://localhost:27017,other:27018/shop?replicaSet=rs0",
        "mongodb://ada:p%40ss%25w%2Frd@db-1.example.org/shop?authSource=admin&appName=a@b",
        "mongodb://[::1]:27017,127.0.0.1/shop",
        "mongodb://%2Ftmp%2Fmongodb-27017.sock/shop",
        "mongodb://under_score.example/k%C3%B8b",
        "mongodb://b\u{fc}cher.example/shop",
        "mongodb+srv://ada:hunter2@cluster0.example.net/shop?retryWrites=true&w=majority",
    ] {
        assert_eq!(answer(uri), None, "{uri}");
    }
}

/// Every part of a URI in many wrong forms, and a valid URI with every letter replaced, removed and doubled: the
/// message never contains the secret, wherever it is in the URI.
#[test]
#[allow(clippy::too_many_lines)] // lists
fn no_answer_repeats_a_secret() {
    const MARK: &str = "qzj";
    let mut uris = Vec::new();
    let secrets = [
        "qzj",
        "qzj/qzj",
        "qzj?qzj",
        "qzj?qzj=1",
        "qzj#qzj",
        "qzj[qzj",
        "qzj]qzj",
        "qzj:qzj",
        "qzj@qzj",
        "qzj%qzj",
        "qzj%40qzj",
        "%71%7A%6A",
        "qzj%a\u{e9}qzj",
        "qzj,qzj",
        "qzj qzj",
        "qzj;qzj",
        "qzj\0qzj",
        "1/qzj",
        "27017/qzj",
        "27017/?qzj=qzj",
        "27017/?w=qzj:qzj&qzj",
        "27017/?readPreference=qzj",
        "qzj.sock",
        "[qzj",
        "[qzj]",
        "qzj:27017",
    ];
    let ats =
        ["@", "%40", "\u{ff20}", "\u{fe6b}", ";", "@@", ":@", "/@", "?@", "#@", "", " @", "@/", "@?", "&"];
    let rests = [
        "host/shop",
        "host:x/shop",
        "host:0/shop",
        "/shop",
        "[::1/shop",
        "host/sh$op",
        "host",
        "host/?w",
        "host/shop?retryWrites=yes",
        "host/shop?retryWrite=true",
        "a,b:99999/shop",
        "host/a%40b",
        "h?x",
        "h/shop?tlsCertificateKeyFilePassword=qzj",
        "h/shop?tlsCertificateKeyFilePassword=%71zj&bogus=1",
        "h/shop?authMechanismProperties=qzj",
        "h/shop?authMechanismProperties=AWS_SESSION_TOKEN:qzj%3D&bogus=1",
        "h/shop?authMechanismProperties=AWS_SESSION_TOKEN:q%7Aj,qzj",
        "h/shop?authMechanism=qzj",
        "h/shop?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:qzj",
        "h/shop?authMechanismProperties=CANONICALIZE_HOST_NAME:qzj&authMechanism=PLAIN",
        "h/shop?uuidRepresentation=qzj",
        "h/shop?proxyHost=qzj&proxyUsername=qzj&proxyPassword=qzj",
        "h/shop?proxyPort=qzj",
        "h/shop?qzj",
        "h/shop?qzj=qzj",
        "h/shop?readPreference=qzj",
        "h/shop?readPreference=secondary&readPreferenceTags=qzj",
        "h/shop?compressors=qzj",
        "h/shop?serverMonitoringMode=qzj",
        "h/shop?maxStalenessSeconds=qzj",
        "h/shop?retryWritesqzj=true",
        "h/qzj$?w=1",
        "h/shop?tls=qzj",
        "h/shop?w=1&w=qzj",
        "h/shop?tlsCAFile=qzj&tls=false&bogus=qzj",
        "h/shop?authSource=&authMechanism=PLAIN",
    ];
    for scheme in ["mongodb://", "mongodb+srv://", "mongodb:/", "mongodb+srv:", "mongo://", ""] {
        for separator in [":", "\u{ff1a}", ";", "%3A", "::", ""] {
            for secret in secrets {
                for at in ats {
                    uris.extend(rests.iter().map(|rest| format!("{scheme}ada{separator}{secret}{at}{rest}")));
                }
            }
        }
    }
    let valid = "mongodb://ada:qzj@host:27017,h2/shop?authMechanismProperties=A:qzj&w=1&appName=x";
    for (position, letter) in valid.char_indices() {
        let (before, after) = (&valid[..position], &valid[position + letter.len_utf8()..]);
        uris.push(format!("{before}{after}"));
        for other in "@:/?#[]%,;&=$. \0\n\u{e9}\u{ff20}\u{ff1a}".chars() {
            uris.push(format!("{before}{other}{after}"));
            uris.push(format!("{before}{other}{letter}{after}"));
        }
    }
    let mut answered = 0;
    for uri in &uris {
        let Some(text) = answer(uri) else { continue };
        answered += 1;
        assert!(!text.to_lowercase().contains(MARK), "{uri:?}: {text}");
        assert!(!text.to_lowercase().contains("%71"), "{uri:?}: {text}");
    }
    assert!(answered > 50_000, "{answered} of {} are malformed", uris.len());
}
