//! Finds the image on this machine, or pulls it from a registry.

use std::time::Duration;

use futures_util::StreamExt as _;
use testcontainers::{
    GenericImage,
    bollard::{Docker, errors::Error as DockerError, query_parameters::CreateImageOptionsBuilder},
    runners::AsyncRunner,
};
use tokio::time::timeout;

use crate::error::{Error, OrError};
use crate::log::log;

/// How long a registry may take before a download begins.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a download may make no progress.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// Makes sure that the Docker engine has `image`. Gives up on an unreachable registry within seconds, but waits for a
/// slow download as long as it makes progress.
pub(super) async fn provide(docker: &Docker, image: &str) -> Result<(), Error> {
    if docker.inspect_image(image).await.is_ok() {
        return Ok(());
    }
    log(format_args!("Docker has no image {image}: pulling it"));
    let (repository, tag) = parts(image);
    let options = CreateImageOptionsBuilder::new().from_image(&format!("{repository}:{tag}")).build();
    let mut progress = std::pin::pin!(docker.create_image(Some(options), None, None));
    let mut patience = BEGIN_TIMEOUT;
    loop {
        match timeout(patience, progress.next()).await {
            Ok(Some(Ok(_))) => patience = STALL_TIMEOUT,
            Ok(None) => return Ok(()),
            Ok(Some(Err(error))) if wants_credentials(&error) => {
                // `testcontainers` finds the user's credentials for a registry.
                let image = GenericImage::new(repository, tag).pull_image().await;
                return image
                    .map(drop)
                    .or_error(format_args!("Docker cannot get the image {repository}:{tag}"));
            }
            Ok(Some(Err(error))) => {
                return Err(Error::new(format!("Docker cannot get the image {image}: {error}")));
            }
            Err(_) => {
                return Err(Error::new(format!(
                    "Docker cannot get the image {image}: no data arrived for {patience:?}"
                )));
            }
        }
    }
}

/// Splits an image such as `mongo:8.0` into its name and its tag. The default tag is `latest`.
pub(super) fn parts(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        // A colon before a slash belongs to the port of a registry.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

fn wants_credentials(error: &DockerError) -> bool {
    matches!(error, DockerError::DockerResponseServerError { status_code: 401 | 403, .. })
        || error.to_string().contains("unauthorized")
        || error.to_string().contains("authentication required")
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn an_image_has_a_name_and_a_tag() {
        assert_eq!(parts("mongo:8.0"), ("mongo", "8.0"));
        assert_eq!(parts("mongo"), ("mongo", "latest"));
        assert_eq!(parts("registry.example:5000/team/mongo"), ("registry.example:5000/team/mongo", "latest"));
        assert_eq!(parts("registry.example:5000/team/mongo:7"), ("registry.example:5000/team/mongo", "7"));
    }
}
