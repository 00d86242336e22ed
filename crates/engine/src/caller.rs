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
    /// The configuration file of `headroomd`, which only who runs it may write.
    Configuration,
}

impl Caller {
    /// Whoever asks without a name whether we are there.
    #[must_use]
    pub fn stranger() -> Self {
        Self { name: "stranger".to_owned(), role: Role::Viewer, origin: Origin::Api }
    }

    /// The configuration file of `headroomd`.
    #[must_use]
    pub fn configuration() -> Self {
        Self { name: "configuration".to_owned(), role: Role::Admin, origin: Origin::Configuration }
    }

    /// Who sits at a terminal of this machine and may read its data folder.
    #[must_use]
    pub fn terminal(name: impl Into<String>) -> Self {
        Self { name: name.into(), role: Role::Admin, origin: Origin::Api }
    }

    /// The person before the window, who may do everything.
    #[must_use]
    pub fn window(name: impl Into<String>) -> Self {
        Self { name: name.into(), role: Role::Admin, origin: Origin::Window }
    }
}
