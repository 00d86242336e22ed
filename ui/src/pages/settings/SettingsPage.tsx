import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { errorWords } from '../../backend/backend';
import type { EngineState } from '../../backend/generated/EngineState';
import type { Settings } from '../../backend/generated/Settings';
import type { UpdateSettings } from '../../backend/generated/UpdateSettings';
import { useRefusal } from '../../backend/useRefusal';
import { Button } from '../../components/Button/Button';
import { ErrorState } from '../../components/EmptyState/EmptyState';
import { PageHead } from '../../components/PageHead/PageHead';
import { Reserved } from '../../components/Reserved/Reserved';
import { Segmented } from '../../components/Segmented/Segmented';
import { Skeleton } from '../../components/Skeleton/Skeleton';
import { Switch } from '../../components/Switch/Switch';
import { counted } from '../../format/number';
import { duration } from '../../format/time';
import { NumberSetting } from './NumberSetting';
import { ShortcutsControl, type ChangeableShortcut } from './ShortcutsControl';
import { useSettings, useThemeSetting } from './useSettings';

/** Theme, interval, retention, start, lock, keys, and what this app is. */
export function SettingsPage({
  shortcuts,
  written,
}: {
  /** Everything that keys do. */
  shortcuts: readonly ChangeableShortcut[];
  /** How a press is written. */
  written: (event: KeyboardEvent) => string | null;
}) {
  const { settings, engine } = useSettings();
  const refused = useRefusal('update_settings');
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <PageHead title="Settings" aside={refused !== null && <span className="text-reason">{refused}</span>} />
      {settings.isError ? (
        <ErrorState
          title="Settings could not be read"
          message={settings.error.message}
          actions={<Button onClick={() => void settings.refetch()}>Read again</Button>}
        />
      ) : (
        <Reserved reason={refused}>
          <dl className="max-w-180 px-5">
            <Row title="Theme" help="Light, dark, or as the system says.">
              <ThemeChoiceControl />
            </Row>
            <Row
              title="Evaluation interval"
              help="How often every deployment is looked at that sets no interval of its own. 1 s to 1 h; 30 s suits most."
            >
              {settings.data ? (
                <NumberSetting
                  key={settings.data.evaluationIntervalSeconds}
                  label="Evaluation interval"
                  unit="s"
                  saved={settings.data.evaluationIntervalSeconds}
                  input={(value) => ({ evaluationIntervalSeconds: value })}
                  said={(value) => `Evaluate every ${duration(value)}`}
                  was={duration}
                />
              ) : (
                <Skeleton width={160} height={28} />
              )}
            </Row>
            {settings.data && (
              <>
                <Retention saved={settings.data} />
                <Row title="Start at login" help="Headroom then begins in the tray when you log in.">
                  <SwitchSetting label="Start at login" checked={settings.data.startAtLogin} input={(checked) => ({ startAtLogin: checked })} />
                </Row>
                <Row title="Read-only" help="Locked, this window and the tray only show: nothing is scaled, saved or paused from them. Policies go on.">
                  <SwitchSetting label="Read-only" checked={settings.data.readOnly} input={(checked) => ({ readOnly: checked })} />
                </Row>
                <Row title="Shortcuts" help="Press one, then the new keys. ? shows all of them.">
                  <ShortcutsControl shortcuts={shortcuts} changed={settings.data.shortcuts} written={written} />
                </Row>
              </>
            )}
            {engine.data && <About engine={engine.data} />}
          </dl>
        </Reserved>
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

function Retention({ saved }: { saved: Settings }) {
  const days = (count: number) => counted(count, 'day');
  return (
    <>
      <Row title="Readings" help="How long every reading is kept: what charts of the last weeks and replays of a policy are made of. 1 to 365 days.">
        <NumberSetting
          key={saved.sampleDays}
          label="Days that readings are kept"
          unit="days"
          saved={saved.sampleDays}
          input={(value) => ({ sampleDays: value })}
          said={(value) => `Keep readings ${days(value)}`}
          was={days}
        />
      </Row>
      <Row title="Five-minute points" help="How long the points of long charts are kept. 7 to 1,825 days.">
        <NumberSetting
          key={saved.usageDays}
          label="Days that five-minute points are kept"
          unit="days"
          saved={saved.usageDays}
          input={(value) => ({ usageDays: value })}
          said={(value) => `Keep points ${days(value)}`}
          was={days}
        />
      </Row>
      <Row title="Decisions" help="How long decisions are kept with their reasons. What was done, and what it cost, stays for good. 7 to 3,650 days.">
        <NumberSetting
          key={saved.decisionDays}
          label="Days that decisions are kept"
          unit="days"
          saved={saved.decisionDays}
          input={(value) => ({ decisionDays: value })}
          said={(value) => `Keep decisions ${days(value)}`}
          was={days}
        />
      </Row>
    </>
  );
}

function SwitchSetting({ label, checked, input }: { label: string; checked: boolean; input: (checked: boolean) => UpdateSettings }) {
  const { update } = useSettings();
  return (
    <div className="flex flex-col gap-1">
      <Switch label={label} checked={checked} waiting={update.isPending} onChange={(next) => { update.mutate(input(next)); }} />
      {update.error && <p role="alert" className="text-reason text-crit">{errorWords(update.error)}</p>}
    </div>
  );
}

function About({ engine }: { engine: EngineState }) {
  return (
    <>
      <Row title="Version">
        <span className="flex flex-wrap items-baseline gap-x-4">
          <span data-copy="">Headroom {engine.version}</span>
          <Link to="/about" className="text-accent hover:underline">About and licenses</Link>
        </span>
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
