import { useEffect } from 'react';
import { useNavigate } from 'react-router';

import { useBackend } from '../../backend/BackendContext';

/** Goes where the shell asks: a `headroom://` link that was opened, an entry of the tray. */
export function useLinks(): void {
  const { window: controls } = useBackend();
  const navigate = useNavigate();
  useEffect(
    () =>
      controls?.onNavigate((address) => {
        void navigate(address);
      }),
    [controls, navigate],
  );
}
