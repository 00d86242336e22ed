import { render, type RenderResult } from '@testing-library/react';
import type { ReactNode } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';

import { BackendProvider } from '../backend/BackendContext';
import { ToastProvider } from '../components/Toast/Toast';
import { TooltipProvider } from '../components/Tooltip/Tooltip';
import type { FakeBackend } from './FakeBackend';

/** Renders a page as the app does, on a fake engine. */
export function renderOn(backend: FakeBackend, page: ReactNode, at = '/'): RenderResult {
  const router = createMemoryRouter([{ path: '*', element: page }], { initialEntries: [at] });
  return render(
    <TooltipProvider>
      <ToastProvider>
        <BackendProvider backend={backend}>
          <RouterProvider router={router} />
        </BackendProvider>
      </ToastProvider>
    </TooltipProvider>,
  );
}
