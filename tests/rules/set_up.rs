//! What set-up promises about the machine that it runs on: nothing removed, nothing started, tried twice, nothing left behind.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::house;

/// A machine with an `apt-get` of its own, which writes down how it was called and fails as often as it is told to.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn whose_apt_fails(times: u32) -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(machine.path("failures-left"), times.to_string()).unwrap();
        machine.program(
            "apt-get",
            r#"
            echo "$*; policy: $("$POLICY_RC_D" >/dev/null 2>&1; echo $?)" >>"$HERE/calls"
            case $* in *install*)
              left=$(cat "$HERE/failures-left")
              [ "$left" = 0 ] || { echo $((left - 1)) >"$HERE/failures-left"; exit 100; }
            esac"#,
        );
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, body: &str) {
        std::fs::write(self.path(name), format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, script: &str, arguments: &[&str]) -> Output {
        let path = format!("{}:/usr/bin:/bin", self.folder.path().display());
        Command::new(house::top().join("scripts").join(script))
            .args(arguments)
            .env_clear()
            .env("PATH", path)
            .env("HERE", self.folder.path())
            .env("POLICY_RC_D", self.path("policy-rc.d"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn apt_calls(&self) -> Vec<String> {
        std::fs::read_to_string(self.path("calls")).unwrap_or_default().lines().map(str::to_owned).collect()
    }
}

const UPDATE: &str = "update --quiet; policy: 101";
const INSTALL: &str = "install --quiet --yes --no-remove --no-install-recommends xvfb; policy: 101";

#[test]
fn packages_are_installed_without_removing_or_starting_anything() {
    let machine = Machine::whose_apt_fails(0);
    let done = machine.run("apt-install.sh", &["xvfb"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(machine.apt_calls(), [UPDATE, INSTALL]);
    assert!(!machine.path("policy-rc.d").exists(), "the refusal to start services is taken back");
}

#[test]
fn a_failed_install_is_tried_once_more() {
    let machine = Machine::whose_apt_fails(1);
    assert!(machine.run("apt-install.sh", &["xvfb"]).status.success());
    assert_eq!(machine.apt_calls(), [UPDATE, INSTALL, UPDATE, INSTALL]);

    let machine = Machine::whose_apt_fails(2);
    assert!(!machine.run("apt-install.sh", &["xvfb"]).status.success(), "two failures are a failure");
    assert!(!machine.path("policy-rc.d").exists(), "the refusal to start services is taken back after a failure too");
}

#[test]
fn a_machines_own_service_policy_stays() {
    let machine = Machine::whose_apt_fails(0);
    machine.program("policy-rc.d", "exit 42");
    assert!(machine.run("apt-install.sh", &["xvfb"]).status.success());
    assert!(machine.apt_calls()[1].ends_with("policy: 42"), "{:?}", machine.apt_calls());
    assert!(machine.path("policy-rc.d").exists());
}

#[test]
fn too_old_a_rust_or_node_is_named_with_what_to_do() {
    let machine = Machine::whose_apt_fails(0);
    machine.program("cargo", "");
    machine.program("rustc", "echo 'rustc 1.63.0 (4b91a6ea7 2022-08-08)'");
    let refused = machine.run("set-up.sh", &["run"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("this is 1.63.0") && said.contains("rustup update stable"), "{said}");

    machine.program("rustc", "echo 'rustc 1.999.0 (4b91a6ea7 2022-08-08)'");
    machine.program("node", "echo v18.19.0");
    machine.program("npm", "");
    let refused = machine.run("set-up.sh", &["run"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("this is 18.19.0") && said.contains("newer Node"), "{said}");
    assert_eq!(machine.apt_calls(), [] as [String; 0], "nothing was installed");
}

#[test]
fn every_script_can_be_run() {
    for script in ["scripts/set-up.sh", "scripts/apt-install.sh", "scripts/test.sh", "scripts/deny.sh", ".ci/run"] {
        let mode = std::fs::metadata(house::top().join(Path::new(script))).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script}");
        let read = Command::new("bash").arg("-n").arg(house::top().join(script)).output().unwrap();
        assert!(read.status.success(), "{script}: {}", String::from_utf8_lossy(&read.stderr));
    }
}
