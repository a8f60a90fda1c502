//! The command as it is used: started, asked, told to end.

mod command;
mod http;
