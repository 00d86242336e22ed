import { Navigate, Route, Routes, useLocation } from 'react-router';

import { SettingsPage } from '../pages/settings/SettingsPage';
import { ErrorBoundary } from './ErrorBoundary';

/** Every page with its address. */
export function Pages() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary key={pathname}>
      <Routes>
        <Route path="/settings" element={<SettingsPage />} />
        <Route path="*" element={<Navigate to="/settings" replace />} />
      </Routes>
    </ErrorBoundary>
  );
}
