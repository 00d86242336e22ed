//! Headroom engine.
