import { useState } from 'react';

import { errorWords } from '../../../backend/backend';
import type { DeploymentStatus } from '../../../backend/generated/DeploymentStatus';
import type { SeriesView } from '../../../backend/generated/SeriesView';
import { Button } from '../../Button/Button';
import { ChartStack } from '../../ChartStack/ChartStack';
import type { TimeRange } from '../../ChartStack/rows';
import { ErrorState } from '../../EmptyState/EmptyState';
import { Segmented } from '../../Segmented/Segmented';
import { chartEvents, chartRows } from './chartRows';
import { RANGES, type RangeName } from './ranges';
import { useSeries } from './useDashboard';

/** One stack: score, each metric with reading, trigger and share, instances, and every change as a hairline. */
export function MetricsSection({
  status,
  rangeName,
  onRange,
  onDecision,
}: {
  status: DeploymentStatus;
  rangeName: RangeName;
  onRange: (name: RangeName) => void;
  /** A change was pressed: the decision at that instant is wanted. */
  onDecision: (at: string) => void;
}) {
  const [zoom, setZoom] = useState<TimeRange | null>(null);
  const lastSeconds = RANGES[rangeName].seconds;
  const series = useSeries(status.deploymentId, zoom ?? { lastSeconds });
  if (series.isError && !series.data) {
    return (
      <ErrorState
        title="The readings could not be read"
        message={errorWords(series.error)}
        actions={<Button onClick={() => void series.refetch()}>Read again</Button>}
      />
    );
  }
  const view = series.data ?? nothingYet(status, lastSeconds);
  const events = chartEvents(view);
  return (
    <div className="px-5 pt-2 pb-4">
      <ChartStack
        label="Metrics"
        rows={chartRows(view, status)}
        times={view.times}
        range={zoom ?? { from: new Date(view.from).getTime(), to: shownUntil(view) }}
        stepMs={view.stepSeconds * 1000}
        events={events}
        gaps={view.gaps}
        loading={!series.data}
        zoomed={zoom !== null}
        onZoom={setZoom}
        onEvent={(id) => {
          const event = events.find((candidate) => candidate.id === id);
          if (event) onDecision(new Date(event.at).toISOString());
        }}
        controls={
          <Segmented
            label="Time range"
            value={zoom ? null : rangeName}
            onChange={(name) => {
              setZoom(null);
              onRange(name);
            }}
            options={Object.entries(RANGES).flatMap(([name, { label }]) =>
              isRangeName(name) ? [{ value: name, label }] : [],
            )}
          />
        }
      />
    </div>
  );
}

/** The end of the range, or of what is expected after it. */
function shownUntil(view: SeriesView): number {
  return Math.max(new Date(view.to).getTime(), view.forecast?.times.at(-1) ?? 0);
}

/** Axes for what is still being read: the rows that the last decision names, without a line. */
function nothingYet(status: DeploymentStatus, lastSeconds: number): SeriesView {
  const to = Date.now();
  return {
    from: new Date(to - lastSeconds * 1000).toISOString(),
    to: new Date(to).toISOString(),
    stepSeconds: status.intervalSeconds,
    times: [],
    metrics: (status.lastDecision?.contributions ?? []).map(({ metric, label, unit, triggerValue }) => ({
      metric,
      label,
      unit,
      triggerValue,
      values: [],
    })),
    score: [],
    scoreUp: status.band?.up ?? null,
    scoreDown: status.band?.down ?? null,
    ready: [],
    total: [],
    wanted: [],
    forecast: null,
    events: [],
    gaps: [],
  };
}

function isRangeName(name: string): name is RangeName {
  return name in RANGES;
}
