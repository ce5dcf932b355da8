//! The untyped core of expressions: BSON, with the number of its nested levels. An operator adds its own levels to
//! those of its operands, so the depth of an operand is not measured again for each operator above it.

use mongodb::bson::{Bson, Document};

use crate::{
    error::codec::{CodecError, CodecResult},
    value::{MAX_NESTING, document_with_capacity, nested_levels, one_element, too_deep},
};

/// An expression as it is sent.
#[derive(Debug, Clone)]
pub struct Rendered {
    value: Bson,
    levels: u16,
    forms: Option<Box<Forms>>,
}

/// How a `$project` contains a value, if not in the usual form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The fields of a document have dotted names.
    Dotted,
    /// A field of the row is a computed value and no inclusion.
    Computed,
    /// The selection of fields from the documents in an array is an inclusion.
    Included,
}

/// The forms of an expression, and of the fields of the literal of a document, by their dotted names. The name of the
/// expression itself is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forms(Vec<(String, Form)>);

impl Forms {
    /// Returns whether the field with a dotted name has this form.
    pub(crate) fn has(&self, path: &str, form: Form) -> bool {
        self.0.iter().any(|(field, one)| field == path && *one == form)
    }

    /// Takes the forms of the value of a field.
    pub(crate) fn add_below(&mut self, name: &str, value: &mut Rendered) {
        for (below, form) in value.forms.take().into_iter().flat_map(|forms| forms.0) {
            let path = if below.is_empty() { name.to_owned() } else { format!("{name}.{below}") };
            self.0.push((path, form));
        }
    }
}

impl Rendered {
    /// Creates a value that is neither a document nor an array: a path, a variable, a scalar constant.
    pub(crate) fn leaf(value: impl Into<Bson>) -> Self {
        Self { value: value.into(), levels: 0, forms: None }
    }

    /// Creates the path of a field, or of a variable whose name begins with `$`.
    pub(crate) fn path(name: &str) -> Self {
        Self::leaf(dollar(name))
    }

    /// Sets the form in which a `$project` contains the expression.
    pub(crate) fn with_form(mut self, form: Form) -> Self {
        self.forms.get_or_insert_default().0.push((String::new(), form));
        self
    }

    /// Creates an expression from a value of the caller. Returns an error if the value nests too deep.
    pub(crate) fn measured(value: Bson) -> CodecResult<Self> {
        let (value, levels) = nested_levels(value, MAX_NESTING)?;
        Ok(Self { value, levels, forms: None })
    }

    /// Creates an expression around parts of which the deepest has `levels` levels.
    fn around(value: Bson, levels: u16) -> CodecResult<Self> {
        if levels > MAX_NESTING {
            return Err(too_deep(MAX_NESTING));
        }
        Ok(Self { value, levels, forms: None })
    }

    /// Creates a constant. Wraps it in `$literal` if the server could read it as a path or an operator.
    pub(crate) fn constant(value: Bson) -> CodecResult<Self> {
        match &value {
            Bson::String(text) if text.starts_with('$') => one("$literal", Ok(Self::leaf(value))),
            // An array of constants is itself an expression.
            Bson::Array(items) if items.iter().all(is_plain) => Self::measured(value),
            Bson::Document(_) | Bson::Array(_) | Bson::JavaScriptCodeWithScope(_) => {
                one("$literal", Self::measured(value))
            }
            _ => Ok(Self::leaf(value)),
        }
    }

    /// Returns a path or an operator as it is, and any other expression inside an operator that returns it: for stages that
    /// accept neither constants nor the literals of documents.
    pub(crate) fn operator_or_path(self) -> CodecResult<Self> {
        let accepted = match &self.value {
            Bson::String(path) => path.starts_with('$'),
            Bson::Document(operator) => operator.keys().next().is_some_and(|name| name.starts_with('$')),
            _ => false,
        };
        if accepted { Ok(self) } else { list("$ifNull", &mut [Ok(self), Ok(Self::leaf(Bson::Null))]) }
    }

    /// Returns whether the expression may evaluate to `$$REMOVE`, which leaves out the field that it fills.
    pub(crate) fn may_remove(&self) -> bool {
        removes(&self.value)
    }

    /// Returns whether the expression is the literal of an array.
    pub(crate) fn is_array(&self) -> bool {
        matches!(self.value, Bson::Array(_))
    }

    /// Returns the expression, of which the caller changes only scalar values.
    pub(crate) fn value_mut(&mut self) -> &mut Bson {
        &mut self.value
    }

    pub(crate) fn value(&self) -> &Bson {
        &self.value
    }

    pub(crate) fn into_value(self) -> Bson {
        self.value
    }

    /// Sets an argument of an operator that has named arguments: `{ operator: { .., name: argument } }`.
    pub(crate) fn with_argument(
        mut self,
        name: &'static str,
        argument: CodecResult<Self>,
    ) -> CodecResult<Self> {
        let argument = argument?;
        if let Some(Bson::Document(arguments)) = self.operand_mut() {
            arguments.insert(name, argument.value);
        }
        Self::around(self.value, self.levels.max(argument.levels + 2))
    }

    /// Replaces an argument of an operator that has named arguments by a document with it and another value:
    /// `{ operator: { .., name: { key: argument, other: value } } }`.
    pub(crate) fn with_argument_in(
        mut self,
        name: &'static str,
        key: &'static str,
        (other, value): (&'static str, CodecResult<Self>),
    ) -> CodecResult<Self> {
        let value = value?;
        if let Some(Bson::Document(arguments)) = self.operand_mut()
            && let Some(argument) = arguments.get_mut(name)
        {
            let mut both = Document::new();
            both.insert(key, std::mem::replace(argument, Bson::Null));
            both.insert(other, value.value);
            *argument = both.into();
        }
        // The argument may be the deepest.
        Self::around(self.value, (self.levels + 1).max(value.levels + 3))
    }

    /// Adds an argument to an operator that has a list of them: `{ operator: [.., argument] }`. A single argument becomes
    /// the first of the list.
    pub(crate) fn with_item(mut self, argument: CodecResult<Self>) -> CodecResult<Self> {
        let argument = argument?;
        let mut levels = self.levels;
        match self.operand_mut() {
            Some(Bson::Array(arguments)) => arguments.push(argument.value),
            Some(single) => {
                let first = std::mem::replace(single, Bson::Null);
                *single = vec![first, argument.value].into();
                levels += 1;
            }
            None => {}
        }
        self.levels = levels;
        Self::around(self.value, self.levels.max(argument.levels + 2))
    }

    /// Adds a field beside an operator: `{ operator: .., name: value }`.
    pub(crate) fn with_sibling(mut self, name: &'static str, value: CodecResult<Self>) -> CodecResult<Self> {
        let value = value?;
        if let Bson::Document(operator) = &mut self.value {
            operator.insert(name, value.value);
        }
        Self::around(self.value, self.levels.max(value.levels + 1))
    }

    fn operand_mut(&mut self) -> Option<&mut Bson> {
        match &mut self.value {
            Bson::Document(operator) => operator.iter_mut().next().map(|(_, operand)| operand),
            _ => None,
        }
    }

    /// Takes the operands, if the expression is `{ operator: [..] }`.
    fn take_list(&mut self, operator: &str) -> Option<Vec<Bson>> {
        match &mut self.value {
            Bson::Document(all) if all.len() == 1 => match all.get_mut(operator) {
                Some(Bson::Array(list)) => Some(std::mem::take(list)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Returns whether the server reads a value in an expression as a constant. Arrays are not examined.
fn is_plain(value: &Bson) -> bool {
    match value {
        Bson::String(text) => !text.starts_with('$'),
        Bson::Document(_) | Bson::Array(_) | Bson::JavaScriptCodeWithScope(_) => false,
        _ => true,
    }
}

/// Returns whether an expression is `$$REMOVE`, or an operator that may return an operand that is.
fn removes(value: &Bson) -> bool {
    let Bson::Document(operator) = value else { return value.as_str() == Some("$$REMOVE") };
    let Some((name, operands)) = operator.iter().next() else { return false };
    match (name.as_str(), operands) {
        ("$cond", Bson::Array(operands)) => operands.iter().skip(1).any(removes),
        ("$cond", Bson::Document(operands)) => ["then", "else"].iter().any(|key| argument(operands, key)),
        ("$ifNull", Bson::Array(operands)) => operands.last().is_some_and(removes),
        ("$switch", Bson::Document(operands)) => {
            let branches = operands.get_array("branches").into_iter().flatten();
            argument(operands, "default")
                || branches.filter_map(Bson::as_document).any(|branch| argument(branch, "then"))
        }
        ("$let", Bson::Document(operands)) => argument(operands, "in"),
        _ => false,
    }
}

/// Returns whether the operand with this name may be `$$REMOVE`.
fn argument(operands: &Document, name: &str) -> bool {
    operands.get(name).is_some_and(removes)
}

/// Returns the name after a `$`. It is called for every field, where `format!` would cost more than the copy.
pub(crate) fn dollar(name: &str) -> String {
    let mut path = String::with_capacity(name.len() + 1);
    path.push('$');
    path.push_str(name);
    path
}

/// `{ operator: argument }`
pub(crate) fn one(operator: &'static str, argument: CodecResult<Rendered>) -> CodecResult<Rendered> {
    let Rendered { value, levels, .. } = argument?;
    Rendered::around(one_element(operator, value).into(), levels + 1)
}

/// `{ operator: argument }`, for an operator with one argument: the server reads an array as a list of arguments, so an
/// argument that is an array is in another one.
pub(crate) fn single(operator: &'static str, argument: CodecResult<Rendered>) -> CodecResult<Rendered> {
    match argument {
        Ok(Rendered { value: Bson::Array(_), .. }) => list(operator, &mut [argument]),
        argument => one(operator, argument),
    }
}

/// `{ operator: [value, ..] }`, for an operator that reads the elements of a single array: a single value gets null beside
/// it, which the operator ignores, so that a value that is an array stays one. The expression of an array is the only
/// element of the list.
pub(crate) fn several(operator: &'static str, values: CodecResult<Rendered>) -> CodecResult<Rendered> {
    let mut values = values?;
    match &mut values.value {
        Bson::Array(list) => {
            if list.len() == 1 {
                list.push(Bson::Null);
            }
            one(operator, Ok(values))
        }
        _ => list(operator, &mut [Ok(values)]),
    }
}

/// Returns an array of values, unless it has fewer than `least` elements.
pub(crate) fn at_least(least: usize, values: CodecResult<Rendered>) -> CodecResult<Rendered> {
    let values = values?;
    match &values.value {
        Bson::Array(list) if list.len() < least => {
            Err(CodecError::new(format!("a list of at least {least}"), format!("a list of {}", list.len())))
        }
        _ => Ok(values),
    }
}

/// `{ operator: {} }`
pub(crate) fn none(operator: &'static str) -> CodecResult<Rendered> {
    one(operator, Ok(Rendered { value: Document::new().into(), levels: 1, forms: None }))
}

/// `{ operator: [argument, ..] }`
pub(crate) fn list(operator: &'static str, arguments: &mut [CodecResult<Rendered>]) -> CodecResult<Rendered> {
    one(operator, array(arguments))
}

/// `{ operator: { name: argument, .. } }`
pub(crate) fn named(
    operator: &'static str,
    arguments: &mut [(&'static str, CodecResult<Rendered>)],
) -> CodecResult<Rendered> {
    one(operator, object(arguments))
}

/// Moves a value out of a list of operands, which is not used again.
fn take(operand: &mut CodecResult<Rendered>) -> CodecResult<Rendered> {
    std::mem::replace(operand, Ok(Rendered::leaf(Bson::Null)))
}

/// `[item, ..]`
pub(crate) fn array(items: &mut [CodecResult<Rendered>]) -> CodecResult<Rendered> {
    let mut levels = 0;
    let mut rendered = Vec::with_capacity(items.len());
    for item in items {
        let item = take(item)?;
        levels = levels.max(item.levels);
        rendered.push(item.value);
    }
    Rendered::around(rendered.into(), levels + 1)
}

/// `{ name: value, .. }`
pub(crate) fn object(fields: &mut [(&'static str, CodecResult<Rendered>)]) -> CodecResult<Rendered> {
    let mut levels = 0;
    let mut rendered = document_with_capacity(fields.len());
    let mut forms = Forms::default();
    for (name, value) in fields {
        let mut value = take(value)?;
        levels = levels.max(value.levels);
        forms.add_below(name, &mut value);
        rendered.insert(*name, value.value);
    }
    let mut rendered = Rendered::around(rendered.into(), levels + 1)?;
    if !forms.0.is_empty() {
        rendered.forms = Some(Box::new(forms));
    }
    Ok(rendered)
}

/// Joins two operands. An operand that is already `{ operator: [..] }` adds its list: a chain of operators becomes one
/// list. The list comes from an operator, because constants are in `$literal`.
pub(crate) fn joined(
    operator: &'static str,
    left: CodecResult<Rendered>,
    right: CodecResult<Rendered>,
) -> CodecResult<Rendered> {
    let (mut left, mut right) = (left?, right?);
    let left_list = left.take_list(operator);
    let right_list = right.take_list(operator);
    join(operator, (left, left_list), (right, right_list))
}

/// Like [`joined`], for operators of which only the left operand may be a list: `a + (b + c)` keeps its order.
pub(crate) fn chained(
    operator: &'static str,
    left: CodecResult<Rendered>,
    right: CodecResult<Rendered>,
) -> CodecResult<Rendered> {
    let (mut left, right) = (left?, right?);
    let list = left.take_list(operator);
    join(operator, (left, list), (right, None))
}

type Operand = (Rendered, Option<Vec<Bson>>);

fn join(operator: &'static str, (left, before): Operand, (right, after): Operand) -> CodecResult<Rendered> {
    // The levels of a list that was taken include the operator and the list.
    let levels_of = |operand: &Rendered, list: &Option<Vec<Bson>>| match list {
        Some(_) => operand.levels,
        None => operand.levels + 2,
    };
    let levels = levels_of(&left, &before).max(levels_of(&right, &after));
    let mut list = before.unwrap_or_else(|| {
        let mut list = Vec::with_capacity(2);
        list.push(left.value);
        list
    });
    match after {
        Some(more) => list.extend(more),
        None => list.push(right.value),
    }
    Rendered::around(one_element(operator, list).into(), levels)
}
