//! `cargo xtask image`: a Docker image with a MongoDB server, made of nothing but what this machine has.
//!
//! The server is the `mongod` that `odm-test` takes from a wheel, of the version that `ODM_MONGODB_VERSION` asks for. It is packed with the shared libraries that it loads,
//! and with nothing else: no shell, no package manager.

use std::{collections::BTreeSet, error::Error, fs, time::Instant};

use odm_test::wheel;
use testcontainers::{
    GenericBuildableImage,
    core::{BuildImageOptions, client::docker_client_instance},
    runners::AsyncBuilder as _,
};

/// The name of the image, before the version of its server.
const NAME: &str = "odm-mongod";

/// Where the image has the shared libraries; its environment names it.
const LIBRARIES: &str = "/usr/lib/mongod";

const DOCKERFILE: &str = "\
FROM scratch
COPY root/ /
# Each of these makes a folder.
WORKDIR /tmp
WORKDIR /data/db
ENV PATH=/usr/bin
ENV LD_LIBRARY_PATH=/usr/lib/mongod
EXPOSE 27017
CMD [\"mongod\", \"--bind_ip_all\"]
";

/// Makes the image, unless it is there and not forced anew, and prints its name.
pub(crate) async fn pack(force: bool) -> Result<(), Box<dyn Error>> {
    let image = format!("{NAME}:{}", wheel::version()?);
    let docker = docker_client_instance().await?;
    docker.ping().await.map_err(|error| format!("Docker does not answer: {error}"))?;
    if !force && docker.inspect_image(&image).await.is_ok() {
        eprintln!("xtask: the image {image} is there already; `cargo xtask image --force` packs it anew");
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
        // A library is loaded by the name of a link to it; the file goes under that name. Its folder here may be one that
        // LD_LIBRARY_PATH names, so in the image all are in one that it names there; `mongod` names the loader by its path.
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
