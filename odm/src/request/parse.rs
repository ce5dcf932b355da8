//! `Parser`: parses a request, parameter by parameter.

use std::{borrow::Cow, ops::ControlFlow};

use super::{
    Operator,
    allow_list::{AllowList, Field},
};
#[cfg(feature = "page")]
use crate::page::PageToken;
use crate::{
    error::{BadParameter, BadParameters, codec::CodecError, redact},
    filter::Clauses,
    path::Location,
};

const SORT: &str = "sort";
const SKIP: &str = "skip";
const LIMIT: &str = "limit";

/// The query and the bad parameters so far.
pub(super) struct Parser<'a> {
    allow_list: &'a AllowList,
    count: usize,
    /// The parameters that the request contained so far, with their operators.
    seen: Vec<(&'static str, Operator)>,
    bad: BadParameters,
    pub(super) clauses: Clauses,
    pub(super) sorts: Vec<(&'a Location, i32)>,
    pub(super) skip: u64,
    pub(super) limit: u64,
    #[cfg(feature = "page")]
    pub(super) page_token: Option<PageToken>,
}

/// The reason why a parameter is bad, and the message.
struct Problem(&'static str, String);

impl<'a> Parser<'a> {
    pub(super) fn new(allow_list: &'a AllowList) -> Self {
        Self {
            allow_list,
            count: 0,
            seen: Vec::new(),
            bad: BadParameters::default(),
            clauses: Clauses::default(),
            sorts: Vec::new(),
            skip: 0,
            limit: allow_list.default_limit,
            #[cfg(feature = "page")]
            page_token: None,
        }
    }

    /// Parses one parameter. Breaks if there are too many.
    pub(super) fn take(&mut self, name: &str, text: &str) -> ControlFlow<()> {
        self.count += 1;
        if self.count > self.allow_list.max_parameters {
            let most = self.allow_list.max_parameters;
            self.bad.push(BadParameter::new("", "", "limit", format!("has more than {most} parameters")));
            return ControlFlow::Break(());
        }
        if !(text.is_empty() && self.allow_list.ignore_empty)
            && let Err(Problem(reason, message)) = self.understand(name, text)
        {
            self.bad.push(BadParameter::new(name, self.shown(name), reason, message));
        }
        ControlFlow::Continue(())
    }

    pub(super) fn finish(self) -> Result<Self, BadParameters> {
        if self.bad.is_empty() { Ok(self) } else { Err(self.bad) }
    }

    /// Splits a name into the declared name and the operator: `qty[gte]`. A declared name may contain brackets.
    fn split<'n>(&self, name: &'n str) -> (&'n str, Option<&'n str>) {
        match name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
            Some((field, operator)) if !self.is_declared(name) => (field, Some(operator)),
            _ => (name, None),
        }
    }

    fn is_declared(&self, name: &str) -> bool {
        self.allow_list.fields.iter().any(|field| field.name == name)
    }

    /// Returns the name for messages, with a `*` for the parts that are not declared.
    fn shown(&self, name: &str) -> Cow<'static, str> {
        let (name, operator) = self.split(name);
        let fields = self.allow_list.fields.iter().map(|field| field.name);
        #[cfg(feature = "page")]
        let fields = fields.chain(self.allow_list.page_token);
        match (fields.chain([SORT, SKIP, LIMIT]).find(|declared| *declared == name), operator) {
            (None, _) => redact::KEY.into(),
            (Some(name), None) => name.into(),
            (Some(name), Some(operator)) => {
                let operator = Operator::from_name(operator).map_or(redact::KEY, Operator::name);
                format!("{name}[{operator}]").into()
            }
        }
    }

    fn understand(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        let allow_list = self.allow_list;
        // A token is as long as the sort keys of a document, so the limit of the other parameters does not apply.
        #[cfg(feature = "page")]
        if let Some(token) = allow_list.page_token.filter(|token| *token == name) {
            self.once(token, Operator::Eq)?;
            self.page_token = Some(text.into());
            return Ok(());
        }
        if text.len() > allow_list.max_length {
            return Err(Problem("limit", format!("must be at most {} bytes long", allow_list.max_length)));
        }
        match self.split(name) {
            (field, operator) if self.is_declared(field) => self.condition(field, operator, text),
            (SORT, None) if !allow_list.sorts.is_empty() => self.sort(text),
            (SKIP, None) => {
                self.once(SKIP, Operator::Eq)?;
                self.skip = number(text, 0, allow_list.max_skip)?;
                Ok(())
            }
            (LIMIT, None) => {
                self.once(LIMIT, Operator::Eq)?;
                // The server treats 0 as no limit.
                self.limit = number(text, 1, allow_list.max_limit)?;
                Ok(())
            }
            ("", None) => Err(Problem("unknown", "has a parameter without a name".to_owned())),
            _ => Err(Problem("unknown", "is not a parameter of this request".to_owned())),
        }
    }

    fn condition(&mut self, name: &str, operator: Option<&str>, text: &str) -> Result<(), Problem> {
        let allow_list = self.allow_list;
        let named = || allow_list.fields.iter().filter(|field| field.name == name);
        let operator = operator.map_or(Some(Operator::Eq), Operator::from_name);
        let found = operator.and_then(|operator| {
            Some((operator, named().find(|field| field.operators.contains(&operator))?))
        });
        let Some((operator, field)) = found else {
            return Err(Problem("operator", takes(named())));
        };
        self.once(field.name, operator)?;
        if matches!(operator, Operator::In | Operator::Nin) {
            self.count_items(text)?;
        }
        let not_a_value = |error: CodecError| Problem("value", format!("must be {}", error.expected()));
        self.clauses.add(field.test.condition(operator, text).map_err(not_a_value)?);
        Ok(())
    }

    fn sort(&mut self, text: &str) -> Result<(), Problem> {
        let allow_list = self.allow_list;
        self.once(SORT, Operator::Eq)?;
        self.count_items(text)?;
        let mut sorted = Vec::new();
        for item in text.split(',') {
            let (name, direction) = item.strip_prefix('-').map_or((item, 1), |name| (name, -1));
            let Some((name, at)) = allow_list.sorts.iter().find(|(sortable, _)| *sortable == name) else {
                let names: Vec<&str> = allow_list.sorts.iter().map(|(name, _)| *name).collect();
                let names = quoted(&names);
                return Err(Problem("value", format!("must name {names}, with `-` for the greatest first")));
            };
            if sorted.contains(name) {
                return Err(Problem("repeated", format!("names `{name}` twice")));
            }
            sorted.push(*name);
            self.sorts.push((at, direction));
        }
        Ok(())
    }

    /// Refuses a repeated parameter: it is unclear whether both, either, or only the last one applies.
    fn once(&mut self, name: &'static str, operator: Operator) -> Result<(), Problem> {
        if self.seen.contains(&(name, operator)) {
            return Err(Problem("repeated", "is there twice".to_owned()));
        }
        self.seen.push((name, operator));
        Ok(())
    }

    fn count_items(&self, text: &str) -> Result<(), Problem> {
        let most = self.allow_list.max_items;
        if text.split(',').count() > most {
            return Err(Problem("limit", format!("must have at most {most} items")));
        }
        Ok(())
    }
}

fn number(text: &str, min: u64, max: u64) -> Result<u64, Problem> {
    let number = text.parse().ok().filter(|number| (min..=max).contains(number));
    number.ok_or_else(|| Problem("value", format!("must be an integer from {min} to {max}")))
}

/// Returns the message that lists the operators of these fields.
fn takes<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    let operators: Vec<&str> =
        fields.flat_map(|field| &field.operators).map(|operator| operator.name()).collect();
    if operators.is_empty() {
        "takes no operator".to_owned()
    } else {
        format!("takes {}", quoted(&operators))
    }
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
