//! Trigonometry: `$sin $cos ..`. Angles are in radians.

use super::number::Real;
use crate::{
    expr::{arithmetic::DividedBy, operators::operators},
    value::Value,
};

operators! {
    /// Returns the sine of an angle.
    sin [D: Value,] = "$sin" one(angle: T [Real<Result = D>]) -> D;
    /// Returns the cosine of an angle.
    cos [D: Value,] = "$cos" one(angle: T [Real<Result = D>]) -> D;
    /// Returns the tangent of an angle.
    tan [D: Value,] = "$tan" one(angle: T [Real<Result = D>]) -> D;
    /// Returns the angle of a sine.
    asin [D: Value,] = "$asin" one(number: T [Real<Result = D>]) -> D;
    /// Returns the angle of a cosine.
    acos [D: Value,] = "$acos" one(number: T [Real<Result = D>]) -> D;
    /// Returns the angle of a tangent.
    atan [D: Value,] = "$atan" one(number: T [Real<Result = D>]) -> D;
    /// Returns the angle of the point (x, y).
    atan2 [D: Value,] = "$atan2" list(y: T [DividedBy<B, Out = D>], x: B [Value]) -> D;
    /// Returns the hyperbolic sine.
    sinh [D: Value,] = "$sinh" one(number: T [Real<Result = D>]) -> D;
    /// Returns the hyperbolic cosine.
    cosh [D: Value,] = "$cosh" one(number: T [Real<Result = D>]) -> D;
    /// Returns the hyperbolic tangent.
    tanh [D: Value,] = "$tanh" one(number: T [Real<Result = D>]) -> D;
    /// Returns the inverse hyperbolic sine.
    asinh [D: Value,] = "$asinh" one(number: T [Real<Result = D>]) -> D;
    /// Returns the inverse hyperbolic cosine.
    acosh [D: Value,] = "$acosh" one(number: T [Real<Result = D>]) -> D;
    /// Returns the inverse hyperbolic tangent.
    atanh [D: Value,] = "$atanh" one(number: T [Real<Result = D>]) -> D;
    /// Converts degrees to radians.
    degrees_to_radians [D: Value,] = "$degreesToRadians" one(degrees: T [Real<Result = D>]) -> D;
    /// Converts radians to degrees.
    radians_to_degrees [D: Value,] = "$radiansToDegrees" one(radians: T [Real<Result = D>]) -> D;
}
