//! The permission table, its errors, the gate and the matrix, as others see them.
//! Expectations are written out or read from the table by other means; none is computed by the code under test.

mod gate;
mod lines;
mod matrix;
mod support;
mod table;
