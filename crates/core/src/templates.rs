//! The six policies that ship, one TOML file each in `data/templates/`. To add one, see `CONTRIBUTING.md`.

use std::sync::LazyLock;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::policy::{Checked, Fault, Identity, PolicyBase, PolicyDraft, PolicyId, TemplateId, validate};

/// What ships, in the guide's order.
const SOURCES: [&str; 6] = [
    include_str!("../data/templates/web-app-balanced.toml"),
    include_str!("../data/templates/web-app-aggressive.toml"),
    include_str!("../data/templates/api-performance.toml"),
    include_str!("../data/templates/batch-cost-optimized.toml"),
    include_str!("../data/templates/ml-gpu-optimized.toml"),
    include_str!("../data/templates/dev-minimal.toml"),
];

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    SOURCES.map(|source| Template::parse(source).expect("a shipped template is valid TOML; a test reads each of them")).into()
});

/// A policy to start from.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// `web-app-balanced` …
    pub id: TemplateId,
    /// "Web app, balanced".
    pub name: String,
    /// One sentence: what it does.
    pub description: String,
    /// The guide's words: "General web applications".
    pub use_case: String,
    /// Where it stands in the gallery.
    pub category: Category,
    /// The workloads it suits, the nearest first.
    pub workload_types: Vec<WorkloadType>,
    /// Its whole content; named as the template.
    pub draft: PolicyDraft,
}

/// What kind of template it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Category {
    /// Web applications.
    Web,
    /// Services with an API.
    Api,
    /// Batch work.
    Batch,
    /// Machine learning.
    Ml,
    /// Everything else.
    General,
}

/// What kind of work a deployment does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum WorkloadType {
    /// Serves pages.
    Web,
    /// Answers calls.
    Api,
    /// Works off jobs.
    Batch,
    /// Trains or serves models.
    Ml,
    /// Is developed and tested on.
    Development,
}

/// All templates, in the guide's order.
#[must_use]
pub fn templates() -> &'static [Template] {
    &TEMPLATES
}

/// The template of that name.
#[must_use]
pub fn template(id: &TemplateId) -> Option<&'static Template> {
    templates().iter().find(|template| template.id == *id)
}

/// The templates that pass both filters, in the guide's order; without a filter, all.
///
/// # Errors
/// One fault for each filter whose value is not known, listing the known ones.
pub fn find_templates(category: Option<&str>, workload_type: Option<&str>) -> Result<Vec<&'static Template>, Vec<Fault>> {
    let mut faults = Vec::new();
    let category = category.and_then(|name| known("category", name, &Category::ALL, Category::name, &mut faults));
    let workload_type = workload_type.and_then(|name| known("workloadType", name, &WorkloadType::ALL, WorkloadType::name, &mut faults));
    if !faults.is_empty() {
        return Err(faults);
    }
    let passes = |template: &&Template| {
        category.is_none_or(|category| template.category == category)
            && workload_type.is_none_or(|workload_type| template.workload_types.contains(&workload_type))
    };
    Ok(templates().iter().filter(passes).collect())
}

/// What a policy has where nobody says otherwise: the first template's content.
pub(crate) fn default_draft() -> &'static PolicyDraft {
    &TEMPLATES[0].draft
}

impl Template {
    /// The policy that the template makes unchanged, under its own id, with what it does on purpose.
    ///
    /// # Errors
    /// The faults of a template that is not valid; a test shows that no shipped one has any.
    pub fn checked(&self) -> Result<Checked, Vec<Fault>> {
        let identity = Identity { id: PolicyId(self.id.0.clone()), version: 1, updated_at: DateTime::UNIX_EPOCH };
        validate(&self.draft, PolicyBase::Defaults, identity)
    }

    fn parse(source: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(source)?;
        let draft =
            PolicyDraft { template_id: Some(file.id.clone()), name: Some(file.name.clone()), is_enabled: Some(true), ..file.policy };
        Ok(Self {
            id: file.id,
            name: file.name,
            description: file.description,
            use_case: file.use_case,
            category: file.category,
            workload_types: file.workload_types,
            draft,
        })
    }
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Web, Self::Api, Self::Batch, Self::Ml, Self::General];

    /// As in the address: `web` …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Batch => "batch",
            Self::Ml => "ml",
            Self::General => "general",
        }
    }
}

impl WorkloadType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Web, Self::Api, Self::Batch, Self::Ml, Self::Development];

    /// As in the address: `web` …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Batch => "batch",
            Self::Ml => "ml",
            Self::Development => "development",
        }
    }
}

/// A template as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    id: TemplateId,
    name: String,
    description: String,
    use_case: String,
    category: Category,
    workload_types: Vec<WorkloadType>,
    policy: PolicyDraft,
}

fn known<T: Copy>(field: &str, written: &str, all: &[T], name: fn(T) -> &'static str, faults: &mut Vec<Fault>) -> Option<T> {
    let found = all.iter().copied().find(|one| name(*one) == written);
    if found.is_none() {
        let names = all.iter().copied().map(name).collect::<Vec<_>>().join(", ");
        let message = format!("there is no {field} \"{written}\"; the known ones are {names}.");
        faults.push(Fault { field: field.to_owned(), message });
    }
    found
}
