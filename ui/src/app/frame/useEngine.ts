import { useCommand, useQueryOperation } from '../../backend/useOperation';

/** The engine's own state, and the one switch for all scaling. */
export function useEngine() {
  const state = useQueryOperation('get_engine_state', {});
  const pause = useCommand('pause_all');
  const resume = useCommand('resume_all');
  return { state, pause, resume };
}
