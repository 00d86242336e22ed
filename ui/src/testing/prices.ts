import type { PriceBookView } from '../backend/generated/PriceBookView';
import type { PriceRow } from '../backend/generated/PriceRow';

/** The rates that ship. */
export function priceRow(changes: Partial<PriceRow> = {}): PriceRow {
  return {
    provider: 'default',
    class: '',
    currency: 'USD',
    source: "Headroom's shipped rates",
    validFrom: '1970-01-01T00:00:00Z',
    rates: { cpuCoreHour: 0.05, memoryGbHour: 0.01, storageGbHour: 0.001, networkMb: 0.00001 },
    discounts: { spot: null, commitment: null },
    ...changes,
  };
}

/** A book with a row of one's own. */
export function priceBook(changes: Partial<PriceBookView> = {}): PriceBookView {
  return {
    currency: 'USD',
    rows: [
      { id: 7, row: priceRow({ provider: 'acme', class: 'eu-west', source: 'list of May', validFrom: '2025-05-01T00:00:00Z' }), pricesNow: 3, words: 'from 2025-05-01 00:00 UTC on; list of May' },
      { id: null, row: priceRow(), pricesNow: 15, words: "at all times; Headroom's shipped rates" },
    ],
    exchangeRates: [{ id: 3, rate: { currency: 'EUR', validFrom: '2025-01-01T00:00:00Z', rate: 1.1 }, words: '1 EUR = $1.1 from 2025-01-01 00:00 UTC on' }],
    deployments: [{ id: 'dep_checkout', name: 'checkout-web', provider: 'default', class: '', isPriced: true }],
    providers: ['acme', 'default'],
    problems: [],
    ...changes,
  };
}
