//! Who asks.

use crate::operations::Role;

/// Who calls an operation, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// As recorded in the history.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// From where.
    pub origin: Origin,
}

/// From where an operation is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The desktop window on this machine, with a person before it.
    Window,
    /// Over a network door, or by a program.
    Api,
}

impl Caller {
    /// The person before the window, who may do everything.
    #[must_use]
    pub fn window(name: impl Into<String>) -> Self {
        Self { name: name.into(), role: Role::Admin, origin: Origin::Window }
    }
}
