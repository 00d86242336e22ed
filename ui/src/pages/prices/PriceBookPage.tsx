import { ChevronLeft, FileUp, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';

import { BackendError, errorWords } from '../../backend/backend';
import type { PriceBookView } from '../../backend/generated/PriceBookView';
import type { PriceRow } from '../../backend/generated/PriceRow';
import type { PriceRowView } from '../../backend/generated/PriceRowView';
import { useRefusal } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { ErrorState } from '../../components/EmptyState/EmptyState';
import { Field } from '../../components/Field/Field';
import { NumberField } from '../../components/NumberField/NumberField';
import { PageHead } from '../../components/PageHead/PageHead';
import { Reserved } from '../../components/Reserved/Reserved';
import { Select } from '../../components/Select/Select';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { number, shortNumber } from '../../format/number';
import { ImportDialog } from './ImportDialog';
import { RepriceDialog } from './RepriceDialog';
import { RowForm } from './RowForm';
import { usePriceBook, usePriceCommands } from './usePrices';

/** What things cost: dated rates, exchange rates, and whose prices hold for which deployment. */
export function PriceBookPage() {
  const book = usePriceBook();
  const [row, setRow] = useState<PriceRow | null>(null);
  const [open, setOpen] = useState<'import' | 'reprice' | null>(null);
  const first = book.data?.rows[0]?.row;
  const refused = useRefusal('set_price_row');
  return (
    <div className="flex h-full flex-col">
      <PageHead
        title="Price book"
        trail={
          <Link to="/costs" className="flex items-center gap-1 text-text-2 hover:text-text">
            <ChevronLeft size={14} aria-hidden="true" />
            Costs
          </Link>
        }
        actions={
          book.data && (
            <Reserved reason={refused}>
              <Button onClick={() => { setOpen('reprice'); }}>Price history anew</Button>
              <Button icon={<FileUp size={14} />} onClick={() => { setOpen('import'); }}>Import CSV</Button>
              <Button kind="primary" main icon={<Plus size={14} />} onClick={() => { if (first) setRow(first); }}>Add row</Button>
            </Reserved>
          )
        }
      />
      {book.isError && !book.data ? (
        <ErrorState
          title="The price book could not be read"
          message={errorWords(book.error)}
          actions={<Button onClick={() => void book.refetch()}>Read again</Button>}
        />
      ) : book.data ? (
        <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-5 pb-8">
          {book.data.problems.length > 0 && (
            <ul className="flex flex-col gap-1">
              {book.data.problems.map((problem) => (
                <li key={problem} className="flex items-start gap-2 text-reason text-warn">
                  <StateIcon name="warn" className="mt-0.5 shrink-0" />
                  {problem}
                </li>
              ))}
            </ul>
          )}
          <Reserved reason={refused}>
            <Rows book={book.data} onChange={setRow} />
            <Deployments book={book.data} />
            <ExchangeRates book={book.data} />
            <LedgerCurrency book={book.data} />
          </Reserved>
        </div>
      ) : (
        <div aria-busy="true" className="flex flex-col gap-3 px-5">
          {Array.from({ length: 6 }, (_, line) => <Skeleton key={line} width="100%" height={24} />)}
        </div>
      )}
      {row && <RowForm row={row} onClose={() => { setRow(null); }} />}
      {open === 'import' && <ImportDialog onClose={() => { setOpen(null); }} />}
      {open === 'reprice' && <RepriceDialog onClose={() => { setOpen(null); }} />}
    </div>
  );
}

const HEADS = ['Core-hour', 'GB-hour, memory', 'GB-hour, disk', 'MB', 'Prices now'] as const;

function Rows({ book, onChange }: { book: PriceBookView; onChange: (row: PriceRow) => void }) {
  const { removeRow } = usePriceCommands();
  return (
    <section aria-label="Rates">
      <table className="w-full text-data">
        <thead>
          <tr className="border-b border-line text-caption text-text-2">
            <th className="h-8 text-left font-medium">Provider and class</th>
            {HEADS.map((head) => <th key={head} className="pl-4 text-right font-medium">{head}</th>)}
            <th className="w-36"><span className="sr-only">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {book.rows.map((found) => <Row key={`${String(found.id)} ${found.row.validFrom}`} found={found} onChange={onChange} onRemove={(rowId) => { removeRow.mutate({ rowId }); }} />)}
        </tbody>
      </table>
    </section>
  );
}

function Row({ found, onChange, onRemove }: { found: PriceRowView; onChange: (row: PriceRow) => void; onRemove: (id: number) => void }) {
  const { row, id } = found;
  const rates = [row.rates.cpuCoreHour, row.rates.memoryGbHour, row.rates.storageGbHour, row.rates.networkMb];
  return (
    <tr className="border-b border-line align-top">
      <th scope="row" className="py-2 text-left font-normal">
        <span className="font-medium">{row.class === '' ? row.provider : `${row.provider}, ${row.class}`}</span>
        <span className="block text-reason text-text-2">{found.words}</span>
      </th>
      {rates.map((rate, index) => (
        <td key={HEADS[index]} className="py-2 pl-4 text-right whitespace-nowrap">{`${shortNumber(rate, 9)} ${row.currency}`}</td>
      ))}
      <td className="py-2 pl-4 text-right text-text-2">{found.pricesNow > 0 ? number(found.pricesNow) : 'nothing'}</td>
      <td className="py-1.5 pl-4 text-right whitespace-nowrap">
        {id === null ? (
          <span className="text-caption text-text-3">ships with Headroom</span>
        ) : (
          <>
            <Button kind="quiet" onClick={() => { onChange(row); }}>Change</Button>
            <Button kind="quiet" icon={<Trash2 size={13} />} aria-label={`Remove ${row.provider} ${row.class} ${found.words}`} onClick={() => { onRemove(id); }} />
          </>
        )}
      </td>
    </tr>
  );
}

function Deployments({ book }: { book: PriceBookView }) {
  const { setClass } = usePriceCommands();
  if (book.deployments.length === 0) return null;
  const classes = [...new Set(book.rows.map(({ row }) => `${row.provider}\n${row.class}`))].map((key) => {
    const [provider = '', name = ''] = key.split('\n');
    return { value: key, label: name === '' ? provider : `${provider}, ${name}` };
  });
  return (
    <section aria-label="Whose prices hold">
      <h2 className="pb-1 font-semibold">Whose prices hold</h2>
      <ul className="flex flex-col">
        {book.deployments.map((deployment) => (
          <li key={deployment.id} className="flex items-end justify-between gap-4 border-b border-line py-1.5">
            <span className="proportional truncate">{deployment.name}</span>
            <span className="flex items-center gap-3">
              {!deployment.isPriced && <span className="text-reason text-warn">no price holds now</span>}
              <Select
                label={`Prices of ${deployment.name}`}
                labelHidden
                value={`${deployment.provider}\n${deployment.class}`}
                options={classes}
                onChange={(key) => {
                  const [provider = '', name = ''] = key.split('\n');
                  setClass.mutate({ deploymentId: deployment.id, provider, class: name });
                }}
              />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExchangeRates({ book }: { book: PriceBookView }) {
  const { setRate, removeRate } = usePriceCommands();
  const [currency, setCurrency] = useState('');
  const [rate, setRateTyped] = useState<number | null>(null);
  const [from, setFrom] = useState('');
  const faults = setRate.error instanceof BackendError ? setRate.error.errors : [];
  const fault = (field: string) => faults.find((found) => found.field === field)?.message ?? null;
  return (
    <section aria-label="Exchange rates" className="flex flex-col gap-2">
      <h2 className="font-semibold">Exchange rates</h2>
      <p className="text-reason text-text-2">{`What one unit of another currency is worth in ${book.currency}. Nothing is looked up: you say it.`}</p>
      <ul>
        {book.exchangeRates.map((found) => (
          <li key={found.id} className="flex items-center justify-between border-b border-line py-1">
            {found.words}
            <Button kind="quiet" icon={<Trash2 size={13} />} aria-label={`Remove ${found.words}`} onClick={() => { removeRate.mutate({ rateId: found.id }); }} />
          </li>
        ))}
      </ul>
      <form
        className="flex flex-wrap items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setRate.mutate({ rate: { currency, validFrom: `${from || '1970-01-01'}T00:00:00Z`, rate: rate ?? 0 } });
        }}
      >
        <Field label="Currency" className="w-24" placeholder="EUR" value={currency} error={fault('currency')} onChange={(event) => { setCurrency(event.target.value.toUpperCase()); }} />
        <NumberField label={`Worth, in ${book.currency}`} labelHidden={false} className="w-32" value={rate} error={fault('rate')} onChange={setRateTyped} />
        <Field label="From, empty for always" type="date" className="w-40" value={from} error={fault('validFrom')} onChange={(event) => { setFrom(event.target.value); }} />
        <Button type="submit" busy={setRate.isPending} className="mt-5">Add rate</Button>
      </form>
    </section>
  );
}

function LedgerCurrency({ book }: { book: PriceBookView }) {
  const { setCurrency } = usePriceCommands();
  const [chosen, setChosen] = useState(book.currency);
  const [rate, setRate] = useState<number | null>(null);
  return (
    <section aria-label="Ledger currency" className="flex flex-col gap-2">
      <h2 className="font-semibold">Ledger currency</h2>
      <p className="text-reason text-text-2">All money is counted in one currency. Another one prices all of the history anew; limits of budgets keep their figures.</p>
      <form
        className="flex items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setCurrency.mutate({ currency: chosen, rate: rate ?? 0 });
        }}
      >
        <Field
          label="Ledger currency"
          labelHidden
          className="w-24"
          value={chosen}
          error={setCurrency.isError ? errorWords(setCurrency.error) : null}
          onChange={(event) => { setChosen(event.target.value.toUpperCase()); }}
        />
        {chosen !== book.currency && (
          <>
            <NumberField label={`1 ${book.currency} is worth, in ${chosen}`} labelHidden={false} className="-mt-5 w-44" value={rate} onChange={setRate} />
            <Button type="submit" busy={setCurrency.isPending}>{`Count in ${chosen}`}</Button>
          </>
        )}
        {setCurrency.data && <span className="pt-1 text-reason text-text-2">{setCurrency.data.sentence}</span>}
      </form>
    </section>
  );
}
