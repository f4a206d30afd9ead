//! Values that go into statements and rows that come out, in the three column types that both engines share.
//! It may assume that an engine has already mapped its own types. It never converts between the three.

use crate::fault::Fault;

/// An argument of a statement or a column of a row: `bigint`, `text`, `bytea` or null.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// The absence of a value, of any column type.
    Null,
    /// A `bigint`; truth values are 0 or 1, times are microseconds since 1970 in UTC.
    Int(i64),
    /// A `text`.
    Text(String),
    /// A `bytea`.
    Bytes(Vec<u8>),
}

impl std::fmt::Debug for Value {
    // Values may be personal data and debug output ends in logs: the type is shown, not the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Int(number) => write!(f, "bigint {number}"),
            Self::Text(text) => write!(f, "text of {} bytes", text.len()),
            Self::Bytes(bytes) => write!(f, "bytea of {} bytes", bytes.len()),
        }
    }
}

impl Value {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "bigint",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytea",
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer, read by column index from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Vec<Value>);

impl Row {
    pub(crate) fn new(columns: Vec<Value>) -> Self {
        Self(columns)
    }

    /// The column's value as it is. *Errors*: there is no such column.
    pub fn value(&self, column: usize) -> Result<&Value, Fault> {
        self.0
            .get(column)
            .ok_or_else(|| Fault::other(format!("no column {column} in a row of {}", self.0.len())))
    }

    /// A `bigint` column. *Errors*: null, another type, or no such column.
    pub fn int(&self, column: usize) -> Result<i64, Fault> {
        self.opt_int(column)?.ok_or_else(|| unexpected(column, "bigint", &Value::Null))
    }

    /// A `text` column. *Errors*: null, another type, or no such column.
    pub fn text(&self, column: usize) -> Result<&str, Fault> {
        self.opt_text(column)?.ok_or_else(|| unexpected(column, "text", &Value::Null))
    }

    /// A `bytea` column. *Errors*: null, another type, or no such column.
    pub fn bytes(&self, column: usize) -> Result<&[u8], Fault> {
        self.opt_bytes(column)?.ok_or_else(|| unexpected(column, "bytea", &Value::Null))
    }

    /// A truth value: a `bigint` of 0 or 1. *Errors*: any other value.
    pub fn truth(&self, column: usize) -> Result<bool, Fault> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Fault::other(format!("column {column} is {other}, not a truth value"))),
        }
    }

    /// A `bigint` column that may be null. *Errors*: another type, or no such column.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, Fault> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(*number)),
            other @ (Value::Text(_) | Value::Bytes(_)) => Err(unexpected(column, "bigint", other)),
        }
    }

    /// A `text` column that may be null. *Errors*: another type, or no such column.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, Fault> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other @ (Value::Int(_) | Value::Bytes(_)) => Err(unexpected(column, "text", other)),
        }
    }

    /// A `bytea` column that may be null. *Errors*: another type, or no such column.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<&[u8]>, Fault> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes)),
            other @ (Value::Int(_) | Value::Text(_)) => Err(unexpected(column, "bytea", other)),
        }
    }
}

fn unexpected(column: usize, wanted: &str, found: &Value) -> Fault {
    Fault::other(format!("column {column} is {}, not {wanted}", found.type_name()))
}
