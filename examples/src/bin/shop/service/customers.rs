//! Customers: pages with a total, changes of single members, and deletes that can be undone.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use odm::{Id, Model, Patch, bson::DateTime, page::OffsetPage, patch::Member, request::Parameters};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Shop,
    failure::{Failure, Problem},
    models::{Customer, CustomerId},
};

/// A customer, as clients see one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerBody {
    #[schema(inline)]
    id: CustomerId,
    name: String,
    email: String,
    note: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<Customer> for CustomerBody {
    fn from(customer: Customer) -> Self {
        let Customer { id, name, email, note, created_at, updated_at, deleted_at: _ } = customer;
        let text = |time: DateTime| time.try_to_rfc3339_string().unwrap_or_default();
        Self { id, name, email, note, created_at: text(created_at), updated_at: text(updated_at) }
    }
}

/// The body of `POST /customers`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomer {
    name: String,
    email: String,
    note: Option<String>,
}

/// The body of `PATCH /customers/{id}`. A member that is absent is not changed, and `null` removes the note.
#[derive(Debug, Default, Deserialize, Patch, ToSchema)]
#[odm(of = Customer)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CustomerPatch {
    #[schema(value_type = String, required = false)]
    name: Member<String>,
    #[schema(value_type = String, required = false)]
    email: Member<String>,
    #[schema(value_type = Option<String>)]
    note: Member<Option<String>>,
}

/// The parameters of `GET /customers`, for the description of the API.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // only its description is used
pub(crate) struct CustomerQuery {
    /// A text that the name begins with.
    #[param(rename = "name[prefix]")]
    name: Option<String>,
    /// `name`, or `-name`.
    sort: Option<String>,
    /// How many customers come before the page.
    skip: Option<u64>,
    /// The size of the page: 20, and at most 100.
    limit: Option<u64>,
}

/// A page of the customers, with their number.
#[utoipa::path(get, path = "/customers", params(CustomerQuery), responses(
    (status = 200, body = OffsetPage<CustomerBody>),
    (status = 400, body = Problem, description = "A parameter is unknown or not valid"),
))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<OffsetPage<CustomerBody>>, Failure> {
    let c = Customer::fields();
    let parameters = Parameters::new()
        .text("name", c.name())
        .sortable("name", c.name())
        .default_sort(c.name().asc())
        .limit(20, 100)
        .max_skip(10_000);
    let query = parameters.parse(query).map_err(odm::Error::from)?;
    let page =
        shop.customers.find(query.filter).sort(query.sort).offset_page(query.skip, query.limit).await?;
    Ok(Json(page.map(CustomerBody::from)))
}

/// Creates a customer.
#[utoipa::path(post, path = "/customers", request_body = NewCustomer, responses(
    (status = 201, body = CustomerBody),
    (status = 409, body = Problem, description = "Another customer has the email"),
    (status = 422, body = Problem, description = "A member violates a rule"),
))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Json(new): Json<NewCustomer>,
) -> Result<(StatusCode, Json<CustomerBody>), Failure> {
    let NewCustomer { name, email, note } = new;
    // The policies write the times when the document is inserted.
    let never = DateTime::from_millis(0);
    let customer =
        Customer { id: Id::new(), name, email, note, created_at: never, updated_at: never, deleted_at: None };
    let id = shop.customers.insert_one(&customer).await?;
    let stored = shop.customers.get(id).await?.ok_or(Failure::Missing("customer"))?;
    Ok((StatusCode::CREATED, Json(stored.into())))
}

/// One customer.
#[utoipa::path(get, path = "/customers/{id}", params(("id" = inline(CustomerId), Path)), responses(
    (status = 200, body = CustomerBody),
    (status = 404, body = Problem),
))]
pub(crate) async fn read(
    State(shop): State<Shop>,
    Path(id): Path<CustomerId>,
) -> Result<Json<CustomerBody>, Failure> {
    let customer = shop.customers.get(id).await?.ok_or(Failure::Missing("customer"))?;
    Ok(Json(customer.into()))
}

/// Changes the members of a customer that the body contains.
#[utoipa::path(patch, path = "/customers/{id}", params(("id" = inline(CustomerId), Path)), request_body = CustomerPatch, responses(
    (status = 200, body = CustomerBody),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "Another customer has the email"),
    (status = 422, body = Problem, description = "A member violates a rule"),
))]
pub(crate) async fn change(
    State(shop): State<Shop>,
    Path(id): Path<CustomerId>,
    Json(patch): Json<CustomerPatch>,
) -> Result<Json<CustomerBody>, Failure> {
    let update = patch.to_update()?;
    let by_id = Customer::fields().id().eq(id);
    let customer = if update.is_empty() {
        shop.customers.find_one(by_id).await?
    } else {
        shop.customers.find_one_and_update(by_id, update).return_new().await?
    };
    Ok(Json(customer.ok_or(Failure::Missing("customer"))?.into()))
}

/// Deletes a customer. `POST /customers/{id}/restore` undoes it.
#[utoipa::path(delete, path = "/customers/{id}", params(("id" = inline(CustomerId), Path)), responses(
    (status = 204, description = "The customer was deleted"),
    (status = 404, body = Problem),
))]
pub(crate) async fn delete(
    State(shop): State<Shop>,
    Path(id): Path<CustomerId>,
) -> Result<StatusCode, Failure> {
    let deleted = shop.customers.delete_one(Customer::fields().id().eq(id)).await?;
    if deleted.deleted_count == 0 { Err(Failure::Missing("customer")) } else { Ok(StatusCode::NO_CONTENT) }
}

/// Undoes the delete of a customer.
#[utoipa::path(post, path = "/customers/{id}/restore", params(("id" = inline(CustomerId), Path)), responses(
    (status = 200, body = CustomerBody),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "Another customer has the email by now"),
))]
pub(crate) async fn restore(
    State(shop): State<Shop>,
    Path(id): Path<CustomerId>,
) -> Result<Json<CustomerBody>, Failure> {
    shop.customers.restore(Customer::fields().id().eq(id)).await?;
    let customer = shop.customers.get(id).await?.ok_or(Failure::Missing("customer"))?;
    Ok(Json(customer.into()))
}
