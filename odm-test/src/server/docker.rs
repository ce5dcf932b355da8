//! A container: the `docker` source, through `testcontainers`.

use std::{env, ffi::OsStr, process, time::Duration};

use testcontainers::{
    ContainerAsync, ContainerRequest, GenericImage, ImageExt,
    bollard::{
        Docker,
        query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder},
    },
    core::{IntoContainerPort, client::docker_client_instance},
    runners::AsyncRunner,
};
use tokio::time::timeout;

use super::{
    arguments::Arguments,
    mongod,
    reaper::{Owner, Reaper},
    replica_set, stale,
};
use crate::error::{Error, OrError};
use crate::log::log;

mod image;
mod remover;

/// The image that is started if `ODM_MONGODB_IMAGE` is not set.
const IMAGE: &str = "mongo:8.0";

/// How long the Docker engine may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The port of the server inside its container.
const PORT: u16 = 27017;

/// The labels of our containers: the process id of the reaper, and the boot and PID namespace in which it is valid.
const REAPER: &str = "odm-test.reaper";
const PID_NAMESPACE: &str = "odm-test.realm";

/// A container whose server accepts writes.
#[derive(Debug)]
pub(crate) struct Container {
    pub(crate) uri: String,
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) reaper: Reaper,
}

/// Starts a container of the image in `ODM_MONGODB_IMAGE`, as a replica set of one member.
pub(crate) async fn start(owner: &Owner, arguments: &Arguments) -> Result<Container, Error> {
    let image = provide().await?;
    let name = new_name(&image);
    let mut reaper = reaper(owner, &name)?;
    let uri = run(&image, &name, owner, &reaper, arguments).await?;
    reaper.server_ready();
    if matches!(owner, Owner::Nobody) {
        log(format_args!("ODM_MONGODB_KEEP: the server stays until you run `docker rm -f -v {name}`"));
    }
    Ok(Container { uri, name, image, reaper })
}

/// Makes sure that Docker works and has the image in `ODM_MONGODB_IMAGE`. Returns the image.
pub(crate) async fn provide() -> Result<String, Error> {
    let docker = docker_client_instance().await.or_error("cannot create a Docker client")?;
    match timeout(PATIENCE, docker.ping()).await {
        Ok(answer) => answer.map(drop).or_error("Docker does not answer")?,
        Err(_) => return Err(Error::new(format!("Docker does not answer within {PATIENCE:?}"))),
    }
    remove_stale(&docker).await;

    let image = env::var("ODM_MONGODB_IMAGE").ok().filter(|name| !name.is_empty());
    let image = image.unwrap_or_else(|| IMAGE.to_owned());
    image::provide(&docker, &image).await?;
    Ok(image)
}

/// Returns the name of a new container.
pub(crate) fn new_name(image: &str) -> String {
    format!("odm-test-{}-{:08x}", process::id(), crate::test::name::unique(&image) >> 32)
}

/// Starts the reaper of the container `name`, which is started afterwards.
pub(crate) fn reaper(owner: &Owner, name: &str) -> Result<Reaper, Error> {
    let remover = remover::command(name)?;
    let command: Vec<&OsStr> = remover.iter().map(OsStr::new).collect();
    Reaper::of_container(owner, &command)
}

/// Starts the container `name` of an image, which its reaper removes.
pub(crate) async fn launch(
    image: &str,
    name: &str,
    owner: &Owner,
    reaper: &Reaper,
    request: impl FnOnce(GenericImage) -> ContainerRequest<GenericImage>,
) -> Result<ContainerAsync<GenericImage>, Error> {
    let (repository, tag) = image::parts(image);
    let mut request = request(GenericImage::new(repository, tag))
        .with_container_name(name)
        .with_startup_timeout(Duration::from_secs(60));
    if let (Some(pid_namespace), Owner::Holder | Owner::Runner { .. }) = (stale::pid_namespace(), owner) {
        request =
            request.with_label(REAPER, reaper.id().to_string()).with_label(PID_NAMESPACE, pid_namespace);
    }
    request.start().await.or_error(format_args!("a container of {image} does not start"))
}

/// Runs the container and makes its server a writable primary.
async fn run(
    image: &str,
    name: &str,
    owner: &Owner,
    reaper: &Reaper,
    arguments: &Arguments,
) -> Result<String, Error> {
    let command = ["mongod", "--bind_ip_all"].into_iter().chain(arguments.all());
    let request = |image: GenericImage| image.with_exposed_port(PORT.tcp()).with_cmd(command);
    let container = launch(image, name, owner, reaper, request).await?;

    match make_writable(&container).await {
        Ok(uri) => {
            // Dropping this value would remove the container; from here on the reaper does that.
            std::mem::forget(container);
            Ok(uri)
        }
        Err(error) => {
            let log_tail = log_tail(&container).await;
            Err(Error::new(format!("a container of {image} started, but {error}{log_tail}")))
        }
    }
}

/// Makes the server of a running container a replica set of one member, and returns its connection string.
async fn make_writable(container: &ContainerAsync<GenericImage>) -> Result<String, Error> {
    let uri = format!("mongodb://{}/?directConnection=true", address(container).await?);
    let alive = async || container.is_running().await.unwrap_or(true);
    let config = replica_set::single(&format!("127.0.0.1:{PORT}"));
    replica_set::initiate(&uri, &config, replica_set::is_primary, alive).await?;
    Ok(uri)
}

/// Returns the address at which this process reaches the server of a running container.
async fn address(container: &ContainerAsync<GenericImage>) -> Result<String, Error> {
    let host = container.get_host().await.or_error("the container has no address")?;
    let port = container.get_host_port_ipv4(PORT).await.or_error("the container publishes no port")?;
    // The port is the IPv4 one, but `localhost` may resolve to IPv6 first.
    let host = match host.to_string() {
        name if name == "localhost" => "127.0.0.1".to_owned(),
        name => name,
    };
    Ok(format!("{host}:{port}"))
}

/// Returns the end of the container's log.
pub(crate) async fn log_tail(container: &ContainerAsync<GenericImage>) -> String {
    let mut log = container.stdout_to_vec().await.unwrap_or_default();
    log.extend(container.stderr_to_vec().await.unwrap_or_default());
    mongod::quote(&String::from_utf8_lossy(&log))
}

/// Removes the containers of reapers that no longer run.
async fn remove_stale(docker: &Docker) {
    let Some(pid_namespace) = stale::pid_namespace() else { return };
    let filters = [("label".to_owned(), vec![format!("{PID_NAMESPACE}={pid_namespace}")])].into();
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    for container in docker.list_containers(Some(options)).await.unwrap_or_default() {
        let reaper = container.labels.as_ref().and_then(|labels| labels.get(REAPER)?.parse().ok());
        if let (Some(id), true) = (container.id, reaper.is_some_and(stale::is_dead)) {
            let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
            // Another process may remove it at the same time, so a failure is ignored.
            let _ = docker.remove_container(&id, Some(options)).await;
        }
    }
}
