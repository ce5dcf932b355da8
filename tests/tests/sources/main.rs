//! Rules for the sources and the pages of this repository.

mod architecture;
mod layers;
mod messages;
mod targets;
mod traits;
