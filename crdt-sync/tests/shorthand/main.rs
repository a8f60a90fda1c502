//! The shorthand of live changes: what it costs, that it is exact, and that nothing else comes out
//! of it whatever is lost or made up.

mod exact;
mod golden;
mod hostile;
mod links;
mod losses;
mod sizes;
