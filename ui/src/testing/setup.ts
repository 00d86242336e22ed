import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A bound for what is waited for, wide enough for a busy machine.
configure({ asyncUtilTimeout: 10_000 });

// The test DOM has no layout: without a size, a virtual list would render no row and a chart no line.
for (const [property, size] of [
  ['offsetWidth', 1000],
  ['offsetHeight', 600],
  ['clientWidth', 1000],
  ['clientHeight', 600],
] as const) {
  Object.defineProperty(HTMLElement.prototype, property, { configurable: true, value: size });
}

// A bound for machines under load: what is awaited comes by an event, not by this.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  cleanup();
  localStorage.clear();
});
