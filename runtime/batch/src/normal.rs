//! Columns of Arrow and Parquet in few forms: 32-bit offsets, decimals of 64, 128 or 256 bits, 64-bit integers, plain
//! dictionaries.
//!
//! Guarantees: no value changes. Binary floating-point numbers stay what they are (and are refused when bound), unless
//! the caller takes the shortest decimal of each.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, StringArray, StructArray};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use std::sync::Arc;

/// More digits than a number may have.
const MAX_DIGITS: usize = 64;

/// The form of a type.
fn form(ty: &DataType, floats: bool) -> DataType {
    match ty {
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::Float16 | DataType::Float32 | DataType::Float64 if floats => DataType::Utf8,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            DataType::Int64
        }
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Decimal32(p, s) => DataType::Decimal64(*p, *s),
        DataType::Dictionary(_, value) if matches!(form(value, floats), DataType::Utf8) => {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        }
        DataType::Dictionary(_, value) => form(value, floats),
        DataType::Date64 => DataType::Date32,
        DataType::Null => DataType::Utf8,
        DataType::Struct(fields) => DataType::Struct(forms(fields, floats)),
        DataType::List(f) | DataType::LargeList(f) | DataType::FixedSizeList(f, _) => {
            DataType::List(Arc::new(field(f, floats)))
        }
        other => other.clone(),
    }
}

fn field(f: &Field, floats: bool) -> Field {
    f.clone().with_data_type(form(f.data_type(), floats)).with_nullable(true)
}

fn forms(fields: &Fields, floats: bool) -> Fields {
    fields.iter().map(|f| field(f, floats)).collect()
}

/// The form of a schema.
pub(crate) fn schema(schema: &Schema, floats: bool) -> SchemaRef {
    Arc::new(Schema::new(forms(schema.fields(), floats)))
}

/// A batch in the form of its schema.
pub(crate) fn batch(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(a, f)| array(a, f.data_type()));
    RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, _>>()?)
}

fn array(a: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    if a.data_type() == to {
        return Ok(a.clone());
    }
    match (a.data_type(), to) {
        (DataType::Struct(_), DataType::Struct(fields)) => {
            let s = a.as_struct();
            let columns = s.columns().iter().zip(fields).map(|(c, f)| array(c, f.data_type()));
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), columns, s.nulls().cloned(), s.len())?))
        }
        (DataType::List(_), DataType::List(item)) => {
            let l = a.as_list::<i32>();
            let values = array(l.values(), item.data_type())?;
            Ok(Arc::new(ListArray::try_new(item.clone(), l.offsets().clone(), values, l.nulls().cloned())?))
        }
        (DataType::LargeList(item) | DataType::FixedSizeList(item, _), DataType::List(_)) => {
            array(&cast(a, &DataType::List(item.clone()))?, to)
        }
        (DataType::Float32, DataType::Utf8) => {
            Ok(Arc::new(a.as_primitive::<Float32Type>().iter().map(|x| x.map(shortest)).collect::<StringArray>()))
        }
        (DataType::Float64, DataType::Utf8) => {
            Ok(Arc::new(a.as_primitive::<Float64Type>().iter().map(|x| x.map(shortest)).collect::<StringArray>()))
        }
        (DataType::Float16, DataType::Utf8) => array(&cast(a, &DataType::Float32)?, to),
        _ => cast(a, to),
    }
}

/// The shortest decimal of a binary number; with an exponent where it would be longer than any number may be.
fn shortest(x: impl ToString + std::fmt::LowerExp) -> String {
    let plain = x.to_string();
    if plain.len() > MAX_DIGITS { format!("{x:e}") } else { plain }
}
