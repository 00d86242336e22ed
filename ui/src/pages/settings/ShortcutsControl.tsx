import { useState } from 'react';

import { Button } from '../../components/Button/Button';
import { KeyCap } from '../../components/KeyCap/KeyCap';
import { useSettings } from './useSettings';

/** What keys do, as far as it can be changed here. */
export interface ChangeableShortcut {
  id: string;
  label: string;
  /** As it ships. */
  keys: string;
  isFixed?: boolean;
}

/** The keys of what can be done everywhere: press one, then the new keys. */
export function ShortcutsControl({
  shortcuts,
  changed,
  written,
}: {
  shortcuts: readonly ChangeableShortcut[];
  /** What this person chose, by id. */
  changed: Partial<Record<string, string>>;
  /** How a press is written; nothing while a modifier alone is down. */
  written: (event: KeyboardEvent) => string | null;
}) {
  const { update } = useSettings();
  const [catching, setCatching] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const own = shortcuts.filter(({ isFixed }) => !isFixed);
  const keysOf = (shortcut: ChangeableShortcut) => changed[shortcut.id] ?? shortcut.keys;
  const save = (next: Partial<Record<string, string>>) => {
    const kept = Object.entries(next).filter((entry): entry is [string, string] => entry[1] !== undefined);
    update.mutate({ shortcuts: Object.fromEntries(kept) });
  };
  const choose = (shortcut: ChangeableShortcut, keys: string) => {
    const other = own.find((one) => one.id !== shortcut.id && keysOf(one) === keys);
    setFault(other ? `${keys} is taken by “${other.label}”.` : null);
    if (!other) save({ ...changed, [shortcut.id]: keys });
    setCatching(null);
  };
  return (
    <div className="flex flex-col gap-1">
      {own.map((shortcut) => (
        <div key={shortcut.id} className="flex min-h-7 items-center gap-3">
          <span className="w-56">{shortcut.label}</span>
          {catching === shortcut.id ? (
            <input
              data-capture=""
              readOnly
              // The keys are caught here and go nowhere else.
              ref={(field) => { field?.focus(); }}
              aria-label={`New keys for ${shortcut.label}`}
              value="Press the keys"
              onBlur={() => { setCatching(null); }}
              onKeyDown={(event) => {
                event.preventDefault();
                event.stopPropagation();
                event.nativeEvent.stopImmediatePropagation();
                const keys = written(event.nativeEvent);
                if (keys === 'Escape') setCatching(null);
                else if (keys !== null) choose(shortcut, keys);
              }}
              className="h-7 w-36 rounded-control border border-accent bg-surface px-2 text-data text-text-3"
            />
          ) : (
            <Button aria-label={`Change the keys of ${shortcut.label}`} onClick={() => { setFault(null); setCatching(shortcut.id); }}>
              <KeyCap>{keysOf(shortcut)}</KeyCap>
            </Button>
          )}
          {changed[shortcut.id] !== undefined && (
            <Button
              kind="quiet"
              aria-label={`${shortcut.label}: back to ${shortcut.keys}`}
              onClick={() => { save({ ...changed, [shortcut.id]: undefined }); }}
            >
              Back to {shortcut.keys}
            </Button>
          )}
        </div>
      ))}
      {fault && <p role="alert" className="text-reason text-crit">{fault}</p>}
    </div>
  );
}
