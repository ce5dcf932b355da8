//! The messages of the driver that this crate repeats. They are constants of the driver, so they contain no part of a
//! document, a server's reply or a URI.

/// Returns the message if it is a constant of the driver. For a message that the driver completes with values,
/// returns a string of this crate.
pub(crate) fn known(text: &str) -> Option<&'static str> {
    let completed = |(begin, ours): &(&str, &'static str)| text.starts_with(begin).then_some(*ours);
    constant(text).or_else(|| COMPLETED.iter().find_map(completed))
}

/// Returns the message if it is a constant of the driver.
pub(crate) fn constant(text: &str) -> Option<&'static str> {
    CONSTANTS.iter().copied().find(|constant| *constant == text)
}

/// The beginnings of the driver's messages that end with values, and the strings that replace the messages.
const COMPLETED: &[(&str, &str)] = &[
    ("'heartbeat_freq' must be at least ", "`heartbeatFrequencyMS` must be at least 500"),
    ("Connection string replicaSet name ", "the server is not a member of the set that `replicaSet` names"),
    ("No DNS results for domain ", "the host name has no address"),
    ("SRV lookup for ", "the host has no SRV records"),
    ("TXT lookup for ", "the host has more than one TXT record"),
    ("TXT record ", "the TXT record of the host holds an option that is not allowed there"),
    (
        "Unable to parse PEM-encoded client certificate from ",
        "the file of `tlsCertificateKeyFile` holds no certificate in PEM",
    ),
    (
        "Unable to parse PEM-encoded item from ",
        "the file of `tlsCertificateKeyFile` holds no private key in PEM",
    ),
    (
        "Unable to parse PEM-encoded root certificate from ",
        "the file of `tlsCAFile` cannot be read as certificates in PEM",
    ),
    ("cannot set {key}={tls} if ", "`tls` contradicts another TLS option"),
    ("could not resolve ", "the host name is not valid for TLS"),
    ("insert document must be within ", "a document is larger than the server stores"),
    (
        "invalid max_staleness value: ",
        "`maxStalenessSeconds` must be at least 90, and greater than the heartbeat allows",
    ),
    ("limit exceeds range of i64", "the limit does not fit into an int64"),
    ("operation at index ", "a write is larger than the maximum size of a command"),
    ("skip exceeds range of i64", "the number of documents to skip does not fit into an int64"),
];

const CONSTANTS: &[&str] = &[
    // Sessions and transactions.
    "Attempted to start a session on a deployment that does not support sessions",
    "Cannot call abortTransaction after calling commitTransaction",
    "Cannot call commitTransaction after calling abortTransaction",
    "Cannot set read concern after starting a transaction",
    "Cannot set write concern after starting a transaction",
    "Snapshot reads require MongoDB 5.0 or later",
    "Transactions are not supported by this deployment",
    "Transactions are not supported in snapshot sessions",
    "Unacknowledged write concerns are not supported",
    "cannot call abortTransaction twice",
    "cannot set `snapshot_time` without setting `snapshot` to true",
    "no transaction started",
    "read preference in a transaction must be primary",
    "snapshot and causal consistency are mutually exclusive",
    "the session provided to an operation must be created from the same client as the collection/database on which the \
     operation is being performed",
    "transaction already in progress",
    "transactions do not support unacknowledged write concerns",
    // Arguments of calls.
    "No documents provided to insert_many",
    "bulk_write must be provided at least one write operation",
    "replacement document must not contain update modifiers",
    "the batch size must fit into a signed 32-bit integer",
    "the bulk write feature is only supported on MongoDB 8.0+",
    "update document must not be empty",
    "update document must only contain update modifiers",
    "write concern `w_timeout` field cannot be negative",
    "write concern cannot have w=0 and j=true",
    // Client options.
    "'tlsCAFile' can't be set if tls=false",
    "'tlsCertificateKeyFile' can't be set if tls=false",
    "A password cannot be specified with MONGODB-X509",
    "Driver attempted to initialize in load balancing mode, but the server does not support this mode.",
    "MONGODB-AWS auth is only supported with the aws-auth feature flag and the tokio runtime",
    "No password provided for PLAIN authentication",
    "No username provided for PLAIN authentication",
    "No username provided for SCRAM authentication",
    "Username cannot be provided without password for MONGODB-AWS authentication",
    "Username for PLAIN authentication must be non-empty",
    "a port cannot be specified with 'mongodb+srv'",
    "cannot set both tlsinsecure and tlsallowinvalidcertificates in the connection string",
    "cannot set max staleness without also setting read preference mode",
    "cannot set read preference tags without also setting read preference mode",
    "cannot set tlsallowinvalidcertificates when TLS is disabled",
    "cannot set tlsinsecure when TLS is disabled",
    "cannot specify directConnection=true with loadBalanced=true",
    "cannot specify maxConnecting=0",
    "cannot specify maxPoolSize=0",
    "cannot specify multiple seeds with directConnection=true",
    "cannot specify multiple seeds with loadBalanced=true",
    "cannot specify replicaSet with loadBalanced=true",
    "cannot use SRV-style URI with directConnection=true",
    "empty authSource provided",
    "exactly one host must be specified with 'mongodb+srv'",
    "max staleness can only be specified when a non-primary mode is specified",
    "only $external may be specified as an auth source for MONGODB-X509",
    "read preference tags can only be specified when a non-primary mode is specified",
    "repeated options are not allowed in the connection string",
    "srvMaxHosts and loadBalanced=true cannot both be present",
    "srvMaxHosts and replicaSet cannot both be present",
    "srvMaxHosts cannot be specified with a non-SRV URI",
    "srvServiceName cannot be specified with a non-SRV URI",
    "the Rust driver does not support socketTimeoutMS",
    "the cert-key-password feature must be enabled to specify tlsCertificateKeyFilePassword in the URI",
    "unix sockets cannot be used with 'mongodb+srv'",
    "username and mechanism both not provided, but authentication was requested",
    "zlibCompressionLevel may not be specified without the zlib-compression feature flag enabled",
];
