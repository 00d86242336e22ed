import { ChevronDown, ListTree, Pause, Play, Rows2, Rows4, Search } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';

import type { DeploymentRow } from '../../backend/generated/DeploymentRow';
import { useRefusals } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { useNow } from '../../components/clock/useNow';
import { COMPACT_ROW, DataTable, ROOMY_ROW } from '../../components/DataTable/DataTable';
import { Drawer } from '../../components/Dialog/Dialog';
import { EmptyState, ErrorState } from '../../components/EmptyState/EmptyState';
import { Field } from '../../components/Field/Field';
import { KeyCap } from '../../components/KeyCap/KeyCap';
import { Menu } from '../../components/Menu/Menu';
import { PageHead } from '../../components/PageHead/PageHead';
import { shortenNames } from '../../format/name';
import { counted } from '../../format/number';
import { clock, day } from '../../format/time';
import { FIRST_COLUMN_LETTERS, overviewColumns } from './columns';
import { AttentionWords, Figures } from './Figures';
import { attentionOf, filterRows } from './filter';
import { LatestDecisions } from './LatestDecisions';
import { MarkedBar } from './MarkedBar';
import { useCompact } from './useCompact';
import { useOverview } from './useOverview';

const rowId = (row: DeploymentRow) => row.id;

/** The whole fleet at one look: figures, a row for each deployment, the latest decisions. */
export function OverviewPage({
  begin,
  add,
}: {
  /** In place of rows while there is no deployment. */
  begin?: ReactNode;
  /** The way to add another one. */
  add?: ReactNode;
}) {
  const { overview, engine, decisions, togglePause, pauseAll, resumeAll } = useOverview();
  const [compact, setCompact] = useCompact();
  const [marks, setMarks] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useSearchParams();
  const [drawer, setDrawer] = useState(false);
  const navigate = useNavigate();
  const text = search.get('filter') ?? '';
  const tag = search.get('tag');
  const rows = overview.data?.deployments;
  const filtered = useMemo(() => (rows ? filterRows(rows, text, tag) : null), [rows, text, tag]);
  const attention = useMemo(() => attentionOf(rows ?? []), [rows]);
  const columns = useMemo(
    () =>
      overviewColumns(
        shortenNames((rows ?? []).map((row) => row.name), FIRST_COLUMN_LETTERS),
        (rows ?? []).some((row) => row.objectiveShare !== null),
        (rows ?? []).some((row) => row.budget !== null),
        compact,
      ),
    [rows, compact],
  );
  // What was filtered away or removed is not acted on.
  const marked = (filtered ?? []).filter((row) => marks.has(row.id));
  const clearMarks = () => { setMarks(new Set()); };
  const narrow = (name: 'filter' | 'tag' | 'remove', value: string) => {
    setSearch(
      (parameters) => {
        if (value) parameters.set(name, value);
        else parameters.delete(name);
        return parameters;
      },
      { replace: true },
    );
  };
  const open = (row: DeploymentRow) => void navigate(`/deployment/${encodeURIComponent(row.id)}`);
  const scale = (row: DeploymentRow) => void navigate(`/deployment/${encodeURIComponent(row.id)}?scale=1`);
  return (
    <div className="flex h-full flex-col">
      <PageHead
        title="Overview"
        aside={<Today />}
        actions={
          <>
            <FilterField text={text} onChange={(value) => { narrow('filter', value); }} />
            {overview.data && overview.data.tags.length > 0 && (
              <TagMenu tags={overview.data.tags} tag={tag} onChange={(value) => { narrow('tag', value ?? ''); }} />
            )}
            <Button
              aria-label={compact ? 'Rows of two lines' : 'Compact rows'}
              aria-pressed={compact}
              icon={compact ? <Rows2 size={14} /> : <Rows4 size={14} />}
              onClick={() => { setCompact(!compact); }}
            />
            <Button className="wide:hidden" icon={<ListTree size={14} />} onClick={() => { setDrawer(true); }}>
              Decisions
            </Button>
            {rows && rows.length > 0 && add}
          </>
        }
      />
      {overview.isError && !overview.data ? (
        <ErrorState
          title="The overview could not be read"
          message={overview.error.message}
          actions={<Button onClick={() => void overview.refetch()}>Read again</Button>}
        />
      ) : (
        <>
          <Figures overview={overview.data} engine={engine.data} attention={attention} />
          <div className="flex min-h-0 flex-1">
            <div className="min-w-0 flex-1">
              <DataTable
                label="Deployments"
                columns={columns}
                rows={filtered}
                rowId={rowId}
                firstSorting={{ column: 'state', descending: true }}
                onOpen={open}
                rowHeight={compact ? COMPACT_ROW : ROOMY_ROW}
                exportName="deployments"
                marked={marks}
                onMark={(id) => { setMarks((known) => toggled(known, id)); }}
                onKey={(key, row) => {
                  if (key === 'Escape' && marked.length > 0) clearMarks();
                  else if (key === 'p' && marked.length > 0) void pauseAll(marked).then(clearMarks);
                  else if (key === 'p') togglePause(row);
                  else if (key === 's') scale(row);
                  else return false;
                  return true;
                }}
                rowActions={(row) => (
                  <RowActions
                    row={row}
                    onPause={() => { togglePause(row); }}
                    onScale={() => { scale(row); }}
                    onOpen={() => { open(row); }}
                    onRemove={() => { narrow('remove', row.id); }}
                  />
                )}
                empty={
                  rows?.length === 0
                    ? (begin ?? <EmptyState title="Nothing is scaled yet">Deployments appear here once one was added.</EmptyState>)
                    : <NoMatch text={text} tag={tag} onClear={() => { setSearch({}, { replace: true }); }} />
                }
                footer={
                  marked.length > 0 ? (
                    <MarkedBar
                      count={marked.length}
                      onPause={() => void pauseAll(marked).then(clearMarks)}
                      onResume={() => void resumeAll(marked).then(clearMarks)}
                      onClear={clearMarks}
                    />
                  ) : rows && rows.length > 0 ? (
                    <div className="flex h-8 shrink-0 items-center gap-4 border-t border-line px-5 text-reason text-text-2">
                      <span>{footerCount(filtered?.length ?? 0, rows.length)}</span>
                      <AttentionWords attention={attention} />
                      <span className="ml-auto hidden items-center gap-1.5 text-text-3 wide:flex">
                        <KeyCap>↑↓</KeyCap> move <KeyCap>Enter</KeyCap> open <KeyCap>Space</KeyCap> mark <KeyCap>?</KeyCap> all keys
                      </span>
                    </div>
                  ) : null
                }
              />
            </div>
            <aside className="hidden w-64 shrink-0 overflow-y-auto border-l border-line wide:block">
              <LatestDecisions decisions={decisions} />
            </aside>
          </div>
        </>
      )}
      <Drawer open={drawer} onOpenChange={setDrawer} title="Latest decisions">
        <LatestDecisions decisions={decisions} />
      </Drawer>
    </div>
  );
}

function toggled(known: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(known);
  if (!next.delete(id)) next.add(id);
  return next;
}

function Today() {
  const now = useNow(10);
  return <span className="text-reason max-wide:hidden">{`${day(now, now)}, ${clock(now)}`}</span>;
}

/** `/` goes there from anywhere on the page. */
function FilterField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <Field
      ref={input}
      label="Filter by name or tag"
      labelHidden
      placeholder="Filter by name or tag"
      icon={<Search size={14} />}
      value={text}
      className="w-45"
      onChange={(event) => { onChange(event.target.value); }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onChange('');
      }}
    />
  );
}

function TagMenu({
  tags,
  tag,
  onChange,
}: {
  tags: readonly string[];
  tag: string | null;
  onChange: (tag: string | null) => void;
}) {
  return (
    <Menu
      label="Show one tag"
      trigger={
        <Button>
          {tag ?? 'All tags'} <ChevronDown size={12} aria-hidden="true" />
        </Button>
      }
      items={[
        { label: 'All tags', checked: tag === null, onSelect: () => { onChange(null); } },
        ...tags.map((name) => ({ label: name, checked: tag === name, onSelect: () => { onChange(name); } })),
      ]}
    />
  );
}

function RowActions({
  row,
  onPause,
  onScale,
  onOpen,
  onRemove,
}: {
  row: DeploymentRow;
  onPause: () => void;
  onScale: () => void;
  onOpen: () => void;
  onRemove: () => void;
}) {
  const paused = row.state === 'paused';
  const refusal = useRefusals();
  const act = (press: () => void) => (event: React.MouseEvent) => {
    event.stopPropagation();
    press();
  };
  return (
    <>
      {row.isSample && (
        <Button tabIndex={-1} kind="danger" disabledReason={refusal('remove_deployment')} onClick={act(onRemove)}>
          Remove the sample
        </Button>
      )}
      <Button
        tabIndex={-1}
        aria-label={paused ? `Resume ${row.name}` : `Pause ${row.name}`}
        icon={paused ? <Play size={12} /> : <Pause size={12} />}
        disabledReason={refusal(paused ? 'resume_deployment' : 'pause_deployment')}
        onClick={act(onPause)}
      />
      <Button tabIndex={-1} disabledReason={refusal('scale_manually')} onClick={act(onScale)}>
        Scale
      </Button>
      <Button tabIndex={-1} onClick={act(onOpen)}>
        Open
      </Button>
    </>
  );
}

function NoMatch({ text, tag, onClear }: { text: string; tag: string | null; onClear: () => void }) {
  const what = [text && `“${text}” in its name or tags`, tag && `the tag “${tag}”`].filter(Boolean).join(' and ');
  return (
    <EmptyState title={`No deployment has ${what}`} actions={<Button onClick={onClear}>Clear filter</Button>} />
  );
}

function footerCount(shown: number, all: number): string {
  return shown === all ? counted(all, 'deployment') : `${String(shown)} of ${counted(all, 'deployment')}`;
}
