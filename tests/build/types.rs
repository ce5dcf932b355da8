//! The grammar: the types, their properties, and which types may contain them.
//!
//! The generator does not write what serde's derives refuse. Sometimes it writes types that serde writes but does not
//! read back, because both sides have to agree on those too.

use std::fmt::Write;

use crate::random::Random;

/// The number of generated types.
const TYPES: usize = 110;

/// A type of a field.
#[derive(Clone)]
pub(crate) struct Type {
    pub(crate) rust: String,
    pub(crate) about: About,
}

/// The properties that decide where a type may be used.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)] // independent properties
pub(crate) struct About {
    /// Whether it is a document, which may be flattened into another one.
    pub(crate) flat: bool,
    /// Whether it implements `Default`.
    pub(crate) default: bool,
    /// Whether it is a string or a unit variant, which may be the key of a map.
    pub(crate) key: bool,
    /// Whether it contains a flattened `Option`, for which odm is stricter than serde.
    pub(crate) flat_option: bool,
    /// Whether it contains an `Rc`. Such a type is not stored through serde, which may use another thread.
    pub(crate) shared: bool,
    /// Whether a part of it is stored through serde.
    pub(crate) via: bool,
    /// The number of fields in it, at all levels.
    pub(crate) weight: usize,
}

impl About {
    /// A scalar.
    pub(crate) const ONE: Self = Self {
        flat: false,
        default: false,
        key: false,
        flat_option: false,
        shared: false,
        via: false,
        weight: 1,
    };

    /// Returns the properties of a type that contains this one.
    pub(crate) fn inside(self) -> Self {
        Self { flat: false, default: false, key: false, ..self }
    }

    /// Adds the properties of another type that is contained too.
    pub(crate) fn add(&mut self, more: Self) {
        self.flat_option |= more.flat_option;
        self.shared |= more.shared;
        self.via |= more.via;
        self.weight += more.weight;
    }
}

pub(crate) struct Types {
    pub(crate) random: Random,
    pub(crate) known: Vec<Type>,
    pub(crate) out: String,
    /// Pairs of a stored name and an alias.
    pub(crate) aliases: String,
    next: usize,
}

/// Returns the source of all types, of the functions that make their values, and of the list of all types.
pub(crate) fn write(seed: u64) -> String {
    let random = Random::new(seed);
    let mut types = Types { random, known: Vec::new(), out: String::new(), aliases: String::new(), next: 0 };
    for number in 0..TYPES {
        types.one(&format!("T{number}"));
    }
    let Types { known, out, aliases, .. } = types;
    let mut subjects = String::new();
    for Type { rust, about } in known {
        let _ = writeln!(subjects, "    subject::<{rust}>({rust:?}, {}, {}),", about.flat_option, about.via);
    }
    format!(
        "{out}\npub const ALIASES: &[(&str, &str)] = &[{aliases}];\npub const SUBJECTS: &[Subject] = &[\n{subjects}];\n"
    )
}

impl Types {
    /// Returns a number that makes a name unique.
    pub(crate) fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    fn one(&mut self, name: &str) {
        match self.random.below(20) {
            0 => self.empty(name),
            1 => self.newtype(name),
            2 => self.key(name),
            3..5 => self.tuple_struct(name),
            5..7 => self.converted(name),
            7..10 => self.generic(name),
            10..13 => self.document(name),
            _ => self.enumeration(name),
        }
    }

    /// Writes a type with its derives, and makes it available to later types.
    pub(crate) fn define(&mut self, rust: &str, derives: &str, attributes: &str, item: &str, about: About) {
        self.declare(derives, attributes, item);
        self.known.push(Type { rust: rust.to_owned(), about });
    }

    /// Writes a type with its derives.
    pub(crate) fn declare(&mut self, derives: &str, attributes: &str, item: &str) {
        let _ = write!(
            self.out,
            "\n#[derive(Debug, Clone, Serialize, Deserialize, {derives})]\n{attributes}pub {item}\n"
        );
    }

    /// Writes the implementation that makes a value.
    pub(crate) fn makes(&mut self, rust: &str, body: &str) {
        self.implement(&format!("Make for {rust}"), body);
    }

    /// Writes the implementation for a generic type: `<T: Make> Make for Pair<T>`.
    pub(crate) fn implement(&mut self, what: &str, body: &str) {
        let gap = if what.starts_with('<') { "" } else { " " };
        let _ = writeln!(
            self.out,
            "impl{gap}{what} {{ fn make(choices: &mut Choices<'_>) -> Self {{ let _ = &choices; {body} }} }}"
        );
    }

    /// Returns a case rule for the names of fields or variants.
    pub(crate) fn rule(&mut self) -> String {
        const RULES: [&str; 8] = [
            "lowercase",
            "UPPERCASE",
            "PascalCase",
            "camelCase",
            "snake_case",
            "SCREAMING_SNAKE_CASE",
            "kebab-case",
            "SCREAMING-KEBAB-CASE",
        ];
        self.random.pick(&RULES).to_owned()
    }

    pub(crate) fn rename_all(&mut self) -> String {
        let rule = self.rule();
        match self.random.below(20) {
            0..7 => format!("#[serde(rename_all = {rule:?})]\n"),
            7 => format!("#[serde(rename_all(serialize = {rule:?}, deserialize = {rule:?}))]\n"),
            _ => String::new(),
        }
    }

    /// Returns an earlier type that is not too large.
    pub(crate) fn before(&mut self, fits: impl Fn(About) -> bool) -> Option<Type> {
        let fitting: Vec<Type> =
            self.known.iter().filter(|ty| ty.about.weight < 25 && fits(ty.about)).cloned().collect();
        (!fitting.is_empty()).then(|| self.random.pick(&fitting))
    }

    /// Returns any type that can be stored through serde.
    pub(crate) fn sent(&mut self, depth: usize) -> Type {
        loop {
            let ty = self.ty(depth);
            if !ty.about.shared {
                return ty;
            }
        }
    }

    /// Returns any type: a scalar, a container, or an earlier type.
    pub(crate) fn ty(&mut self, depth: usize) -> Type {
        match self.random.below(10) {
            0..4 => self.scalar(),
            4..7 if depth < 3 => self.container(depth + 1),
            _ => self.before(|_| true).unwrap_or_else(|| self.scalar()),
        }
    }
}
