import { useCallback, useState } from 'react';

import { BackendError, errorWords } from '../../../backend/backend';
import type { DraftCheck } from '../../../backend/generated/DraftCheck';
import type { Fault } from '../../../backend/generated/Fault';
import type { PolicyView } from '../../../backend/generated/PolicyView';
import type { SavedPolicy } from '../../../backend/generated/SavedPolicy';
import { useRefusal } from '../../../backend/useRefusal';
import { useCommand, useQueryOperation } from '../../../backend/useOperation';
import { changesOf } from './changes';
import { editedFrom, samePolicy, unreadableFields, wireDraft, type EditedPolicy } from './draft';
import { faultWords } from './faultWords';
import { factsOf } from './ruleFacts';
import type { Remarks } from './sections';
import type { Start } from './useStart';
import { useDebounced } from './useDebounced';
import { useHistory } from './useHistory';
import { useWhatIf } from './useWhatIf';

/** The engine is asked once the hand has rested for so long. */
const ASK_AFTER_MS = 150;

type Editing = Extract<Start, { face: 'edit' }>;

/** Changes some fields of the edited policy. `moving` names what is dragged or typed: until it is let go, that is one step. */
export type Change = (change: Partial<EditedPolicy>, moving?: string) => void;

/** A policy being edited: its values, what the engine says about them, and the ways on and back. */
export function usePolicyEditor({ status, base, start, templates }: Editing) {
  const { deploymentId } = status;
  // Nothing: as at the start. So a policy that was changed elsewhere shows, unless something was edited here.
  const history = useHistory<EditedPolicy | null>(null);
  const untouched = editedFrom(start);
  const edited = history.value ?? untouched;
  const unreadable = unreadableFields(edited);
  const wire = wireDraft(edited, start);
  const answer = useAnswer(deploymentId, wire, unreadable.length === 0);
  const whatIf = useWhatIf(deploymentId, wire, unreadable.length === 0);
  const save = useCommand('save_policy', { shownInPlace: true });
  const refused = useRefusal('save_policy');
  const { edit, reset } = history;
  const { mutate, reset: forgetRefusal } = save;

  const change = useCallback<Change>(
    (fields, moving) => {
      forgetRefusal();
      edit((now) => ({ ...(now ?? editedFrom(start)), ...fields }), moving ?? null);
    },
    [edit, forgetRefusal, start],
  );
  const facts = factsOf([
    answer.check?.policy?.metrics ?? [],
    start.metrics,
    ...templates.map(({ metrics }) => metrics),
  ]);
  const remarks = remarksOf(unreadable, save.error, answer.check);
  const isEdited = !samePolicy(edited, untouched);
  const differs = base === null || !samePolicy(edited, editedFrom(base));
  return {
    edited,
    facts,
    change,
    settle: history.settle,
    undo: history.undo,
    redo: history.redo,
    canUndo: history.canUndo,
    canRedo: history.canRedo,
    discard: useCallback(() => {
      forgetRefusal();
      reset(null);
    }, [forgetRefusal, reset]),
    /** Something here would be lost. */
    isEdited,
    changes: base ? changesOf(base, edited, facts) : [],
    remarks,
    whatIf,
    ...answer,
    isSaving: save.isPending,
    /** A refusal that is about no field. */
    saveFailure: save.error && faultsOf(save.error).length === 0 ? errorWords(save.error) : null,
    /** Why saving is not possible now. */
    cannotSave: refused ?? cannotSave(remarks, differs, start.name),
    save: (onSaved: (saved: SavedPolicy, before: PolicyView | null) => void) => {
      mutate(
        { deploymentId, draft: wireDraft(edited, start) },
        {
          onSuccess: (saved) => {
            reset(null);
            onSaved(saved, base);
          },
        },
      );
    },
  };
}

/** Everything that the parts of the editor need. */
export type PolicyEditor = ReturnType<typeof usePolicyEditor>;

/** What the engine says about the draft. The last answer stays while the next one is on its way. */
function useAnswer(
  deploymentId: string,
  wire: ReturnType<typeof wireDraft>,
  readable: boolean,
): { check: DraftCheck | null; checkFailure: string | null; isChecking: boolean } {
  const [lastReadable, setLastReadable] = useState(wire);
  if (readable && JSON.stringify(lastReadable) !== JSON.stringify(wire)) setLastReadable(wire);
  const asked = useDebounced(lastReadable, ASK_AFTER_MS);
  const query = useQueryOperation('check_policy', { deploymentId, draft: asked }, { keepPrevious: true });
  return {
    check: query.data ?? null,
    checkFailure: query.error ? errorWords(query.error) : null,
    isChecking:
      query.isPlaceholderData ||
      query.isPending ||
      JSON.stringify(asked) !== JSON.stringify(lastReadable),
  };
}

function remarksOf(unreadable: readonly Fault[], refusal: Error | null, check: DraftCheck | null): Remarks {
  const said = new Set<string>();
  const errors: Fault[] = [];
  const unread = new Set(unreadable.map(({ field }) => field));
  const answered = [...faultsOf(refusal), ...(check?.errors ?? [])].filter(({ field }) => !unread.has(field));
  const worded = answered.map((fault) => ({ field: fault.field, message: faultWords(fault) }));
  for (const fault of [...unreadable, ...worded]) {
    const key = `${fault.field}: ${fault.message}`;
    if (!said.has(key)) errors.push(fault);
    said.add(key);
  }
  return { errors, advice: check?.advice ?? [] };
}

function faultsOf(error: Error | null): readonly Fault[] {
  return error instanceof BackendError ? error.errors : [];
}

function cannotSave({ errors }: Remarks, differs: boolean, name: string): string | null {
  if (errors.length === 1) return '1 error must be mended first.';
  if (errors.length > 1) return `${String(errors.length)} errors must be mended first.`;
  return differs ? null : `Nothing is changed yet: this is “${name}” as it is in force.`;
}
