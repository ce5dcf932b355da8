//! The sources of a server: which one is used, and what is logged, also if none works.

use odm_test::{Server, Source};

use crate::child::{self, NO_DOCKER, subject};

#[odm_test::test]
async fn a_uri_that_is_set_is_used(server: Server) {
    let ended = child::run(subject("tells_its_server").env("ODM_MONGODB_URI", server.uri()));
    assert_eq!(ended.reported("source"), "uri");
    assert_eq!(ended.reported("uri"), server.uri());
    assert!(ended.output.contains("odm-test: server from uri: MongoDB "), "{}", ended.output);
}

#[test]
fn a_uri_that_does_not_answer_is_replaced_by_no_other_server() {
    let uri = "mongodb://ann:secret@127.0.0.1:1/?serverSelectionTimeoutMS=100";
    let ended = child::run(subject("tells_its_server").env("ODM_MONGODB_URI", uri));
    assert!(!ended.passed);
    let start = "no MongoDB server for the tests: the one that ODM_MONGODB_URI names does not answer:\n  \
                 uri     mongodb://***@127.0.0.1:1/?serverSelectionTimeoutMS=100: Server selection timeout: ";
    assert!(ended.output.contains(start), "{}", ended.output);
    let end = "\nStart it, or unset ODM_MONGODB_URI so that a server is started for the tests.\n";
    assert!(ended.output.contains(end), "{}", ended.output);
    assert!(!ended.output.contains("secret") && !ended.output.contains("from docker"), "{}", ended.output);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn without_docker_the_next_source_is_used() {
    let ended = child::run(subject("tells_its_server").env("DOCKER_HOST", NO_DOCKER));
    assert!(ended.output.contains("odm-test: no server from docker: Docker does not answer: "));
    assert!(["mongod", "wheel"].contains(&ended.reported("source")), "{}", ended.output);
    assert!(ended.passed, "{}", ended.output);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn without_the_image_the_next_source_is_used() {
    let image = "odm-test/there-is-no-such-image:0";
    let ended = child::run(subject("tells_its_server").env("ODM_MONGODB_IMAGE", image));
    assert!(ended.output.contains("odm-test: no server from docker: Docker "), "{}", ended.output);
    assert!(["mongod", "wheel"].contains(&ended.reported("source")), "{}", ended.output);
    assert!(ended.passed, "{}", ended.output);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_mongod_that_is_named_is_started() {
    let mongod = odm_test::wheel::mongod().unwrap();
    let ended =
        child::run(subject("tells_its_server").env("DOCKER_HOST", NO_DOCKER).env("ODM_MONGOD", &mongod));
    assert_eq!(ended.reported("source"), "mongod");
    let version = odm_test::wheel::version().unwrap();
    let line = format!("odm-test: server from mongod: MongoDB {version}, {}, ", mongod.display());
    assert!(ended.output.contains(&line), "{}", ended.output);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_source_can_be_selected() {
    let ended = child::run(subject("tells_its_server").env("ODM_MONGODB_SOURCE", "wheel"));
    assert_eq!(ended.reported("source"), "wheel");
    assert!(!ended.output.contains("docker"), "{}", ended.output);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn an_unknown_version_is_refused_with_the_known_ones() {
    let ended =
        child::run(subject("passes").env("ODM_MONGODB_SOURCE", "wheel").env("ODM_MONGODB_VERSION", "7.0"));
    assert!(!ended.passed);
    let message = "  wheel   ODM_MONGODB_VERSION is `7.0`, but there are only wheels of 6.0.5 and 6.0.27";
    assert!(ended.output.contains(message), "{}", ended.output);
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_server_of_ones_own_is_not_the_one_that_others_use() {
    let uri = "mongodb://127.0.0.1:1/";
    let ended = child::run(
        subject("starts_its_own_server").env("DOCKER_HOST", NO_DOCKER).env("ODM_MONGODB_URI", uri),
    );
    assert!(["mongod", "wheel"].contains(&ended.reported("source")), "{}", ended.output);
    assert!(ended.passed, "{}", ended.output);
}

#[test]
fn a_server_of_ones_own_that_cannot_be_started_is_replaced_by_no_other() {
    let nothing = tempfile::tempdir().unwrap();
    let uri = "mongodb://127.0.0.1:1/";
    let ended = child::run(
        subject("starts_its_own_server")
            .env("DOCKER_HOST", NO_DOCKER)
            .env("PATH", nothing.path())
            .env("ODM_MONGODB_URI", uri),
    );
    assert!(!ended.passed);
    let start =
        "no MongoDB server can be started for this test alone. What was tried:\n  docker  Docker does not";
    assert!(ended.output.contains(start), "{}", ended.output);
    let end = "  install MongoDB, or set ODM_MONGOD to the path of a `mongod`.\n\
               The one that ODM_MONGODB_URI names is not used here: others may use it too.\n";
    assert!(ended.output.contains(end), "{}", ended.output);

    let ended = child::run(
        subject("starts_its_own_server").env("ODM_MONGODB_SOURCE", "uri").env("ODM_MONGODB_URI", uri),
    );
    assert!(!ended.passed);
    let message = "this test needs a server of its own, but ODM_MONGODB_SOURCE=uri allows no server to be started: \
                   unset it; the other tests still use the server of ODM_MONGODB_URI\n";
    assert!(ended.output.contains(message), "{}", ended.output);
}

#[test]
fn a_selected_source_is_replaced_by_no_other() {
    let ended =
        child::run(subject("passes").env("ODM_MONGODB_SOURCE", "docker").env("DOCKER_HOST", NO_DOCKER));
    assert!(!ended.passed);
    let start = "no MongoDB server for the tests, and only the source `docker` was allowed:\n  \
                 docker  Docker does not answer: ";
    assert!(ended.output.contains(start), "{}", ended.output);
    let end = "\nFix it, or unset ODM_MONGODB_SOURCE so that the other sources are tried.\n";
    assert!(ended.output.contains(end), "{}", ended.output);
}

#[test]
fn an_unknown_source_is_refused_with_the_known_ones() {
    let ended = child::run(subject("passes").env("ODM_MONGODB_SOURCE", "magic"));
    assert!(!ended.passed);
    let message = "ODM_MONGODB_SOURCE: `magic` is not a source of servers; the sources are `uri`, `docker`, `mongod` and `wheel`";
    assert!(ended.output.contains(message), "{}", ended.output);
}

#[test]
fn a_test_that_should_panic_does_not_pass_for_want_of_a_server() {
    let ended = child::run(subject("panics_as_expected").env("ODM_MONGODB_SOURCE", "magic"));
    assert!(!ended.passed, "{}", ended.output);
    assert!(
        ended.output.contains("subject::panics_as_expected could not run: ODM_MONGODB_SOURCE"),
        "{}",
        ended.output
    );
}

#[test]
fn if_no_source_works_the_error_lists_all_and_how_to_fix_it() {
    let nothing = tempfile::tempdir().unwrap();
    let ended = child::run(subject("passes").env("DOCKER_HOST", NO_DOCKER).env("PATH", nothing.path()));
    assert!(!ended.passed);
    let report = ended.output.split_once("no MongoDB server for the tests. What was tried:\n").unwrap().1;
    let lines: Vec<&str> = report.lines().collect();
    assert!(lines[0].starts_with("  docker  Docker does not answer: "), "{report}");
    assert_eq!(lines[1], "  mongod  ODM_MONGOD is not set, and there is no `mongod` on PATH");
    assert!(
        lines[2].starts_with("  wheel   cannot start `sh`, which ends the server when the tests"),
        "{report}"
    );
    assert_eq!(
        lines[3..7],
        [
            "Do one of these:",
            "  start Docker, so that the image `mongo` can be run;",
            "  install MongoDB, or set ODM_MONGOD to the path of a `mongod`;",
            "  set ODM_MONGODB_URI to the connection string of a server that runs.",
        ]
    );
}

#[test]
fn a_server_that_dies_at_its_start_is_quoted() {
    let ended =
        child::run(subject("passes").env("ODM_MONGODB_SOURCE", "mongod").env("ODM_MONGOD", "/bin/ls"));
    assert!(!ended.passed);
    assert!(
        ended.output.contains("/bin/ls: the server ended while it was starting\n      | "),
        "{}",
        ended.output
    );
    assert!(ended.output.contains("unrecognized option"), "{}", ended.output);
}

/// If Docker has the image or can pull it, a container is started. If not, the error has one of two reasons.
#[tokio::test]
async fn a_container_is_started_where_docker_can() {
    match Server::start_by(Source::Docker).await {
        Ok(server) => {
            assert_eq!(server.source(), Source::Docker);
            server.stop().await;
        }
        Err(error) => {
            let error = error.to_string();
            assert!(
                error.contains("Docker does not answer") || error.contains("cannot get the image"),
                "{error}"
            );
        }
    }
}
