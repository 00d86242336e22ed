//! The one list of operations. Desktop commands, REST routes and TypeScript types come from it; none repeats it.
//!
//! An operation is one struct (its input) in one of the files beside this one, and one line of the table below.

use std::sync::atomic::Ordering;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use headroom_core::schedule::calendar_file::CalendarImport;

use crate::caller::{Caller, Origin};
use crate::engine::Engine;
use crate::error::{ErrorCode, WireError};
use crate::event::Topic;
use crate::view::{
    AlertPage, AlertSettings, BudgetCheck, BudgetDetail, BudgetList, BudgetView, CostDetail, CostsView, DecisionFound, DecisionPage,
    DeploymentDetails, DeploymentStatus, DraftCheck, EngineState, EventView, Glance, GuardPreview, HistoryPage, ManualPreview,
    NotificationPage, Overview, PolicyList, PriceBookView, PriceImport, RepricedView, SavedPolicy, SeriesView, TemplateList,
};
use crate::view::{ChannelList, ChannelTest, PolicyVersionPage, WhatIf};

mod alert;
mod budget;
mod channel;
mod configuration;
mod cost;
mod deployment;
mod deployments;
mod fleet;
mod glance;
mod health;
mod policy;
mod price;
mod resources;
mod tokens;
mod usage;

pub use alert::{
    AcknowledgeAlert, GetAlertSettings, ListAlerts, ListNotifications, MarkNotificationsRead, SetAlertPreference, SetQuietHours,
    SnoozeAlert,
};
pub use budget::{CheckBudget, DeleteBudget, GetBudget, ListBudgets, PreviewGuard, SaveBudget};
pub use channel::{ListChannels, TestChannel};
pub use configuration::{
    Configuration, ConfiguredBudget, ConfiguredDeployment, ConfiguredSettings, ExportConfiguration, ImportConfiguration, ImportDone,
    ImportLine, ImportReport,
};
pub use cost::{GetCostDetail, GetCosts};
pub use deployment::{
    AddLocalDeployment, AddReplayDeployment, AddSample, EndOverride, GetDecision, GetDeployment, GetScalingStatus, GetSeries,
    PauseDeployment, PreviewManualScaling, RemoveDeployment, ResumeDeployment, ScaleManually,
};
pub(crate) use deployment::{bounds, hold};
pub use deployments::{DeploymentPage, ListDeployments, UpdateDeployment};
pub use fleet::{
    Done, GetEngineState, GetOverview, GetScalingHistory, GetSettings, ListDecisions, PauseAll, ResumeAll, Settings, Theme, UpdateSettings,
};
pub(crate) use fleet::{StoredSettings, read_settings};
pub use glance::GetGlance;
pub use health::{GetHealth, HealthStatus, SystemHealth, Trouble};
pub use policy::{
    CheckPolicy, ListPolicies, ListPolicyTemplates, ListPolicyVersions, PlayPolicy, ReadCalendar, RestorePolicyVersion, SavePolicy,
};
pub use price::{
    GetPriceBook, ImportPrices, RemoveExchangeRate, RemovePriceRow, RepriceHistory, SetExchangeRate, SetLedgerCurrency, SetPriceClass,
    SetPriceRow,
};

pub use resources::{
    CostAnalytics, CostBreakdown, GetDeploymentBudget, GetResourceOptimization, RecommendationKind, ResourceOptimization,
    ResourceRecommendation, SetDeploymentBudget, UtilizationMetrics,
};
pub use tokens::{CreateToken, CreatedToken, ListTokens, RevokeToken, TokenList, TokenState, TokenView};
pub use usage::{GetResourceUsage, GetScalingAnalytics, Goals, ResourceUsage, ScalingAnalytics, UsageEntry};

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Role {
    /// Reads.
    Viewer,
    /// Scales, writes policies.
    Operator,
    /// Adds and removes what is scaled, changes settings.
    Admin,
}

/// What an operation does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only reads; its answer is stale after a change of one of these topics.
    Query(&'static [Topic]),
    /// It changes something, and is recorded.
    Command,
    /// A command that names a program or a file of this machine: never taken from anywhere but the desktop window.
    WindowCommand,
}

impl Kind {
    /// It changes something.
    #[must_use]
    pub const fn changes(self) -> bool {
        match self {
            Self::Query(_) => false,
            Self::Command | Self::WindowCommand => true,
        }
    }
}

/// One thing that can be asked of the engine: the struct is the input.
pub trait Operation: Serialize + DeserializeOwned {
    /// What it answers.
    type Output: Serialize;
    /// Its name on every wire.
    const NAME: &'static str;
    /// Who may call it.
    const ROLE: Role;
    /// What it does to the world.
    const KIND: Kind;
}

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// Its name on every wire.
    pub name: &'static str,
    /// Who may call it.
    pub role: Role,
    /// What it does to the world.
    pub kind: Kind,
}

/// What an operation does. Each is beside its struct.
pub(crate) trait Run: Operation {
    /// Does it.
    fn run(self, engine: &Engine, caller: &Caller) -> impl Future<Output = Result<Self::Output, WireError>> + Send;
}

impl Engine {
    /// Runs the operation `name`. The one way in for every door.
    ///
    /// # Errors
    /// What is wrong with the name, the input, the caller's rights or the world, and what to do.
    pub async fn call(&self, caller: &Caller, name: &str, input: Value) -> Result<Value, WireError> {
        dispatch(self, caller, name, input).await
    }
}

/// What a window that only shows may still do: be unlocked, and mark what was read.
const WHILE_LOCKED: [&str; 2] = ["update_settings", "mark_notifications_read"];

async fn run<O: Run>(engine: &Engine, caller: &Caller, input: Value) -> Result<Value, WireError> {
    if caller.role < O::ROLE {
        return Err(WireError::new(ErrorCode::Forbidden, format!("{} may not do this. Ask for a higher role.", caller.name)));
    }
    if O::KIND.changes()
        && caller.origin == Origin::Window
        && !WHILE_LOCKED.contains(&O::NAME)
        && engine.0.read_only.load(Ordering::Acquire)
    {
        return Err(fleet::locked());
    }
    if O::KIND == Kind::WindowCommand && caller.origin == Origin::Api {
        return Err(WireError::local_only());
    }
    let input = if input.is_null() { Value::Object(serde_json::Map::new()) } else { input };
    let operation: O = serde_json::from_value(input).map_err(|error| unreadable(O::NAME, &error))?;
    let output = operation.run(engine, caller).await?;
    serde_json::to_value(output).map_err(|error| WireError::new(ErrorCode::Storage, format!("The answer could not be written: {error}.")))
}

fn unreadable(name: &str, error: &serde_json::Error) -> WireError {
    WireError::new(ErrorCode::BadRequest, format!("The input of “{name}” is not of its form: {error}."))
}

macro_rules! operations {
    ($( $input:ident -> $output:ty, $name:literal, $role:ident, $kind:expr; )*) => {
        $(
            impl Operation for $input {
                type Output = $output;
                const NAME: &'static str = $name;
                const ROLE: Role = Role::$role;
                const KIND: Kind = $kind;
            }
        )*

        /// Every operation there is.
        pub const ALL: &[Descriptor] = &[
            $( Descriptor { name: $name, role: Role::$role, kind: $kind }, )*
        ];

        /// Finds an operation by its name, reads its input, runs it and writes its answer.
        async fn dispatch(engine: &Engine, caller: &Caller, name: &str, input: Value) -> Result<Value, WireError> {
            match name {
                // Each on the heap: together their states would fill the stack of a thread.
                $( $name => Box::pin(run::<$input>(engine, caller, input)).await, )*
                _ => Err(WireError::new(ErrorCode::BadRequest, format!("There is no operation “{name}”."))),
            }
        }

        #[cfg(feature = "ts")]
        fn export_each(config: &ts_rs::Config) -> Result<Vec<(&'static str, String, String)>, ts_rs::ExportError> {
            use ts_rs::TS;
            let mut rows = Vec::new();
            $(
                <$input as TS>::export_all(config)?;
                <$output as TS>::export_all(config)?;
                rows.push(($name, <$input as TS>::name(config), <$output as TS>::name(config)));
            )*
            <crate::event::Event as TS>::export_all(config)?;
            <crate::error::WireError as TS>::export_all(config)?;
            Ok(rows)
        }
    };
}

use Kind::{Command, Query, WindowCommand};
use Topic::{Alerts, Budgets, Deployments, Evaluations, Policies, ScalingEvents, Settings as SettingsTopic};

operations! {
    GetOverview -> Overview, "get_overview", Viewer, Query(&[Evaluations, ScalingEvents, Deployments, Policies, Budgets]);
    GetEngineState -> EngineState, "get_engine_state", Viewer, Query(&[Evaluations, Deployments, SettingsTopic]);
    GetGlance -> Glance, "get_glance", Viewer, Query(&[Evaluations, ScalingEvents, Deployments, Policies, SettingsTopic]);
    ListDecisions -> DecisionPage, "list_decisions", Viewer, Query(&[Evaluations, Deployments]);
    GetScalingHistory -> HistoryPage, "get_scaling_history", Viewer, Query(&[ScalingEvents, Deployments]);
    GetScalingStatus -> DeploymentStatus, "get_scaling_status", Viewer, Query(&[Evaluations, ScalingEvents, Deployments, Policies]);
    GetDeployment -> DeploymentDetails, "get_deployment", Viewer, Query(&[Deployments]);
    GetSeries -> SeriesView, "get_series", Viewer, Query(&[Evaluations, ScalingEvents, Policies]);
    GetDecision -> DecisionFound, "get_decision", Viewer, Query(&[]);
    PreviewManualScaling -> ManualPreview, "preview_manual_scaling", Viewer, Query(&[Evaluations, ScalingEvents, Policies]);
    ScaleManually -> EventView, "scale_manually", Operator, Command;
    EndOverride -> Done, "end_override", Operator, Command;
    PauseDeployment -> Done, "pause_deployment", Operator, Command;
    ResumeDeployment -> Done, "resume_deployment", Operator, Command;
    PauseAll -> Done, "pause_all", Operator, Command;
    ResumeAll -> Done, "resume_all", Operator, Command;
    AddLocalDeployment -> DeploymentDetails, "add_local_deployment", Admin, WindowCommand;
    AddReplayDeployment -> DeploymentDetails, "add_replay_deployment", Admin, WindowCommand;
    AddSample -> DeploymentDetails, "add_sample", Admin, WindowCommand;
    RemoveDeployment -> Done, "remove_deployment", Admin, Command;
    ListPolicyTemplates -> TemplateList, "list_policy_templates", Viewer, Query(&[]);
    ListPolicies -> PolicyList, "list_policies", Viewer, Query(&[Evaluations, Deployments, Policies]);
    CheckPolicy -> DraftCheck, "check_policy", Viewer, Query(&[Evaluations, Policies]);
    PlayPolicy -> WhatIf, "play_policy", Viewer, Query(&[Policies, SettingsTopic]);
    ReadCalendar -> CalendarImport, "read_calendar", Viewer, Query(&[]);
    ListPolicyVersions -> PolicyVersionPage, "list_policy_versions", Viewer, Query(&[Deployments, Policies]);
    RestorePolicyVersion -> SavedPolicy, "restore_policy_version", Operator, Command;
    SavePolicy -> SavedPolicy, "save_policy", Operator, Command;
    ListAlerts -> AlertPage, "list_alerts", Viewer, Query(&[Alerts, Deployments]);
    ListNotifications -> NotificationPage, "list_notifications", Viewer, Query(&[Alerts]);
    AcknowledgeAlert -> Done, "acknowledge_alert", Operator, Command;
    SnoozeAlert -> Done, "snooze_alert", Operator, Command;
    MarkNotificationsRead -> Done, "mark_notifications_read", Viewer, Command;
    GetAlertSettings -> AlertSettings, "get_alert_settings", Viewer, Query(&[Alerts, SettingsTopic]);
    SetAlertPreference -> Done, "set_alert_preference", Operator, Command;
    SetQuietHours -> Done, "set_quiet_hours", Operator, Command;
    GetCosts -> CostsView, "get_costs", Viewer, Query(&[Evaluations, Deployments, SettingsTopic]);
    GetCostDetail -> CostDetail, "get_cost_detail", Viewer, Query(&[Evaluations, SettingsTopic]);
    GetPriceBook -> PriceBookView, "get_price_book", Viewer, Query(&[Deployments, SettingsTopic]);
    SetPriceRow -> Done, "set_price_row", Admin, Command;
    RemovePriceRow -> Done, "remove_price_row", Admin, Command;
    ImportPrices -> PriceImport, "import_prices", Admin, Command;
    SetExchangeRate -> Done, "set_exchange_rate", Admin, Command;
    RemoveExchangeRate -> Done, "remove_exchange_rate", Admin, Command;
    SetPriceClass -> Done, "set_price_class", Admin, Command;
    RepriceHistory -> RepricedView, "reprice_history", Admin, Command;
    SetLedgerCurrency -> RepricedView, "set_ledger_currency", Admin, Command;
    ListBudgets -> BudgetList, "list_budgets", Viewer, Query(&[Evaluations, Deployments, Budgets, SettingsTopic]);
    GetBudget -> BudgetDetail, "get_budget", Viewer, Query(&[Evaluations, Deployments, Budgets, SettingsTopic]);
    CheckBudget -> BudgetCheck, "check_budget", Viewer, Query(&[Evaluations, Budgets]);
    PreviewGuard -> GuardPreview, "preview_guard", Viewer, Query(&[Budgets]);
    SaveBudget -> BudgetView, "save_budget", Operator, Command;
    DeleteBudget -> Done, "delete_budget", Operator, Command;
    ListChannels -> ChannelList, "list_channels", Viewer, Query(&[Alerts]);
    TestChannel -> ChannelTest, "test_channel", Operator, Command;
    GetSettings -> Settings, "get_settings", Viewer, Query(&[SettingsTopic]);
    UpdateSettings -> Settings, "update_settings", Admin, Command;
    ListDeployments -> DeploymentPage, "list_deployments", Viewer, Query(&[Evaluations, ScalingEvents, Deployments, Policies]);
    UpdateDeployment -> DeploymentDetails, "update_deployment", Admin, Command;
    GetResourceUsage -> ResourceUsage, "get_resource_usage", Viewer, Query(&[Evaluations, Deployments]);
    GetScalingAnalytics -> ScalingAnalytics, "get_scaling_analytics", Viewer, Query(&[Evaluations, ScalingEvents, Policies]);
    GetResourceOptimization -> ResourceOptimization, "get_resource_optimization", Viewer, Query(&[Evaluations, Policies, SettingsTopic]);
    GetDeploymentBudget -> BudgetView, "get_deployment_budget", Viewer, Query(&[Evaluations, Deployments, Budgets, SettingsTopic]);
    SetDeploymentBudget -> BudgetView, "set_deployment_budget", Operator, Command;
    ExportConfiguration -> Configuration, "export_configuration", Viewer, Query(&[Deployments, Policies, Budgets, SettingsTopic]);
    ImportConfiguration -> ImportReport, "import_configuration", Admin, Command;
    GetHealth -> SystemHealth, "get_health", Viewer, Query(&[Evaluations, Deployments, SettingsTopic]);
    ListTokens -> TokenList, "list_tokens", Admin, Query(&[SettingsTopic]);
    CreateToken -> CreatedToken, "create_token", Admin, Command;
    RevokeToken -> Done, "revoke_token", Admin, Command;
}

/// Writes the TypeScript types of every operation, view and event into `folder`, and `operations.ts` with the list itself.
///
/// # Errors
/// When a file cannot be written.
#[cfg(feature = "ts")]
pub fn export_types(folder: &std::path::Path) -> Result<(), ts_rs::ExportError> {
    let config = ts_rs::Config::new().with_out_dir(folder).with_large_int("number");
    let rows = export_each(&config)?;
    std::fs::write(folder.join("operations.ts"), operations_file(&rows))?;
    Ok(())
}

#[cfg(feature = "ts")]
fn operations_file(rows: &[(&'static str, String, String)]) -> String {
    use std::fmt::Write as _;
    let mut names: Vec<String> = rows.iter().flat_map(|(_, input, output)| [input.clone(), output.clone()]).collect();
    names.extend(["Role", "Topic"].map(str::to_owned));
    names.sort();
    names.dedup();
    let mut file = String::from("// Made from the Rust list of operations; `make types` makes it anew.\n");
    for name in &names {
        let _ = writeln!(file, "import type {{ {name} }} from \"./{name}\";");
    }
    file.push_str("\n/** What each operation takes and answers. */\nexport interface Operations {\n");
    for (name, input, output) in rows {
        let _ = writeln!(file, "  {name}: {{ input: {input}; output: {output} }};");
    }
    file.push_str("}\n\n/** The topics whose change makes an answer stale; `null` for what changes something itself. */\n");
    file.push_str("export const refreshOn: { readonly [K in keyof Operations]: readonly Topic[] | null } = {\n");
    for descriptor in ALL {
        let topics = match descriptor.kind {
            Kind::Query(topics) => serde_json::to_string(topics).unwrap_or_default(),
            Kind::Command | Kind::WindowCommand => "null".to_owned(),
        };
        let _ = writeln!(file, "  {}: {topics},", descriptor.name);
    }
    file.push_str("};\n\n/** Who may call each, and what is taken only from the window on the engine's own machine. */\n");
    file.push_str("export const rights: { readonly [K in keyof Operations]: { readonly role: Role; readonly onlyHere: boolean } } = {\n");
    for Descriptor { name, role, kind } in ALL {
        let role = serde_json::to_string(role).unwrap_or_default();
        let _ = writeln!(file, "  {name}: {{ role: {role}, onlyHere: {} }},", *kind == Kind::WindowCommand);
    }
    file.push_str("};\n");
    file
}
