import { Search } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import type { TemplateView } from '../../backend/generated/TemplateView';
import { Dialog } from '../../components/Dialog/Dialog';
import { Field } from '../../components/Field/Field';
import { counted } from '../../format/number';
import type { Candidate } from './usePolicies';

/** Longer lists are narrowed by typing. */
const MOST_SHOWN = 50;

/** Asks for which deployment a template is to be used, then opens the editor; nothing is saved yet. */
export function UseTemplateDialog({
  template,
  deployments,
  onClose,
}: {
  /** Nothing: the dialog is closed. */
  template: TemplateView | null;
  deployments: readonly Candidate[];
  onClose: () => void;
}) {
  return (
    <Dialog
      open={template !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Use “${template?.name ?? ''}” for`}
      description="The editor opens with its values; nothing changes before you save."
    >
      {template && <Choice template={template} deployments={deployments} />}
    </Dialog>
  );
}

function Choice({ template, deployments }: { template: TemplateView; deployments: readonly Candidate[] }) {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const matching = deployments.filter(({ name }) => name.toLowerCase().includes(wanted));
  const shown = matching.slice(0, MOST_SHOWN);
  return (
    <div className="flex flex-col gap-2 p-0.5">
      <Field
        label="Filter deployments"
        labelHidden
        icon={<Search size={14} />}
        placeholder="Filter by name"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      <ul className="flex max-h-72 flex-col overflow-y-auto">
        {shown.map(({ id, name, policy }) => (
          <li key={id}>
            <button
              type="button"
              className="flex min-h-9 w-full items-center justify-between gap-3 rounded-control px-2 text-left text-data -outline-offset-2 hover:bg-hover"
              onClick={() => {
                void navigate(`/policies/${encodeURIComponent(id)}?template=${encodeURIComponent(template.id)}`);
              }}
            >
              <span className="truncate font-medium">{name}</span>
              <span className="shrink-0 text-reason text-text-3">{policy ? `now ${policy}` : 'no policy yet'}</span>
            </button>
          </li>
        ))}
      </ul>
      {matching.length === 0 && <p className="text-data text-text-2">No deployment has “{text}” in its name.</p>}
      {matching.length > shown.length && (
        <p className="text-reason text-text-3">{counted(matching.length - shown.length, 'more deployment')}: type to narrow them.</p>
      )}
    </div>
  );
}
