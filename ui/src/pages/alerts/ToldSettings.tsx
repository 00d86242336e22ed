import { useState, type ReactNode } from 'react';

import { BackendError, errorWords } from '../../backend/backend';
import type { PreferenceView } from '../../backend/generated/PreferenceView';
import type { QuietHoursView } from '../../backend/generated/QuietHoursView';
import { useRefusals } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { ErrorState } from '../../components/EmptyState/EmptyState';
import { Field } from '../../components/Field/Field';
import { Reserved } from '../../components/Reserved/Reserved';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { Switch } from '../../components/Switch/Switch';
import { when } from '../../format/time';
import { Channels } from './Channels';
import { useAlertSettings } from './useAlerts';

/** Which kinds are told, and the hours in which nothing is. */
export function ToldSettings() {
  const { settings } = useAlertSettings();
  const refusal = useRefusals();
  if (settings.isError) {
    return (
      <ErrorState
        title="What is told could not be read"
        message={settings.error.message}
        actions={<Button onClick={() => void settings.refetch()}>Read again</Button>}
      />
    );
  }
  const quiet = settings.data?.quietHours;
  return (
    <div className="h-full overflow-y-auto px-5 pb-8">
      <div className="flex max-w-180 flex-col gap-8">
        <Section title="Kinds" help="What is off is still recorded, and stands in the history.">
          {settings.data ? (
            <Reserved reason={refusal('set_alert_preference')}>
              <ul>
                {settings.data.preferences.map((preference) => (
                  <Preference key={preference.kind} preference={preference} />
                ))}
              </ul>
            </Reserved>
          ) : (
            <Waiting />
          )}
        </Section>
        <Section title="Channels" help="Where alerts go besides the notification centre.">
          <Reserved reason={refusal('test_channel')}>
            <Channels />
          </Reserved>
        </Section>
        <Section
          title="Quiet hours"
          help="Nothing is sent in these hours of each day. What is raised meanwhile is sent when they end."
        >
          <Reserved reason={refusal('set_quiet_hours')}>
            {quiet ? <QuietHours key={JSON.stringify(quiet)} quiet={quiet} /> : <Waiting />}
          </Reserved>
        </Section>
      </div>
    </div>
  );
}

function Preference({ preference }: { preference: PreferenceView }) {
  const { prefer } = useAlertSettings();
  const { kind, words, isOn, muted } = preference;
  return (
    <li className="flex min-h-9 items-center justify-between gap-4 border-t border-line first:border-t-0">
      <span>{words}</span>
      <Switch
        label={words}
        checked={isOn}
        waiting={prefer.isPending}
        onChange={(next) => { prefer.mutate({ kind, isOn: next, muted }); }}
      />
    </li>
  );
}

function QuietHours({ quiet }: { quiet: QuietHoursView }) {
  const { setQuietHours } = useAlertSettings();
  const [from, setFrom] = useState(quiet.from);
  const [to, setTo] = useState(quiet.to);
  const [zone, setZone] = useState(quiet.zone);
  const changed = from !== quiet.from || to !== quiet.to || zone !== quiet.zone;
  const { error } = setQuietHours;
  const faultOf = (field: string) =>
    error instanceof BackendError ? (error.errors.find((fault) => fault.field === field)?.message ?? null) : null;
  const elsewhere = error && !['from', 'to', 'zone'].some(faultOf) ? errorWords(error) : null;
  const save = (isEnabled: boolean) => { setQuietHours.mutate({ isEnabled, from, to, zone }); };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save(quiet.isEnabled);
      }}
    >
      <div className="flex min-h-7 items-center justify-between gap-4">
        <span>
          {quiet.quietUntil === null
            ? quiet.isEnabled
              ? 'On'
              : 'Off'
            : `It is quiet now, until ${when(new Date(quiet.quietUntil), new Date())}`}
        </span>
        <Switch label="Quiet hours" checked={quiet.isEnabled} waiting={setQuietHours.isPending} onChange={save} />
      </div>
      <div className="flex flex-wrap items-start gap-3">
        <Field className="w-28" label="From" type="time" value={from} error={faultOf('from')} onChange={(event) => { setFrom(event.target.value); }} />
        <Field className="w-28" label="To" type="time" value={to} error={faultOf('to')} onChange={(event) => { setTo(event.target.value); }} />
        <Field
          className="w-56"
          label="Time zone"
          list="zones"
          value={zone}
          error={faultOf('zone')}
          onChange={(event) => { setZone(event.target.value); }}
        />
        <datalist id="zones">
          {Intl.supportedValuesOf('timeZone').map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      {elsewhere && <p role="alert" className="text-crit">{elsewhere}</p>}
      {changed && (
        <Button type="submit" kind="primary" className="self-start" busy={setQuietHours.isPending}>
          Keep {from} to {to}
        </Button>
      )}
    </form>
  );
}

function Section({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="text-lead">{title}</h2>
      <p className="pb-2 text-reason text-text-3">{help}</p>
      {children}
    </section>
  );
}

function Waiting() {
  return (
    <div className="flex flex-col gap-3 py-2">
      <Skeleton width="60%" height={20} />
      <Skeleton width="40%" height={20} />
    </div>
  );
}
