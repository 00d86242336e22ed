import { Redo2, Undo2 } from 'lucide-react';

import type { PolicyMode } from '../../../backend/generated/PolicyMode';
import type { PolicyView } from '../../../backend/generated/PolicyView';
import { Button } from '../../../components/Button/Button';
import { StateIcon } from '../../../components/StateIcon/StateIcon';
import { Switch } from '../../../components/Switch/Switch';
import { counted } from '../../../format/number';

/** Whether it acts, the way back, and the one button that names what it does. */
export function SaveBar({
  base,
  mode,
  errors,
  failure,
  cannotSave,
  canDiscard,
  canUndo,
  canRedo,
  isSaving,
  onMode,
  onUndo,
  onRedo,
  onDiscard,
  onSave,
}: {
  base: PolicyView | null;
  mode: PolicyMode;
  errors: number;
  /** Why the last attempt failed. */
  failure: string | null;
  /** Why it cannot be saved now. */
  cannotSave: string | null;
  canDiscard: boolean;
  canUndo: boolean;
  canRedo: boolean;
  isSaving: boolean;
  onMode: (mode: PolicyMode) => void;
  onUndo: () => void;
  onRedo: () => void;
  onDiscard: () => void;
  onSave: () => void;
}) {
  const shadow = mode === 'shadow';
  return (
    <div className="shrink-0 border-t border-line">
      {failure && (
        <p role="alert" className="flex gap-2 bg-crit-tint px-5 py-2 text-data">
          <span className="flex h-5 items-center">
            <StateIcon name="crit" className="text-crit" />
          </span>
          Not saved. {failure}
        </p>
      )}
      <div className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 px-5 py-2.5">
        <Switch
          label="Shadow"
          checked={shadow}
          onChange={(on) => {
            onMode(on ? 'shadow' : 'live');
          }}
        />
        <span className="min-w-0 flex-1 basis-40">
          <span className="font-medium">Shadow</span>{' '}
          <span className="text-reason text-text-3">
            {shadow ? 'decides and records, moves nothing' : 'off: it acts on what it decides'}
          </span>
        </span>
        <span className="ml-auto flex items-center gap-1">
          {errors > 0 && <span className="mr-2 text-reason font-medium text-crit">{counted(errors, 'error')}</span>}
          <Button
            kind="quiet"
            aria-label="Undo"
            title="Undo, Ctrl+Z"
            icon={<Undo2 size={14} />}
            disabledReason={canUndo ? null : 'There is no step to take back.'}
            onClick={onUndo}
          />
          <Button
            kind="quiet"
            aria-label="Redo"
            title="Redo, Ctrl+Shift+Z"
            icon={<Redo2 size={14} />}
            disabledReason={canRedo ? null : 'There is no step to take again.'}
            onClick={onRedo}
          />
          <Button
            kind="quiet"
            disabledReason={canDiscard ? null : 'Nothing is changed yet.'}
            onClick={onDiscard}
          >
            Discard
          </Button>
          <Button kind="primary" main busy={isSaving} disabledReason={cannotSave} onClick={onSave}>
            {saveWords(base, shadow)}
          </Button>
        </span>
      </div>
    </div>
  );
}

function saveWords(base: PolicyView | null, shadow: boolean): string {
  const what = base ? `Save v${String(base.version + 1)}` : 'Create policy';
  return shadow ? `${what} in shadow` : what;
}
