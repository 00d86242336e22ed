//! Writes the TypeScript types of the window: `cargo run -p headroom-engine --features ts --example export-types -- ui/src/backend/generated`.

fn main() {
    let folder = std::env::args().nth(1).expect("name the folder to write into");
    let folder = std::path::Path::new(&folder);
    if folder.exists() {
        std::fs::remove_dir_all(folder).expect("clear the folder");
    }
    std::fs::create_dir_all(folder).expect("make the folder");
    headroom_engine::operations::export_types(folder).expect("write the types");
}
