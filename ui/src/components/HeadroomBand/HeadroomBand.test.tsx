import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { BandState } from './band';
import { HeadroomBand } from './HeadroomBand';

const parts = (state: BandState, score: number | null, ghost: number | null = null) => {
  const { container, unmount } = render(
    <HeadroomBand size="cell" score={score} down={0.3} up={0.7} state={state} ghost={ghost} />,
  );
  const found = [...container.querySelectorAll('[data-part]')].map((part) => part.getAttribute('data-part'));
  unmount();
  return found;
};

it('draws each state with its own marker', () => {
  expect(parts('hold', 0.6)).toEqual(['room', 'marker']);
  expect(parts('hold', 0.6, 0.5)).toEqual(['room', 'ghost', 'marker']);
  expect(parts('up', 0.8)).toEqual(['up']);
  expect(parts('down', 0.1)).toEqual(['room', 'down']);
  expect(parts('held_back', 0.8)).toEqual(['marker']);
  expect(parts('paused', 0.6)).toEqual(['paused']);
  expect(parts('no_readings', null)).toEqual([]);
});

it('is read as words', () => {
  render(<HeadroomBand size="list" score={0.6} down={0.3} up={0.7} state="hold" trafficToUp={0.17} />);
  expect(screen.getByRole('img').getAttribute('aria-label')).toContain('score 0.60');
});
