//! Tables of words that the code reads.
//!
//! Code that runs where it is made reads its tables by address, and whoever owns the code owns them; in an object file
//! they are one datum of the file.

use cranelift_codegen::ir::{GlobalValue, InstBuilder, Value, types};
use cranelift_frontend::FunctionBuilder;

/// The tables of a function.
#[derive(Default)]
pub(crate) struct Tables {
    cells: Vec<Box<[u64]>>,
    /// The datum that holds them one after the other, for an object file.
    datum: Option<GlobalValue>,
}

impl Tables {
    /// Tables of an object file, in this datum.
    pub(crate) fn within(datum: GlobalValue) -> Self {
        Self { cells: Vec::new(), datum: Some(datum) }
    }

    /// Takes a table; its address.
    pub(super) fn add(&mut self, b: &mut FunctionBuilder<'_>, cells: Box<[u64]>) -> Value {
        let address = match self.datum {
            None => b.ins().iconst(types::I64, cells.as_ptr() as i64),
            Some(datum) => {
                let before: usize = self.cells.iter().map(|c| c.len() * 8).sum();
                let start = b.ins().symbol_value(types::I64, datum);
                b.ins().iadd_imm_s(start, before as i64)
            }
        };
        self.cells.push(cells);
        address
    }

    /// The tables.
    pub(crate) fn cells(self) -> Vec<Box<[u64]>> {
        self.cells
    }
}
