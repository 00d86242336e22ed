import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { BandGauge } from './BandGauge';

it('writes values and both distances into the band', () => {
  render(
    <BandGauge
      score={0.6}
      down={0.3}
      up={0.7}
      state="hold"
      ghost={0.51}
      ghostWords="with 7 ready"
      trafficToUp={0.17}
      trafficToDown={-0.5}
    />,
  );
  for (const words of ['0.60 now', '0.51 with 7 ready', '0.30', '0.70', '−50\u00a0% traffic', '+17\u00a0% traffic']) {
    expect(screen.getByText(words, { normalizer: (text) => text })).toBeTruthy();
  }
});

it('leaves out a distance that has no room, its name still says it', () => {
  render(<BandGauge score={0.69} down={0.3} up={0.7} state="hold" trafficToUp={0.01} />);
  expect(screen.queryByText(/traffic$/)).toBeNull();
  expect(screen.getByRole('img').getAttribute('aria-label')).toContain('1\u00a0% more traffic fits');
});

it('shows brackets without a marker where there are no readings', () => {
  render(<BandGauge score={null} down={0.3} up={0.7} state="no_readings" />);
  expect(screen.queryByText(/now$/)).toBeNull();
  expect(screen.getByRole('img').getAttribute('aria-label')).toContain('no readings');
});
