import { useState } from 'react';

import { BackendError, errorWords } from '../../backend/backend';
import type { PriceRow } from '../../backend/generated/PriceRow';
import { Button } from '../../components/Button/Button';
import { Dialog } from '../../components/Dialog/Dialog';
import { Field } from '../../components/Field/Field';
import { NumberField } from '../../components/NumberField/NumberField';
import { usePriceCommands } from './usePrices';

/** Adds a row to the book, or corrects one. What is wrong is said at its field. */
export function RowForm({ row, onClose }: { /** Where one begins. */ row: PriceRow; onClose: () => void }) {
  const [draft, setDraft] = useState(row);
  const { setRow } = usePriceCommands();
  const faults = setRow.error instanceof BackendError ? setRow.error.errors : [];
  const fault = (field: string) => faults.find((found) => found.field === field)?.message ?? null;
  const set = (change: Partial<PriceRow>) => { setDraft((before) => ({ ...before, ...change })); };
  const rates = (change: Partial<PriceRow['rates']>) => { set({ rates: { ...draft.rates, ...change } }); };
  const discounts = (change: Partial<PriceRow['discounts']>) => { set({ discounts: { ...draft.discounts, ...change } }); };
  const send = () => { setRow.mutate({ row: draft }, { onSuccess: onClose }); };
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title="Price row"
      description="It prices what is metered from its date on. What was metered keeps its price until history is priced anew."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" main busy={setRow.isPending} onClick={send}>Save row</Button>
        </>
      }
    >
      <form className="flex flex-col gap-3 p-px" onSubmit={(event) => { event.preventDefault(); send(); }}>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Provider" value={draft.provider} error={fault('provider')} onChange={(event) => { set({ provider: event.target.value }); }} />
          <Field label="Region or class, empty for all" value={draft.class} error={fault('class')} onChange={(event) => { set({ class: event.target.value }); }} />
          <Field label="Currency" value={draft.currency} error={fault('currency')} onChange={(event) => { set({ currency: event.target.value.toUpperCase() }); }} />
          <Field
            label="Holds from, UTC"
            type="datetime-local"
            step={900}
            value={draft.validFrom.slice(0, 16)}
            error={fault('validFrom')}
            onChange={(event) => { if (event.target.value) set({ validFrom: `${event.target.value}:00Z` }); }}
          />
          <Rate label="Core-hour" value={draft.rates.cpuCoreHour} error={fault('cpuCoreHour')} onChange={(cpuCoreHour) => { rates({ cpuCoreHour }); }} />
          <Rate label="GB-hour of memory" value={draft.rates.memoryGbHour} error={fault('memoryGbHour')} onChange={(memoryGbHour) => { rates({ memoryGbHour }); }} />
          <Rate label="GB-hour of disk" value={draft.rates.storageGbHour} error={fault('storageGbHour')} onChange={(storageGbHour) => { rates({ storageGbHour }); }} />
          <Rate label="MB transferred" value={draft.rates.networkMb} error={fault('networkMb')} onChange={(networkMb) => { rates({ networkMb }); }} />
          <Share label="Paid on spot, 0.3 for 70 % off" value={draft.discounts.spot} error={fault('spot')} onChange={(spot) => { discounts({ spot }); }} />
          <Share label="Paid under a commitment" value={draft.discounts.commitment} error={fault('commitment')} onChange={(commitment) => { discounts({ commitment }); }} />
        </div>
        <Field label="Where the figures are from" value={draft.source} error={fault('source')} onChange={(event) => { set({ source: event.target.value }); }} />
        {setRow.isError && faults.length === 0 && <p role="alert" className="text-reason text-crit">{errorWords(setRow.error)}</p>}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function Rate({ label, value, error, onChange }: { label: string; value: number; error: string | null; onChange: (value: number) => void }) {
  // What is no number stays in the field; the row keeps the last one that was.
  const [typed, setTyped] = useState<number | null>(value);
  return (
    <NumberField
      label={label}
      labelHidden={false}
      value={typed}
      error={typed === null ? 'Write a rate, 0 where it costs nothing.' : error}
      onChange={(next) => {
        setTyped(next);
        if (next !== null) onChange(next);
      }}
    />
  );
}

function Share({ label, value, error, onChange }: { label: string; value: number | null; error: string | null; onChange: (value: number | null) => void }) {
  return <NumberField label={label} labelHidden={false} value={value} error={error} onChange={onChange} />;
}
