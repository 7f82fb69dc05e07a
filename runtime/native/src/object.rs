//! Native object files: the certified evaluator of a rule behind a C interface.
//!
//! ```text
//! size_t NAME_evaluate(const void *const in[], size_t rows, void *const out[]);
//! ```
//!
//! `in` holds a pointer for each [`Slot`], `out` one for each figure (`int64_t` at its decimals, `uint8_t` for a condition),
//! each warning (`uint8_t`, 1 where it fires), and the status (`uint8_t`, 1 where the row is sure); what is returned is
//! the number of sure rows. The header that makes a structure of each is written where names and units are known.
//!
//! Guarantees: the object needs no other symbol; a row with a value outside the hull is not sure, and the figures of a
//! row that is not sure are 0; the same kernel and hull give the same bytes. Must not: use what only this machine's
//! processor has: the code is for the base of its kind.

use crate::bound::{Hull, Span, best};
use crate::certified::{MAX_DECIMALS, NotCertified};
use crate::emit::{self, Access, Limit, Reads, Tables, Task};
use crate::jit::CodeError;
use crate::kernel::{ColumnId, Derived, Kernel, ListId, Made};
use crate::layout::{Kind, Layout};
use cranelift_codegen::ir::{AbiParam, Function, Signature, UserFuncName, types};
use cranelift_codegen::settings::{self, Configurable as _};
use cranelift_codegen::{Context, isa};
use cranelift_module::{DataDescription, Linkage, Module, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};
use footrule_number::Number;
use std::fmt::Display;

/// What a pointer of `in` points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// `uint32_t`, one more than there are rows (or items of the list around): where the items of each begin.
    Offsets(ListId),
    /// `int64_t` (numbers), `uint32_t` (members, codes of texts) or `uint8_t` (truth values).
    Values(ColumnId),
    /// `uint8_t`: not 0 where there is a value.
    Given(ColumnId),
}

/// What an object is made of beside its kernel.
#[derive(Debug, Clone, Copy)]
pub struct Recipe<'a> {
    /// What every symbol begins with.
    pub name: &'a str,
    /// The columns.
    pub layout: &'a Layout,
    /// What their values may be.
    pub hull: &'a Hull,
    /// For each column of members, how many its enumeration has.
    pub members: &'a [u32],
    /// Symbols, without the name before them, and the texts that they hold.
    pub texts: &'a [(String, String)],
}

/// The pointers of `in`: those of rows, then list by list.
#[must_use]
pub fn slots(layout: &Layout) -> Vec<Slot> {
    let mut slots = Vec::new();
    let columns = |list: Option<ListId>, slots: &mut Vec<Slot>| {
        for (i, column) in layout.columns.iter().enumerate().filter(|(_, c)| c.list == list && c.kind != Kind::Opaque) {
            let c = ColumnId(i as u32);
            slots.push(Slot::Values(c));
            if column.nullable {
                slots.push(Slot::Given(c));
            }
        }
    };
    columns(None, &mut slots);
    for l in (0..layout.lists.len() as u32).map(ListId) {
        slots.push(Slot::Offsets(l));
        columns(Some(l), &mut slots);
    }
    slots
}

/// Compiles a kernel for a hull.
///
/// # Errors
/// [`NotCertified`] if an operation has no bound, or a figure is published to significant digits.
pub fn compile(kernel: &Kernel, recipe: Recipe<'_>) -> Result<Vec<u8>, NotCertified> {
    let rounds = || kernel.outputs.iter().filter_map(|o| o.round);
    if rounds().any(|r| r.significant) {
        return Err(NotCertified::Unbounded("figures with significant digits"));
    }
    if rounds().any(|r| r.digits > MAX_DECIMALS) {
        return Err(NotCertified::Unbounded("figures with so many decimals"));
    }
    if kernel.derived.iter().any(|d| matches!(d, Derived::Distinct(_)))
        || kernel.made.iter().any(|m| matches!(m, Made::Counted(..)))
    {
        return Err(NotCertified::Unbounded("columns that are made of others"));
    }
    let access = access(kernel, recipe)?;
    let bounds = best(kernel, &with_derived(kernel, recipe.hull)).map_err(|e| NotCertified::Unbounded(e.0))?;
    build(Task { kernel, bounds: &bounds, slack: 1.0 }, &access, recipe).map_err(NotCertified::Code)
}

/// What is known of the columns, those included that are made of others.
fn with_derived(kernel: &Kernel, hull: &Hull) -> Hull {
    let mut all = hull.clone();
    for made in &kernel.made {
        let Made::Again(list) = made else { continue };
        all.items.push(all.items.get(list.0 as usize).copied().unwrap_or(0));
    }
    for derived in &kernel.derived {
        let span = match derived {
            Derived::Again(c) => all.columns.get(c.0 as usize).copied().flatten(),
            Derived::Position(l) => {
                let items = all.items.get(l.0 as usize).copied().unwrap_or(0);
                let last = Number::from(u64::from(items.saturating_sub(1)));
                Some(Span { lo: Number::ZERO, hi: last, scale: 0 })
            }
            Derived::Distinct(_) => None,
        };
        all.columns.push(span);
    }
    all
}

/// Where each column stands: one of a list that is gone through once more where the list's does.
fn access(kernel: &Kernel, recipe: Recipe<'_>) -> Result<Access, NotCertified> {
    let slots = slots(recipe.layout);
    let at = |slot: Slot| slots.iter().position(|s| *s == slot);
    let mut access = Access::default();
    for (i, column) in recipe.layout.columns.iter().enumerate() {
        let c = ColumnId(i as u32);
        let limit = match column.kind {
            Kind::Number { .. } => {
                let span = recipe.hull.columns.get(i).copied().flatten();
                let span = span.ok_or(NotCertified::Unbounded("a column without a hull"))?;
                let units = |x: Number| units(x, span.scale).ok_or(NotCertified::Unbounded("so wide a hull"));
                Limit::Units { lo: units(span.lo)?, hi: units(span.hi)?, scale: span.scale }
            }
            Kind::Member => Limit::Member(recipe.members.get(i).copied().unwrap_or(0)),
            Kind::Flag | Kind::Opaque => Limit::Flag,
            // Any code: the last is left out, as that of a member is.
            Kind::Text => Limit::Member(u32::MAX),
            Kind::Day => return Err(NotCertified::Unbounded("days in columns")),
        };
        access.columns.push((at(Slot::Values(c)).unwrap_or(0), at(Slot::Given(c)), limit));
    }
    for l in 0..recipe.layout.lists.len() {
        let most = recipe.hull.items.get(l).copied().unwrap_or(0);
        access.lists.push((at(Slot::Offsets(ListId(l as u32))).unwrap_or(0), most));
    }
    for made in &kernel.made {
        let Made::Again(list) = made else { continue };
        access.lists.push(access.lists.get(list.0 as usize).copied().unwrap_or_default());
    }
    for derived in &kernel.derived {
        access.columns.push(match derived {
            Derived::Again(c) => access.columns.get(c.0 as usize).copied().unwrap_or((0, None, Limit::Flag)),
            Derived::Position(_) | Derived::Distinct(_) => (0, None, Limit::Position),
        });
    }
    Ok(access)
}

/// How many units of `10^-scale` a number is, exactly.
#[must_use]
pub fn units(x: Number, scale: u32) -> Option<i64> {
    let more = scale.checked_sub(x.scale())?;
    i64::try_from(10_i128.checked_pow(more)?.checked_mul(x.mantissa())?).ok()
}

fn build(task: Task<'_>, access: &Access, recipe: Recipe<'_>) -> Result<Vec<u8>, CodeError> {
    let mut module = module(recipe.name)?;
    let config = module.target_config();
    let pointer = config.pointer_type();
    if pointer != types::I64 {
        return Err(CodeError("only processors with 64-bit addresses are known".to_owned()));
    }
    let mut signature = Signature::new(module.isa().default_call_conv());
    signature.params = vec![AbiParam::new(pointer); 3];
    signature.returns = vec![AbiParam::new(pointer)];
    let symbol = |suffix: &str| format!("{}_{suffix}", recipe.name);
    let entry = module.declare_function(&symbol("evaluate"), Linkage::Export, &signature).map_err(told)?;
    let tables = module.declare_data(&symbol("tables"), Linkage::Local, false, false).map_err(told)?;
    let mut context = Context::new();
    context.func = Function::with_name_signature(UserFuncName::user(0, entry.as_u32()), signature);
    let datum = module.declare_data_in_func(tables, &mut context.func);
    let made = emit::function(&mut context.func, config, task, Reads::Raw(access), Tables::within(datum));
    module.define_function(entry, &mut context).map_err(|e| CodeError(format!("{e:?}")))?;
    let words = made.cells().into_iter().flatten().flat_map(u64::to_le_bytes);
    let mut words: Vec<u8> = words.collect();
    // A symbol that is referred to must be there, and a datum has at least one byte.
    words.resize(words.len().max(8), 0);
    define(&mut module, tables, words, 8)?;
    for (suffix, text) in recipe.texts {
        let id = module.declare_data(&symbol(suffix), Linkage::Export, false, false).map_err(told)?;
        let bytes = text.bytes().filter(|b| *b != 0).chain([0]).collect();
        define(&mut module, id, bytes, 1)?;
    }
    module.finish().emit().map_err(told)
}

fn define(
    module: &mut ObjectModule,
    id: cranelift_module::DataId,
    bytes: Vec<u8>,
    align: u64,
) -> Result<(), CodeError> {
    let mut data = DataDescription::new();
    data.define(bytes.into_boxed_slice());
    data.set_align(align);
    module.define_data(id, &data).map_err(told)
}

/// A module for the base of this machine's kind of processor.
fn module(name: &str) -> Result<ObjectModule, CodeError> {
    let mut flags = settings::builder();
    let verify = if cfg!(debug_assertions) { "true" } else { "false" };
    for (flag, value) in [("opt_level", "speed"), ("is_pic", "true"), ("enable_verifier", verify)] {
        flags.set(flag, value).map_err(told)?;
    }
    let host = cranelift_native::builder_with_options(false).map_err(told)?;
    let target = isa::lookup(host.triple().clone()).map_err(told)?;
    let target = target.finish(settings::Flags::new(flags)).map_err(told)?;
    let builder = ObjectBuilder::new(target, name, default_libcall_names()).map_err(told)?;
    Ok(ObjectModule::new(builder))
}

fn told(e: impl Display) -> CodeError {
    CodeError(e.to_string())
}
