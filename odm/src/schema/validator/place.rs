//! `Place`: where in the document a schema stands, which decides what query clauses can reach it.

/// Where in the document a schema stands.
#[derive(Debug, Clone)]
pub(super) struct Place {
    path: String,
    multiplicity: Multiplicity,
    /// The values here are the elements of an array.
    in_array: bool,
    /// Numbers of another type are not converted: inside an untagged enum.
    pub(super) is_strict: bool,
}

/// Which values a path in a query clause refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Multiplicity {
    /// The one value of the field.
    One,
    /// The values in all elements of the arrays on the path.
    Many,
    /// Others too, or not all: below a map, an enum, or an array in an array.
    Unknown,
}

impl Place {
    /// Returns the place of the whole document.
    pub(super) fn root() -> Self {
        Self { path: String::new(), multiplicity: Multiplicity::One, in_array: false, is_strict: false }
    }

    /// Returns the place of a field.
    pub(super) fn field(&self, name: &str) -> Self {
        Self {
            path: self.join(name),
            multiplicity: self.multiplicity,
            in_array: false,
            is_strict: self.is_strict,
        }
    }

    /// Returns the place of the elements of an array.
    pub(super) fn items(&self) -> Self {
        let multiplicity = if self.in_array || self.multiplicity == Multiplicity::Unknown {
            Multiplicity::Unknown
        } else {
            Multiplicity::Many
        };
        Self { multiplicity, in_array: true, ..self.clone() }
    }

    /// Returns the place of one element of a tuple or of the values of a map.
    pub(super) fn inside(&self, name: &str) -> Self {
        Self {
            path: self.join(name),
            multiplicity: Multiplicity::Unknown,
            in_array: false,
            is_strict: self.is_strict,
        }
    }

    /// Returns this place, which query clauses cannot reach: it exists in some documents only.
    pub(super) fn conditional(&self) -> Self {
        Self { multiplicity: Multiplicity::Unknown, ..self.clone() }
    }

    /// Returns this place, where numbers are not converted.
    pub(super) fn strict(&self) -> Self {
        Self { is_strict: true, ..self.conditional() }
    }

    /// Returns the dotted path, without the positions of array elements, and with `*` for the keys of a map.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Returns the dotted path of a field here.
    pub(super) fn join(&self, name: &str) -> String {
        match (self.path.is_empty(), name.is_empty()) {
            (true, _) => name.to_owned(),
            (_, true) => self.path.clone(),
            _ => format!("{}.{name}", self.path),
        }
    }

    /// Returns which values the path refers to in a query clause.
    pub(super) fn multiplicity(&self) -> Multiplicity {
        // An array of scalars is a field whose path refers to the elements and to the array itself.
        if self.in_array { Multiplicity::Unknown } else { self.multiplicity }
    }
}
