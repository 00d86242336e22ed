//! What the doors answer: complete for showing, so that a screen only formats.
//!
//! Times are RFC 3339 in UTC, money is a plain number of the currency named beside it, shares are 0…1.

mod alert;
mod budget;
mod build;
mod build_budget;
mod build_cost;
mod build_price;
mod channel;
mod cost;
mod decision;
mod deployment;
mod event;
mod fleet;
mod glance;
mod policy;
mod price;
mod series;
mod what_if;

pub(crate) use alert::sentence;
pub use alert::{
    AlertPage, AlertSettings, AlertState, AlertView, NotificationPage, NotificationTells, NotificationView, PreferenceView, QuietHoursView,
};
pub use budget::{
    BudgetCheck, BudgetDay, BudgetDetail, BudgetGlance, BudgetList, BudgetPathPoint, BudgetProposal, BudgetStanding, BudgetStatus,
    BudgetView, GuardPlayed, GuardPreview, ProjectionView, RunsOutView, ThresholdView,
};
pub(crate) use build::{engine_state, manual_preview, overview, row, series, status};
pub(crate) use build_budget::{amount, budget_detail, budget_view, left_words, proposal};
pub(crate) use build_cost::{CostsRead, cost_detail, costs};
pub(crate) use build_price::{price_book, repriced};
pub use channel::{ChannelList, ChannelTest, ChannelView};
pub use cost::{
    CostBefore, CostDetail, CostFigures, CostLine, CostTime, CostsView, DayCost, DeploymentCost, PricedLines, Resource, ResourceCost,
};
pub use decision::{CheckView, ContributionView, DecisionFound, DecisionItem, DecisionPage, DecisionView, Highlight};
pub use deployment::{Band, BandMarker, DeploymentDetails, DeploymentState, DeploymentStatus, Facts, ManualPreview, Notice, OverrideView};
pub use event::{EventType, EventView, HistoryPage, Outcome};
pub use fleet::{DeploymentRow, EngineMode, EngineState, Overview};
pub(crate) use glance::glance;
pub use glance::{Attention, Glance, RunsHere, Sign};
pub use policy::{
    DraftCheck, MetricRuleView, PolicyList, PolicyListItem, PolicyVersionPage, PolicyVersionView, PolicyView, SavedPolicy, TemplateList,
    TemplateView,
};
pub use price::{ExchangeRateView, ImportFault, PriceBookView, PriceImport, PriceRowView, PricedDeployment, RepricedView};
pub use series::{ForecastSeries, Gap, MetricSeries, SeriesEvent, SeriesView};
pub use what_if::{Tone, WhatIf, WhatIfFigure, WhatIfKind, WhatIfPlayed};
