//! Starts a replica set from one source.

use std::{iter, path::Path};

use futures_util::future::try_join_all;
use testcontainers::{GenericImage, ImageExt, core::IntoContainerPort};

use super::{
    Rest, Running,
    container::Container,
    member::{Member, Server},
    process::Process,
};
use crate::error::{Error, OrError};
use crate::log::log;
use crate::server::{
    Source,
    arguments::Arguments,
    docker, mongod,
    reaper::{Owner, Reaper},
    replica_set::{self, PATIENCE},
    resolve, stale,
};

/// The number of members: the smallest with which the loss of one leaves a majority.
const MEMBERS: usize = 3;

/// The arguments of a member: a stopped primary does not wait for its clients.
pub(super) fn arguments() -> Arguments {
    Arguments::with(["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"])
}

/// Starts a replica set, and returns it with a description for the log.
pub(super) async fn start(source: Source, owner: &Owner) -> Result<(Running, String), Error> {
    let rest = Rest::default();
    let (members, what) = match source {
        Source::Uri => return Err(Error::new("the server of ODM_MONGODB_URI is not for one test alone")),
        Source::Docker => resolve::unless_it_panics(containers(owner, &rest)).await?,
        Source::Mongod | Source::Wheel => processes(&resolve::program(source)?, owner, &rest)?,
    };
    let addresses: Vec<String> = members.iter().map(|member| member.address().to_owned()).collect();
    let Some(first) = members.first() else { return Err(Error::new("a replica set has members")) };
    let config = replica_set::several(&addresses);
    let all_run = async || {
        for member in &members {
            if member.check().await.is_err() {
                return false;
            }
        }
        true
    };
    let initiated = replica_set::initiate(&first.uri(), &config, replica_set::is_member, all_run).await;
    for member in &members {
        member.check().await?;
    }
    initiated?;
    try_join_all(members.iter().map(Member::ready)).await?;

    let version = replica_set::server_info(&first.uri(), PATIENCE).await?.version;
    let uri = format!("mongodb://{}/?replicaSet={}", addresses.join(","), replica_set::NAME);
    let what = format!("MongoDB {version}, {what}, {uri}");
    Ok((Running { source, version, uri, members, rest }, what))
}

/// Starts processes on free ports of 127.0.0.1.
fn processes(program: &Path, owner: &Owner, rest: &Rest) -> Result<(Vec<Member>, String), Error> {
    stale::remove_folders();
    let temporary = tempfile::Builder::new()
        .prefix(&format!("{}set-", stale::PREFIX))
        .tempdir()
        .or_error("cannot create a folder for the files of the members")?;
    rest.push(Reaper::of_folder(owner, temporary.path())?);
    // From here on the reaper removes the folder.
    let folder = temporary.keep();
    if matches!(owner, Owner::Nobody) {
        log(format_args!(
            "ODM_MONGODB_KEEP: the members stay until you end them with `pkill -f {folder}`; then remove the folder",
            folder = folder.display()
        ));
    }
    let start = |(index, port): (usize, u16)| {
        let mut process =
            Process::new(program.to_owned(), folder.join(index.to_string()), port, owner.clone());
        process.start()?;
        Ok(Member::new(format!("127.0.0.1:{port}"), Server::Process(process), rest.clone()))
    };
    let ports = mongod::free_ports::<MEMBERS>()?;
    let members = ports.into_iter().enumerate().map(start).collect::<Result<_, Error>>()?;
    Ok((members, program.display().to_string()))
}

/// Starts containers that share the network of another one, which publishes their ports. So each member has one
/// address, at which this process, the other members and every client reach it, and which does not change.
async fn containers(owner: &Owner, rest: &Rest) -> Result<(Vec<Member>, String), Error> {
    let image = docker::provide().await?;
    let name = docker::new_name(&image);
    let ports = mongod::free_ports::<MEMBERS>()?;

    // Its server does nothing: the image is known to contain this program only.
    let every = Arguments::default();
    let command = ["mongod", "--bind_ip", "127.0.0.1"].into_iter().chain(every.all());
    let network = |image: GenericImage| {
        ports
            .iter()
            .fold(image.with_cmd(command), |request, port| request.with_mapped_port(*port, port.tcp()))
    };
    let mut reaper = docker::reaper(owner, &name)?;
    let container = docker::launch(&image, &name, owner, &reaper, network).await?;
    let host = container.get_host().await.or_error("the container has no address")?.to_string();
    // The reaper removes it.
    std::mem::forget(container);
    reaper.server_ready();
    rest.push(reaper);
    if !matches!(host.as_str(), "localhost" | "127.0.0.1") {
        return Err(Error::new(format!(
            "the Docker engine runs on {host}, and the members of a replica set need one on this machine"
        )));
    }

    let mut members = Vec::new();
    for (index, port) in ports.into_iter().enumerate() {
        let member = format!("{name}-{index}");
        let server = Server::Container(Container::launch(&image, &name, member, port, owner).await?);
        members.push(Member::new(format!("127.0.0.1:{port}"), server, rest.clone()));
    }
    if matches!(owner, Owner::Nobody) {
        let names: Vec<_> =
            iter::once(name.clone()).chain((0..MEMBERS).map(|index| format!("{name}-{index}"))).collect();
        log(format_args!(
            "ODM_MONGODB_KEEP: the members stay until you run `docker rm -f -v {}`",
            names.join(" ")
        ));
    }
    Ok((members, format!("containers {name}-* of {image}")))
}
