//! Operators as a request names them.

/// What a parameter can ask of its field, `qty[gte]=3`: see the [table](crate::query#what-a-client-can-say).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operator {
    /// `eq`, or nothing: it equals the value.
    Eq,
    /// `ne`: it does not.
    Ne,
    /// `in`: it equals one of the values.
    In,
    /// `nin`: it equals none of them.
    Nin,
    /// `gt`: it is greater.
    Gt,
    /// `gte`: it is at least that.
    Gte,
    /// `lt`: it is less.
    Lt,
    /// `lte`: it is at most that.
    Lte,
    /// `prefix`: it begins with the text, by case.
    Prefix,
    /// `contains`: the text is somewhere in it, in either case.
    Contains,
    /// `exists`: it has a value, neither null nor missing, or it has none.
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

    /// As it stands in the name of a parameter: `gte`.
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
