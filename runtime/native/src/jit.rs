//! Ownership of native code: the one place where it is called.
//!
//! Guarantees: code lives as long as anything that can call it, and is freed with it; tables that the code reads live as
//! long as the code. Must not: let a raw address out.

#![expect(unsafe_code, reason = "native code is owned, called and freed here")]

use crate::tiers::Tier;
use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Function, Signature, UserFuncName, types};
use cranelift_codegen::isa::CallConv;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};
use std::mem::ManuallyDrop;

/// A compiled evaluator: `(block, rows, out, lists)`.
pub(crate) struct Image {
    entry: extern "C" fn(*const f64, u64, *mut i64, *const *const u8),
    module: ManuallyDrop<JITModule>,
    /// How long a block and an output must be.
    sizes: (usize, usize),
    /// Tables that the code reads by address.
    _tables: Vec<Box<[u64]>>,
}

// SAFETY: after it is finalised the module is only freed; the code reads its tables and writes to its arguments only.
unsafe impl Send for Image {}
// SAFETY: as above; nothing is mutated through a shared reference.
unsafe impl Sync for Image {}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image").field("sizes", &self.sizes).finish_non_exhaustive()
    }
}

/// Why there is no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeError(pub String);

impl std::fmt::Display for CodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CodeError {}

/// A module to compile one evaluator in.
pub(crate) struct Site {
    pub module: JITModule,
    pub context: Context,
}

impl Site {
    /// # Errors
    /// [`CodeError`] if this machine has no code generator.
    pub(crate) fn new(tier: Tier) -> Result<Self, CodeError> {
        let (level, registers) = match tier {
            Tier::First => ("none", "single_pass"),
            Tier::Settled => ("speed", "backtracking"),
        };
        let verify = if cfg!(debug_assertions) { "true" } else { "false" };
        let flags = [("opt_level", level), ("regalloc_algorithm", registers), ("enable_verifier", verify)];
        let builder = JITBuilder::with_flags(&flags, default_libcall_names()).map_err(|e| CodeError(e.to_string()))?;
        let module = JITModule::new(builder);
        let mut context = module.make_context();
        let pointer = module.target_config().pointer_type();
        let mut signature = Signature::new(CallConv::triple_default(module.isa().triple()));
        signature.params = [pointer, types::I64, pointer, pointer].map(AbiParam::new).to_vec();
        context.func = Function::with_name_signature(UserFuncName::user(0, 0), signature);
        Ok(Self { module, context })
    }

    /// Compiles the function of the context.
    ///
    /// # Errors
    /// [`CodeError`] with the code generator's own words: a bug of ours.
    pub(crate) fn finish(mut self, sizes: (usize, usize), tables: Vec<Box<[u64]>>) -> Result<Image, CodeError> {
        trapless(&self.context.func)?;
        let signature = self.context.func.signature.clone();
        let error = |e: &dyn std::fmt::Display| CodeError(e.to_string());
        let id = self.module.declare_function("footrule_rule", Linkage::Local, &signature).map_err(|e| error(&e))?;
        self.module.define_function(id, &mut self.context).map_err(|e| CodeError(format!("{e:?}")))?;
        self.module.finalize_definitions().map_err(|e| error(&e))?;
        let address = self.module.get_finalized_function(id);
        // SAFETY: the function has just been compiled with this signature, and lives as long as the module.
        let entry = unsafe {
            std::mem::transmute::<*const u8, extern "C" fn(*const f64, u64, *mut i64, *const *const u8)>(address)
        };
        Ok(Image { entry, module: ManuallyDrop::new(self.module), sizes, _tables: tables })
    }
}

/// Checks that no instruction can trap: nothing unwinds through native code, and no fault ends the process.
fn trapless(function: &Function) -> Result<(), CodeError> {
    for block in function.layout.blocks() {
        for inst in function.layout.block_insts(block) {
            if function.dfg.insts[inst].opcode().can_trap() {
                return Err(CodeError(format!("{} can trap", function.dfg.display_inst(inst))));
            }
        }
    }
    Ok(())
}

/// A column, or the offsets of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Apart<'a> {
    Numbers(&'a [f64]),
    Units(&'a [i64]),
    Flags(&'a [bool]),
    Offsets(&'a [u32]),
}

impl Image {
    /// Evaluates the first `rows` rows of a block. The caller has checked that offsets ascend and end within the columns
    /// of their list (`Columns::fit`).
    pub(crate) fn call(&self, block: &[f64], rows: usize, out: &mut [i64], lists: &[Apart<'_>]) {
        assert!(block.len() >= self.sizes.0 && out.len() >= self.sizes.1 && rows <= crate::certified::ROWS);
        let pointers: Vec<*const u8> = lists
            .iter()
            .map(|a| match a {
                Apart::Numbers(x) => x.as_ptr().cast(),
                Apart::Units(x) => x.as_ptr().cast(),
                Apart::Flags(x) => x.as_ptr().cast(),
                Apart::Offsets(x) => x.as_ptr().cast(),
            })
            .collect();
        (self.entry)(block.as_ptr(), rows as u64, out.as_mut_ptr(), pointers.as_ptr());
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: taken once, here; nothing calls the code any more, since calls borrow the image.
        unsafe {
            ManuallyDrop::take(&mut self.module).free_memory();
        }
    }
}
