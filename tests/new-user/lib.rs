//! The programs of the README, each in a module of its own with a test that runs it.

#![forbid(unsafe_code)]
#![cfg(test)]

include!(concat!(env!("OUT_DIR"), "/programs.rs"));
