//! Formula fields: compiled against the other fields of their table, in an order in which each comes
//! after what it needs.

use std::collections::HashMap;
use std::sync::Arc;

use docpal_formula::{FieldRef, FieldTypes, Formula, Functions, Program, RecordProperty, SlotSource, Type};

use crate::error::FieldError;
use crate::id::FieldId;

/// Where a slot of a formula reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A field of the record.
    Field(FieldId),
    /// A property of the record itself.
    Record(RecordProperty),
    /// Nowhere DocPal knows: the formula evaluates to an error.
    Unknown,
}

impl Input {
    fn of(source: &SlotSource) -> Self {
        match source {
            SlotSource::Field(key) => key.parse().map_or(Self::Unknown, Self::Field),
            SlotSource::Record(property) => Self::Record(*property),
            _ => Self::Unknown,
        }
    }
}

/// A compiled formula and where its slots read.
#[derive(Debug)]
pub struct Computed {
    program: Program,
    inputs: Vec<Input>,
    stored: String,
}

impl Computed {
    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Where each slot of the program reads.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The formula with fields by id.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.stored
    }

    /// The formula with fields by the names that `name_of` gives.
    #[must_use]
    pub fn shown(&self, name_of: impl Fn(FieldId) -> Option<String>) -> String {
        match Formula::parse(&self.stored) {
            Ok(formula) => formula.shown(|key| key.parse().ok().and_then(&name_of)),
            Err(_) => self.stored.clone(),
        }
    }
}

/// A field as formulas of the same table can name it.
pub(crate) struct Candidate<'f> {
    pub(crate) id: FieldId,
    pub(crate) name: &'f str,
    /// The formula, by names or by ids, or the type of a stored field.
    pub(crate) content: Content<'f>,
}

pub(crate) enum Content<'f> {
    Stored(Type),
    Formula(&'f str),
}

/// How the formulas at hand refer to fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum References {
    /// As a person typed them.
    ByName,
    /// As they are stored.
    ById,
}

/// Everything a formula may refer to, with the types known so far.
struct Known<'f> {
    entries: HashMap<String, FieldRef>,
    names: Vec<&'f str>,
}

impl FieldTypes for Known<'_> {
    fn field(&self, name: &str) -> Option<FieldRef> {
        self.entries.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.names.iter().map(|name| (*name).to_owned()).collect()
    }
}

/// The outcome per formula field.
pub(crate) type Compiled = HashMap<FieldId, Result<Arc<Computed>, Vec<FieldError>>>;

/// Compiles the formulas among `fields`. A formula that is wrong gets its errors; so does one that needs it.
pub(crate) fn compile(fields: &[Candidate<'_>], references: References) -> Compiled {
    let key = |candidate: &Candidate<'_>| match references {
        References::ByName => candidate.name.to_owned(),
        References::ById => candidate.id.hex(),
    };
    let mut known = Known { entries: HashMap::new(), names: fields.iter().map(|field| field.name).collect() };
    let mut waiting = Vec::new();
    let mut done = Compiled::new();
    for candidate in fields {
        match &candidate.content {
            Content::Stored(ty) => {
                known.entries.insert(key(candidate), FieldRef::new(candidate.id.hex(), ty.clone()));
            }
            Content::Formula(source) => match Formula::parse(source) {
                Ok(formula) => waiting.push((candidate, formula)),
                Err(errors) => {
                    done.insert(candidate.id, Err(entries(candidate.name, &errors)));
                }
            },
        }
    }
    let formula_keys: Vec<(String, &str)> =
        waiting.iter().map(|(candidate, _)| (key(candidate), candidate.name)).collect();
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, formula)| {
            let is_formula = |name: &str| formula_keys.iter().any(|(key, _)| key == name);
            formula
                .field_names()
                .into_iter()
                .all(|name| !is_formula(name) || known.entries.contains_key(name))
        });
        waiting = rest;
        if ready.is_empty() {
            break;
        }
        for (candidate, formula) in ready {
            let compiled = check(&formula, &known).map_err(|errors| entries(candidate.name, &errors));
            if let Ok(computed) = &compiled {
                let ty = computed.program.ty().clone();
                known.entries.insert(key(candidate), FieldRef::new(candidate.id.hex(), ty));
            }
            done.insert(candidate.id, compiled.map(Arc::new));
        }
    }
    for (candidate, formula) in &waiting {
        done.insert(candidate.id, Err(vec![stuck(candidate, formula, &waiting, &formula_keys)]));
    }
    done
}

/// A formula text, by names, over fields that are known already.
pub(crate) fn compile_over<'f>(
    source: &str,
    fields: impl Iterator<Item = (FieldId, &'f str, Type)>,
) -> Result<Computed, Vec<FieldError>> {
    let mut known = Known { entries: HashMap::new(), names: Vec::new() };
    for (id, name, ty) in fields {
        known.entries.insert(name.to_owned(), FieldRef::new(id.hex(), ty));
        known.names.push(name);
    }
    let checked = Formula::parse(source).and_then(|formula| check(&formula, &known));
    checked.map_err(|errors| entries("formula", &errors))
}

fn check(formula: &Formula, known: &Known<'_>) -> Result<Computed, docpal_formula::Errors> {
    let program = formula.check(known, &Functions::standard())?;
    let inputs = program.fields().iter().map(|slot| Input::of(slot.source())).collect();
    Ok(Computed { program, inputs, stored: formula.stored(known)? })
}

fn entries(field: &str, errors: &docpal_formula::Errors) -> Vec<FieldError> {
    let entry = |diagnostic: &docpal_formula::Diagnostic| {
        let help = diagnostic.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        let at = format!("at {}..{}: ", diagnostic.span.start, diagnostic.span.end);
        FieldError::new(field, diagnostic.code, format!("{at}{}{help}", diagnostic.message))
    };
    errors.iter().map(entry).collect()
}

/// Why a formula could not be compiled after all others were: it is in a cycle, or needs a field that is
/// in one or is wrong itself.
fn stuck(
    start: &Candidate<'_>,
    formula: &Formula,
    waiting: &[(&Candidate<'_>, Formula)],
    keys: &[(String, &str)],
) -> FieldError {
    let waits_on = |formula: &Formula| {
        formula.field_names().into_iter().find_map(|used| {
            let (_, name) = keys.iter().find(|(key, _)| key == used)?;
            waiting.iter().find(|(candidate, _)| candidate.name == *name)
        })
    };
    let mut path = vec![start.name];
    let mut current = waits_on(formula);
    while let Some((candidate, formula)) = current {
        path.push(candidate.name);
        if candidate.name == start.name {
            let message = format!("the formula needs itself: {}", path.join(" → "));
            return FieldError::new(start.name, "formula_cycle", message);
        }
        if path.len() > waiting.len() + 1 {
            break;
        }
        current = waits_on(formula);
    }
    FieldError::new(start.name, "broken_reference", "the formula refers to a formula that is wrong itself")
}
