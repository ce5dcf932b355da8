//! A member that is a container.

use testcontainers::{
    GenericImage, ImageExt,
    bollard::{
        Docker,
        models::ContainerStateStatusEnum,
        query_parameters::{RemoveContainerOptionsBuilder, StopContainerOptionsBuilder},
    },
    core::client::docker_client_instance,
};

use super::start::arguments;
use crate::error::{Error, OrError};
use crate::server::{
    docker,
    reaper::{Owner, Reaper},
};

/// How long a container may take to stop, in seconds.
const PATIENCE: i32 = 60;

/// A container, which keeps its data when it is started again.
pub(super) struct Container {
    image: String,
    /// The container whose network this one has.
    network: String,
    name: String,
    port: u16,
    owner: Owner,
    reaper: Reaper,
}

impl Container {
    /// Creates and starts the container `name`. Does not wait until its server answers.
    pub(super) async fn launch(
        image: &str,
        network: &str,
        name: String,
        port: u16,
        owner: &Owner,
    ) -> Result<Self, Error> {
        let mut reaper = docker::reaper(owner, &name)?;
        let (image, network) = (image.to_owned(), network.to_owned());
        launch(&image, &network, &name, port, owner, &reaper).await?;
        reaper.server_ready();
        Ok(Self { image, network, name, port, owner: owner.clone(), reaper })
    }

    pub(super) async fn start(&mut self) -> Result<(), Error> {
        self.check_exited().await?;
        let started = docker().await?.start_container(&self.name, None).await;
        started.or_error(format_args!("cannot start the container {}", self.name))
    }

    /// Creates and starts the container again, so that it has no data. Its reaper knows it by its name.
    pub(super) async fn start_empty(&mut self) -> Result<(), Error> {
        self.check_exited().await?;
        let options = RemoveContainerOptionsBuilder::new().v(true).build();
        let removed = docker().await?.remove_container(&self.name, Some(options)).await;
        removed.or_error(format_args!("cannot remove the container {}", self.name))?;
        let Self { image, network, name, port, owner, reaper } = self;
        launch(image, network, name, *port, owner, reaper).await
    }

    async fn check_exited(&self) -> Result<(), Error> {
        match self.state().await? {
            ContainerStateStatusEnum::EXITED => Ok(()),
            _ => Err(Error::new("this member runs: kill or stop it before you start it again")),
        }
    }

    /// Returns a note about the container if it has ended by itself.
    pub(super) async fn failure(&self) -> Option<String> {
        let state = self.state().await.ok()?;
        (state == ContainerStateStatusEnum::EXITED).then(|| format!("; see `docker logs {}`", self.name))
    }

    pub(super) async fn kill(&mut self) -> Result<(), Error> {
        if self.runs().await? {
            let killed = docker().await?.kill_container(&self.name, None).await;
            killed.or_error(format_args!("cannot kill the container {}", self.name))?;
        }
        Ok(())
    }

    pub(super) async fn stop(&mut self) -> Result<(), Error> {
        if self.runs().await? {
            let options = StopContainerOptionsBuilder::new().t(PATIENCE).build();
            let stopped = docker().await?.stop_container(&self.name, Some(options)).await;
            stopped.or_error(format_args!("cannot stop the container {}", self.name))?;
        }
        Ok(())
    }

    pub(super) async fn pause(&self) -> Result<(), Error> {
        let paused = docker().await?.pause_container(&self.name).await;
        paused.or_error(format_args!("cannot pause the container {}", self.name))
    }

    pub(super) async fn resume(&self) -> Result<(), Error> {
        let resumed = docker().await?.unpause_container(&self.name).await;
        resumed.or_error(format_args!("cannot resume the container {}", self.name))
    }

    /// Removes the container, unless it outlives the tests.
    pub(super) async fn end(self) {
        if !matches!(self.owner, Owner::Nobody) {
            // It is removed in any case. If the runtime is shutting down, nobody waits for it.
            let _ = tokio::task::spawn_blocking(|| self.reaper.dismiss()).await;
        }
    }

    /// Returns whether the container runs. A paused one is resumed, because Docker does not end it otherwise.
    async fn runs(&self) -> Result<bool, Error> {
        match self.state().await? {
            ContainerStateStatusEnum::PAUSED => self.resume().await.map(|()| true),
            state => Ok(state == ContainerStateStatusEnum::RUNNING),
        }
    }

    async fn state(&self) -> Result<ContainerStateStatusEnum, Error> {
        let container = docker().await?.inspect_container(&self.name, None).await;
        let container = container.or_error(format_args!("cannot inspect the container {}", self.name))?;
        Ok(container.state.and_then(|state| state.status).unwrap_or(ContainerStateStatusEnum::EMPTY))
    }
}

async fn launch(
    image: &str,
    network: &str,
    name: &str,
    port: u16,
    owner: &Owner,
    reaper: &Reaper,
) -> Result<(), Error> {
    let (port, arguments) = (port.to_string(), arguments());
    let command =
        ["mongod", "--bind_ip_all", "--port", &port].into_iter().chain(arguments.all()).map(str::to_owned);
    let network = format!("container:{network}");
    let request = |image: GenericImage| image.with_cmd(command).with_network(network);
    // The reaper removes it.
    std::mem::forget(docker::launch(image, name, owner, reaper, request).await?);
    Ok(())
}

async fn docker() -> Result<Docker, Error> {
    docker_client_instance().await.or_error("cannot create a Docker client")
}
