import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { DecisionItem } from './DecisionItem';

it('shows the whole reason beside what was done and its price', () => {
  render(
    <DecisionItem icon="down" tone="acted" title="image-resize" time="14:31" aside="−$0.26/h">
      3 → 2: score 0.17 stayed under 0.20 for 10 min.
    </DecisionItem>,
  );
  expect(screen.getByText('3 → 2: score 0.17 stayed under 0.20 for 10 min.')).toBeTruthy();
  expect(screen.getByText('−$0.26/h')).toBeTruthy();
});

it('tells held ones apart by outline and color', () => {
  const { container } = render(
    <DecisionItem icon="guard" tone="held" title="ml-ranker" time="14:31" aside="held">
      Held at 4.
    </DecisionItem>,
  );
  expect(container.querySelector('[data-icon=guard]')?.getAttribute('class')).toContain('text-warn');
});
