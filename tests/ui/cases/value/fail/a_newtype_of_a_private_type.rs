pub mod mail {
    #[derive(odm::Embedded)]
    struct Parts {
        host: String,
    }

    #[derive(odm::Value)]
    enum Kind {
        Work,
        Home,
    }

    #[derive(odm::Value)]
    pub struct Email(Parts);

    #[derive(odm::Value)]
    pub struct Label(Option<Kind>);

    #[derive(odm::Value)]
    struct Inside(Parts);
}

fn main() {}
