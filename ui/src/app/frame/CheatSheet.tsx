import { Dialog } from '../../components/Dialog/Dialog';
import { KeyCap } from '../../components/KeyCap/KeyCap';
import type { Shortcut } from '../shortcuts';

/** What the keys do, by where they do it. */
export function CheatSheet({
  open,
  onOpenChange,
  shortcuts,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  shortcuts: readonly Shortcut[];
}) {
  const groups = [...new Set(shortcuts.map(({ group }) => group))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" description="Those that work everywhere can be changed in the settings.">
      <div className="grid gap-x-8 gap-y-4 narrow:grid-cols-2">
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3 className="pb-1 text-reason text-text-3">{group}</h3>
            <dl className="flex flex-col gap-1 text-data">
              {shortcuts
                .filter((shortcut) => shortcut.group === group)
                .map(({ id, label, keys }) => (
                  <div key={id} className="flex items-baseline justify-between gap-3">
                    <dt>{label}</dt>
                    <dd className="flex shrink-0 gap-1">
                      {keys.split(' ').map((key) => (
                        <KeyCap key={key}>{key}</KeyCap>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
