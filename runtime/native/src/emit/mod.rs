//! From a bounded kernel to machine code: one pass over the rows of a block, two lanes where there are no lists.
//!
//! Every test is an ordered comparison that must be true for the row to be sure, so a NaN makes it unsure. No instruction
//! traps; every address is within its table, whatever the data are.

mod compare;
mod folds;
mod library;
mod raw;
mod rounding;
mod running;
mod tables;
mod tests;

pub(crate) use raw::{Access, Limit};
pub(crate) use tables::Tables;

use crate::bound::{Bounds, Known, Test, line, near_ratio, nearest};
use crate::certified::{Plan, STRIDE};
use crate::demand::{doubtful, needs};
use crate::jit::{CodeError, Image, Site};
use crate::kernel::{Binary, ColumnId, Def, Id, Kernel, Segment, Term, Unary};
use crate::tiers::Tier;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{BlockArg, Function, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_module::Module;
use footrule_number::Ratio;
use std::collections::HashMap;

/// Adding this rounds a smaller number to an integer, half to even.
const MAGIC: f64 = 6_755_399_441_055_744.0;
/// Below this [`MAGIC`] works.
const ROUNDABLE: f64 = 1_125_899_906_842_624.0;

/// What is to be compiled.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub kernel: &'a Kernel,
    pub bounds: &'a Bounds,
    /// Multiplies every error bound; 1 for a sound evaluator.
    pub slack: f64,
}

/// Compiles a kernel for blocks of converted columns.
///
/// # Errors
/// [`CodeError`] for a bug of ours.
pub(crate) fn compile(task: Task<'_>, plan: &Plan, tier: Tier) -> Result<Image, CodeError> {
    let mut site = Site::new(tier)?;
    let config = site.module.target_config();
    let tables = function(&mut site.context.func, config, task, Reads::Blocks(plan), Tables::default());
    site.finish((plan.block_len(), plan.out_len()), tables.cells())
}

/// Writes the body of a function; what it returns are the tables that the code reads.
pub(crate) fn function(
    func: &mut Function,
    config: TargetFrontendConfig,
    task: Task<'_>,
    reads: Reads<'_>,
    tables: Tables,
) -> Tables {
    let Task { kernel, bounds, slack } = task;
    let mut frame = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(func, &mut frame);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let params = b.block_params(entry).to_vec();
    let vector = kernel.lists.is_empty() && matches!(reads, Reads::Blocks(_));
    let ok = b.declare_var(if vector { types::I64X2 } else { types::I8 });
    let mut e = Emit {
        kernel,
        bounds,
        reads,
        slack,
        tests: tests::by_definition(bounds),
        doubtful: doubtful(kernel, bounds),
        doubts: vec![None; kernel.defs.len()],
        vector,
        b,
        values: vec![None; kernel.defs.len()],
        errors: vec![None; kernel.defs.len()],
        rounded: HashMap::new(),
        ok,
        base: params[0],
        lists: if matches!(reads, Reads::Blocks(_)) { params[3] } else { params[0] },
        row: params[1],
        at: vec![None; kernel.lists.len()],
        first: vec![None; kernel.lists.len()],
        tables,
        inverse: HashMap::new(),
    };
    e.function(params[1], params[2]);
    e.b.seal_all_blocks();
    e.b.finalize(config);
    e.tables
}

/// Where a row's values stand.
#[derive(Clone, Copy)]
pub(crate) enum Reads<'a> {
    /// In blocks of converted columns, two rows at once where there are no lists.
    Blocks(&'a Plan),
    /// Each in an array of the caller's, as integers.
    Raw(&'a Access),
}

struct Emit<'a> {
    kernel: &'a Kernel,
    bounds: &'a Bounds,
    reads: Reads<'a>,
    slack: f64,
    /// What each definition must pass.
    tests: HashMap<Id, Vec<Test>>,
    /// Which definitions may be in doubt, and where they are.
    doubtful: Vec<bool>,
    doubts: Vec<Option<Value>>,
    /// Two rows at once.
    vector: bool,
    b: FunctionBuilder<'a>,
    values: Vec<Option<Value>>,
    /// Errors that are computed.
    errors: Vec<Option<Value>>,
    /// Where a rounding is decided.
    rounded: HashMap<Id, Value>,
    ok: Variable,
    base: Value,
    lists: Value,
    row: Value,
    /// The item of each list.
    at: Vec<Option<Value>>,
    /// The first of the items that it is one of.
    first: Vec<Option<Value>>,
    tables: Tables,
    /// Inverses of divisors that do not change in the loop at hand.
    inverse: HashMap<Id, Value>,
}

impl Emit<'_> {
    fn float(&self) -> Type {
        if self.vector { types::F64X2 } else { types::F64 }
    }

    fn function(&mut self, rows: Value, out: Value) {
        let (head, body, end) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let i = self.b.append_block_param(head, types::I64);
        let zero = self.b.ins().iconst(types::I64, 0);
        let sure = self.b.declare_var(types::I64);
        self.b.def_var(sure, zero);
        self.b.ins().jump(head, &[BlockArg::Value(zero)]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(IntCC::UnsignedLessThan, i, rows);
        self.b.ins().brif(more, body, &[], end, &[]);
        self.b.switch_to_block(body);
        self.row = i;
        let yes = self.mask_const(true);
        self.b.def_var(self.ok, yes);
        self.rows();
        match self.reads {
            Reads::Blocks(_) => self.store(out),
            Reads::Raw(_) => self.store_raw(out, sure),
        }
        let next = self.b.ins().iadd_imm_s(i, if self.vector { 2 } else { 1 });
        self.b.ins().jump(head, &[BlockArg::Value(next)]);
        self.b.switch_to_block(end);
        match self.reads {
            Reads::Blocks(_) => self.b.ins().return_(&[]),
            Reads::Raw(_) => {
                let sure = self.b.use_var(sure);
                self.b.ins().return_(&[sure])
            }
        };
    }

    /// Everything that has one value a row.
    fn rows(&mut self) {
        let kernel = self.kernel;
        let roots: Vec<Id> = kernel.roots().collect();
        for id in self.closure(&roots) {
            if kernel.scope(id).is_empty() {
                self.define(id);
            }
        }
        for id in roots {
            if let Some(doubt) = self.doubts[id.ix()] {
                let none = self.not(doubt);
                self.require(none);
            }
        }
        for r in &kernel.requires {
            if self.bounds.bool(*r) != Some(true) {
                let holds = self.mask(*r);
                self.require(holds);
            }
        }
    }

    /// What these need, in order; not what conditions need whose outcome is known without doubt.
    fn closure(&self, roots: &[Id]) -> Vec<Id> {
        let mut seen = vec![false; self.kernel.defs.len()];
        let mut open: Vec<Id> = roots.to_vec();
        let mut all = Vec::new();
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut seen[id.ix()], true) {
                continue;
            }
            all.push(id);
            if !self.is_settled(id) {
                needs(self.kernel, self.bounds, id, |o, _| open.push(o));
            }
        }
        all.sort_unstable();
        all
    }

    /// A condition that is the same in every row, without doubt.
    fn is_settled(&self, id: Id) -> bool {
        self.bounds.bool(id).is_some() && !self.doubtful[id.ix()]
    }

    fn store(&mut self, out: Value) {
        let kernel = self.kernel;
        let flags = unaligned();
        let place = |e: &mut Self, slot: usize| {
            let bytes = e.b.ins().ishl_imm_u(e.row, 3);
            let at = e.b.ins().iadd(out, bytes);
            (at, (slot * STRIDE * 8) as i32)
        };
        for (k, output) in kernel.outputs.iter().enumerate() {
            let stored = match output.round {
                Some(round) if round.significant => {
                    let v = self.number(output.value);
                    self.bits(v)
                }
                Some(round) => self.publish(output.value, round.digits),
                None => {
                    let m = self.mask(output.value);
                    self.mask_bits(m)
                }
            };
            let (at, offset) = place(self, k);
            self.b.ins().store(flags, stored, at, offset);
        }
        for (k, w) in kernel.warnings.iter().enumerate() {
            let m = self.mask(w.holds);
            let bits = self.mask_bits(m);
            let (at, offset) = place(self, kernel.outputs.len() + k);
            self.b.ins().store(flags, bits, at, offset);
        }
        let ok = self.b.use_var(self.ok);
        let bits = self.mask_bits(ok);
        let (at, offset) = place(self, kernel.outputs.len() + kernel.warnings.len());
        self.b.ins().store(flags, bits, at, offset);
        for (k, w) in kernel.words.iter().enumerate() {
            let i = self.index(w.value);
            let (at, offset) = place(self, kernel.outputs.len() + kernel.warnings.len() + 1 + k);
            self.b.ins().store(flags, i, at, offset);
        }
        let Reads::Blocks(plan) = self.reads else { return };
        for (k, output) in kernel.outputs.iter().enumerate() {
            if let Some(slot) = plan.error(k) {
                let e = self.error(output.value);
                let e = self.bits(e);
                let (at, offset) = place(self, slot);
                self.b.ins().store(flags, e, at, offset);
            }
        }
    }

    fn known(&self, id: Id) -> Known {
        self.bounds.number(id).unwrap_or(Known { lo: 0.0, hi: 0.0, least: 0.0, rel: 0.0, abs: 0.0, scale: None })
    }

    // Values.

    fn number(&mut self, id: Id) -> Value {
        match self.values[id.ix()] {
            Some(v) if self.bounds.number(id).is_some() => v,
            _ => self.float_const(f64::NAN),
        }
    }

    fn mask(&mut self, id: Id) -> Value {
        match (self.bounds.bool(id), self.values[id.ix()], self.kernel.def(id)) {
            (Some(known), ..) => self.mask_const(known),
            (None, _, Def::Fail) => self.mask_const(false),
            (None, Some(v), _) => v,
            (None, None, _) => self.mask_const(false),
        }
    }

    fn index(&mut self, id: Id) -> Value {
        match (self.values[id.ix()], self.kernel.def(id)) {
            (_, Def::Fail) | (None, _) => self.int_const(0),
            (Some(v), _) => v,
        }
    }

    fn float_const(&mut self, x: f64) -> Value {
        let v = self.b.ins().f64const(x);
        if self.vector { self.b.ins().splat(types::F64X2, v) } else { v }
    }

    fn int_const(&mut self, x: i64) -> Value {
        let v = self.b.ins().iconst(types::I64, x);
        if self.vector { self.b.ins().splat(types::I64X2, v) } else { v }
    }

    fn mask_const(&mut self, x: bool) -> Value {
        if self.vector { self.int_const(if x { -1 } else { 0 }) } else { self.b.ins().iconst(types::I8, i64::from(x)) }
    }

    fn not(&mut self, m: Value) -> Value {
        if self.vector { self.b.ins().bnot(m) } else { self.b.ins().bxor_imm_u(m, 1) }
    }

    fn bits(&mut self, v: Value) -> Value {
        let ty = if self.vector { types::I64X2 } else { types::I64 };
        self.b.ins().bitcast(ty, little(), v)
    }

    fn mask_bits(&mut self, m: Value) -> Value {
        if self.vector {
            return m;
        }
        let wide = self.b.ins().uextend(types::I64, m);
        self.b.ins().ineg(wide)
    }

    fn select_float(&mut self, m: Value, a: Value, b: Value) -> Value {
        if !self.vector {
            return self.b.ins().select(m, a, b);
        }
        let m = self.b.ins().bitcast(types::F64X2, little(), m);
        self.b.ins().bitselect(m, a, b)
    }

    fn select_bits(&mut self, m: Value, a: Value, b: Value) -> Value {
        if self.vector { self.b.ins().bitselect(m, a, b) } else { self.b.ins().select(m, a, b) }
    }

    fn select_mask(&mut self, m: Value, a: Value, b: Value) -> Value {
        let (yes, not) = (self.b.ins().band(m, a), self.not(m));
        let no = self.b.ins().band(not, b);
        self.b.ins().bor(yes, no)
    }

    /// `|x|`; the mask is made once for all.
    fn magnitude(&mut self, x: Value) -> Value {
        if !self.vector {
            return self.b.ins().fabs(x);
        }
        let (bits, mask) = (self.bits(x), self.int_const(i64::MAX));
        let bits = self.b.ins().band(bits, mask);
        self.b.ins().bitcast(types::F64X2, little(), bits)
    }

    fn require(&mut self, m: Value) {
        let ok = self.b.use_var(self.ok);
        let ok = self.b.ins().band(ok, m);
        self.b.def_var(self.ok, ok);
    }

    /// What stands in a block.
    fn load(&mut self, plan: &Plan, column: ColumnId, given: bool) -> Value {
        let ty = self.float();
        // Nobody writes there meanwhile: a value is read where it is used, and not kept for long.
        let flags = unaligned().with_readonly().with_can_move();
        if let Some((list, slot)) = plan.apart(column, given) {
            let columns = self.lists;
            let start = self.b.ins().load(types::I64, MemFlagsData::trusted(), columns, (slot * 8) as i32);
            let at = self.at[list.0 as usize].unwrap_or(self.row);
            let bytes = self.b.ins().ishl_imm_u(at, 3);
            let at = self.b.ins().iadd(start, bytes);
            return self.b.ins().load(types::F64, flags, at, 0);
        }
        let slot = plan.slot(column, given);
        let bytes = self.b.ins().ishl_imm_u(self.row, 3);
        let at = self.b.ins().iadd(self.base, bytes);
        self.b.ins().load(ty, flags, at, (slot * STRIDE * 8) as i32)
    }

    fn load_number(&mut self, column: ColumnId) -> Value {
        match self.reads {
            Reads::Blocks(plan) => self.load(plan, column, false),
            Reads::Raw(access) => self.raw_number(access, column),
        }
    }

    fn load_member(&mut self, column: ColumnId) -> Value {
        match self.reads {
            Reads::Blocks(plan) => {
                let v = self.load(plan, column, false);
                self.bits(v)
            }
            Reads::Raw(access) => self.raw_member(access, column),
        }
    }

    fn load_mask(&mut self, column: ColumnId, given: bool) -> Value {
        let plan = match self.reads {
            Reads::Blocks(plan) => plan,
            Reads::Raw(access) => return self.raw_mask(access, column, given),
        };
        let v = self.load(plan, column, given);
        let bits = self.bits(v);
        if self.vector { bits } else { self.b.ins().icmp_imm_s(IntCC::NotEqual, bits, 0) }
    }

    /// A cell of a table of words by index; the index is brought within the table.
    fn gather(&mut self, index: Value, cells: Box<[u64]>, float: bool) -> Value {
        let last = cells.len().saturating_sub(1) as i64;
        let table = self.tables.add(&mut self.b, cells);
        let one = |e: &mut Self, i: Value| {
            let last = e.b.ins().iconst(types::I64, last);
            let over = e.b.ins().icmp(IntCC::UnsignedGreaterThan, i, last);
            let i = e.b.ins().select(over, last, i);
            let bytes = e.b.ins().ishl_imm_u(i, 3);
            let at = e.b.ins().iadd(table, bytes);
            let ty = if float { types::F64 } else { types::I64 };
            e.b.ins().load(ty, MemFlagsData::trusted(), at, 0)
        };
        if !self.vector {
            return one(self, index);
        }
        let (first, second) = (self.b.ins().extractlane(index, 0), self.b.ins().extractlane(index, 1));
        let (first, second) = (one(self, first), one(self, second));
        let both = self.b.ins().splat(if float { types::F64X2 } else { types::I64X2 }, first);
        self.b.ins().insertlane(both, second, 1)
    }

    /// Defines a value whose operands are defined.
    fn define(&mut self, id: Id) {
        if self.is_settled(id) || self.values[id.ix()].is_some() || self.doubts[id.ix()].is_some() {
            return;
        }
        let kernel = self.kernel;
        if let Def::Select(c, a, b) = kernel.def(id)
            && let Some(known) = self.bounds.bool(*c)
        {
            let arm = if known { a } else { b };
            self.values[id.ix()] = self.values[arm.ix()];
            self.errors[id.ix()] = self.errors[arm.ix()];
            self.doubts[id.ix()] = self.doubt(id);
            return;
        }
        let value = match kernel.def(id) {
            Def::Number(x) => self.float_const(nearest(*x)),
            Def::Column(c) => self.load_number(*c),
            Def::Unary(op, a) => self.unary(id, *op, *a),
            Def::Binary(Binary::Div, a, b) if self.inverse.contains_key(b) => {
                let (x, inverse) = (self.number(*a), self.inverse[b]);
                self.b.ins().fmul(x, inverse)
            }
            Def::Binary(Binary::Div, a, b) if let Def::Number(c) = kernel.def(*b) => {
                let (x, inverse) = (self.number(*a), self.float_const(1.0 / nearest(*c)));
                self.b.ins().fmul(x, inverse)
            }
            Def::Binary(op, a, b) => self.binary(*op, *a, *b),
            Def::Power(a, n) => {
                let x = self.number(*a);
                self.power(x, *n)
            }
            Def::Convert(a, r) => self.scaled(*a, *r),
            Def::Affine(a, r, offset) => {
                let x = self.scaled(*a, *r);
                let offset = self.float_const(nearest(*offset));
                self.b.ins().fadd(x, offset)
            }
            Def::Between(a, s) => self.between(*a, s).2,
            Def::Round(a, n) => self.round(id, *a, *n),
            Def::Select(c, a, b) => self.select(*c, *a, *b),
            Def::Lookup(i, cells) => {
                let index = self.index(*i);
                let cells = cells.iter().map(|c| c.map_or(f64::NAN, nearest).to_bits()).collect();
                self.gather(index, cells, true)
            }
            Def::Fold(kind, terms) => self.fold(id, *kind, terms),
            Def::Bool(x) => self.mask_const(*x),
            Def::Flag(c) => self.load_mask(*c, false),
            Def::Given(c) => self.load_mask(*c, true),
            Def::Not(a) => {
                let m = self.mask(*a);
                self.not(m)
            }
            Def::And(a, b) => {
                let (a, b) = (self.mask(*a), self.mask(*b));
                self.b.ins().band(a, b)
            }
            Def::Or(a, b) => {
                let (a, b) = (self.mask(*a), self.mask(*b));
                self.b.ins().bor(a, b)
            }
            Def::Compare(cmp, a, b) => self.compare(*cmp, *a, *b),
            Def::Is(i, k) => {
                let (i, k) = (self.index(*i), self.int_const(i64::from(*k)));
                self.b.ins().icmp(IntCC::Equal, i, k)
            }
            Def::Same(a, b) => {
                let (a, b) = (self.index(*a), self.index(*b));
                self.b.ins().icmp(IntCC::Equal, a, b)
            }
            Def::Index(k) => self.int_const(i64::from(*k)),
            Def::Member(c) => self.load_member(*c),
            Def::Pick(i, map) => {
                let index = self.index(*i);
                let cells = map.iter().map(|c| c.map_or(u64::MAX, u64::from)).collect();
                self.gather(index, cells, false)
            }
            Def::Pair(a, b, size) => {
                let (a, b) = (self.index(*a), self.index(*b));
                let size = self.int_const(i64::from(*size));
                let a = self.b.ins().imul(a, size);
                self.b.ins().iadd(a, b)
            }
            Def::Fail => {
                self.doubts[id.ix()] = Some(self.mask_const(true));
                return;
            }
        };
        self.values[id.ix()] = Some(value);
        if self.runs(id) && self.errors[id.ix()].is_none() {
            self.errors[id.ix()] = Some(self.running(id, value));
        }
        if self.doubtful[id.ix()] {
            self.doubts[id.ix()] = self.doubt(id);
        }
    }

    /// The place from the first point on, what the line rises there, and its value.
    fn between(&mut self, a: Id, s: &Segment) -> (Value, Value, Value) {
        let l = line(s);
        let [scale, start, slope, y] = [l.scale, l.start, l.slope, l.y].map(|x| self.float_const(x));
        let x = self.number(a);
        let x = self.b.ins().fmul(x, scale);
        let place = self.b.ins().fadd(x, start);
        let rise = self.b.ins().fmul(place, slope);
        (place, rise, self.b.ins().fadd(rise, y))
    }

    fn scaled(&mut self, a: Id, r: Ratio) -> Value {
        let x = self.number(a);
        if r.is_one() {
            return x;
        }
        let f = self.float_const(near_ratio(r));
        self.b.ins().fmul(x, f)
    }

    fn unary(&mut self, id: Id, op: Unary, a: Id) -> Value {
        let x = self.number(a);
        match op {
            Unary::Neg => self.b.ins().fneg(x),
            Unary::Abs => self.b.ins().fabs(x),
            Unary::Sqrt => self.b.ins().sqrt(x),
            Unary::Floor | Unary::Ceil if self.known(a).scale == Some(0) => x,
            Unary::Floor | Unary::Ceil => self.whole(id, op == Unary::Floor, a),
            Unary::Exp => self.library(library::exp as *const () as usize, &[x]),
            Unary::Ln => self.library(library::ln as *const () as usize, &[x]),
        }
    }

    fn binary(&mut self, op: Binary, a: Id, b: Id) -> Value {
        let (x, y) = (self.number(a), self.number(b));
        match op {
            Binary::Add => self.b.ins().fadd(x, y),
            Binary::Sub => self.b.ins().fsub(x, y),
            Binary::Mul => self.b.ins().fmul(x, y),
            Binary::Div => self.b.ins().fdiv(x, y),
            Binary::Min | Binary::Max => {
                let cc = if op == Binary::Min { FloatCC::LessThan } else { FloatCC::GreaterThan };
                let first = self.b.ins().fcmp(cc, x, y);
                self.select_float(first, x, y)
            }
            Binary::Pow => self.library(library::pow as *const () as usize, &[x, y]),
        }
    }

    fn select(&mut self, c: Id, a: Id, b: Id) -> Value {
        let m = self.mask(c);
        let is_number = self.bounds.number(a).is_some() || self.bounds.number(b).is_some();
        let is_index = |id: Id| matches!(self.bounds.facts[id.ix()], Some(crate::bound::Fact::Index));
        if is_number {
            let (x, y) = (self.number(a), self.number(b));
            return self.select_float(m, x, y);
        }
        let (x, y) =
            if is_index(a) || is_index(b) { (self.index(a), self.index(b)) } else { (self.mask(a), self.mask(b)) };
        self.select_bits(m, x, y)
    }
}

/// True for what changes from turn to turn.
fn in_loops(kernel: &Kernel, id: Id, term: &Term) -> bool {
    kernel.scope(id).iter().any(|l| term.over.contains(l))
}

/// Two lanes need not lie at a multiple of their size.
fn unaligned() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

fn little() -> MemFlagsData {
    MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little)
}
