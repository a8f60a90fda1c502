//! Schemas as data: what types say of themselves, and what is said of two versions of them.

mod forms;
mod golden;
mod real;
mod rules;
