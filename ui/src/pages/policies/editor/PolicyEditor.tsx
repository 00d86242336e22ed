import { Link, useNavigate } from 'react-router';

import { Menu } from '../../../components/Menu/Menu';
import { Button } from '../../../components/Button/Button';
import { PageHead } from '../../../components/PageHead/PageHead';
import { StateIcon } from '../../../components/StateIcon/StateIcon';
import { useToast } from '../../../components/Toast/Toast';
import { BandSection } from './BandSection';
import { BoundsSection } from './BoundsSection';
import { DifferenceTable } from './DifferenceTable';
import { editedFrom } from './draft';
import { IdentitySection } from './IdentitySection';
import { LeaveDialog, SAVED } from './LeaveDialog';
import { MetricsSection } from './MetricsSection';
import { PaceSection } from './PaceSection';
import { ReadingsTable } from './ReadingsTable';
import { SaveBar } from './SaveBar';
import { SchedulesSection } from './SchedulesSection';
import { useEditorKeys } from './useEditorKeys';
import { usePolicyEditor, type PolicyEditor as Editor } from './usePolicyEditor';
import type { Start } from './useStart';
import { Verdict } from './Verdict';
import { VersionsButton } from './VersionsDialog';
import { WhatIfSection } from './WhatIfSection';

type Editing = Extract<Start, { face: 'edit' }>;

/** The policy of one deployment: left what is changed, right what it comes to. */
export function PolicyEditor(editing: Editing) {
  const editor = usePolicyEditor(editing);
  const { status, base, template } = editing;
  const navigate = useNavigate();
  const toast = useToast();
  const address = `/policies/${encodeURIComponent(status.deploymentId)}`;
  const save = () => {
    if (editor.cannotSave !== null || editor.isSaving) return;
    editor.save((saved) => {
      toast({ tone: 'info', message: `v${String(saved.version)} of “${saved.name}” is in force for ${status.name}.` });
      void navigate(address, { replace: true, state: SAVED });
    });
  };
  const discard = () => {
    editor.discard();
    if (template) void navigate(base ? address : '/policies', { replace: true, state: SAVED });
  };
  useEditorKeys({ undo: editor.undo, redo: editor.redo, save });
  return (
    <div className="flex h-full min-h-0 flex-col">
      <EditorHead editing={editing} editor={editor} />
      <div className="grid min-h-0 flex-1 grid-cols-1 overflow-y-auto border-t border-line narrow:grid-cols-[minmax(23rem,27.5rem)_minmax(0,1fr)] narrow:grid-rows-[minmax(0,1fr)] narrow:overflow-hidden">
        <LeftColumn editing={editing} editor={editor} />
        <div className="flex min-h-0 min-w-0 flex-col border-t border-line narrow:border-t-0 narrow:border-l">
          <RightColumn editing={editing} editor={editor} />
          <SaveBar
            base={base}
            mode={editor.edited.mode}
            errors={editor.remarks.errors.length}
            failure={editor.saveFailure}
            cannotSave={editor.cannotSave}
            canDiscard={editor.isEdited || template !== null}
            canUndo={editor.canUndo}
            canRedo={editor.canRedo}
            isSaving={editor.isSaving}
            onMode={(mode) => {
              editor.change({ mode });
            }}
            onUndo={editor.undo}
            onRedo={editor.redo}
            onDiscard={discard}
            onSave={save}
          />
        </div>
      </div>
      <LeaveDialog unsaved={editor.isEdited} what={editor.edited.name} />
    </div>
  );
}

function EditorHead({ editing, editor }: { editing: Editing; editor: Editor }) {
  const { status, base, start, templates } = editing;
  const navigate = useNavigate();
  const toast = useToast();
  const from = templates.find(({ id }) => id === start.templateId);
  const changed = base === null || editor.changes.length > 0;
  return (
    <PageHead
      title={editor.edited.name.trim() === '' ? 'No name' : editor.edited.name}
      trail={
        <span className="flex items-center gap-3 text-text-2">
          <Link to="/policies" className="rounded-cap hover:text-text hover:underline">
            Policies
          </Link>
          <span aria-hidden="true">/</span>
        </span>
      }
      aside={
        <>
          <span className={`flex items-center gap-1.5 whitespace-nowrap ${changed ? 'text-accent' : ''}`}>
            <StateIcon name={changed ? 'shadow' : 'hold'} className={changed ? '' : 'text-ok'} />
            {base === null
              ? 'new, not saved'
              : changed
                ? `v${String(base.version + 1)}, not saved`
                : `v${String(base.version)}, in force`}
          </span>
          <span className="hidden min-w-0 truncate text-text-3 wide:inline">
            {from ? `from template ${from.name}, ` : ''}for {status.name}
          </span>
        </>
      }
      actions={
        <>
        {base !== null && (
          <VersionsButton
            deploymentId={status.deploymentId}
            onRestored={(version, name) => {
              editor.discard();
              toast({ tone: 'info', message: `v${String(version)} of “${name}” is in force for ${status.name}.` });
            }}
          />
        )}
        <Menu
          label="Templates"
          trigger={<Button>Start from a template</Button>}
          items={templates.map(({ id, name }) => ({
            label: name,
            checked: id === editing.template?.id,
            onSelect: () => {
              void navigate(`?template=${encodeURIComponent(id)}`);
            },
          }))}
        />
        </>
      }
    />
  );
}

function LeftColumn({ editing, editor }: { editing: Editing; editor: Editor }) {
  const { base, start } = editing;
  const { edited, remarks, change, settle, check, facts } = editor;
  const before = base && editedFrom(base);
  const shared = { edited, before, remarks, change, settle };
  return (
    <div className="flex flex-col gap-4 px-5 py-4 narrow:overflow-y-auto">
      <IdentitySection {...shared} />
      <BandSection {...shared} score={check?.score ?? null} start={editedFrom(start)} />
      <MetricsSection {...shared} facts={facts} baseFacts={rulesOf(base)} />
      <PaceSection {...shared} />
      <BoundsSection {...shared} priced={check?.policy ?? start} />
      <SchedulesSection {...shared} known={(check?.policy ?? start).schedules} />
      {check?.isValid && remarks.advice.length === 0 && (
        <p className="flex gap-2 border-t border-line pt-4 text-reason text-text-2">
          <span className="flex h-4 items-center">
            <StateIcon name="check" className="text-ok" />
          </span>
          Nothing to advise: every number is in its recommended range.
        </p>
      )}
    </div>
  );
}

function RightColumn({ editing, editor }: { editing: Editing; editor: Editor }) {
  const { base, status } = editing;
  const { edited, facts, check, remarks, changes, isChecking, checkFailure } = editor;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col gap-6 px-5 py-4 narrow:overflow-y-auto">
      {isChecking && (
        <span role="progressbar" aria-label="Checking the draft" className="breathe absolute inset-x-0 top-0 h-0.5 bg-accent" />
      )}
      <Verdict
        wouldDecide={check?.wouldDecide ?? null}
        errors={remarks.errors.length}
        isChecking={isChecking}
        failure={checkFailure}
        readAt={status.lastDecision?.at ?? null}
      />
      <WhatIfSection {...editor.whatIf} version={base?.version ?? null} />
      <ReadingsTable
        edited={edited}
        before={base && editedFrom(base)}
        facts={facts}
        baseFacts={rulesOf(base)}
        contributions={status.lastDecision?.contributions ?? []}
      />
      <DifferenceTable base={base} changes={changes} priced={check?.policy ?? null} />
    </div>
  );
}

function rulesOf(base: Editing['base']) {
  return new Map((base?.metrics ?? []).map((rule) => [rule.metric, rule]));
}
