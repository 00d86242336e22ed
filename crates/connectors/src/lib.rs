//! Headroom connectors.
