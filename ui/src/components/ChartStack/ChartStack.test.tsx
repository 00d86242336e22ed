import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { TooltipProvider } from '../Tooltip/Tooltip';
import { ChartStack } from './ChartStack';
import type { ChartEvent, ChartRow } from './rows';

const START = new Date(2025, 10, 18, 8, 0).getTime();
const MINUTE = 60_000;
const TIMES = Array.from({ length: 61 }, (_, minute) => START + minute * MINUTE);
const RANGE = { from: START, to: START + 60 * MINUTE };
const VALUES = TIMES.map((_, minute) => 40 + (minute % 30));
const CPU: ChartRow = {
    id: 'cpu',
    label: 'CPU',
    reading: '40 %',
    readingAt: (index) => `${String(VALUES[index])} %`,
    note: 'up at 70 %',
    share: { ratio: 0.679, words: '67.9 % of it' },
    kind: 'line',
    values: VALUES,
    limits: [{ value: 70, label: '70', dashed: true }],
    height: 56,
};
const ROWS: ChartRow[] = [CPU];
const EVENT: ChartEvent = {
  id: 'e1',
  at: START + 30 * MINUTE,
  icon: 'up',
  label: '4→5',
  words: '4 → 5 instances: CPU 92 % is 1.31 × its trigger.',
};

const zoomed = vi.fn();
const opened = vi.fn();

beforeEach(() => {
  zoomed.mockClear();
  opened.mockClear();
});

function show(changes: Partial<Parameters<typeof ChartStack>[0]> = {}) {
  return render(
    <TooltipProvider>
      <ChartStack
        label="Metrics"
        rows={ROWS}
        times={TIMES}
        range={RANGE}
        stepMs={MINUTE}
        events={[EVENT]}
        gaps={[]}
        zoomed={false}
        onZoom={zoomed}
        onEvent={opened}
        {...changes}
      />
    </TooltipProvider>,
  );
}

const crosshair = () => screen.getByRole('slider', { name: 'Time' });

describe('a chart stack', () => {
  it('says each row in words', () => {
    show();
    expect(screen.getByRole('img', { name: 'CPU: 40 % now, from 40 % to 69 %; up at 70 %' })).toBeTruthy();
  });

  it('replaces every reading by the one under the crosshair', () => {
    show();
    crosshair().focus();
    fireEvent.keyDown(crosshair(), { key: 'Home' });
    fireEvent.keyDown(crosshair(), { key: 'ArrowRight', shiftKey: true });
    expect(crosshair().getAttribute('aria-valuetext')).toBe('08:10:00, CPU 50 %');
    expect(screen.getByText('50 %')).toBeTruthy();
    fireEvent.keyDown(crosshair(), { key: 'Escape' });
    expect(screen.queryByText('50 %')).toBeNull();
  });

  it('zooms all rows by dragging, and goes back', () => {
    show();
    // 1000 px wide: 224 readings, 52 names of thresholds, 724 for an hour.
    fireEvent.pointerDown(crosshair(), { clientX: 0, pointerId: 1 });
    fireEvent.pointerMove(crosshair(), { clientX: 362, pointerId: 1 });
    fireEvent.pointerUp(crosshair(), { clientX: 362, pointerId: 1 });
    expect(zoomed).toHaveBeenCalledWith({ from: START, to: START + 30 * MINUTE });
    fireEvent.doubleClick(crosshair());
    expect(zoomed).toHaveBeenLastCalledWith(null);
  });

  it('zooms and walks by keyboard', () => {
    show();
    fireEvent.keyDown(crosshair(), { key: '+' });
    expect(zoomed).toHaveBeenLastCalledWith({ from: START + 30 * MINUTE, to: START + 60 * MINUTE });
    fireEvent.keyDown(crosshair(), { key: '[' });
    expect(zoomed).toHaveBeenLastCalledWith({ from: START - 30 * MINUTE, to: START + 30 * MINUTE });
    fireEvent.keyDown(crosshair(), { key: 'e' });
    expect(opened).toHaveBeenCalledWith('e1');
  });

  it('opens what was done from its mark', async () => {
    show();
    await userEvent.click(screen.getByRole('button', { name: /^08:30, 4→5/ }));
    expect(opened).toHaveBeenCalledWith('e1');
  });

  it('counts changes that are too many to name', () => {
    show({
      events: Array.from({ length: 21 }, (_, index) => ({ ...EVENT, id: String(index), at: START + index * MINUTE })),
    });
    expect(screen.getByText('21 changes, zoom in to see each')).toBeTruthy();
  });

  it('says what was not observed, and never joins over it', () => {
    const { container } = show({
      times: [START, START + MINUTE, START + 20 * MINUTE],
      rows: [{ ...CPU, values: [40, 41, 60], readingAt: () => '' }],
      gaps: [{ from: START + MINUTE, to: START + 20 * MINUTE, words: 'not observed 19 min' }],
    });
    expect(screen.getByRole('img', { name: 'not observed 19 min' })).toBeTruthy();
    const lines = [...container.querySelectorAll('path')].map((path) => path.getAttribute('d') ?? '');
    expect(lines.some((line) => (line.match(/M/g) ?? []).length === 2 && line.includes('L'))).toBe(true);
  });

  it('dashes a row that fails, with its diagnosis', () => {
    show({ rows: [{ ...CPU, values: TIMES.map(() => null), reading: 'no reading', problem: 'no answer for 4 min' }] });
    expect(screen.getByRole('img', { name: 'CPU: no answer for 4 min' })).toBeTruthy();
    expect(screen.getByText('no answer for 4 min')).toBeTruthy();
  });

  it('draws axes while readings are still being read', () => {
    const { container } = show({ rows: [{ ...CPU, values: [] }], times: [], loading: true });
    expect(screen.getByRole('region', { name: 'Metrics' }).getAttribute('aria-busy')).toBe('true');
    expect(container.querySelector('[data-skeleton]')).toBeTruthy();
  });

  it('shows the same as a table', async () => {
    show();
    await userEvent.click(screen.getByRole('button', { name: 'As table' }));
    expect(screen.getByRole('grid', { name: 'Metrics as table' })).toBeTruthy();
    expect(screen.getByText('09:00:00')).toBeTruthy();
  });
});
