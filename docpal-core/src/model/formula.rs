//! Formula fields: compiled against the other fields of their table, in an order in which each comes
//! after what it needs.

use std::collections::HashMap;
use std::sync::Arc;

use docpal_formula::{
    FieldRef, FieldTypes, Formula, Functions, Graph, Program, RecordProperty, SlotSource, Type,
};

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
    names: Vec<FieldId>,
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

    /// Every field that the formula names, also where it does not read the value.
    #[must_use]
    pub fn names(&self) -> &[FieldId] {
        &self.names
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
pub(crate) fn compile(fields: &[Candidate<'_>], references: References, functions: &Functions) -> Compiled {
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
    let formulas: HashMap<String, (&Candidate<'_>, Formula)> =
        waiting.into_iter().map(|(candidate, formula)| (key(candidate), (candidate, formula))).collect();
    let mut graph = Graph::default();
    for (key, (_, formula)) in &formulas {
        let names = formula.field_names().into_iter().filter_map(|name| formulas.get_key_value(name));
        graph.set(key.as_str(), names.map(|(key, _)| key.as_str()).collect::<Vec<_>>());
    }
    let (levels, stuck) = graph.order();
    for (key, (candidate, formula)) in levels.iter().flatten().filter_map(|key| formulas.get_key_value(*key))
    {
        let needs_wrong = graph.reads(&key.as_str()).any(|read| !known.entries.contains_key(*read));
        let compiled = match needs_wrong {
            true => Err(vec![broken_reference(candidate.name)]),
            false => check(formula, &known, functions).map_err(|errors| entries(candidate.name, &errors)),
        };
        if let Ok(computed) = &compiled {
            let ty = computed.program.ty().clone();
            known.entries.insert(key.clone(), FieldRef::new(candidate.id.hex(), ty));
        }
        done.insert(candidate.id, compiled.map(Arc::new));
    }
    let name_of = |key: &&str| formulas.get(*key).map_or(String::new(), |(field, _)| field.name.to_owned());
    for (key, (candidate, _)) in stuck.iter().filter_map(|key| formulas.get_key_value(*key)) {
        let ring = graph.cycle_with(key.as_str(), graph.reads(&key.as_str()).copied());
        let entry = match ring {
            Some(ring) => {
                let message = format!("the formula needs itself: {}", ring.describe(name_of));
                FieldError::new(candidate.name, "formula_cycle", message)
            }
            None => broken_reference(candidate.name),
        };
        done.insert(candidate.id, Err(vec![entry]));
    }
    done
}

fn broken_reference(name: &str) -> FieldError {
    FieldError::new(name, "broken_reference", "the formula refers to a formula that is wrong itself")
}

/// A formula text, by names, over fields that are known already.
pub(crate) fn compile_over<'f>(
    source: &str,
    fields: impl Iterator<Item = (FieldId, &'f str, Type)>,
    functions: &Functions,
) -> Result<Computed, Vec<FieldError>> {
    let mut known = Known { entries: HashMap::new(), names: Vec::new() };
    for (id, name, ty) in fields {
        known.entries.insert(name.to_owned(), FieldRef::new(id.hex(), ty));
        known.names.push(name);
    }
    let checked = Formula::parse(source).and_then(|formula| check(&formula, &known, functions));
    checked.map_err(|errors| entries("formula", &errors))
}

fn check(
    formula: &Formula,
    known: &Known<'_>,
    functions: &Functions,
) -> Result<Computed, docpal_formula::Errors> {
    let program = formula.check(known, functions)?;
    let inputs = program.fields().iter().map(|slot| Input::of(slot.source())).collect();
    let id_of = |name: &str| known.field(name).and_then(|field| field.key().parse().ok());
    let names = formula.field_names().into_iter().filter_map(id_of).collect();
    Ok(Computed { program, inputs, names, stored: formula.stored(known)? })
}

fn entries(field: &str, errors: &docpal_formula::Errors) -> Vec<FieldError> {
    let entry = |diagnostic: &docpal_formula::Diagnostic| {
        let help = diagnostic.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        let at = format!("at {}..{}: ", diagnostic.span.start, diagnostic.span.end);
        FieldError::new(field, diagnostic.code, format!("{at}{}{help}", diagnostic.message))
    };
    errors.iter().map(entry).collect()
}
