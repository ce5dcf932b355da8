//! Filters and documents that are random, but the same for each seed.

use odm::bson::{
    Binary, Bson, DateTime, Document, Regex, Timestamp, doc, oid::ObjectId, spec::BinarySubtype,
};

/// The generator "splitmix64".
pub(super) struct Random(u64);

const PATHS: [&str; 16] = [
    "a", "b", "c", "a.b", "a.c", "a.0", "a.1", "a.b.c", "a.0.b", "a.b.0", "a.0.0", "b.a", "a.a", "c.b.a",
    "b.0.a", "a.",
];
const NAMES: [&str; 4] = ["a", "b", "c", "0"];
const PATTERNS: [&str; 16] = [
    "a", "^a", "b$", "", ".", "^.$", "A", "^[ab]+$", r"\w", r"a\b", "(?i)B", "é", "^$", "a|b", "(a)\\1",
    "(?<!b)a",
];
const OPTIONS: [&str; 7] = ["", "i", "m", "s", "x", "im", "g"];

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn small(&mut self, end: usize) -> f64 {
        f64::from(u8::try_from(self.below(end)).unwrap())
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    /// Returns a document with any of the fields `a`, `b` and `c`.
    pub(super) fn document(&mut self) -> Document {
        let mut document = Document::new();
        for name in ["a", "b", "c"] {
            if !self.one_in(4) {
                let value = self.value(3);
                // The server replaces this value at the top of a document.
                let is_replaced = value == Bson::Timestamp(Timestamp { time: 0, increment: 0 });
                document.insert(name, if is_replaced { Bson::Null } else { value });
            }
        }
        document
    }

    fn value(&mut self, depth: usize) -> Bson {
        match self.below(if depth == 0 { 6 } else { 12 }) {
            11 => match self.below(3) {
                0 => doc! { "type": "Point", "coordinates": self.point() }.into(),
                1 => doc! { "x": self.small(5), "y": self.small(5) }.into(),
                _ => self.point(),
            },
            0..6 => self.scalar(),
            6..9 => {
                let length = self.below(4);
                Bson::Array((0..length).map(|_| self.value(depth - 1)).collect())
            }
            _ => {
                let length = self.below(4);
                Bson::Document(
                    (0..length).map(|_| (self.of(&NAMES).to_owned(), self.value(depth - 1))).collect(),
                )
            }
        }
    }

    fn scalar(&mut self) -> Bson {
        match self.below(10) {
            0..4 => self.number(),
            4..6 => self.text(),
            _ => self.of(&[
                Bson::Null,
                Bson::Null,
                Bson::Boolean(true),
                Bson::Boolean(false),
                Bson::DateTime(DateTime::from_millis(-1)),
                Bson::DateTime(DateTime::from_millis(1)),
                Bson::Timestamp(Timestamp { time: 0, increment: 0 }),
                Bson::Timestamp(Timestamp { time: u32::MAX, increment: 1 }),
                Bson::ObjectId(ObjectId::from_bytes([1; 12])),
                Bson::ObjectId(ObjectId::from_bytes([2; 12])),
                Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![5] }),
                Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes: vec![0x80, 1] }),
                Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![] }),
                Bson::RegularExpression(regex("a", "")),
                Bson::RegularExpression(regex("a", "i")),
                Bson::MinKey,
                Bson::MaxKey,
                Bson::Undefined,
                Bson::Symbol("a".to_owned()),
                Bson::JavaScriptCode("a".to_owned()),
            ]),
        }
    }

    fn number(&mut self) -> Bson {
        let decimal = |text: &str| Bson::Decimal128(text.parse().unwrap());
        match self.below(5) {
            0 => Bson::Int32(i32::try_from(self.below(7)).unwrap() - 2),
            1 => self.of(&[0, 1, 2, -1, 1 << 53, (1 << 53) + 1, i64::MAX, i64::MIN]).into(),
            2 | 3 => self
                .of(&[
                    0.0,
                    -0.0,
                    0.1,
                    0.5,
                    1.0,
                    -1.5,
                    2.0,
                    4.7,
                    f64::NAN,
                    f64::INFINITY,
                    9_007_199_254_740_992.0,
                    9.223_372_036_854_776e18,
                    -9.223_372_036_854_776e18,
                ])
                .into(),
            _ => self.of(&[
                decimal("0"),
                decimal("0.1"),
                decimal("1.00"),
                decimal("-0.5"),
                decimal("5.5"),
                decimal("NaN"),
                decimal("-Infinity"),
                decimal("9223372036854775808"),
                decimal("9007199254740993"),
                decimal("1E-400"),
            ]),
        }
    }

    fn text(&mut self) -> Bson {
        self.of(&["", "a", "b", "ab", "A", "aa", "a\0", "é", "É", "a\nb", "\u{1F600}"]).into()
    }

    /// Returns a filter. A few are not valid.
    pub(super) fn filter(&mut self, depth: usize) -> Document {
        match self.below(if depth == 0 { 8 } else { 13 }) {
            0..7 => {
                let mut filter = Document::new();
                for _ in 0..=self.below(2) {
                    let (path, condition) = (self.of(&PATHS), self.condition(2));
                    filter.insert(path, condition);
                }
                filter
            }
            7 => doc! { "$expr": self.expression(2) },
            _ => {
                let operator = self.of(&["$and", "$or", "$nor"]);
                let filters: Vec<_> = (0..=self.below(3)).map(|_| self.filter(depth - 1)).collect();
                let mut filter = doc! { operator: filters };
                if self.one_in(4) {
                    filter.insert("$comment", "x");
                }
                filter
            }
        }
    }

    /// Returns what may stand at a path: a value, or operators.
    fn condition(&mut self, depth: usize) -> Bson {
        if self.one_in(5) { self.value(2) } else { Bson::Document(self.operators(depth)) }
    }

    fn operators(&mut self, depth: usize) -> Document {
        let mut operators = Document::new();
        for _ in 0..=usize::from(self.one_in(4)) {
            self.operator(depth, &mut operators);
        }
        operators
    }

    fn operator(&mut self, depth: usize, operators: &mut Document) {
        let comparison = self.of(&["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$lt", "$gte"]);
        match self.below(if depth == 0 { 14 } else { 18 }) {
            0..5 => operators.insert(comparison, self.value(2)),
            5 => {
                let name = self.of(&["$in", "$nin"]);
                let values: Vec<_> = (0..self.below(4)).map(|_| self.value(1)).collect();
                operators.insert(name, values)
            }
            6 => operators.insert("$exists", self.scalar()),
            7 => {
                let types = [
                    Bson::from("number"),
                    "string".into(),
                    "array".into(),
                    "object".into(),
                    "null".into(),
                    "bool".into(),
                    "undefined".into(),
                    "symbol".into(),
                    1.into(),
                    16.into(),
                    18_i64.into(),
                    19.0.into(),
                    (-1).into(),
                    127.into(),
                    255.into(),
                    "regex".into(),
                    "date".into(),
                    "missing".into(),
                ];
                let chosen: Vec<Bson> = (0..=self.below(2)).map(|_| self.of(&types)).collect();
                let chosen = if chosen.len() == 1 { chosen[0].clone() } else { chosen.into() };
                operators.insert("$type", chosen)
            }
            8 => {
                let size = if self.one_in(8) {
                    self.scalar()
                } else {
                    Bson::from(i64::try_from(self.below(4)).unwrap())
                };
                operators.insert("$size", size)
            }
            9 => {
                let values: Vec<_> = (0..self.below(3)).map(|_| self.value(1)).collect();
                operators.insert("$all", values)
            }
            10 => {
                let pair = [self.number(), self.number()];
                operators.insert("$mod", pair.to_vec())
            }
            11 => {
                let name = self.of(&["$bitsAllSet", "$bitsAllClear", "$bitsAnySet", "$bitsAnyClear"]);
                let mask = match self.below(4) {
                    0 => Bson::Array(
                        (0..self.below(3)).map(|_| self.of(&[0, 1, 2, 7, 8, 63, 64, 200]).into()).collect(),
                    ),
                    1 => Bson::Binary(Binary {
                        subtype: BinarySubtype::Generic,
                        bytes: vec![self.of(&[0, 1, 5, 255])],
                    }),
                    2 => self.number(),
                    _ => self.of(&[0, 1, 2, 3, 4, 255]).into(),
                };
                operators.insert(name, mask)
            }
            12 => {
                let (pattern, options) = (self.of(&PATTERNS), self.of(&OPTIONS));
                if self.one_in(2) {
                    operators.insert("$options", options);
                    operators.insert("$regex", pattern)
                } else {
                    operators.insert("$regex", Bson::RegularExpression(regex(pattern, "i")))
                }
            }
            13 => operators.insert("$geoWithin", self.area()),
            14 => {
                let negated = if self.one_in(4) {
                    Bson::RegularExpression(regex(self.of(&PATTERNS), ""))
                } else {
                    Bson::Document(self.operators(depth - 1))
                };
                operators.insert("$not", negated)
            }
            15 => {
                let all: Vec<_> =
                    (0..=self.below(2)).map(|_| doc! { "$elemMatch": self.elem_match(depth) }).collect();
                operators.insert("$all", all)
            }
            _ => operators.insert("$elemMatch", self.elem_match(depth)),
        };
    }

    /// Returns an area on the plane. Its border passes through points of `point`.
    fn area(&mut self) -> Document {
        match self.below(3) {
            0 => doc! { "$box": [self.point(), self.point()] },
            1 => doc! { "$center": [self.point(), self.small(4)] },
            _ => {
                doc! { "$polygon": [[0, 0], [self.small(3) + 2.0, 0], [4, 4], [0, self.small(3) + 2.0]] }
            }
        }
    }

    /// Returns a point of two numbers.
    fn point(&mut self) -> Bson {
        let coordinate = |random: &mut Self| random.of(&[-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0]);
        Bson::from([coordinate(self), coordinate(self)].to_vec())
    }

    fn elem_match(&mut self, depth: usize) -> Document {
        if self.one_in(2) { self.operators(depth - 1) } else { self.filter(depth - 1) }
    }

    fn expression(&mut self, depth: usize) -> Bson {
        if depth == 0 || self.one_in(4) {
            return match self.below(3) {
                0 => self.of(&["$a", "$b", "$a.b", "$a.0", "$a.b.c", "$$ROOT.c", "$x"]).into(),
                1 => doc! { "$literal": self.value(2) }.into(),
                _ => self.scalar(),
            };
        }
        let compare = self.of(&["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$cmp"]);
        let (one, other) = (self.expression(depth - 1), self.expression(depth - 1));
        match self.below(9) {
            0 => doc! { "$eq": [doc! { "$type": one }, self.of(&["missing", "double", "array", "null", "string"])] },
            4 => doc! { compare: [[one], other] },
            5 => doc! { compare: [Bson::Array(vec![one]), Bson::Array(vec![other])] },
            6 => doc! { "$and": [one, other] },
            1 => doc! { "$or": [one, other] },
            2 => doc! { "$not": [one] },
            3 => doc! { "$ifNull": [one, other] },
            _ => doc! { compare: [one, other] },
        }
        .into()
    }
}

/// A regular expression. BSON cannot store a zero in it.
fn regex(pattern: &str, options: &str) -> Regex {
    Regex { pattern: pattern.try_into().unwrap(), options: options.try_into().unwrap() }
}
