import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';

/** One thing that the palette can do or open. */
export interface PaletteCommand {
  id: string;
  group: string;
  label: string;
  /** Beside the label, in grey. */
  hint?: string;
  icon?: ReactNode;
  run: () => void;
}

/** Search or run a command, with the keyboard alone. */
export function CommandPalette({
  open,
  onOpenChange,
  commands,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  commands: readonly PaletteCommand[];
}) {
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="appear fixed top-1.5 left-1/2 z-50 w-[min(32rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-float border border-line bg-raised shadow-float"
        >
          <Dialog.Title className="sr-only">Search or run a command</Dialog.Title>
          <Command loop>
            <div className="flex items-center gap-2 border-b border-line px-3.5">
              <Search size={14} className="text-text-3" aria-hidden="true" />
              <Command.Input
                placeholder="Search or run a command"
                className="h-10 flex-1 bg-transparent text-body focus-visible:outline-none"
              />
            </div>
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-2.5 py-4 text-text-2">
                Nothing has that name. Try a deployment, a place or “pause”.
              </Command.Empty>
              {groups.map((group) => (
                <Command.Group
                  key={group}
                  heading={group}
                  className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-caption [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-text-3"
                >
                  {commands
                    .filter((command) => command.group === group)
                    .map((command) => (
                      <Command.Item
                        key={command.id}
                        value={`${command.label} ${command.id}`}
                        onSelect={() => {
                          onOpenChange(false);
                          command.run();
                        }}
                        className="flex h-8 items-center gap-2.5 rounded-cap px-2.5 text-data data-[selected=true]:bg-selected"
                      >
                        <span className="text-text-3">{command.icon}</span>
                        <span className="truncate">{command.label}</span>
                        {command.hint && (
                          <span className="ml-auto shrink-0 text-reason text-text-3">{command.hint}</span>
                        )}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
