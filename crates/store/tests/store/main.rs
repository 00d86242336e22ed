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

mod costs;
mod crash;
mod fixture;
mod guide;
mod money;
mod opening;
mod queries;
mod samples;
mod ticks;

use libtest_mimic::Arguments;

fn main() {
    // The crash tests start this binary again; then it is the process that is ended.
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some(crash::WRITE_UNTIL_ENDED) {
        return crash::write_until_ended(&words.next().expect("the folder"));
    }
    let arguments = Arguments::from_args();
    let files = [
        costs::trials(),
        crash::trials(),
        guide::trials(),
        money::trials(),
        opening::trials(),
        queries::trials(),
        samples::trials(),
        ticks::trials(),
    ];
    libtest_mimic::run(&arguments, files.into_iter().flatten().collect()).exit();
}
