import { useMemo } from 'react';
import { useNavigate, useSearchParams } from 'react-router';

import { errorWords } from '../../backend/backend';
import type { DecisionItem } from '../../backend/generated/DecisionItem';
import type { EventView } from '../../backend/generated/EventView';
import { Button } from '../../components/Button/Button';
import type { DataColumn } from '../../components/DataTable/column';
import { DataTable } from '../../components/DataTable/DataTable';
import { EmptyState, ErrorState } from '../../components/EmptyState/EmptyState';
import { PageHead } from '../../components/PageHead/PageHead';
import { Segmented } from '../../components/Segmented/Segmented';
import { CHANGE_COLUMNS, DECISION_COLUMNS } from './columns';
import { useChanges, useDecisions } from './useActivity';

type Shown = 'notable' | 'all' | 'changes';

const SHOWN: readonly { value: Shown; label: string }[] = [
  { value: 'notable', label: 'Moved or held' },
  { value: 'all', label: 'Every decision' },
  { value: 'changes', label: 'Changes' },
];

const decisionId = (item: DecisionItem) => `${item.deploymentId} ${item.firstAt}`;
const changeId = (event: EventView) => event.id;

/** What was decided and what was done, of all deployments, newest first. */
export function ActivityPage() {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const shown = SHOWN.find(({ value }) => value === search.get('show'))?.value ?? 'notable';
  const decisions = useDecisions(shown === 'notable', shown !== 'changes');
  const changes = useChanges(shown === 'changes');
  const items = useMemo(() => decisions.data?.pages.flatMap((page) => page.decisions) ?? null, [decisions.data]);
  const events = useMemo(() => changes.data?.pages.flatMap((page) => page.events) ?? null, [changes.data]);
  const open = (deploymentId: string, at: string) =>
    void navigate(`/deployment/${encodeURIComponent(deploymentId)}?at=${encodeURIComponent(at)}`);
  return (
    <div className="flex h-full flex-col">
      <PageHead
        title="Activity"
        actions={
          <Segmented
            label="What is shown"
            options={SHOWN}
            value={shown}
            onChange={(next) => { setSearch(next === 'notable' ? {} : { show: next }, { replace: true }); }}
          />
        }
      />
      <div className="min-h-0 flex-1">
        {shown === 'changes' ? (
          <Feed
            label="Changes"
            columns={CHANGE_COLUMNS}
            rows={events}
            rowId={changeId}
            feed={changes}
            onOpen={(event) => { open(event.deploymentId, event.createdAt); }}
            empty={
              <EmptyState title="Nothing was changed yet">
                Each change of instances, by a policy or by hand, appears here with its reason and price.
              </EmptyState>
            }
          />
        ) : (
          <Feed
            key={shown}
            label="Decisions"
            columns={DECISION_COLUMNS}
            rows={items}
            rowId={decisionId}
            feed={decisions}
            onOpen={(item) => { open(item.deploymentId, item.lastAt); }}
            empty={
              <EmptyState title={shown === 'notable' ? 'Nothing was moved or held back yet' : 'No decision yet'}>
                Every evaluation ends in a decision with its reason. What was moved or held back appears here;
                “Every decision” also shows the calm ones.
              </EmptyState>
            }
          />
        )}
      </div>
    </div>
  );
}

interface PagedFeed {
  isError: boolean;
  error: Error | null;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => Promise<unknown>;
  fetchNextPage: () => Promise<unknown>;
}

function Feed<Row>({
  label,
  columns,
  rows,
  rowId,
  feed,
  onOpen,
  empty,
}: {
  label: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[] | null;
  rowId: (row: Row) => string;
  feed: PagedFeed;
  onOpen: (row: Row) => void;
  empty: React.ReactNode;
}) {
  if (feed.isError && rows === null) {
    return (
      <ErrorState
        title={`${label} could not be read`}
        message={errorWords(feed.error)}
        actions={<Button onClick={() => void feed.refetch()}>Read again</Button>}
      />
    );
  }
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={rows}
      rowId={rowId}
      firstSorting={{ column: 'time', descending: true }}
      exportName="activity"
      onOpen={onOpen}
      empty={empty}
      footer={
        feed.hasNextPage ? (
          <div className="border-t border-line px-5 py-2">
            <Button busy={feed.isFetchingNextPage} onClick={() => void feed.fetchNextPage()}>
              Show older
            </Button>
          </div>
        ) : null
      }
    />
  );
}
