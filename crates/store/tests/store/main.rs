//! The store through its door, in temporary folders.

/// Lists functions as trials under their own names.
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        /// The trials of this file.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(libtest_mimic::Trial::test(stringify!($name), || { $name(); Ok(()) })),*]
        }
    };
}
pub(crate) use trials;

mod fixture;
mod opening;
mod ticks;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    let trials = [opening::trials(), ticks::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&arguments, trials).exit();
}
