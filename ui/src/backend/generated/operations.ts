// Made from the Rust list of operations; `make types` makes it anew.
import type { AcknowledgeAlert } from "./AcknowledgeAlert";
import type { AddLocalDeployment } from "./AddLocalDeployment";
import type { AddReplayDeployment } from "./AddReplayDeployment";
import type { AddSample } from "./AddSample";
import type { AlertPage } from "./AlertPage";
import type { AlertSettings } from "./AlertSettings";
import type { BudgetCheck } from "./BudgetCheck";
import type { BudgetDetail } from "./BudgetDetail";
import type { BudgetList } from "./BudgetList";
import type { BudgetView } from "./BudgetView";
import type { CalendarImport } from "./CalendarImport";
import type { ChannelList } from "./ChannelList";
import type { ChannelTest } from "./ChannelTest";
import type { CheckBudget } from "./CheckBudget";
import type { CheckPolicy } from "./CheckPolicy";
import type { Configuration } from "./Configuration";
import type { CostDetail } from "./CostDetail";
import type { CostsView } from "./CostsView";
import type { CreateToken } from "./CreateToken";
import type { CreatedToken } from "./CreatedToken";
import type { DecisionFound } from "./DecisionFound";
import type { DecisionPage } from "./DecisionPage";
import type { DeleteBudget } from "./DeleteBudget";
import type { DeploymentDetails } from "./DeploymentDetails";
import type { DeploymentPage } from "./DeploymentPage";
import type { DeploymentStatus } from "./DeploymentStatus";
import type { Done } from "./Done";
import type { DraftCheck } from "./DraftCheck";
import type { EndOverride } from "./EndOverride";
import type { EngineState } from "./EngineState";
import type { EventView } from "./EventView";
import type { ExportConfiguration } from "./ExportConfiguration";
import type { GetAlertSettings } from "./GetAlertSettings";
import type { GetBudget } from "./GetBudget";
import type { GetCostDetail } from "./GetCostDetail";
import type { GetCosts } from "./GetCosts";
import type { GetDecision } from "./GetDecision";
import type { GetDeployment } from "./GetDeployment";
import type { GetDeploymentBudget } from "./GetDeploymentBudget";
import type { GetEngineState } from "./GetEngineState";
import type { GetGlance } from "./GetGlance";
import type { GetHealth } from "./GetHealth";
import type { GetOverview } from "./GetOverview";
import type { GetPriceBook } from "./GetPriceBook";
import type { GetResourceOptimization } from "./GetResourceOptimization";
import type { GetResourceUsage } from "./GetResourceUsage";
import type { GetScalingAnalytics } from "./GetScalingAnalytics";
import type { GetScalingHistory } from "./GetScalingHistory";
import type { GetScalingStatus } from "./GetScalingStatus";
import type { GetSeries } from "./GetSeries";
import type { GetSettings } from "./GetSettings";
import type { Glance } from "./Glance";
import type { GuardPreview } from "./GuardPreview";
import type { HistoryPage } from "./HistoryPage";
import type { ImportConfiguration } from "./ImportConfiguration";
import type { ImportPrices } from "./ImportPrices";
import type { ImportReport } from "./ImportReport";
import type { ListAlerts } from "./ListAlerts";
import type { ListBudgets } from "./ListBudgets";
import type { ListChannels } from "./ListChannels";
import type { ListDecisions } from "./ListDecisions";
import type { ListDeployments } from "./ListDeployments";
import type { ListNotifications } from "./ListNotifications";
import type { ListPolicies } from "./ListPolicies";
import type { ListPolicyTemplates } from "./ListPolicyTemplates";
import type { ListPolicyVersions } from "./ListPolicyVersions";
import type { ListTokens } from "./ListTokens";
import type { ManualPreview } from "./ManualPreview";
import type { MarkNotificationsRead } from "./MarkNotificationsRead";
import type { NotificationPage } from "./NotificationPage";
import type { Overview } from "./Overview";
import type { PauseAll } from "./PauseAll";
import type { PauseDeployment } from "./PauseDeployment";
import type { PlayPolicy } from "./PlayPolicy";
import type { PolicyList } from "./PolicyList";
import type { PolicyVersionPage } from "./PolicyVersionPage";
import type { PreviewGuard } from "./PreviewGuard";
import type { PreviewManualScaling } from "./PreviewManualScaling";
import type { PriceBookView } from "./PriceBookView";
import type { PriceImport } from "./PriceImport";
import type { ReadCalendar } from "./ReadCalendar";
import type { RemoveDeployment } from "./RemoveDeployment";
import type { RemoveExchangeRate } from "./RemoveExchangeRate";
import type { RemovePriceRow } from "./RemovePriceRow";
import type { RepriceHistory } from "./RepriceHistory";
import type { RepricedView } from "./RepricedView";
import type { ResourceOptimization } from "./ResourceOptimization";
import type { ResourceUsage } from "./ResourceUsage";
import type { RestorePolicyVersion } from "./RestorePolicyVersion";
import type { ResumeAll } from "./ResumeAll";
import type { ResumeDeployment } from "./ResumeDeployment";
import type { RevokeToken } from "./RevokeToken";
import type { Role } from "./Role";
import type { SaveBudget } from "./SaveBudget";
import type { SavePolicy } from "./SavePolicy";
import type { SavedPolicy } from "./SavedPolicy";
import type { ScaleManually } from "./ScaleManually";
import type { ScalingAnalytics } from "./ScalingAnalytics";
import type { SeriesView } from "./SeriesView";
import type { SetAlertPreference } from "./SetAlertPreference";
import type { SetDeploymentBudget } from "./SetDeploymentBudget";
import type { SetExchangeRate } from "./SetExchangeRate";
import type { SetLedgerCurrency } from "./SetLedgerCurrency";
import type { SetPriceClass } from "./SetPriceClass";
import type { SetPriceRow } from "./SetPriceRow";
import type { SetQuietHours } from "./SetQuietHours";
import type { Settings } from "./Settings";
import type { SnoozeAlert } from "./SnoozeAlert";
import type { SystemHealth } from "./SystemHealth";
import type { TemplateList } from "./TemplateList";
import type { TestChannel } from "./TestChannel";
import type { TokenList } from "./TokenList";
import type { Topic } from "./Topic";
import type { UpdateDeployment } from "./UpdateDeployment";
import type { UpdateSettings } from "./UpdateSettings";
import type { WhatIf } from "./WhatIf";

/** What each operation takes and answers. */
export interface Operations {
  get_overview: { input: GetOverview; output: Overview };
  get_engine_state: { input: GetEngineState; output: EngineState };
  get_glance: { input: GetGlance; output: Glance };
  list_decisions: { input: ListDecisions; output: DecisionPage };
  get_scaling_history: { input: GetScalingHistory; output: HistoryPage };
  get_scaling_status: { input: GetScalingStatus; output: DeploymentStatus };
  get_deployment: { input: GetDeployment; output: DeploymentDetails };
  get_series: { input: GetSeries; output: SeriesView };
  get_decision: { input: GetDecision; output: DecisionFound };
  preview_manual_scaling: { input: PreviewManualScaling; output: ManualPreview };
  scale_manually: { input: ScaleManually; output: EventView };
  end_override: { input: EndOverride; output: Done };
  pause_deployment: { input: PauseDeployment; output: Done };
  resume_deployment: { input: ResumeDeployment; output: Done };
  pause_all: { input: PauseAll; output: Done };
  resume_all: { input: ResumeAll; output: Done };
  add_local_deployment: { input: AddLocalDeployment; output: DeploymentDetails };
  add_replay_deployment: { input: AddReplayDeployment; output: DeploymentDetails };
  add_sample: { input: AddSample; output: DeploymentDetails };
  remove_deployment: { input: RemoveDeployment; output: Done };
  list_policy_templates: { input: ListPolicyTemplates; output: TemplateList };
  list_policies: { input: ListPolicies; output: PolicyList };
  check_policy: { input: CheckPolicy; output: DraftCheck };
  play_policy: { input: PlayPolicy; output: WhatIf };
  read_calendar: { input: ReadCalendar; output: CalendarImport };
  list_policy_versions: { input: ListPolicyVersions; output: PolicyVersionPage };
  restore_policy_version: { input: RestorePolicyVersion; output: SavedPolicy };
  save_policy: { input: SavePolicy; output: SavedPolicy };
  list_alerts: { input: ListAlerts; output: AlertPage };
  list_notifications: { input: ListNotifications; output: NotificationPage };
  acknowledge_alert: { input: AcknowledgeAlert; output: Done };
  snooze_alert: { input: SnoozeAlert; output: Done };
  mark_notifications_read: { input: MarkNotificationsRead; output: Done };
  get_alert_settings: { input: GetAlertSettings; output: AlertSettings };
  set_alert_preference: { input: SetAlertPreference; output: Done };
  set_quiet_hours: { input: SetQuietHours; output: Done };
  get_costs: { input: GetCosts; output: CostsView };
  get_cost_detail: { input: GetCostDetail; output: CostDetail };
  get_price_book: { input: GetPriceBook; output: PriceBookView };
  set_price_row: { input: SetPriceRow; output: Done };
  remove_price_row: { input: RemovePriceRow; output: Done };
  import_prices: { input: ImportPrices; output: PriceImport };
  set_exchange_rate: { input: SetExchangeRate; output: Done };
  remove_exchange_rate: { input: RemoveExchangeRate; output: Done };
  set_price_class: { input: SetPriceClass; output: Done };
  reprice_history: { input: RepriceHistory; output: RepricedView };
  set_ledger_currency: { input: SetLedgerCurrency; output: RepricedView };
  list_budgets: { input: ListBudgets; output: BudgetList };
  get_budget: { input: GetBudget; output: BudgetDetail };
  check_budget: { input: CheckBudget; output: BudgetCheck };
  preview_guard: { input: PreviewGuard; output: GuardPreview };
  save_budget: { input: SaveBudget; output: BudgetView };
  delete_budget: { input: DeleteBudget; output: Done };
  list_channels: { input: ListChannels; output: ChannelList };
  test_channel: { input: TestChannel; output: ChannelTest };
  get_settings: { input: GetSettings; output: Settings };
  update_settings: { input: UpdateSettings; output: Settings };
  list_deployments: { input: ListDeployments; output: DeploymentPage };
  update_deployment: { input: UpdateDeployment; output: DeploymentDetails };
  get_resource_usage: { input: GetResourceUsage; output: ResourceUsage };
  get_scaling_analytics: { input: GetScalingAnalytics; output: ScalingAnalytics };
  get_resource_optimization: { input: GetResourceOptimization; output: ResourceOptimization };
  get_deployment_budget: { input: GetDeploymentBudget; output: BudgetView };
  set_deployment_budget: { input: SetDeploymentBudget; output: BudgetView };
  export_configuration: { input: ExportConfiguration; output: Configuration };
  import_configuration: { input: ImportConfiguration; output: ImportReport };
  get_health: { input: GetHealth; output: SystemHealth };
  list_tokens: { input: ListTokens; output: TokenList };
  create_token: { input: CreateToken; output: CreatedToken };
  revoke_token: { input: RevokeToken; output: Done };
}

/** The topics whose change makes an answer stale; `null` for what changes something itself. */
export const refreshOn: { readonly [K in keyof Operations]: readonly Topic[] | null } = {
  get_overview: ["evaluations","scaling_events","deployments","policies","budgets"],
  get_engine_state: ["evaluations","deployments","settings"],
  get_glance: ["evaluations","scaling_events","deployments","policies","settings"],
  list_decisions: ["evaluations","deployments"],
  get_scaling_history: ["scaling_events","deployments"],
  get_scaling_status: ["evaluations","scaling_events","deployments","policies"],
  get_deployment: ["deployments"],
  get_series: ["evaluations","scaling_events","policies"],
  get_decision: [],
  preview_manual_scaling: ["evaluations","scaling_events","policies"],
  scale_manually: null,
  end_override: null,
  pause_deployment: null,
  resume_deployment: null,
  pause_all: null,
  resume_all: null,
  add_local_deployment: null,
  add_replay_deployment: null,
  add_sample: null,
  remove_deployment: null,
  list_policy_templates: [],
  list_policies: ["evaluations","deployments","policies"],
  check_policy: ["evaluations","policies"],
  play_policy: ["policies","settings"],
  read_calendar: [],
  list_policy_versions: ["deployments","policies"],
  restore_policy_version: null,
  save_policy: null,
  list_alerts: ["alerts","deployments"],
  list_notifications: ["alerts"],
  acknowledge_alert: null,
  snooze_alert: null,
  mark_notifications_read: null,
  get_alert_settings: ["alerts","settings"],
  set_alert_preference: null,
  set_quiet_hours: null,
  get_costs: ["evaluations","deployments","settings"],
  get_cost_detail: ["evaluations","settings"],
  get_price_book: ["deployments","settings"],
  set_price_row: null,
  remove_price_row: null,
  import_prices: null,
  set_exchange_rate: null,
  remove_exchange_rate: null,
  set_price_class: null,
  reprice_history: null,
  set_ledger_currency: null,
  list_budgets: ["evaluations","deployments","budgets","settings"],
  get_budget: ["evaluations","deployments","budgets","settings"],
  check_budget: ["evaluations","budgets"],
  preview_guard: ["budgets"],
  save_budget: null,
  delete_budget: null,
  list_channels: ["alerts"],
  test_channel: null,
  get_settings: ["settings"],
  update_settings: null,
  list_deployments: ["evaluations","scaling_events","deployments","policies"],
  update_deployment: null,
  get_resource_usage: ["evaluations","deployments"],
  get_scaling_analytics: ["evaluations","scaling_events","policies"],
  get_resource_optimization: ["evaluations","policies","settings"],
  get_deployment_budget: ["evaluations","deployments","budgets","settings"],
  set_deployment_budget: null,
  export_configuration: ["deployments","policies","budgets","settings"],
  import_configuration: null,
  get_health: ["evaluations","deployments","settings"],
  list_tokens: ["settings"],
  create_token: null,
  revoke_token: null,
};

/** Who may call each, and what is taken only from the window on the engine's own machine. */
export const rights: { readonly [K in keyof Operations]: { readonly role: Role; readonly onlyHere: boolean } } = {
  get_overview: { role: "viewer", onlyHere: false },
  get_engine_state: { role: "viewer", onlyHere: false },
  get_glance: { role: "viewer", onlyHere: false },
  list_decisions: { role: "viewer", onlyHere: false },
  get_scaling_history: { role: "viewer", onlyHere: false },
  get_scaling_status: { role: "viewer", onlyHere: false },
  get_deployment: { role: "viewer", onlyHere: false },
  get_series: { role: "viewer", onlyHere: false },
  get_decision: { role: "viewer", onlyHere: false },
  preview_manual_scaling: { role: "viewer", onlyHere: false },
  scale_manually: { role: "operator", onlyHere: false },
  end_override: { role: "operator", onlyHere: false },
  pause_deployment: { role: "operator", onlyHere: false },
  resume_deployment: { role: "operator", onlyHere: false },
  pause_all: { role: "operator", onlyHere: false },
  resume_all: { role: "operator", onlyHere: false },
  add_local_deployment: { role: "admin", onlyHere: true },
  add_replay_deployment: { role: "admin", onlyHere: true },
  add_sample: { role: "admin", onlyHere: true },
  remove_deployment: { role: "admin", onlyHere: false },
  list_policy_templates: { role: "viewer", onlyHere: false },
  list_policies: { role: "viewer", onlyHere: false },
  check_policy: { role: "viewer", onlyHere: false },
  play_policy: { role: "viewer", onlyHere: false },
  read_calendar: { role: "viewer", onlyHere: false },
  list_policy_versions: { role: "viewer", onlyHere: false },
  restore_policy_version: { role: "operator", onlyHere: false },
  save_policy: { role: "operator", onlyHere: false },
  list_alerts: { role: "viewer", onlyHere: false },
  list_notifications: { role: "viewer", onlyHere: false },
  acknowledge_alert: { role: "operator", onlyHere: false },
  snooze_alert: { role: "operator", onlyHere: false },
  mark_notifications_read: { role: "viewer", onlyHere: false },
  get_alert_settings: { role: "viewer", onlyHere: false },
  set_alert_preference: { role: "operator", onlyHere: false },
  set_quiet_hours: { role: "operator", onlyHere: false },
  get_costs: { role: "viewer", onlyHere: false },
  get_cost_detail: { role: "viewer", onlyHere: false },
  get_price_book: { role: "viewer", onlyHere: false },
  set_price_row: { role: "admin", onlyHere: false },
  remove_price_row: { role: "admin", onlyHere: false },
  import_prices: { role: "admin", onlyHere: false },
  set_exchange_rate: { role: "admin", onlyHere: false },
  remove_exchange_rate: { role: "admin", onlyHere: false },
  set_price_class: { role: "admin", onlyHere: false },
  reprice_history: { role: "admin", onlyHere: false },
  set_ledger_currency: { role: "admin", onlyHere: false },
  list_budgets: { role: "viewer", onlyHere: false },
  get_budget: { role: "viewer", onlyHere: false },
  check_budget: { role: "viewer", onlyHere: false },
  preview_guard: { role: "viewer", onlyHere: false },
  save_budget: { role: "operator", onlyHere: false },
  delete_budget: { role: "operator", onlyHere: false },
  list_channels: { role: "viewer", onlyHere: false },
  test_channel: { role: "operator", onlyHere: false },
  get_settings: { role: "viewer", onlyHere: false },
  update_settings: { role: "admin", onlyHere: false },
  list_deployments: { role: "viewer", onlyHere: false },
  update_deployment: { role: "admin", onlyHere: false },
  get_resource_usage: { role: "viewer", onlyHere: false },
  get_scaling_analytics: { role: "viewer", onlyHere: false },
  get_resource_optimization: { role: "viewer", onlyHere: false },
  get_deployment_budget: { role: "viewer", onlyHere: false },
  set_deployment_budget: { role: "operator", onlyHere: false },
  export_configuration: { role: "viewer", onlyHere: false },
  import_configuration: { role: "admin", onlyHere: false },
  get_health: { role: "viewer", onlyHere: false },
  list_tokens: { role: "admin", onlyHere: false },
  create_token: { role: "admin", onlyHere: false },
  revoke_token: { role: "admin", onlyHere: false },
};
