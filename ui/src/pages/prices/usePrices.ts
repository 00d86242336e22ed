import { useCommand, useQueryOperation } from '../../backend/useOperation';

/** The whole price book. */
export function usePriceBook() {
  return useQueryOperation('get_price_book', {});
}

/** Everything that changes the book. Faults are shown at their fields. */
export function usePriceCommands() {
  return {
    setRow: useCommand('set_price_row', { shownInPlace: true }),
    removeRow: useCommand('remove_price_row'),
    importRows: useCommand('import_prices', { shownInPlace: true }),
    setRate: useCommand('set_exchange_rate', { shownInPlace: true }),
    removeRate: useCommand('remove_exchange_rate'),
    setClass: useCommand('set_price_class'),
    reprice: useCommand('reprice_history', { shownInPlace: true }),
    setCurrency: useCommand('set_ledger_currency', { shownInPlace: true }),
  };
}
