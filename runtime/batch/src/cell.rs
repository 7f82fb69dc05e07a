//! One cell of a column as text.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Decimal64Type, Decimal128Type, Decimal256Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use std::borrow::Cow;
use std::fmt::Write as _;

/// A part of a column: below structs, with what is null around it.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The values.
    pub array: ArrayRef,
    /// Which are null, they or a struct around them; `None` if none is.
    pub nulls: Option<NullBuffer>,
}

impl Leaf {
    /// The part of these columns at a path of children.
    #[must_use]
    pub fn of(columns: &[ArrayRef], at: &[usize]) -> Option<Self> {
        let (first, below) = at.split_first()?;
        let column = columns.get(*first)?;
        below.iter().try_fold(Self::whole(column), |leaf, k| {
            let child = leaf.array.as_struct_opt()?.columns().get(*k)?.clone();
            let nulls = NullBuffer::union(leaf.nulls.as_ref(), child.logical_nulls().as_ref());
            Some(Self { array: child, nulls })
        })
    }

    /// A whole column.
    #[must_use]
    pub fn whole(column: &ArrayRef) -> Self {
        Self { array: column.clone(), nulls: column.logical_nulls() }
    }

    /// True if row `i` has no value.
    #[must_use]
    pub fn is_null(&self, i: usize) -> bool {
        self.nulls.as_ref().is_some_and(|n| n.is_null(i))
    }
}

/// A value as text, exactly; `None` for what is no scalar of the forms that chunks have.
pub(crate) fn text(array: &ArrayRef, i: usize) -> Option<Cow<'_, str>> {
    Some(match array.data_type() {
        DataType::Utf8 => Cow::Borrowed(array.as_string::<i32>().value(i)),
        DataType::Dictionary(..) => {
            let d = array.as_dictionary_opt::<Int32Type>()?;
            Cow::Borrowed(d.values().as_string_opt::<i32>()?.value(d.key(i)?))
        }
        DataType::Int64 => Cow::Owned(array.as_primitive::<Int64Type>().value(i).to_string()),
        DataType::Decimal64(..) => Cow::Owned(array.as_primitive::<Decimal64Type>().value_as_string(i)),
        DataType::Decimal128(..) => Cow::Owned(array.as_primitive::<Decimal128Type>().value_as_string(i)),
        DataType::Decimal256(..) => Cow::Owned(array.as_primitive::<Decimal256Type>().value_as_string(i)),
        DataType::Boolean => Cow::Borrowed(if array.as_boolean().value(i) { "true" } else { "false" }),
        DataType::Date32 => Cow::Owned(array.as_primitive::<Date32Type>().value_as_date(i)?.to_string()),
        _ => return None,
    })
}

/// A value as text for people and programs, empty for null; `json`: of a JSON text what it stands for.
pub(crate) fn shown(array: &ArrayRef, i: usize, json: bool) -> String {
    if array.is_null(i) {
        return String::new();
    }
    let text = text(array, i).unwrap_or_default();
    let inner = if json { serde_json::from_str::<String>(&text).ok() } else { None };
    inner.unwrap_or_else(|| text.into_owned())
}

/// True if there is something in row `i`: neither null nor a blank text.
pub(crate) fn filled(leaf: &Leaf, i: usize) -> bool {
    !leaf.is_null(i) && text(&leaf.array, i).is_none_or(|t| !t.trim().is_empty())
}

/// Writes a value as JSON, with what is nested in it.
pub(crate) fn json(array: &ArrayRef, i: usize, out: &mut String) {
    if array.is_null(i) {
        return out.push_str("null");
    }
    match array.data_type() {
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(i);
            out.push('[');
            for k in 0..items.len() {
                if k > 0 {
                    out.push(',');
                }
                json(&items, k, out);
            }
            out.push(']');
        }
        DataType::Struct(fields) => {
            out.push('{');
            for (k, (field, column)) in fields.iter().zip(array.as_struct().columns()).enumerate() {
                if k > 0 {
                    out.push(',');
                }
                quote(out, field.name());
                out.push(':');
                json(column, i, out);
            }
            out.push('}');
        }
        DataType::Utf8 | DataType::Dictionary(..) | DataType::Date32 => {
            quote(out, &text(array, i).unwrap_or_default());
        }
        _ => out.push_str(text(array, i).as_deref().unwrap_or("null")),
    }
}

/// Writes a JSON text.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
