//! The way in without a window: what `headroomd` does on the command line.
//!
//! It reads arguments and files and prints; the thinking is in `headroom-core`. Start reading at [`elasticity`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod elasticity;
