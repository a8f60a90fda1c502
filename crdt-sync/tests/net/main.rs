//! Documents that are shared between tasks, and replicas that exchange them over sockets.

mod hostile;
mod http;
mod live;
mod load;
mod meeting;
mod presence;
mod raw;
mod rig;
mod rights;
mod secure;
mod settings;
mod sharing;
