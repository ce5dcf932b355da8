//! `$geoWithin` with areas on the plane: `$box`, `$polygon` and `$center`.

use mongodb::bson::spec::ElementType;

use super::{
    compare::text,
    number::Number,
    operand::{contents, field},
};
use crate::{error::codec::CodecResult, value::Raw};

/// An area on the plane.
#[derive(Debug)]
pub(super) enum Area {
    Box([Point; 2]),
    Polygon(Vec<Point>),
    Center(Point, f64),
}

type Point = [f64; 2];

impl Area {
    /// Reads the corners of a box. `None` if they are not two points.
    pub(super) fn box_of(operand: Raw<'_>) -> CodecResult<Option<Self>> {
        Ok(match points(operand)?.as_deref() {
            Some(&[one, other]) => {
                let sorted = |at: usize| [one[at].min(other[at]), one[at].max(other[at])];
                let ([left, right], [bottom, top]) = (sorted(0), sorted(1));
                Some(Self::Box([[left, bottom], [right, top]]))
            }
            _ => None,
        })
    }

    /// Reads the corners of a polygon. `None` if they are fewer than three points.
    pub(super) fn polygon_of(operand: Raw<'_>) -> CodecResult<Option<Self>> {
        Ok(points(operand)?.filter(|points| points.len() >= 3).map(Self::Polygon))
    }

    /// Reads a point and a distance. `None` if the operand is something else.
    pub(super) fn center_of(operand: Raw<'_>) -> CodecResult<Option<Self>> {
        if !is_container(operand) {
            return Ok(None);
        }
        let mut parts = contents(operand)?;
        let (Some((_, center)), Some((_, radius)), None) = (parts.next()?, parts.next()?, parts.next()?)
        else {
            return Ok(None);
        };
        let radius = Number::of(radius)?.map(Number::to_double).filter(|radius| *radius >= 0.0);
        Ok(legacy_point(center)?.zip(radius).map(|(center, radius)| Self::Center(center, radius)))
    }

    /// Returns whether a stored point is in the area. Other geometries on the sphere are not on the plane.
    pub(super) fn contains(&self, value: Raw<'_>) -> CodecResult<bool> {
        let Some(point) = stored_point(value)? else { return Ok(false) };
        let [x, y] = point;
        Ok(match self {
            Self::Box([[left, bottom], [right, top]]) => {
                (*left..=*right).contains(&x) && (*bottom..=*top).contains(&y)
            }
            Self::Center([center_x, center_y], radius) => (x - center_x).hypot(y - center_y) <= *radius,
            Self::Polygon(corners) => is_in_polygon(point, corners),
        })
    }
}

fn is_container(value: Raw<'_>) -> bool {
    value.is(ElementType::EmbeddedDocument) || value.is(ElementType::Array)
}

fn points(operand: Raw<'_>) -> CodecResult<Option<Vec<Point>>> {
    if !is_container(operand) {
        return Ok(None);
    }
    let (mut items, mut points) = (contents(operand)?, Vec::new());
    while let Some((_, item)) = items.next()? {
        let Some(point) = legacy_point(item)? else { return Ok(None) };
        points.push(point);
    }
    Ok(Some(points))
}

/// Reads a point of GeoJSON, or of two numbers.
fn stored_point(value: Raw<'_>) -> CodecResult<Option<Point>> {
    if !is_container(value) {
        return Ok(None);
    }
    let has_type = |value: Raw<'_>| value.is(ElementType::String);
    let Some(kind) = field(value, b"type")?.filter(|kind| has_type(*kind)) else {
        return legacy_point(value);
    };
    if text(kind)? != b"Point" {
        return Ok(None);
    }
    let coordinates = field(value, b"coordinates")?.filter(|value| value.is(ElementType::Array));
    let point = coordinates.map_or(Ok(None), legacy_point)?;
    Ok(point.filter(|[x, y]| (-180.0..=180.0).contains(x) && (-90.0..=90.0).contains(y)))
}

/// Reads the first two values of an array or a document, if they are numbers.
fn legacy_point(value: Raw<'_>) -> CodecResult<Option<Point>> {
    if !is_container(value) {
        return Ok(None);
    }
    let mut parts = contents(value)?;
    let (Some((_, x)), Some((_, y))) = (parts.next()?, parts.next()?) else { return Ok(None) };
    let (x, y) = (Number::of(x)?, Number::of(y)?);
    Ok(x.zip(y).map(|(x, y)| [x.to_double(), y.to_double()]))
}

/// Counts the edges to the right of the point, as the server does: corners are inside, and points on slanted edges may be
/// outside.
fn is_in_polygon([x, y]: Point, corners: &[Point]) -> bool {
    if corners.contains(&[x, y]) {
        return true;
    }
    let mut is_inside = false;
    let next = corners.iter().cycle().skip(1);
    for ([one_x, one_y], [other_x, other_y]) in corners.iter().zip(next) {
        let (left, right) = (one_x.min(*other_x), one_x.max(*other_x));
        let (bottom, top) = (one_y.min(*other_y), one_y.max(*other_y));
        let is_straight = left >= right || bottom >= top;
        if is_straight && (left..=right).contains(&x) && (bottom..=top).contains(&y) {
            return true;
        }
        if y > bottom && y <= top && x <= right {
            let crossing = (y - one_y) * (other_x - one_x) / (other_y - one_y) + one_x;
            is_inside ^= left >= right || x <= crossing;
        }
    }
    is_inside
}
