//! Reads `tauri.conf.json` and the capabilities, and writes what `generate_context!` needs.

fn main() {
    // The built window goes into the binary, and nothing else tells cargo so.
    println!("cargo::rerun-if-changed=ui/dist");
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    tauri_build::try_build(attributes).expect("tauri.conf.json and src-tauri/capabilities describe the app");
}
