import { useState } from 'react';
import { useNavigate } from 'react-router';

import { BackendError, errorWords } from '../../backend/backend';
import type { DeploymentRow } from '../../backend/generated/DeploymentRow';
import type { Fault } from '../../backend/generated/Fault';
import { useCommand, useQueryOperation } from '../../backend/useOperation';
import { useToast } from '../../components/Toast/Toast';
import { EMPTY_FORM, faultsOf, inputOf, type CommandForm } from './form';

/** Starts the sample service, and opens its page. A failure is shown as a message, or by the caller in its place. */
export function useStartSample({ shownInPlace = false } = {}) {
  const start = useCommand('add_sample', { shownInPlace });
  const navigate = useNavigate();
  return {
    isStarting: start.isPending,
    failure: start.error ? errorWords(start.error) : null,
    start: () => {
      start.mutate(
        {},
        {
          onSuccess: ({ deployment }) => {
            void navigate(`/deployment/${encodeURIComponent(deployment.id)}`);
          },
        },
      );
    },
  };
}

/** A command of one's own: the form, what is wrong with it at each field, and adding it; then a policy is to be chosen. */
export function useAddDeployment() {
  const [form, setForm] = useState<CommandForm>(EMPTY_FORM);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const overview = useQueryOperation('get_overview', {});
  const add = useCommand('add_local_deployment', { shownInPlace: true });
  const navigate = useNavigate();
  const toast = useToast();
  const faults = faultsOf(form, overview.data?.deployments.map(({ name }) => name) ?? []);
  const refused: readonly Fault[] = add.error instanceof BackendError ? add.error.errors : [];
  return {
    form,
    isAdding: add.isPending,
    /** A refusal that is about no field. */
    failure: add.error && refused.length === 0 ? errorWords(add.error) : null,
    /** How many faults keep it from being added, once that was tried. */
    faultCount: tried ? faults.length : 0,
    faultAt: (field: string): string | null => {
      const found = [...faults, ...refused].find((fault) => fault.field === field || fault.field.startsWith(`${field}[`));
      const own = refused.includes(found ?? { field: '', message: '' });
      return found && (own || tried || touched.has(field)) ? found.message : null;
    },
    touch: (field: string) => {
      setTouched((fields) => new Set([...fields, field]));
    },
    change: (fields: Partial<CommandForm>) => {
      add.reset();
      setForm((now) => ({ ...now, ...fields }));
    },
    add: () => {
      setTried(true);
      if (faults.length > 0 || add.isPending) return;
      add.mutate(inputOf(form), {
        onSuccess: ({ deployment }) => {
          toast({ tone: 'info', message: `${deployment.name} runs. Choose how it is scaled.` });
          void navigate(`/policies/${encodeURIComponent(deployment.id)}`);
        },
      });
    },
  };
}

/** The deployment that is to be removed, and removing it. */
export function useRemoveDeployment(deploymentId: string | null, onRemoved: () => void) {
  const overview = useQueryOperation('get_overview', {});
  const remove = useCommand('remove_deployment', { shownInPlace: true });
  const toast = useToast();
  const row: DeploymentRow | null =
    overview.data?.deployments.find(({ id }) => id === deploymentId) ?? null;
  return {
    row,
    isRemoving: remove.isPending,
    failure: remove.error ? errorWords(remove.error) : null,
    forget: remove.reset,
    remove: () => {
      if (!row || remove.isPending) return;
      remove.mutate(
        { deploymentId: row.id },
        {
          onSuccess: () => {
            toast({ tone: 'info', message: `${row.name} is removed, its processes have ended.` });
            onRemoved();
          },
        },
      );
    },
  };
}
