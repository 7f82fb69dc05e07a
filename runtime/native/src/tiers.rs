//! Code that is made twice: at once and plainly, and again, well, when enough rows were evaluated to pay for it.
//!
//! Guarantees: both compute the same, since both come from the same instructions, and neither level of the code generator
//! changes an operation on numbers. Who calls sees no difference but time.

use crate::jit::{CodeError, Image};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much care the code generator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// One pass over the registers, nothing optimised: half the time to compile, two thirds of the speed.
    First,
    /// For rows by the thousand.
    Settled,
}

/// So many rows and items take as long with the first code as it takes to compile the second.
const PAYS: usize = 32_768;

/// The code of an evaluator.
#[derive(Debug)]
pub(crate) struct Tiers {
    first: Image,
    settled: OnceLock<Option<Image>>,
    seen: AtomicUsize,
}

impl Tiers {
    /// Compiles the first code.
    ///
    /// # Errors
    /// [`CodeError`] for a bug of ours.
    pub(crate) fn new(compile: impl FnOnce(Tier) -> Result<Image, CodeError>) -> Result<Self, CodeError> {
        Ok(Self { first: compile(Tier::First)?, settled: OnceLock::new(), seen: AtomicUsize::new(0) })
    }

    /// The code for `more` rows and items; `compile` makes the second.
    pub(crate) fn image(&self, more: usize, compile: impl FnOnce(Tier) -> Result<Image, CodeError>) -> &Image {
        match self.settled.get() {
            Some(settled) => settled.as_ref().unwrap_or(&self.first),
            // What is lost when two threads count at once does not matter.
            None => {
                let seen = self.seen.load(Ordering::Relaxed).saturating_add(more);
                self.seen.store(seen, Ordering::Relaxed);
                if seen < PAYS { &self.first } else { self.settle(compile) }
            }
        }
    }

    /// The second code, made now if it is not there.
    pub(crate) fn settle(&self, compile: impl FnOnce(Tier) -> Result<Image, CodeError>) -> &Image {
        self.settled.get_or_init(|| compile(Tier::Settled).ok()).as_ref().unwrap_or(&self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jit::Site;
    use cranelift_codegen::ir::InstBuilder;
    use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
    use cranelift_module::Module;
    use std::cell::RefCell;

    /// A function that does nothing.
    fn nothing(tier: Tier) -> Result<Image, CodeError> {
        let mut site = Site::new(tier)?;
        let config = site.module.target_config();
        let mut frame = FunctionBuilderContext::new();
        let mut b = FunctionBuilder::new(&mut site.context.func, &mut frame);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.ins().return_(&[]);
        b.seal_all_blocks();
        b.finalize(config);
        site.finish((0, 0), Vec::new())
    }

    #[test]
    fn the_second_code_is_made_once_when_it_pays() {
        let made = RefCell::new(Vec::new());
        let make = |tier| {
            made.borrow_mut().push(tier);
            nothing(tier)
        };
        let tiers = Tiers::new(make).expect("code");
        for _ in 0..3 {
            tiers.image(PAYS / 3 - 1, make);
        }
        assert_eq!(*made.borrow(), [Tier::First]);
        assert!(!std::ptr::eq(tiers.image(PAYS, make), &tiers.first));
        tiers.image(PAYS, make);
        assert_eq!(*made.borrow(), [Tier::First, Tier::Settled]);
    }
}
