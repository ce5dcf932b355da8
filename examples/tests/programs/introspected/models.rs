pub mod accounts {
    use odm::{Id, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "accounts")]
    pub struct Account {
        pub id: Id<Account>,
        pub account_id: i32,
        pub limit: i32,
        // unsure: perhaps an enum, of "Brokerage", "Commodity", "CurrencyService", "Derivatives", "InvestmentFund", "InvestmentStock"
        pub products: Vec<String>,
    }
}

pub mod customers {
    use std::collections::HashMap;

    use odm::{Embedded, Id, Model, bson::DateTime};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "customers")]
    pub struct Customer {
        pub id: Id<Customer>,
        pub accounts: Vec<i32>,
        // missing in 23 of 24 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub active: Option<bool>,
        pub address: String,
        pub birthdate: DateTime,
        pub email: String,
        pub name: String,
        // unsure: a map: its names look like keys
        pub tier_and_details: HashMap<String, TierAndDetail>,
        pub username: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TierAndDetail {
        pub active: bool,
        pub benefits: Vec<String>,
        pub id: String,
        // unsure: perhaps an enum, of "Bronze", "Gold", "Platinum", "Silver"
        pub tier: String,
    }
}

pub mod restaurants {
    use odm::{Id, Model, Value};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "restaurants")]
    pub struct Restaurant {
        pub id: Id<Restaurant>,
        #[serde(rename = "URL")]
        pub url: String,
        // unsure: values of several types: int32, string
        pub address: Address,
        #[serde(rename = "address line 2")]
        pub address_line_2: String,
        pub name: String,
        pub outcode: String,
        pub postcode: String,
        // unsure: values of several types: double, string
        pub rating: Rating,
        pub type_of_food: String,
    }

    #[derive(Debug, Clone, Value)]
    #[serde(untagged)]
    pub enum Address {
        Number(i32),
        Text(String),
    }

    #[derive(Debug, Clone, Value)]
    #[serde(untagged)]
    pub enum Rating {
        Number(f64),
        Text(String),
    }
}

pub mod students {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "students")]
    pub struct Student {
        pub id: i32,
        pub name: String,
        pub scores: Vec<Score>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Score {
        pub score: f64,
        pub r#type: String,
    }
}

pub mod theaters {
    use odm::{Embedded, Id, Model};

    #[derive(Debug, Clone, Model)]
    #[serde(rename_all = "camelCase")]
    #[odm(collection = "theaters")]
    pub struct Theater {
        pub id: Id<Theater>,
        pub location: Location,
        pub theater_id: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Location {
        pub address: Address,
        pub geo: Geo,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Address {
        pub city: String,
        pub state: String,
        pub street1: String,
        // missing in 31 of 58 documents
        pub street2: Option<String>,
        pub zipcode: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Geo {
        pub coordinates: Vec<f64>,
        pub r#type: String,
    }
}
