import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { errorWords } from '../../backend/backend';
import type { TemplateView } from '../../backend/generated/TemplateView';
import { Button } from '../../components/Button/Button';
import { EmptyState, ErrorState } from '../../components/EmptyState/EmptyState';
import { Segmented } from '../../components/Segmented/Segmented';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { TemplateRow } from './TemplateRow';
import { UseTemplateDialog } from './UseTemplateDialog';
import { useTemplates, type Candidate } from './usePolicies';
import { CATEGORIES, WORKLOADS } from './words';

const ALL = { value: 'all', label: 'All' };

/** The shipped templates, by category and by the workload they suit. */
export function TemplateGallery({
  deployments,
}: {
  /** Those that a template may be used for; nothing while they are read. */
  deployments: readonly Candidate[] | null;
}) {
  const [search, setSearch] = useSearchParams();
  const category = search.get('category');
  const workload = search.get('workload');
  const templates = useTemplates(category, workload);
  const [chosen, choose] = useState<TemplateView | null>(null);
  const filter = (key: 'category' | 'workload', value: string) => {
    setSearch(
      (now) => {
        if (value === ALL.value) now.delete(key);
        else now.set(key, value);
        return now;
      },
      { replace: true },
    );
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="mr-auto font-semibold">Templates</h2>
        <Filter label="Category" options={CATEGORIES} value={category} onChange={(value) => { filter('category', value); }} />
        <Filter label="Workload" options={WORKLOADS} value={workload} onChange={(value) => { filter('workload', value); }} />
      </div>
      {templates.isError && !templates.data ? (
        <ErrorState
          title="The templates could not be read"
          message={errorWords(templates.error)}
          actions={<Button onClick={() => void templates.refetch()}>Read again</Button>}
        />
      ) : !templates.data ? (
        <LoadingRows />
      ) : templates.data.templates.length === 0 ? (
        <EmptyState
          title="No template is both."
          actions={
            <Button
              onClick={() => {
                setSearch({}, { replace: true });
              }}
            >
              Show all templates
            </Button>
          }
        >
          No shipped template has this category and suits this workload.
        </EmptyState>
      ) : (
        <ul className="flex flex-col">
          {templates.data.templates.map((template) => (
            <TemplateRow
              key={template.id}
              template={template}
              deployments={deployments}
              onUse={() => {
                choose(template);
              }}
            />
          ))}
        </ul>
      )}
      <UseTemplateDialog
        template={chosen}
        deployments={deployments ?? []}
        onClose={() => {
          choose(null);
        }}
      />
    </div>
  );
}

function Filter({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly { value: string; label: string }[];
  value: string | null;
  onChange: (value: string) => void;
}) {
  return (
    <span className="flex items-center gap-2">
      <span className="text-reason text-text-2">{label}</span>
      <Segmented label={label} options={[ALL, ...options]} value={value ?? ALL.value} onChange={onChange} />
    </span>
  );
}

function LoadingRows() {
  return (
    <div aria-busy="true" className="flex flex-col">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="flex min-h-29 flex-col gap-2 border-t border-line py-4">
          <Skeleton width={160} height={14} />
          <Skeleton width={320} />
        </div>
      ))}
    </div>
  );
}
