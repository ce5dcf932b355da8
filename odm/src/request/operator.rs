//! The operators of the parameters of a request.

/// An operator of a parameter, as in `qty[gte]=3`: see the [table](crate::request#what-a-client-can-send).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operator {
    /// `eq`, or no operator: the field equals the value.
    Eq,
    /// `ne`: the field does not equal the value.
    Ne,
    /// `in`: the field equals one of the values.
    In,
    /// `nin`: the field equals none of the values.
    Nin,
    /// `gt`: the field is greater than the value.
    Gt,
    /// `gte`: the field is at least the value.
    Gte,
    /// `lt`: the field is less than the value.
    Lt,
    /// `lte`: the field is at most the value.
    Lte,
    /// `prefix`: the field begins with the string, case-sensitively.
    Prefix,
    /// `contains`: the field contains the string, case-insensitively.
    Contains,
    /// `exists`: the field is neither null nor missing (`true`), or is null or missing (`false`).
    Exists,
}

pub(super) const EQUALITY: [Operator; 4] = [Operator::Eq, Operator::Ne, Operator::In, Operator::Nin];
pub(super) const ORDER: [Operator; 4] = [Operator::Gt, Operator::Gte, Operator::Lt, Operator::Lte];
pub(super) const TEXT: [Operator; 2] = [Operator::Prefix, Operator::Contains];

impl Operator {
    const ALL: [Self; 11] = [
        Self::Eq,
        Self::Ne,
        Self::In,
        Self::Nin,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::Prefix,
        Self::Contains,
        Self::Exists,
    ];

    /// Returns the operator as it is written in the name of a parameter: `gte`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::In => "in",
            Self::Nin => "nin",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Prefix => "prefix",
            Self::Contains => "contains",
            Self::Exists => "exists",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }
}
