import type { OperationName } from './backend';
import type { EngineState } from './generated/EngineState';
import { rights } from './generated/operations';
import type { Role } from './generated/Role';
import { useQueryOperation } from './useOperation';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Why whoever sits here may not do something; nothing where they may. The engine refuses it all the same: this says it before. */
export function useRefusal(operation: OperationName): string | null {
  return useRefusals()(operation);
}

/** The same for several. */
export function useRefusals(): (operation: OperationName) => string | null {
  const { data } = useQueryOperation('get_engine_state', {});
  return (operation) => (data ? refusal(operation, data) : null);
}

function refusal(operation: OperationName, { role, isHere }: Pick<EngineState, 'role' | 'isHere'>): string | null {
  const needed = rights[operation];
  if (needed.onlyHere && !isHere) return 'This is done in the window on the machine where that Headroom runs.';
  if (ROLES.indexOf(role) >= ROLES.indexOf(needed.role)) return null;
  return `This takes the role ${needed.role}; yours is ${role}.`;
}
