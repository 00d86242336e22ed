import { Link } from 'react-router';

import { Button } from '../../components/Button/Button';
import { ErrorState } from '../../components/EmptyState/EmptyState';
import { PageHead } from '../../components/PageHead/PageHead';
import { errorWords } from '../../backend/backend';
import { PoliciesTable } from './PoliciesTable';
import { TemplateGallery } from './TemplateGallery';
import { usePolicies } from './usePolicies';
import { policiesSentence } from './words';

/** Every policy in force, and the templates to begin another from. */
export function PoliciesPage() {
  const { policies, candidates } = usePolicies();
  const items = policies.data?.policies ?? null;
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <PageHead title="Policies" />
      {policies.isError && items === null ? (
        <ErrorState
          title="The policies could not be read"
          message={errorWords(policies.error)}
          actions={<Button onClick={() => void policies.refetch()}>Read again</Button>}
        />
      ) : (
        <section aria-label="Policies in force" className="shrink-0">
          {items && candidates && (
            <p className="px-5 pb-3 text-lead">{policiesSentence(items.length, candidates.length)}</p>
          )}
          {(items === null || items.length > 0) && <PoliciesTable items={items} />}
          {items?.length === 0 && candidates?.length === 0 && (
            <p className="px-5 pb-2 text-text-2">
              A policy decides for a deployment.{' '}
              <Link to="/overview" className="rounded-cap font-medium text-accent hover:underline">
                Add a deployment
              </Link>{' '}
              first; the templates below show how it can be scaled.
            </p>
          )}
        </section>
      )}
      <section aria-label="Templates" className="px-5 pt-7 pb-8">
        <TemplateGallery deployments={candidates} />
      </section>
    </div>
  );
}
