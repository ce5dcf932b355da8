//! Generates scalars, and containers of other values.

use crate::types::{About, Type, Types};

impl Types {
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
            "Arc<str>",
            "Rc<str>",
            "PathBuf",
            "PhantomData<u8>",
        ];
        // `Uuid` and IP addresses are left out. Where serde buffers (inside tagged, untagged and flattened enums) it
        // no longer knows that it writes BSON and assumes a human-readable format, so it stores a UUID as text and
        // cannot read an IP address. `types.rs` compares them where serde does not buffer.
        const WITHOUT: &[&str] = &[
            "ObjectId",
            "DateTime",
            "Decimal128",
            "Timestamp",
            "Binary",
            "Regex",
            "JavaScriptCodeWithScope",
            "Bson",
            "NonZeroU32",
            "NonZeroI64",
            "Wrapping<u16>",
            "Saturating<i32>",
        ];
        let default = self.random.percent(75);
        let rust = self.random.pick(if default { WITH_DEFAULT } else { WITHOUT }).to_owned();
        let shared = rust.starts_with("Rc");
        Type { rust, about: About { default, shared, ..About::ONE } }
    }

    /// Returns the key type of a map: a string, or a type that is stored as one.
    pub(crate) fn any_key(&mut self) -> String {
        let key = self.before(|about| about.key).filter(|_| self.random.percent(60));
        key.map_or("String".to_owned(), |key| key.rust)
    }

    /// Returns a map. If it is flattened, it takes the elements that no field declares.
    pub(crate) fn map_of(&mut self, item: &Type) -> Type {
        let key = self.any_key();
        let rust = if self.random.percent(35) {
            format!("HashMap<{key}, {}, InOrder>", item.rust)
        } else {
            format!("BTreeMap<{key}, {}>", item.rust)
        };
        Type { rust, about: About { flat: true, default: true, ..item.about.inside() } }
    }

    pub(crate) fn container(&mut self, depth: usize) -> Type {
        const ORDERED: &[&str] = &["i32", "String", "bool", "u64", "char"];
        let item = self.ty(depth);
        let Type { rust: inner, about } = &item;
        // A pointer has the properties of its target.
        let pointer = About { key: false, ..*about };
        let plain = About { default: true, ..about.inside() };
        let (rust, about) = match self.random.below(22) {
            0..4 => (format!("Option<{inner}>"), plain),
            4..7 => (format!("Vec<{inner}>"), plain),
            7 => (format!("Box<{inner}>"), pointer),
            8 => (format!("Arc<{inner}>"), pointer),
            9 => (format!("Rc<{inner}>"), About { shared: true, ..pointer }),
            10 => (format!("Cow<'static, {inner}>"), About { flat: false, default: false, ..pointer }),
            11..13 => return self.map_of(&item),
            13 => {
                let other = self.ty(depth);
                let mut about = about.inside();
                about.add(other.about);
                (format!("({inner}, {})", other.rust), about)
            }
            14 => {
                let (second, third) = (self.scalar(), self.ty(depth));
                let mut about = about.inside();
                about.add(second.about);
                about.add(third.about);
                (format!("({inner}, {}, {})", second.rust, third.rust), about)
            }
            15 => {
                let length = self.random.below(4);
                let weight = about.weight * length.max(1);
                (format!("[{inner}; {length}]"), About { weight, ..about.inside() })
            }
            16 => {
                let set = self.random.pick(&["BTreeSet<{}>", "HashSet<{}, InOrder>"]);
                (set.replace("{}", self.random.pick(ORDERED)), About { default: true, ..About::ONE })
            }
            17 => (format!("VecDeque<{inner}>"), plain),
            18 => (format!("LinkedList<{inner}>"), plain),
            19 => (format!("Box<[{inner}]>"), plain),
            20 => (format!("Arc<[{inner}]>"), plain),
            _ => (format!("({inner},)"), about.inside()),
        };
        Type { rust, about }
    }
}
