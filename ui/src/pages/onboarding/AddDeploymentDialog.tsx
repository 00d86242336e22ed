import type { ComponentProps } from 'react';

import { Button } from '../../components/Button/Button';
import { Dialog } from '../../components/Dialog/Dialog';
import { Field } from '../../components/Field/Field';
import { Segmented } from '../../components/Segmented/Segmented';
import { StateIcon } from '../../components/StateIcon/StateIcon';
import { counted } from '../../format/number';
import { parseCommand } from './command';
import { CommandChips } from './CommandChips';
import type { CommandForm } from './form';
import { useAddDeployment } from './useOnboarding';

type Adding = ReturnType<typeof useAddDeployment>;

/** Asks what to run on this machine as a deployment. The shell asks once more before anything is started. */
export function AddDeploymentDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  // The form lives as long as the dialog is open.
  return open ? <OpenDialog onClose={onClose} /> : null;
}

function OpenDialog({ onClose }: { onClose: () => void }) {
  const adding = useAddDeployment();
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Run your own command"
      description="Its instances are processes on this machine, behind one address on 127.0.0.1. You are asked once more before the first one starts."
      actions={
        <>
          {adding.faultCount > 0 && (
            <span className="mr-auto flex items-center text-reason font-medium text-crit">
              {counted(adding.faultCount, 'error')} to mend
            </span>
          )}
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="add-deployment" kind="primary" busy={adding.isAdding}>
            {adding.isAdding ? 'Starting' : addWords(adding.form)}
          </Button>
        </>
      }
    >
      <form
        id="add-deployment"
        className="flex flex-col gap-3 p-0.5"
        onSubmit={(event) => {
          event.preventDefault();
          adding.add();
        }}
      >
        <WhatRuns adding={adding} />
        <HowMuch adding={adding} />
        {adding.failure !== null && (
          <p role="alert" className="flex gap-2 rounded-control bg-crit-tint px-3 py-2 text-data">
            <span className="flex h-5 items-center">
              <StateIcon name="crit" className="text-crit" />
            </span>
            Not added. {adding.failure}
          </p>
        )}
        {/* Enter in any field adds; the button itself stands outside of the form. */}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}

function WhatRuns({ adding }: { adding: Adding }) {
  const { form, change, faultAt } = adding;
  const command = parseCommand(form.command);
  return (
    <>
      <Typed adding={adding} name="name" field="name" label="Name" placeholder="checkout-web" />
      <div className="flex flex-col gap-1.5">
        <Typed
          adding={adding}
          name="command"
          field="argv"
          label="Command that starts one instance"
          placeholder="node server.js --port {port}"
          advice={command.notice}
          spellCheck={false}
          className="[&_input]:font-mono [&_input]:text-reason"
        />
        <CommandChips argv={command.argv} />
      </div>
      <Typed
        adding={adding}
        name="workingFolder"
        field="workingFolder"
        label="Working folder"
        placeholder="your home folder"
        spellCheck={false}
      />
      <div className="flex items-start gap-3">
        <div className="flex flex-col gap-1">
          <span className="text-reason text-text-2">Ready when it</span>
          <Segmented
            label="Ready when it"
            value={form.health}
            options={[
              { value: 'http', label: 'answers a path' },
              { value: 'tcp', label: 'takes a connection' },
            ]}
            onChange={(health) => {
              change({ health });
            }}
          />
        </div>
        {form.health === 'http' && (
          <Typed adding={adding} name="healthPath" field="health.path" label="Path" className="flex-1" />
        )}
      </div>
      {form.health === 'tcp' && faultAt('health.path') !== null && (
        <p role="alert" className="text-caption text-crit">
          {faultAt('health.path')}
        </p>
      )}
    </>
  );
}

function HowMuch({ adding }: { adding: Adding }) {
  return (
    <>
      <div className="grid grid-cols-3 items-start gap-3">
        <Typed adding={adding} name="cpuCores" field="cpuCores" label="Cores of one instance" inputMode="decimal" />
        <Typed adding={adding} name="memoryGb" field="memoryGb" label="Memory of one" unit="GB" inputMode="decimal" />
        <Typed adding={adding} name="instances" field="instances" label="Start with" inputMode="numeric" />
      </div>
      <div className="grid grid-cols-2 items-start gap-3">
        <Typed
          adding={adding}
          name="responseTimeMs"
          field="responseTimeMs"
          label="Longest acceptable response"
          placeholder="not said"
          unit="ms"
          inputMode="numeric"
        />
        <Typed adding={adding} name="tags" field="tags" label="Tags, with commas" placeholder="web, eu" />
      </div>
    </>
  );
}

function Typed({
  adding,
  name,
  field,
  ...rest
}: {
  adding: Adding;
  /** Of the form. */
  name: Exclude<keyof CommandForm, 'health'>;
  /** As the engine calls it. */
  field: string;
} & Pick<ComponentProps<typeof Field>, 'label' | 'placeholder' | 'unit' | 'inputMode' | 'className' | 'advice' | 'spellCheck'>) {
  return (
    <Field
      {...rest}
      autoComplete="off"
      value={adding.form[name]}
      error={adding.faultAt(field)}
      onChange={(event) => {
        adding.change({ [name]: event.target.value });
      }}
      onBlur={() => {
        if (adding.form[name] !== '') adding.touch(field);
      }}
    />
  );
}

function addWords({ instances }: CommandForm): string {
  const count = Number(instances.trim());
  return Number.isInteger(count) && count > 0 ? `Start ${counted(count, 'instance')}` : 'Start';
}
