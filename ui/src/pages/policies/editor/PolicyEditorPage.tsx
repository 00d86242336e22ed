import { Link, useParams, useSearchParams } from 'react-router';

import { Button } from '../../../components/Button/Button';
import { ErrorState } from '../../../components/EmptyState/EmptyState';
import { PageHead } from '../../../components/PageHead/PageHead';
import { Skeleton } from '../../../components/Skeleton/Skeleton';
import { TemplateGallery } from '../TemplateGallery';
import { PolicyEditor } from './PolicyEditor';
import { useStart } from './useStart';

/** `/policies/:deploymentId`, with `?template=id` begun from a template. */
export function PolicyEditorPage() {
  const { deploymentId = '' } = useParams();
  const [search] = useSearchParams();
  const template = search.get('template');
  return <Faces key={`${deploymentId}?${template ?? ''}`} deploymentId={deploymentId} template={template} />;
}

function Faces({ deploymentId, template }: { deploymentId: string; template: string | null }) {
  const start = useStart(deploymentId, template);
  switch (start.face) {
    case 'edit':
      return <PolicyEditor {...start} />;
    case 'choose':
      return (
        <Shell title={start.status.name}>
          <div className="flex flex-col gap-4 overflow-y-auto px-5 pb-6">
            <p className="text-lead">{start.status.name} has no policy yet. Choose a template to begin with.</p>
            <p className="-mt-3 text-text-2">Nothing is scaled by itself until a policy is saved; every value can be changed first.</p>
            <TemplateGallery deployments={[{ id: deploymentId, name: start.status.name, policy: null }]} />
          </div>
        </Shell>
      );
    case 'error':
      return (
        <Shell title="Policy">
          <ErrorState
            title="The policy could not be read"
            message={start.message}
            actions={<Button onClick={start.again}>Read again</Button>}
          />
        </Shell>
      );
    case 'loading':
      return (
        <Shell title="Policy">
          <Loading />
        </Shell>
      );
  }
}

function Shell({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHead
        title={title}
        trail={
          <span className="flex items-center gap-3 text-text-2">
            <Link to="/policies" className="rounded-cap hover:text-text hover:underline">
              Policies
            </Link>
            <span aria-hidden="true">/</span>
          </span>
        }
      />
      {children}
    </div>
  );
}

/** The editor's columns at their final size. */
function Loading() {
  return (
    <div
      aria-busy="true"
      className="grid min-h-0 flex-1 border-t border-line narrow:grid-cols-[minmax(23rem,27.5rem)_minmax(0,1fr)]"
    >
      <div className="flex flex-col gap-5 px-5 py-4">
        {[28, 96, 152, 120, 28].map((height, section) => (
          <div key={section} className="flex flex-col gap-2">
            <Skeleton width={72} height={14} />
            <Skeleton width="100%" height={height} />
          </div>
        ))}
      </div>
      <div className="hidden flex-col gap-5 border-l border-line px-5 py-4 narrow:flex">
        <Skeleton width={320} height={18} />
        <Skeleton width="100%" height={132} />
        <Skeleton width="100%" height={108} />
      </div>
    </div>
  );
}
