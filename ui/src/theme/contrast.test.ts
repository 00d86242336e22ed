import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const css = readFileSync('src/theme/tokens.css', 'utf8');
const [lightRule = '', darkRule = ''] = css.split("[data-theme='dark']");

const tokensOf = (rule: string) =>
  new Map([...rule.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? '', m[2] ?? '']));

const channel = (hex: string) => {
  const value = parseInt(hex, 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};
const luminance = (color: string) =>
  0.2126 * channel(color.slice(1, 3)) +
  0.7152 * channel(color.slice(3, 5)) +
  0.0722 * channel(color.slice(5, 7));
const contrast = (a: string, b: string) => {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

describe.each([
  ['light', tokensOf(lightRule)],
  ['dark', tokensOf(darkRule)],
])('the %s palette', (_name, tokens) => {
  const color = (token: string) => {
    const value = tokens.get(token);
    if (!value) throw new Error(`no token ${token}`);
    return value;
  };

  it.each(['text', 'text-2', 'text-3', 'accent', 'ok', 'warn', 'crit', 'c2', 'c3', 'c4', 'c5'])(
    '%s is readable on every ground',
    (token) => {
      const grounds = token.startsWith('c') && token !== 'crit' ? ['surface'] : ['surface', 'canvas', 'selected'];
      for (const ground of grounds) {
        expect(contrast(color(token), color(ground))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it.each(['ctl', 'bracket', 'warn-fill'])('%s is seen as a shape', (token) => {
    expect(contrast(color(token), color('surface'))).toBeGreaterThanOrEqual(3);
  });

  it('the marker is seen on the room, and words on the accent', () => {
    expect(contrast(color('accent'), color('room'))).toBeGreaterThanOrEqual(3);
    expect(contrast(color('on-accent'), color('accent'))).toBeGreaterThanOrEqual(4.5);
  });
});
