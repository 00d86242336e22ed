/** The ranges of time that can be chosen. */
export const RANGES = {
  '15m': { seconds: 900, label: '15 min' },
  '1h': { seconds: 3600, label: '1 h' },
  '6h': { seconds: 21_600, label: '6 h' },
  '24h': { seconds: 86_400, label: '24 h' },
  '7d': { seconds: 604_800, label: '7 d' },
  '30d': { seconds: 2_592_000, label: '30 d' },
} as const;

/** One of them. */
export type RangeName = keyof typeof RANGES;

/** A name from an address, if it is one of them. */
export function parseRange(text: string | null): RangeName | null {
  switch (text) {
    case '15m':
    case '1h':
    case '6h':
    case '24h':
    case '7d':
    case '30d':
      return text;
    default:
      return null;
  }
}
