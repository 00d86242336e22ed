import type { ContributionView } from '../../../backend/generated/ContributionView';
import type { DeploymentStatus } from '../../../backend/generated/DeploymentStatus';
import type { EventType } from '../../../backend/generated/EventType';
import type { MetricSeries } from '../../../backend/generated/MetricSeries';
import type { SeriesView } from '../../../backend/generated/SeriesView';
import { fromTo, instanceCount, NO_READING, number, score as scoreText, share } from '../../../format/number';
import { bareReading, reading } from '../../../format/reading';
import type { ChartEvent, ChartRow } from '../../ChartStack/rows';
import { nearestIndex } from '../../ChartStack/scale';
import { HeadroomBand } from '../../HeadroomBand/HeadroomBand';
import type { StateIconName } from '../../StateIcon/StateIcon';

const SCORE_HEIGHT = 92;
const METRIC_HEIGHT = 56;
const DEMAND_HEIGHT = 56;
const INSTANCES_HEIGHT = 50;

/** The rows of a deployment's stack: score, each metric of its policy, the demand with its forecast, instances. */
export function chartRows(series: SeriesView, status: DeploymentStatus): ChartRow[] {
  const contributions = status.lastDecision?.contributions ?? [];
  return [
    ...scoreRow(series, status),
    ...series.metrics.map((metric) =>
      metricRow(metric, contributions.find((candidate) => candidate.metric === metric.metric)),
    ),
    ...demandRow(series),
    instancesRow(series, status),
  ];
}

function scoreRow(series: SeriesView, status: DeploymentStatus): ChartRow[] {
  const { band } = status;
  const up = series.scoreUp ?? band?.up;
  const down = series.scoreDown ?? band?.down;
  if (up === undefined || down === undefined) return [];
  const limits = [
    { value: up, label: scoreText(up), dashed: false },
    { value: down, label: scoreText(down), dashed: false },
  ];
  return [
    {
      id: 'score',
      label: 'Score',
      reading: band === null || band.score === null ? NO_READING : scoreText(band.score),
      readingAt: (index) => textOf(series.score[index], scoreText),
      note: `up ${scoreText(up)}, down ${scoreText(down)}`,
      kind: 'band',
      values: series.score,
      limits,
      height: SCORE_HEIGHT,
      aside: band && (
        <span className="flex h-5 items-center justify-end">
          <HeadroomBand
            size="list"
            decorative
            score={band.score}
            down={band.down}
            up={band.up}
            state={band.marker}
            ghost={band.scoreWhenReady}
          />
        </span>
      ),
    },
  ];
}

function metricRow(series: MetricSeries, contribution: ContributionView | undefined): ChartRow {
  const { unit, triggerValue } = series;
  const words = (value: number) => reading(value, unit);
  const missing = contribution?.state.kind === 'missing';
  const quiet = contribution?.state.kind === 'no_traffic';
  const latest = contribution ? contribution.value : (series.values.findLast((value) => value !== null) ?? null);
  const note = contribution
    ? [contribution.qualifier, contribution.words].filter(Boolean).join(', ')
    : triggerValue === null
      ? 'no trigger'
      : `up at ${words(triggerValue)}`;
  return {
    id: series.metric,
    label: series.label,
    reading: quiet ? 'no traffic' : textOf(latest, words),
    readingAt: (index) => textOf(series.values[index], words),
    note,
    problem: missing ? note : null,
    share:
      contribution && !missing
        ? { ratio: contribution.share, words: `${share(contribution.share)} of it` }
        : null,
    kind: 'line',
    values: series.values,
    limits:
      triggerValue === null ? [] : [{ value: triggerValue, label: bareReading(triggerValue, unit), dashed: true }],
    height: METRIC_HEIGHT,
  };
}

/** What was asked for and what was expected, in instances at their trigger. */
function demandRow(series: SeriesView): ChartRow[] {
  const { forecast } = series;
  if (!forecast) return [];
  const words = (value: number) => number(value, 1);
  const nearest = (index: number) => {
    const at = series.times[index];
    return at === undefined ? null : nearestIndex(forecast.times, at);
  };
  const latest = forecast.came.findLast((value) => value !== null);
  const next = forecast.expected.at(-1);
  return [
    {
      id: 'demand',
      label: 'Demand',
      reading: `${textOf(latest, words)} → ${textOf(next, words)}`,
      readingAt: (index) => {
        const at = nearest(index);
        if (at === null) return NO_READING;
        return `${textOf(forecast.came[at], words)}, expected ${textOf(forecast.expected[at], words)}`;
      },
      note: forecast.words,
      kind: 'line',
      times: forecast.times,
      values: forecast.came,
      forecast,
      limits: [],
      height: DEMAND_HEIGHT,
    },
  ];
}

function instancesRow(series: SeriesView, status: DeploymentStatus): ChartRow {
  const { minInstances, maxInstances } = status.facts;
  const ready = status.readyInstances;
  const total = status.currentInstances;
  const shadow = series.wanted.findLast((count) => count !== null) ?? null;
  return {
    id: 'instances',
    label: 'Instances',
    reading: ready === null ? NO_READING : instanceCount(ready, status.startingInstances ?? 0),
    readingAt: (index) => {
      const at = series.ready[index] ?? null;
      if (at === null) return NO_READING;
      return instanceCount(Math.round(at), Math.max(0, Math.round((series.total[index] ?? at) - at)));
    },
    note:
      minInstances === null || maxInstances === null
        ? 'no policy bounds them'
        : `min ${number(minInstances)}, max ${number(maxInstances)}`,
    kind: 'steps',
    values: series.ready,
    above: series.wanted.length > 0 ? series.wanted : series.total,
    limits: [],
    ends:
      ready === null
        ? []
        : shadow !== null
          ? [
              { value: shadow, label: `${number(shadow)} shadow`, accent: true },
              { value: ready, label: `${number(ready)} live`, accent: false },
            ]
          : total !== null && total !== ready
          ? [
              { value: total, label: `${number(total)} target`, accent: true },
              { value: ready, label: `${number(ready)} ready`, accent: false },
            ]
          : [{ value: ready, label: `${number(ready)} ready`, accent: false }],
    height: INSTANCES_HEIGHT,
  };
}

/** The outline of each kind of event. */
export const EVENT_ICONS: Record<EventType, StateIconName> = {
  scale_up: 'up',
  scale_down: 'down',
  manual: 'override',
  external: 'warn',
  restored: 'starting',
  override_ended: 'x',
  failed: 'crit',
};

/** What was done, for the hairlines. */
export function chartEvents(series: SeriesView): ChartEvent[] {
  return series.events.map((event) => ({
    id: event.id,
    at: event.at,
    icon: EVENT_ICONS[event.eventType],
    label: fromTo(event.fromInstances, event.toInstances),
    words: event.reason,
  }));
}

function textOf(value: number | null | undefined, words: (value: number) => string): string {
  return value === null || value === undefined ? NO_READING : words(value);
}
