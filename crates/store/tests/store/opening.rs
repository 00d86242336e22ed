//! Opening a data folder: who may, and what is refused.

use headroom_store::{OwnerKind, StoreError};

use crate::fixture::{folder, opened, options, try_open};

crate::trials![a_second_owner_is_told_who_the_first_is];

fn a_second_owner_is_told_who_the_first_is() {
    let folder = folder();
    let first = opened(&folder);
    let refused = try_open(&folder).expect_err("owned");
    assert!(matches!(refused, StoreError::OwnedByAnother { .. }), "{refused}");
    let words = refused.to_string();
    assert!(words.contains(&format!("headroomd (process {})", std::process::id())), "{words}");
    assert!(words.contains("close it and start again"), "{words}");
    drop(first);
    let mut second = options(&folder);
    second.kind = OwnerKind::Desktop;
    assert!(headroom_store::open(second).is_ok());
}
