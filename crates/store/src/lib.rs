//! Headroom store.
