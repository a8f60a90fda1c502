//! Documents that are shared between tasks, and replicas that exchange them over sockets.

mod live;
