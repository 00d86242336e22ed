import type { WhatIf } from '../../../backend/generated/WhatIf';
import type { WhatIfFigure } from '../../../backend/generated/WhatIfFigure';
import type { WhatIfPlayed } from '../../../backend/generated/WhatIfPlayed';
import { Button } from '../../../components/Button/Button';
import { Skeleton } from '../../../components/Skeleton/Skeleton';
import { StateIcon } from '../../../components/StateIcon/StateIcon';
import { StepChart } from '../../../components/StepChart/StepChart';
import { useNow } from '../../../components/clock/useNow';
import { money, moneyChange } from '../../../format/money';
import { NBSP, number, percent, signed } from '../../../format/number';
import { day, duration, when } from '../../../format/time';
import { Cell, Head, Table } from './Table';

/** What the draft would have done in the last days: a verdict, the instances beside those of the policy in force, and the figures. */
export function WhatIfSection({
  answer,
  version,
  isPlaying,
  failure,
  again,
}: {
  /** Nothing while there is no answer. */
  answer: WhatIf | null;
  /** Of the policy in force; nothing while there is none. */
  version: number | null;
  isPlaying: boolean;
  /** Why the engine did not answer. */
  failure: string | null;
  again: () => void;
}) {
  return (
    <section aria-label="Back-test" aria-busy={isPlaying} className="relative flex flex-col gap-3">
      {isPlaying && answer && (
        <span role="progressbar" aria-label="Playing the draft" className="breathe absolute inset-x-0 -top-2 h-0.5 bg-accent" />
      )}
      {failure !== null ? (
        <div role="alert" className="flex items-center gap-3 text-reason text-text-2">
          <StateIcon name="crit" className="text-crit" />
          <span className="min-w-0">The draft could not be played. {failure}</span>
          <Button onClick={again}>Play again</Button>
        </div>
      ) : answer === null ? (
        <Waiting />
      ) : answer.played === null ? (
        <div className="flex flex-col gap-1">
          <h2 className="text-data font-semibold">Back-test</h2>
          <p className="text-reason text-text-2">{answer.basedOn}</p>
        </div>
      ) : (
        <Played played={answer.played} basedOn={answer.basedOn} version={version} />
      )}
    </section>
  );
}

function Waiting() {
  return (
    <div aria-hidden="true" className="flex flex-col gap-2">
      <Skeleton width={320} height={16} />
      <Skeleton width={260} />
      <Skeleton width="100%" height={232} />
    </div>
  );
}

const MARK = { better: ['check', 'text-ok'], worse: ['warn', 'text-warn'], even: ['hold', 'text-text-3'] } as const;

function Played({ played, basedOn, version }: { played: WhatIfPlayed; basedOn: string; version: number | null }) {
  const now = useNow(60);
  const [icon, tone] = MARK[played.tone];
  const force = version === null ? 'In force' : `v${String(version)}, now`;
  return (
    <>
      <div className="flex gap-2.5">
        <span className="flex h-5 items-center">
          <StateIcon name={icon} className={tone} />
        </span>
        <div className="min-w-0" aria-live="polite">
          <p className="text-lead">{played.sentence}</p>
          <p className="text-reason text-text-2">{basedOn}</p>
        </div>
      </div>
      <StepChart
        label={`Instances: ${played.sentence}`}
        from={new Date(played.from)}
        secondsPerPoint={played.secondsPerPoint}
        lines={[
          { name: 'Needed', values: played.needed, look: 'area' },
          ...(played.current ? [{ name: force, values: played.current, look: 'quiet' as const }] : []),
          { name: 'Edited', values: played.edited, look: 'accent' },
        ]}
        day={(instant) => day(instant, now).split(' ').slice(0, 2).join(' ')}
        when={(instant) => when(instant, now)}
      />
      <Table label="Back-test">
        <thead>
          <tr>
            <Head>Back-test</Head>
            {played.current && <Head right>{force}</Head>}
            <Head right>Edited</Head>
            {played.current && <Head right>Difference</Head>}
          </tr>
        </thead>
        <tbody>
          {played.figures.map((figure) => (
            <Figure key={figure.kind} figure={figure} objectiveMs={played.objectiveMs} hasCurrent={played.current !== null} />
          ))}
        </tbody>
      </Table>
    </>
  );
}

function Figure({ figure, objectiveMs, hasCurrent }: { figure: WhatIfFigure; objectiveMs: number; hasCurrent: boolean }) {
  const { label, text, change } = wordsOf(figure.kind, objectiveMs);
  const color = figure.tone === 'better' ? 'text-ok' : figure.tone === 'worse' ? 'text-warn' : 'text-text-2';
  return (
    <tr>
      <Cell>{label}</Cell>
      {hasCurrent && (
        <Cell right quiet>
          {figure.current === null ? '' : text(figure.current)}
        </Cell>
      )}
      <Cell right strong={figure.tone !== 'even'} quiet={figure.tone === 'even'}>
        {text(figure.edited)}
      </Cell>
      {hasCurrent && (
        <Cell right>
          <span className={color}>{figure.difference === null ? '' : change(figure.difference)}</span>
        </Cell>
      )}
    </tr>
  );
}

interface Words {
  label: string;
  text: (value: number) => string;
  change: (value: number) => string;
}

function wordsOf(kind: WhatIfFigure['kind'], objectiveMs: number): Words {
  const points = (value: number) => (signed(value * 100, 2) === '0' ? '0' : `${signed(value * 100, 2)}${NBSP}pt`);
  const inPercent = { text: (value: number) => percent(value * 100, 2), change: points };
  switch (kind) {
    case 'cost':
      return { label: 'Cost of this time', text: money, change: moneyChange };
    case 'cost_per_month':
      return { label: 'Cost a month', text: money, change: moneyChange };
    case 'late_requests':
      return { label: `Requests over ${number(objectiveMs)}${NBSP}ms`, ...inPercent };
    case 'short_time':
      return { label: 'Too few instances', text: duration, change: (value) => (value < 0 ? `−${duration(-value)}` : value > 0 ? `+${duration(value)}` : '0') };
    case 'mean_utilization':
      return { label: 'Mean utilization', text: (value) => percent(value * 100, 0), change: points };
    case 'changes_per_day':
      return { label: 'Changes a day', text: (value) => number(value, 1), change: (value) => signed(value, 1) };
    case 'time_at_maximum':
      return { label: 'Time at the maximum', text: (value) => percent(value * 100, 1), change: points };
  }
}
