import { useState } from 'react';

import { BackendError, errorWords } from '../../backend/backend';
import type { BudgetDraft } from '../../backend/generated/BudgetDraft';
import type { BudgetScope } from '../../backend/generated/BudgetScope';
import type { BudgetView } from '../../backend/generated/BudgetView';
import { Button } from '../../components/Button/Button';
import { Dialog } from '../../components/Dialog/Dialog';
import { Field } from '../../components/Field/Field';
import { NumberField } from '../../components/NumberField/NumberField';
import { Segmented } from '../../components/Segmented/Segmented';
import { Select } from '../../components/Select/Select';
import { Switch } from '../../components/Switch/Switch';
import { wholeMoney } from '../../format/money';
import { useBudgetCheck, useBudgetCommands, useScopes } from './useBudgets';

const KINDS: readonly { value: BudgetScope['kind']; label: string }[] = [
  { value: 'all', label: 'Everything' },
  { value: 'tag', label: 'A tag' },
  { value: 'deployment', label: 'A deployment' },
];

/** Makes a budget or changes one. What is wrong is said at its field by the engine, while one types. */
export function BudgetForm({
  budget,
  onClose,
  onSaved,
}: {
  /** The budget to change; nothing: a new one. */
  budget: BudgetView | null;
  onClose: () => void;
  onSaved: (id: string) => void;
}) {
  const { deployments, tags } = useScopes();
  const [draft, setDraft] = useState<BudgetDraft>(() => (budget ? draftOf(budget) : NEW));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set(budget ? ['name', 'monthlyLimit', 'scope'] : []));
  const check = useBudgetCheck(budget?.id ?? null, draft, true);
  const { save } = useBudgetCommands();
  const set = (change: Partial<BudgetDraft>) => {
    setDraft((before) => ({ ...before, ...change }));
    setTouched((before) => new Set([...before, ...Object.keys(change)]));
  };
  const refused = save.error instanceof BackendError ? save.error.errors : [];
  const fault = (field: string) => {
    const found = (check.data?.errors ?? refused).find((error) => error.field === field || error.field.startsWith(`${field}[`));
    return found && (touched.has(field) || save.isError) ? found.message : null;
  };
  const count = check.data?.errors.length ?? 0;
  const scope = draft.scope ?? { kind: 'all' };
  const proposal = check.data?.proposal ?? null;
  const send = () => {
    save.mutate({ draft, ...(budget ? { budgetId: budget.id } : {}) }, { onSuccess: (saved) => { onSaved(saved.id); } });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={budget ? `Change ${budget.name}` : 'New budget'}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            main
            busy={save.isPending}
            disabledReason={count > 0 ? (check.data?.errors.map(({ message }) => message).join(' ') ?? null) : null}
            onClick={send}
          >
            {budget ? 'Save budget' : 'Add budget'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3 p-px"
        onSubmit={(event) => {
          event.preventDefault();
          if (count === 0) send();
        }}
      >
        <Field label="Name" value={draft.name ?? ''} error={fault('name')} onChange={(event) => { set({ name: event.target.value }); }} />
        <div className="flex flex-wrap items-end gap-3">
          <div className="flex flex-col gap-1">
            <span className="text-reason text-text-2">Whose spending counts</span>
            <Segmented
              label="Whose spending counts"
              options={KINDS.filter(({ value }) => value !== 'tag' || tags.length > 0 || scope.kind === 'tag')}
              value={scope.kind}
              onChange={(kind) => { set({ scope: firstOf(kind, tags, deployments.map(({ id }) => id)) }); }}
            />
          </div>
          {scope.kind === 'tag' && (
            <Select label="Tag" value={scope.tag} options={tags.map((tag) => ({ value: tag, label: tag }))} onChange={(tag) => { set({ scope: { kind: 'tag', tag } }); }} />
          )}
          {scope.kind === 'deployment' && (
            <Select
              label="Deployment"
              value={scope.deploymentId}
              options={deployments.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(deploymentId) => { set({ scope: { kind: 'deployment', deploymentId } }); }}
            />
          )}
        </div>
        {fault('scope') && <p role="alert" className="text-caption text-crit">{fault('scope')}</p>}
        <div className="flex flex-wrap items-start gap-3">
          <NumberField
            label="Monthly limit"
            labelHidden={false}
            className="w-36"
            value={draft.monthlyLimit ?? null}
            error={fault('monthlyLimit')}
            onChange={(monthlyLimit) => { set({ monthlyLimit: monthlyLimit ?? 0 }); }}
          />
          {proposal && (
            <div className="flex min-w-0 flex-1 flex-col items-start gap-1 pt-5">
              <Button onClick={() => { set({ monthlyLimit: proposal.monthlyLimit }); }}>{`Take ${wholeMoney(proposal.monthlyLimit)}`}</Button>
              <span className="text-caption text-text-3">{proposal.because}</span>
            </div>
          )}
        </div>
        <div className="flex flex-wrap gap-3">
          <NumberField label="Warn at" labelHidden={false} className="w-24" unit="%" value={draft.warningThreshold ?? null} error={fault('warningThreshold')} onChange={(value) => { set({ warningThreshold: value ?? 0 }); }} />
          <NumberField label="Critical at" labelHidden={false} className="w-24" unit="%" value={draft.criticalThreshold ?? null} error={fault('criticalThreshold')} onChange={(value) => { set({ criticalThreshold: value ?? 0 }); }} />
          <Field
            label="Further, in %"
            className="w-36"
            placeholder="50, 120"
            defaultValue={(draft.moreThresholds ?? []).join(', ')}
            error={fault('moreThresholds')}
            onChange={(event) => { set({ moreThresholds: numbers(event.target.value) }); }}
          />
        </div>
        <div className="flex flex-wrap gap-3">
          <NumberField label="Begins on day" labelHidden={false} className="w-24" value={draft.resetDay ?? null} error={fault('resetDay')} onChange={(value) => { set({ resetDay: value ?? 0 }); }} />
          <Field label="Time zone" className="w-52" list="zones" value={draft.timeZone ?? ''} error={fault('timeZone')} onChange={(event) => { set({ timeZone: event.target.value }); }} />
          <datalist id="zones">
            {Intl.supportedValuesOf('timeZone').map((zone) => <option key={zone} value={zone} />)}
          </datalist>
        </div>
        <div className="flex items-center gap-2">
          <Switch label="Tell and guard" checked={draft.isEnabled ?? true} onChange={(isEnabled) => { set({ isEnabled }); }} />
          <span className="text-data">{draft.isEnabled === false ? 'Off: its figures are kept, nothing is told.' : 'On: tells when it crosses a level.'}</span>
        </div>
        {check.data?.sentence && <p className="border-t border-line pt-2 text-reason text-text-2" data-verdict="">{check.data.sentence}</p>}
        {save.isError && refused.length === 0 && <p role="alert" className="text-reason text-crit">{errorWords(save.error)}</p>}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

const NEW: BudgetDraft = {
  name: 'Everything',
  scope: { kind: 'all' },
  warningThreshold: 75,
  criticalThreshold: 90,
  resetDay: 1,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

function draftOf(budget: BudgetView): BudgetDraft {
  const { name, scope, monthlyLimit, warningThreshold, criticalThreshold, moreThresholds, resetDay, timeZone, isEnabled } = budget;
  return { name, scope, monthlyLimit, warningThreshold, criticalThreshold, moreThresholds, resetDay, timeZone, isEnabled };
}

function firstOf(kind: BudgetScope['kind'], tags: readonly string[], ids: readonly string[]): BudgetScope {
  if (kind === 'tag') return { kind, tag: tags[0] ?? '' };
  if (kind === 'deployment') return { kind, deploymentId: ids[0] ?? '' };
  return { kind: 'all' };
}

/** The numbers of a list; what is none is refused by the engine as 0. */
function numbers(text: string): number[] {
  return text.split(/[,;\s]+/).filter((part) => part !== '').map((part) => Number(part.replace('%', '')) || 0);
}
