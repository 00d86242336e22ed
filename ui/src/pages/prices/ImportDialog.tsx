import { useRef, useState } from 'react';

import { errorWords } from '../../backend/backend';
import type { PriceImport } from '../../backend/generated/PriceImport';
import { Button } from '../../components/Button/Button';
import { Dialog } from '../../components/Dialog/Dialog';
import { counted, number } from '../../format/number';
import { usePriceCommands } from './usePrices';

/** Reads a CSV file of prices: first only tried, so that one sees what it does or everything that is wrong with it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const file = useRef<HTMLInputElement>(null);
  const [csv, setCsv] = useState<{ name: string; text: string } | null>(null);
  const { importRows } = usePriceCommands();
  const report = importRows.data;
  const read = async (chosen: File) => {
    const text = await chosen.text();
    setCsv({ name: chosen.name, text });
    importRows.mutate({ csv: text, isTrial: true });
  };
  const ready = csv !== null && report?.isTrial === true && report.errors.length === 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title="Import prices"
      description="A CSV file whose first line names the columns: provider, class, currency, source, valid_from, cpu_core_hour, memory_gb_hour, storage_gb_hour, network_mb, spot, commitment. All of its rows are taken, or none."
      actions={
        <>
          <Button onClick={onClose}>{report && !report.isTrial ? 'Close' : 'Cancel'}</Button>
          {ready && (
            <Button kind="primary" main busy={importRows.isPending} onClick={() => { importRows.mutate({ csv: csv.text }, { onSuccess: onClose }); }}>
              {`Import ${counted(report.rows, 'row')}`}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="flex items-center gap-3">
          <input
            ref={file}
            type="file"
            aria-label="CSV file"
            accept=".csv,.tsv,.txt,text/csv"
            className="sr-only"
            tabIndex={-1}
            onChange={(event) => {
              const [chosen] = event.target.files ?? [];
              if (chosen) void read(chosen);
              event.target.value = '';
            }}
          />
          <Button onClick={() => file.current?.click()}>Choose a file</Button>
          <span className="truncate text-text-2">{csv?.name ?? 'none chosen'}</span>
        </div>
        {importRows.isError && <p role="alert" className="text-reason text-crit">{errorWords(importRows.error)}</p>}
        {report && <Report report={report} />}
      </div>
    </Dialog>
  );
}

function Report({ report }: { report: PriceImport }) {
  if (report.errors.length === 0) {
    return (
      <p className="text-data" data-report="">
        {`${number(report.added)} new, ${number(report.corrected)} corrected, ${number(report.unchanged)} as they are in the book.`}
      </p>
    );
  }
  return (
    <section role="alert" aria-label="What is wrong with the file">
      <p className="pb-1 text-data text-crit">{`Nothing was taken: ${counted(report.errors.length, 'fault')}.`}</p>
      <table className="w-full text-reason">
        <tbody>
          {report.errors.map((error) => (
            <tr key={`${String(error.line)} ${error.field} ${error.message}`} className="border-t border-line align-top">
              <td className="py-1 pr-3 whitespace-nowrap text-text-2">{`line ${number(error.line)}`}</td>
              <td className="py-1 pr-3 font-mono text-caption text-text-2">{error.field}</td>
              <td className="py-1">{error.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
