import { useState, type ReactNode } from 'react';

import { BackendError, errorWords } from '../../backend/backend';
import type { EngineState } from '../../backend/generated/EngineState';
import { Button } from '../../components/Button/Button';
import { ErrorState } from '../../components/EmptyState/EmptyState';
import { Field } from '../../components/Field/Field';
import { PageHead } from '../../components/PageHead/PageHead';
import { Segmented } from '../../components/Segmented/Segmented';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { duration } from '../../format/time';
import { useSettings, useThemeSetting } from './useSettings';

/** Theme, evaluation interval, and what this app is. */
export function SettingsPage() {
  const { settings, engine } = useSettings();
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <PageHead title="Settings" />
      {settings.isError ? (
        <ErrorState
          title="Settings could not be read"
          message={settings.error.message}
          actions={<Button onClick={() => void settings.refetch()}>Read again</Button>}
        />
      ) : (
        <dl className="max-w-180 px-5">
          <Row title="Theme" help="Light, dark, or as the system says.">
            <ThemeChoiceControl />
          </Row>
          <Row
            title="Evaluation interval"
            help="How often every deployment is looked at that sets no interval of its own. 1 s to 1 h; 30 s suits most."
          >
            {settings.data ? (
              <IntervalControl
                key={settings.data.evaluationIntervalSeconds}
                saved={settings.data.evaluationIntervalSeconds}
              />
            ) : (
              <Skeleton width={160} height={28} />
            )}
          </Row>
          {engine.data && <About engine={engine.data} />}
        </dl>
      )}
    </div>
  );
}

function ThemeChoiceControl() {
  const [theme, choose] = useThemeSetting();
  return (
    <Segmented
      label="Theme"
      value={theme}
      onChange={choose}
      options={[
        { value: 'light', label: 'Light' },
        { value: 'dark', label: 'Dark' },
        { value: 'system', label: 'System' },
      ]}
    />
  );
}

function IntervalControl({ saved }: { saved: number }) {
  const { update } = useSettings();
  const [text, setText] = useState(String(saved));
  const seconds = Number(text);
  const changed = text.trim() !== '' && seconds !== saved;
  const fault = update.error
    ? update.error instanceof BackendError && update.error.errors[0]
      ? update.error.errors[0].message
      : errorWords(update.error)
    : null;
  return (
    <form
      className="flex items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) update.mutate({ evaluationIntervalSeconds: seconds });
      }}
    >
      <Field
        label="Evaluation interval"
        labelHidden
        inputMode="numeric"
        unit="s"
        className="w-40"
        value={text}
        was={changed ? duration(saved) : null}
        error={fault}
        onChange={(event) => {
          update.reset();
          setText(event.target.value.replace(/\D/g, ''));
        }}
      />
      {changed && (
        <Button type="submit" kind="primary" busy={update.isPending}>
          Evaluate every {duration(seconds)}
        </Button>
      )}
    </form>
  );
}

function About({ engine }: { engine: EngineState }) {
  return (
    <>
      <Row title="Version">
        <span data-copy="">Headroom {engine.version}</span>
      </Row>
      <Row title="Data folder" help="Everything that is stored is in this folder, and nowhere else.">
        <code className="font-mono text-caption break-all">{engine.dataFolder}</code>
      </Row>
      <Row title="You" help="The name that is recorded with what is done from this window.">
        <span data-copy="">{engine.user}</span>
      </Row>
    </>
  );
}

function Row({ title, help, children }: { title: string; help?: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-6 gap-y-2 border-t border-line py-4 first:border-t-0 narrow:grid-cols-[minmax(0,15rem)_minmax(0,1fr)]">
      <dt>
        <span className="block font-medium">{title}</span>
        {help && <span className="block text-reason text-text-3">{help}</span>}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
