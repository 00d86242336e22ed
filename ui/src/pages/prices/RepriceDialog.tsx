import { useState } from 'react';

import { errorWords } from '../../backend/backend';
import { Button } from '../../components/Button/Button';
import { Dialog } from '../../components/Dialog/Dialog';
import { Field } from '../../components/Field/Field';
import { usePriceCommands } from './usePrices';

/** Prices history anew, on purpose: first only tried, then done. */
export function RepriceDialog({ onClose }: { onClose: () => void }) {
  const [from, setFrom] = useState('');
  const { reprice } = usePriceCommands();
  const report = reprice.data;
  const since = from === '' ? {} : { from: `${from}T00:00:00Z` };
  const isReady = report?.isTrial === true && report.rows > 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title="Price history anew"
      description="What was metered stays: core-hours, GB-hours and MB. Their money is taken from the book as it is now. Nothing that was told of a budget is told again."
      actions={
        <>
          <Button onClick={onClose}>{report && !report.isTrial ? 'Close' : 'Cancel'}</Button>
          {!isReady && <Button busy={reprice.isPending} onClick={() => { reprice.mutate({ ...since, isTrial: true }); }}>Try it</Button>}
          {isReady && <Button kind="primary" main busy={reprice.isPending} onClick={() => { reprice.mutate(since); }}>Price history anew</Button>}
        </>
      }
    >
      <div className="flex flex-col gap-3 p-px">
        <Field
          label="From this day on (UTC), empty for all of it"
          type="date"
          value={from}
          onChange={(event) => {
            setFrom(event.target.value);
            reprice.reset();
          }}
        />
        {report && <p className="text-data" data-report="">{report.sentence}</p>}
        {reprice.isError && <p role="alert" className="text-reason text-crit">{errorWords(reprice.error)}</p>}
      </div>
    </Dialog>
  );
}
