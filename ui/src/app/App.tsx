import { useCallback, useState } from 'react';
import { createHashRouter, RouterProvider } from 'react-router';

import type { Backend } from '../backend/backend';
import { BackendProvider } from '../backend/BackendContext';
import { ToastProvider, useToast } from '../components/Toast/Toast';
import { ErrorState } from '../components/EmptyState/EmptyState';
import { TooltipProvider } from '../components/Tooltip/Tooltip';
import { OnboardingDialogs } from '../pages/onboarding/OnboardingDialogs';
import { ErrorBoundary } from './ErrorBoundary';
import { Frame } from './frame/Frame';
import { useEngine } from './frame/useEngine';
import { Pages } from './routes';

/** The whole window on one engine. */
export function App({ backend }: { backend: Backend }) {
  return (
    <ErrorBoundary>
      <TooltipProvider>
        <ToastProvider>
          <Connected backend={backend} />
        </ToastProvider>
      </TooltipProvider>
    </ErrorBoundary>
  );
}

function Connected({ backend }: { backend: Backend }) {
  const toast = useToast();
  const onCommandError = useCallback(
    (message: string) => {
      toast({ tone: 'crit', message });
    },
    [toast],
  );
  // A router of this kind can ask before a page with unsaved changes is left, by whatever way.
  const [router] = useState(() => createHashRouter([{ path: '*', element: <Window /> }]));
  return (
    <BackendProvider backend={backend} onCommandError={onCommandError}>
      <RouterProvider router={router} />
    </BackendProvider>
  );
}

function Window() {
  return (
    <ErrorBoundary>
      <Frame>
        <Content />
      </Frame>
    </ErrorBoundary>
  );
}

/** The pages; without an engine they would all say the same, so it is said once, whole, where one looks. */
function Content() {
  const { state } = useEngine();
  if (state.isError && !state.data) {
    return <ErrorState title="The engine does not run" message={state.error.message} />;
  }
  return (
    <>
      <Pages />
      <OnboardingDialogs />
    </>
  );
}
