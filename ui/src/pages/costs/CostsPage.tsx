import { BookOpen, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';

import type { CostRange } from '../../backend/generated/CostRange';
import type { CostsView } from '../../backend/generated/CostsView';
import type { DeploymentCost } from '../../backend/generated/DeploymentCost';
import { Button } from '../../components/Button/Button';
import { CostDetailDialog } from '../../components/scaling/cost/CostDetailDialog';
import { CostFiguresStrip } from '../../components/scaling/cost/CostFiguresStrip';
import { dayBars } from '../../components/scaling/cost/dayBars';
import { dayQuestion, type CostQuestion } from '../../components/scaling/cost/useCostDetail';
import { COMPACT_ROW, DataTable } from '../../components/DataTable/DataTable';
import { DayBars } from '../../components/DayBars/DayBars';
import { EmptyState, ErrorState } from '../../components/EmptyState/EmptyState';
import { Menu } from '../../components/Menu/Menu';
import { PageHead } from '../../components/PageHead/PageHead';
import { Segmented } from '../../components/Segmented/Segmented';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { axisMoney, money, moneyChange } from '../../format/money';
import { share } from '../../format/number';
import { COST_COLUMNS } from './columns';
import { useCosts } from './useCosts';

const RANGES: readonly { value: CostRange; label: string }[] = [
  { value: 'this_month', label: 'This month' },
  { value: 'last_month', label: 'Last month' },
  { value: 'last_7_days', label: '7 days' },
  { value: 'last_30_days', label: '30 days' },
  { value: 'last_12_months', label: '12 months' },
];

const rowId = (row: DeploymentCost) => row.id;

/** What things have cost: by day, resource and deployment; every amount opens to its formula, rates and hours. */
export function CostsPage() {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const [opened, setOpened] = useState<CostQuestion | null>(null);
  const range = RANGES.find(({ value }) => value === search.get('range'))?.value ?? 'this_month';
  const tag = search.get('tag');
  const costs = useCosts(range, tag);
  const narrow = (name: 'range' | 'tag', value: string | null) => {
    setSearch(
      (parameters) => {
        if (value) parameters.set(name, value);
        else parameters.delete(name);
        return parameters;
      },
      { replace: true },
    );
  };
  const view = costs.data;
  return (
    <div className="flex h-full flex-col">
      <PageHead
        title="Costs"
        aside={view && <span className="text-reason max-wide:hidden">{`days as in ${view.timeZone}`}</span>}
        actions={
          <>
            {view && view.tags.length > 0 && <TagMenu tags={view.tags} tag={tag} onChange={(next) => { narrow('tag', next); }} />}
            <Button icon={<BookOpen size={14} />} onClick={() => void navigate('/costs/prices')}>Price book</Button>
            <Segmented
              label="Range"
              options={RANGES}
              value={range}
              onChange={(next) => { narrow('range', next === 'this_month' ? null : next); }}
            />
          </>
        }
      />
      {costs.isError && !view ? (
        <ErrorState
          title="The costs could not be read"
          message={costs.error.message}
          actions={<Button onClick={() => void costs.refetch()}>Read again</Button>}
        />
      ) : view?.deployments.length === 0 ? (
        <EmptyState
          title={view.sentence}
          actions={tag === null ? undefined : <Button onClick={() => { narrow('tag', null); }}>Clear filter</Button>}
        >
          {tag === null
            ? 'Each evaluation meters what ran since the one before. Costs appear here half a minute after a deployment was added.'
            : `No deployment has cost anything under the tag ${tag}.`}
        </EmptyState>
      ) : (
        <>
          <div className="flex shrink-0 flex-col gap-3 border-b border-line px-5 pb-3">
            <Lead view={view} />
            <CostFiguresStrip
              figures={view?.total}
              note={view?.before ? `${moneyChange(view.before.change)} against ${view.before.range}` : null}
              onOpen={() => { setOpened({ range }); }}
            />
            <div className="flex min-w-0 gap-8">
              <div className="min-w-0 flex-1">
                {view ? (
                  <DayBars
                    bars={dayBars(view)}
                    label="Cost by day: used is dark, paid and not used is light, estimated is hatched"
                    amount={axisMoney}
                    onOpen={({ key }) => { setOpened(dayQuestion(view, key)); }}
                  />
                ) : (
                  <Skeleton width="100%" height={152} />
                )}
              </div>
              <Resources view={view} />
            </div>
          </div>
          <div className="min-h-0 flex-1">
            <DataTable
              label="Costs by deployment"
              columns={COST_COLUMNS}
              rows={view?.deployments ?? null}
              rowId={rowId}
              rowHeight={COMPACT_ROW}
              firstSorting={{ column: 'total', descending: true }}
              onOpen={(row) => { setOpened({ range, deploymentId: row.id }); }}
              empty={null}
            />
          </div>
        </>
      )}
      <CostDetailDialog question={opened} onClose={() => { setOpened(null); }} />
    </div>
  );
}

function Lead({ view }: { view: CostsView | undefined }) {
  if (!view) return <Skeleton width="60%" height={16} />;
  return (
    <div>
      <p className="text-lead" data-copy="">{view.sentence}</p>
      {view.caution && (
        <p className="flex items-start gap-2 pt-1 text-reason text-warn">
          <StateIcon name="warn" className="mt-0.5 shrink-0" />
          {view.caution}
        </p>
      )}
    </div>
  );
}

function Resources({ view }: { view: CostsView | undefined }) {
  return (
    <section aria-label="By resource" className="hidden w-56 shrink-0 wide:block">
      <h2 className="h-5 text-reason text-text-2">By resource</h2>
      {view ? (
        <table className="w-full">
          <tbody>
            {view.resources.map((row) => (
              <tr key={row.resource} className="border-b border-line">
                <th scope="row" className="py-1.5 text-left font-normal">{row.name}</th>
                <td className="text-right text-text-2">{share(row.share)}</td>
                <td className="w-20 text-right">{money(row.cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <Skeleton width="100%" height={120} />
      )}
    </section>
  );
}

function TagMenu({ tags, tag, onChange }: { tags: readonly string[]; tag: string | null; onChange: (tag: string | null) => void }) {
  return (
    <Menu
      label="Show one tag"
      trigger={<Button>{tag ?? 'All tags'} <ChevronDown size={13} aria-hidden="true" /></Button>}
      items={[
        { label: 'All tags', checked: tag === null, onSelect: () => { onChange(null); } },
        ...tags.map((name) => ({ label: name, checked: name === tag, onSelect: () => { onChange(name); } })),
      ]}
    />
  );
}
