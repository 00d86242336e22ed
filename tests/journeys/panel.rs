//! A desktop's panel as far as a tray needs it: it says that it shows status notifiers, and does with their menus what a person does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedValue, Value};
use zbus::{interface, message};

use crate::process;
use crate::stage::Stage;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// The panel of a stage's desktop.
pub(crate) struct Panel {
    bus: Connection,
    registered: Arc<Mutex<Vec<Registered>>>,
}

/// Who registered a status notifier, and where it is.
#[derive(Debug, Clone)]
struct Registered {
    owner: String,
    path: String,
}

/// An entry of the tray's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    id: i32,
    pub(crate) label: String,
    pub(crate) is_enabled: bool,
}

struct Watcher {
    registered: Arc<Mutex<Vec<Registered>>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: message::Header<'_>) {
        let owner = header.sender().map(ToString::to_string).unwrap_or_default();
        let path = if service.starts_with('/') { service.to_owned() } else { "/StatusNotifierItem".to_owned() };
        self.registered.lock().unwrap().push(Registered { owner, path });
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.registered.lock().unwrap().iter().map(|item| format!("{}{}", item.owner, item.path)).collect()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

impl Panel {
    /// Puts a panel on the stage's desktop; before the app is opened, as a panel is there before.
    pub(crate) fn on(stage: &Stage) -> Self {
        let registered = Arc::new(Mutex::new(Vec::new()));
        let watcher = Watcher { registered: registered.clone() };
        let bus = connection::Builder::address(stage.bus())
            .and_then(|builder| builder.serve_at("/StatusNotifierWatcher", watcher))
            .and_then(|builder| builder.name(WATCHER))
            .and_then(connection::Builder::build)
            .unwrap();
        Self { bus, registered }
    }

    /// The newest status notifier, waited for.
    fn item(&self, bound: Duration) -> Registered {
        let mut item = None;
        process::until(bound, "the app puts up its tray", || {
            item = self.registered.lock().unwrap().last().cloned();
            item.is_some()
        });
        item.expect("it was waited for")
    }

    /// Waits until the icon is the one drawn for `sign`, on a dark ground.
    pub(crate) fn wait_for_sign(&self, bound: Duration, sign: &str) {
        let wanted = picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../icons/tray/{sign}-on-dark.png"))).expect("a picture");
        let item = self.item(bound);
        process::until(bound, &format!("the tray's icon is {sign}"), || {
            self.icon(&item).and_then(|icon| picture(&icon)) == Some(wanted.clone())
        });
    }

    fn icon(&self, item: &Registered) -> Option<PathBuf> {
        let notifier = Proxy::new(&self.bus, item.owner.as_str(), item.path.as_str(), ITEM).ok()?;
        let name: String = notifier.get_property("IconName").ok()?;
        Some(PathBuf::from(name))
    }

    /// Waits until the menu holds an entry that `wanted` picks, and gives it.
    pub(crate) fn wait_for_entry(&self, bound: Duration, what: &str, wanted: impl Fn(&Entry) -> bool) -> Entry {
        let item = self.item(bound);
        let mut found = None;
        process::until(bound, &format!("the tray's menu says {what}"), || {
            found = self.menu(&item).unwrap_or_default().into_iter().find(|entry| wanted(entry));
            found.is_some()
        });
        found.expect("it was waited for")
    }

    /// Presses the entry called `label`, once it is there.
    pub(crate) fn press(&self, bound: Duration, label: &str) {
        let entry = self.wait_for_entry(bound, label, |entry| entry.label == label && entry.is_enabled);
        let menu = self.menu_of(&self.item(bound)).unwrap();
        let _: () = menu.call("Event", &(entry.id, "clicked", Value::from(0_i32), 0_u32)).unwrap();
    }

    fn menu_of(&self, item: &Registered) -> zbus::Result<Proxy<'_>> {
        let notifier = Proxy::new(&self.bus, item.owner.clone(), item.path.clone(), ITEM)?;
        let path: zbus::zvariant::OwnedObjectPath = notifier.get_property("Menu")?;
        Proxy::new(&self.bus, item.owner.clone(), path, MENU)
    }

    fn menu(&self, item: &Registered) -> zbus::Result<Vec<Entry>> {
        type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let asked: (i32, i32, Vec<&str>) = (0, -1, Vec::new());
        let (_revision, layout): (u32, Layout) = self.menu_of(item)?.call("GetLayout", &asked)?;
        Ok(layout.2.iter().filter_map(|child| entry(child)).collect())
    }
}

/// One entry out of `(ia{sv}av)`; none for a line between entries.
fn entry(child: &Value<'_>) -> Option<Entry> {
    let child = match child {
        Value::Value(inner) => inner,
        other => other,
    };
    let Value::Structure(parts) = child else { return None };
    let [Value::I32(id), Value::Dict(properties), ..] = parts.fields() else { return None };
    let label: Option<String> = properties.get(&"label").ok().flatten();
    let is_enabled: Option<bool> = properties.get(&"enabled").ok().flatten();
    Some(Entry { id: *id, label: label?.replace("__", "_"), is_enabled: is_enabled.unwrap_or(true) })
}

/// The pixels of a PNG; none while it is being written.
fn picture(file: &Path) -> Option<Vec<u8>> {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(file).ok()?));
    let mut reader = decoder.read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut pixels).ok()?;
    pixels.truncate(info.buffer_size());
    Some(pixels)
}
