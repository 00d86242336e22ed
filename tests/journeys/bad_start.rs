//! Starts that cannot go well, each with words that say what to do.

use std::process::{Command, Stdio};

use crate::stage::binary;

#[test]
fn without_a_screen_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(binary());
    command.env_clear().env("HOME", home.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("there is no screen here") && said.contains("ssh -X"), "{said}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = Command::new(binary()).arg("--data").arg(file.join("data")).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&file.join("data").display().to_string()) && said.contains("--data FOLDER"), "{said}");
}
