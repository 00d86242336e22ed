import { Navigate, Route, Routes, useLocation } from 'react-router';

import { PolicyEditorPage } from '../pages/policies/editor/PolicyEditorPage';
import { PoliciesPage } from '../pages/policies/PoliciesPage';
import { SettingsPage } from '../pages/settings/SettingsPage';
import { ErrorBoundary } from './ErrorBoundary';

/** Every page with its address. */
export function Pages() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary key={pathname}>
      <Routes>
        <Route path="/policies" element={<PoliciesPage />} />
        <Route path="/policies/:deploymentId" element={<PolicyEditorPage />} />
        <Route path="/settings" element={<SettingsPage />} />
        <Route path="*" element={<Navigate to="/settings" replace />} />
      </Routes>
    </ErrorBoundary>
  );
}
