//! The grammar: structs of every form, what they hold, and who may hold them.
//!
//! What serde's derives refuse is not written. What serde writes and does not read back is, now and then: both
//! sides have to agree on that too.

use std::fmt::Write;

use crate::random::Random;

/// How many types there are.
const TYPES: usize = 110;

/// A type of a field.
#[derive(Clone)]
pub(crate) struct Type {
    pub(crate) rust: String,
    pub(crate) about: About,
}

/// What decides where a type may stand.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)] // questions, asked one by one
pub(crate) struct About {
    /// It is a document, so it may lie flat in another one.
    pub(crate) flat: bool,
    /// It has a `Default`.
    pub(crate) default: bool,
    /// It is an enum of plain names, so it may be the key of a map.
    pub(crate) key: bool,
    /// A flattened `Option` is in it, which is stricter than serde's.
    pub(crate) flat_option: bool,
    /// How many fields are in it, all in all.
    pub(crate) weight: usize,
}

pub(crate) struct Types {
    pub(crate) random: Random,
    pub(crate) known: Vec<Type>,
    pub(crate) out: String,
    /// Pairs of a stored name and one that is read besides.
    pub(crate) aliases: String,
    next: usize,
}

/// The source of all types, of how values of them are made, and the list of them.
pub(crate) fn write(seed: u64) -> String {
    let random = Random::new(seed);
    let mut types = Types { random, known: Vec::new(), out: String::new(), aliases: String::new(), next: 0 };
    for number in 0..TYPES {
        types.one(&format!("T{number}"));
    }
    let Types { known, out, aliases, .. } = types;
    let mut subjects = String::new();
    for Type { rust, about } in known {
        let _ = writeln!(subjects, "    subject::<{rust}>({rust:?}, {}),", about.flat_option);
    }
    format!(
        "{out}\npub const ALIASES: &[(&str, &str)] = &[{aliases}];\npub const SUBJECTS: &[Subject] = &[\n{subjects}];\n"
    )
}

impl Types {
    /// A number that no other name has.
    pub(crate) fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    fn one(&mut self, name: &str) {
        match self.random.below(20) {
            0 => self.unit_struct(name),
            1..3 => self.newtype(name),
            3..5 => self.tuple_struct(name),
            5..7 => self.converted(name),
            7..9 => self.generic(name),
            9..13 => self.document(name),
            _ => self.enumeration(name),
        }
    }

    /// Writes a type with its derives, and remembers it.
    pub(crate) fn define(&mut self, rust: &str, derives: &str, attributes: &str, item: &str, about: About) {
        let _ = write!(
            self.out,
            "\n#[derive(Debug, Clone, Serialize, Deserialize, {derives})]\n{attributes}pub {item}\n"
        );
        self.known.push(Type { rust: rust.to_owned(), about });
    }

    /// Writes how a value is made.
    pub(crate) fn makes(&mut self, rust: &str, body: &str) {
        let _ = writeln!(
            self.out,
            "impl Make for {rust} {{ fn make(choices: &mut Choices<'_>) -> Self {{ {body} }} }}"
        );
    }

    fn unit_struct(&mut self, name: &str) {
        let about = About { default: true, weight: 1, ..About::default() };
        self.define(name, "Default, Value", "", &format!("struct {name};"), about);
        self.makes(name, "let _ = choices; Self");
    }

    fn newtype(&mut self, name: &str) {
        let inner = self.ty(0);
        let about = About { flat: false, key: false, default: false, ..inner.about };
        let Type { rust, .. } = inner;
        match self.random.below(4) {
            0 => {
                let item = format!("struct {name} {{ held: {rust}, #[serde(skip)] none: PhantomData<u8> }}");
                self.define(name, "Value", "#[serde(transparent)]\n", &item, about);
                self.makes(name, "Self { held: choices.make(), none: PhantomData }");
            }
            1 => {
                self.define(
                    name,
                    "Value",
                    "#[serde(transparent)]\n",
                    &format!("struct {name}({rust});"),
                    about,
                );
                self.makes(name, "Self(choices.make())");
            }
            2 => {
                let item = format!("struct {name}(#[odm(serde)] {rust});");
                self.define(name, "Value", "", &item, about);
                self.makes(name, "Self(choices.make())");
            }
            _ => {
                self.define(name, "Value", "", &format!("struct {name}({rust});"), about);
                self.makes(name, "Self(choices.make())");
            }
        }
    }

    fn tuple_struct(&mut self, name: &str) {
        let (items, make, about) = self.items(true);
        self.define(name, "Value", "", &format!("struct {name}({items});"), about);
        self.makes(name, &format!("Self({make})"));
    }

    /// Read and written as another type, or read as another and written as itself.
    fn converted(&mut self, name: &str) {
        let Type { rust: other, about } = self.ty(0);
        let (from, into) =
            [("from", true), ("try_from", true), ("from", false), ("try_from", false)][self.random.below(4)];
        let mut attributes = format!("#[serde({from} = {other:?})]\n");
        if into {
            let _ = writeln!(attributes, "#[serde(into = {other:?})]");
        }
        let about = About { flat: false, key: false, default: false, ..about };
        self.define(name, "Value", &attributes, &format!("struct {name}({other});"), about);
        self.makes(name, "Self(choices.make())");
        let _ = match from {
            "from" => {
                writeln!(
                    self.out,
                    "impl From<{other}> for {name} {{ fn from(other: {other}) -> Self {{ Self(other) }} }}"
                )
            }
            _ => writeln!(
                self.out,
                "impl TryFrom<{other}> for {name} {{ type Error = &'static str; fn try_from(other: {other}) -> Result<Self, \
                 &'static str> {{ if refused(&other) {{ Err(\"refused\") }} else {{ Ok(Self(other)) }} }} }}"
            ),
        };
        if into {
            let _ = writeln!(
                self.out,
                "impl From<{name}> for {other} {{ fn from(own: {name}) -> Self {{ own.0 }} }}"
            );
        }
    }

    fn generic(&mut self, name: &str) {
        let (fields, make, mut about) = self.fields(false, false);
        let forms = ["T", "Option<T>", "Vec<T>", "Box<T>", "BTreeMap<String, T>", "(T, i32)"];
        let form = self.random.pick(&forms);
        let field = format!("generic_{}", self.number());
        let attributes = self.rename_all();
        let _ = write!(
            self.out,
            "\n#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]\n{attributes}pub struct {name}<T> {{ {fields} {field}: {form} }}\n\
             impl<T: Make> Make for {name}<T> {{ fn make(choices: &mut Choices<'_>) -> Self {{ Self {{ {make} {field}: choices.make() }} }} }}\n"
        );
        about = About { flat: true, default: false, key: false, ..about };
        for _ in 0..2 {
            let inner = self.ty(1);
            let weight = about.weight + inner.about.weight;
            let flat_option = about.flat_option || inner.about.flat_option;
            let rust = format!("{name}<{}>", inner.rust);
            self.known.push(Type { rust, about: About { flat_option, weight, ..about } });
        }
    }

    fn document(&mut self, name: &str) {
        let all_default = self.random.percent(25);
        let (fields, make, about) = self.fields(true, all_default);
        let mut attributes = self.rename_all();
        let mut derives = "Embedded";
        if all_default {
            derives = "Default, Embedded";
            attributes += self.random.pick(&["#[serde(default)]\n", ""]);
        }
        if self.random.percent(20) {
            attributes += "#[serde(deny_unknown_fields)]\n";
        }
        let item = format!("struct {name} {{ {fields} }}");
        let about = About { flat: true, key: false, default: all_default, ..about };
        self.define(name, derives, &attributes, &item, about);
        self.makes(name, &format!("let _ = &choices; Self {{ {make} }}"));
    }

    pub(crate) fn rename_all(&mut self) -> String {
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
        if self.random.percent(40) {
            format!("#[serde(rename_all = {:?})]\n", self.random.pick(&RULES))
        } else {
            String::new()
        }
    }

    /// Any type: a scalar, a container, or one that was written before.
    pub(crate) fn ty(&mut self, depth: usize) -> Type {
        match self.random.below(10) {
            0..4 => self.scalar(),
            4..7 if depth < 3 => self.container(depth + 1),
            _ => self.before(|_| true).unwrap_or_else(|| self.scalar()),
        }
    }

    /// A type that was written before and is not too large.
    pub(crate) fn before(&mut self, fits: impl Fn(About) -> bool) -> Option<Type> {
        let fitting: Vec<Type> =
            self.known.iter().filter(|ty| ty.about.weight < 25 && fits(ty.about)).cloned().collect();
        (!fitting.is_empty()).then(|| self.random.pick(&fitting))
    }

    pub(crate) fn scalar(&mut self) -> Type {
        const WITH_DEFAULT: &[&str] = &[
            "bool",
            "i8",
            "i16",
            "i32",
            "i64",
            "isize",
            "u8",
            "u16",
            "u32",
            "u64",
            "usize",
            "f32",
            "f64",
            "String",
            "char",
            "()",
            "Cow<'static, str>",
            "Box<str>",
            "ObjectId",
        ];
        // No `Uuid` and no IP address: where serde buffers (inside tagged, untagged and flattened enums) it forgets that
        // it writes BSON and takes itself to write for people, so it stores the one as text and cannot read the other.
        // `types.rs` compares them where it does not.
        const WITHOUT: &[&str] =
            &["DateTime", "Decimal128", "Timestamp", "Binary", "Bson", "NonZeroU32", "Wrapping<u16>"];
        let default = self.random.percent(75);
        let rust = self.random.pick(if default { WITH_DEFAULT } else { WITHOUT }).to_owned();
        // A new id is another one each time.
        let default = default && rust != "ObjectId";
        Type { rust, about: About { default, weight: 1, ..About::default() } }
    }

    fn container(&mut self, depth: usize) -> Type {
        const ORDERED: &[&str] = &["i32", "String", "bool", "u64", "char"];
        let Type { rust: inner, about } = self.ty(depth);
        let plain = About { flat: false, default: true, key: false, ..about };
        let (rust, about) = match self.random.below(13) {
            0..3 => (format!("Option<{inner}>"), plain),
            3..5 => (format!("Vec<{inner}>"), plain),
            5 => (format!("Box<{inner}>"), About { flat: about.flat, default: about.default, ..plain }),
            6 => (format!("Arc<{inner}>"), About { default: about.default, ..plain }),
            7 => {
                let key = self.before(|about| about.key).filter(|_| self.random.percent(60));
                let key = key.map_or("String".to_owned(), |key| key.rust);
                (format!("BTreeMap<{key}, {inner}>"), About { flat: key == "String", ..plain })
            }
            8 => {
                let Type { rust: other, about: more } = self.ty(depth);
                let flat_option = about.flat_option || more.flat_option;
                let weight = about.weight + more.weight;
                let about = About { default: false, flat_option, weight, ..plain };
                (format!("({inner}, {other})"), about)
            }
            9 => {
                let length = self.random.below(4);
                let weight = about.weight * length.max(1);
                (format!("[{inner}; {length}]"), About { default: false, weight, ..plain })
            }
            10 => (
                format!("BTreeSet<{}>", self.random.pick(ORDERED)),
                About { flat_option: false, weight: 1, ..plain },
            ),
            11 => (format!("VecDeque<{inner}>"), plain),
            _ => (format!("({inner},)"), About { default: false, ..plain }),
        };
        Type { rust, about }
    }
}
