//! Products: pages that continue after a product, and changes of the version that the client has read.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use odm::{Id, Model, Patch, page::Page, patch::Member, request::Parameters};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    Shop,
    failure::{Failure, Problem},
    models::{Product, ProductId},
};

/// The body of `POST /products`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProduct {
    name: String,
    /// In cents.
    price: i64,
    stock: u32,
}

/// The body of `PATCH /products/{id}`.
#[derive(Debug, Default, Deserialize, Patch, ToSchema)]
#[odm(of = Product)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ProductPatch {
    #[schema(value_type = String, required = false)]
    name: Member<String>,
    #[schema(value_type = i64, required = false)]
    price: Member<i64>,
    #[schema(value_type = u32, required = false)]
    stock: Member<u32>,
}

/// The version that a change was made for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadVersion {
    /// The version of the product that the client has read.
    version: i64,
}

/// The parameters of `GET /products`, for the description of the API.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // only its description is used
pub(crate) struct ProductQuery {
    /// The lowest price, in cents.
    #[param(rename = "price[gte]")]
    price_gte: Option<i64>,
    /// The highest price, in cents.
    #[param(rename = "price[lte]")]
    price_lte: Option<i64>,
    /// `price`, `-price`, `name` or `-name`.
    sort: Option<String>,
    /// The size of the page: 20, and at most 100.
    limit: Option<u64>,
    /// The `next` or `previous` of another page.
    page: Option<String>,
}

/// A page of the products.
#[utoipa::path(get, path = "/products", params(ProductQuery), responses(
    (status = 200, body = Page<Product>),
    (status = 400, body = Problem, description = "A parameter or the token of the page is not valid"),
))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<Page<Product>>, Failure> {
    let p = Product::fields();
    let parameters = Parameters::new()
        .range("price", p.price())
        .sortable("price", p.price())
        .sortable("name", p.name())
        .default_sort(p.price().asc())
        .page_token("page")
        .limit(20, 100);
    let query = parameters.parse(query).map_err(odm::Error::from)?;
    let page = shop
        .products
        .find(query.filter)
        .sort(query.sort)
        .page(query.limit, &shop.key)
        .token(query.page_token)
        .await?;
    Ok(Json(page))
}

/// Creates a product.
#[utoipa::path(post, path = "/products", request_body = NewProduct, responses(
    (status = 201, body = Product),
    (status = 422, body = Problem, description = "A member violates a rule"),
))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Json(new): Json<NewProduct>,
) -> Result<(StatusCode, Json<Product>), Failure> {
    let NewProduct { name, price, stock } = new;
    // The version that an insert stores.
    let product = Product { id: Id::new(), name, price, stock, version: 1 };
    shop.products.insert_one(&product).await?;
    Ok((StatusCode::CREATED, Json(product)))
}

/// One product.
#[utoipa::path(get, path = "/products/{id}", params(("id" = inline(ProductId), Path)), responses(
    (status = 200, body = Product),
    (status = 404, body = Problem),
))]
pub(crate) async fn read(
    State(shop): State<Shop>,
    Path(id): Path<ProductId>,
) -> Result<Json<Product>, Failure> {
    Ok(Json(shop.products.get(id).await?.ok_or(Failure::Missing("product"))?))
}

/// Changes the members of a product that the body contains, if nobody has changed the product since the client read it.
#[utoipa::path(patch, path = "/products/{id}", params(("id" = inline(ProductId), Path), ReadVersion), request_body = ProductPatch, responses(
    (status = 200, body = Product),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "The product has another version by now"),
    (status = 422, body = Problem, description = "A member violates a rule"),
))]
pub(crate) async fn change(
    State(shop): State<Shop>,
    Path(id): Path<ProductId>,
    Query(ReadVersion { version }): Query<ReadVersion>,
    Json(patch): Json<ProductPatch>,
) -> Result<Json<Product>, Failure> {
    let p = Product::fields();
    let update = patch.to_update()?;
    let as_read = p.id().eq(id) & p.version().eq(version);
    let changed = if update.is_empty() {
        shop.products.find_one(as_read).await?
    } else {
        shop.products.find_one_and_update(as_read, update).return_new().await?
    };
    match changed {
        Some(product) => Ok(Json(product)),
        None if shop.products.exists(p.id().eq(id)).await? => {
            Err(Failure::Conflict("the product was changed meanwhile: read it again".to_owned()))
        }
        None => Err(Failure::Missing("product")),
    }
}
