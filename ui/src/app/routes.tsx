import { Navigate, Route, Routes, useLocation } from 'react-router';

import { AboutPage } from '../pages/about/AboutPage';
import { ActivityPage } from '../pages/activity/ActivityPage';
import { AlertsPage } from '../pages/alerts/AlertsPage';
import { BudgetsPage } from '../pages/budgets/BudgetsPage';
import { CostsPage } from '../pages/costs/CostsPage';
import { DeploymentPage } from '../pages/deployment/DeploymentPage';
import { AddDeploymentButton } from '../pages/onboarding/AddDeploymentButton';
import { removeAddress } from '../pages/onboarding/addresses';
import { FirstRun } from '../pages/onboarding/FirstRun';
import { OverviewPage } from '../pages/overview/OverviewPage';
import { PoliciesPage } from '../pages/policies/PoliciesPage';
import { PolicyEditorPage } from '../pages/policies/editor/PolicyEditorPage';
import { PriceBookPage } from '../pages/prices/PriceBookPage';
import { SettingsPage } from '../pages/settings/SettingsPage';
import { ErrorBoundary } from './ErrorBoundary';
import { SHORTCUTS, written } from './shortcuts';

/** Every page with its address. */
export function Pages() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary key={placeOf(pathname)}>
      <Routes>
        <Route path="/overview" element={<OverviewPage begin={<FirstRun />} add={<AddDeploymentButton />} />} />
        <Route path="/deployment/:deploymentId" element={<DeploymentPage removeAddress={removeAddress} />} />
        <Route path="/alerts" element={<AlertsPage />} />
        <Route path="/activity" element={<ActivityPage />} />
        <Route path="/policies" element={<PoliciesPage />} />
        <Route path="/policies/:deploymentId" element={<PolicyEditorPage />} />
        <Route path="/budgets" element={<BudgetsPage />} />
        <Route path="/budgets/:budgetId" element={<BudgetsPage />} />
        <Route path="/costs/prices" element={<PriceBookPage />} />
        <Route path="/costs" element={<CostsPage />} />
        <Route path="/settings" element={<SettingsPage shortcuts={SHORTCUTS} written={written} />} />
        <Route path="/about" element={<AboutPage />} />
        <Route path="*" element={<Navigate to="/overview" replace />} />
      </Routes>
    </ErrorBoundary>
  );
}

/** A page that shows one of a list stays where it is when another is chosen. */
function placeOf(pathname: string): string {
  return pathname.startsWith('/budgets/') ? '/budgets' : pathname;
}
