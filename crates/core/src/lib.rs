//! Headroom core.
