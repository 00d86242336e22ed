import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../backend/backend';
import { FakeBackend, never, refusal, type Answers } from '../../testing/FakeBackend';
import { priceBook } from '../../testing/prices';
import { renderOn } from '../../testing/renderApp';
import { PriceBookPage } from './PriceBookPage';

const repriced = (isTrial: boolean) => ({
  rows: 4, unpriced: 0, before: 1, after: 2, isTrial,
  sentence: isTrial ? '1 deployment-hours would get another price.' : '1 deployment-hours got another price.',
});

const engine = (answers: Answers = {}) =>
  new FakeBackend({
    get_price_book: () => priceBook(),
    set_price_row: () => ({}),
    remove_price_row: () => ({}),
    set_exchange_rate: () => ({}),
    remove_exchange_rate: () => ({}),
    set_price_class: () => ({}),
    reprice_history: ({ isTrial }) => repriced(isTrial ?? false),
    ...answers,
  });

describe('price book', () => {
  it('holds the place of its rows while it reads', () => {
    const { container } = renderOn(engine({ get_price_book: never }), <PriceBookPage />);
    expect(container.querySelector('[aria-busy="true"]')).toBeTruthy();
  });

  it('says why it could not be read, and reads again when asked', async () => {
    let broken = true;
    const backend = engine({
      get_price_book: () => {
        if (broken) throw refusal('The database is locked.');
        return priceBook();
      },
    });
    renderOn(backend, <PriceBookPage />);
    expect(await screen.findByText('The database is locked.')).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText('from 2025-05-01 00:00 UTC on; list of May')).toBeTruthy();
  });

  it('shows a book with the shipped row alone, which cannot be taken away', async () => {
    const [, shipped] = priceBook().rows;
    renderOn(engine({ get_price_book: () => priceBook({ rows: shipped ? [shipped] : [], exchangeRates: [], deployments: [] }) }), <PriceBookPage />);
    expect(await screen.findByText('ships with Headroom')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Remove/ })).toBeNull();
  });

  it('shows rates, dates, problems, exchange rates, and whose prices hold', async () => {
    renderOn(engine({ get_price_book: () => priceBook({ problems: ['No exchange rate from CHF to USD holds now.'] }) }), <PriceBookPage />);
    expect(await screen.findByText('No exchange rate from CHF to USD holds now.')).toBeTruthy();
    expect(screen.getByText('from 2025-05-01 00:00 UTC on; list of May')).toBeTruthy();
    expect(screen.getAllByText('0.00001 USD')).toHaveLength(2);
    expect(screen.getByText('1 EUR = $1.1 from 2025-01-01 00:00 UTC on')).toBeTruthy();
    expect(screen.getByRole('combobox', { name: 'Prices of checkout-web' })).toBeTruthy();
  });

  it('saves a row, and says what is wrong at its field', async () => {
    let faulty = true;
    const backend = engine({
      set_price_row: () => {
        if (faulty) throw new BackendError({ code: 'invalid', message: 'No.', errors: [{ field: 'cpuCoreHour', message: 'Give a rate from 0 to 1,000,000.' }] });
        return {};
      },
    });
    renderOn(backend, <PriceBookPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Add row' }));
    const dialog = await screen.findByRole('dialog', { name: 'Price row' });
    const field = within(dialog).getByRole('textbox', { name: 'Core-hour' });
    await userEvent.clear(field);
    await userEvent.type(field, '-1');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save row' }));
    expect(await within(dialog).findByText('Give a rate from 0 to 1,000,000.')).toBeTruthy();
    faulty = false;
    await userEvent.clear(field);
    await userEvent.type(field, '0.08');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save row' }));
    expect(backend.inputsOf('set_price_row').at(-1)).toMatchObject({ row: { provider: 'acme', rates: { cpuCoreHour: 0.08 } } });
  });

  it('tries a file first, and takes it when nothing is wrong', async () => {
    const backend = engine({
      import_prices: ({ csv, isTrial }) =>
        csv.includes('bad')
          ? { rows: 0, added: 0, corrected: 0, unchanged: 0, isTrial: true, errors: [{ line: 3, field: 'valid_from', message: 'Line 2 has the same provider, class and date.' }] }
          : { rows: 2, added: 1, corrected: 1, unchanged: 0, isTrial: isTrial ?? false, errors: [] },
    });
    renderOn(backend, <PriceBookPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Import CSV' }));
    const input = await screen.findByLabelText('CSV file');
    await userEvent.upload(input, new File(['bad'], 'bad.csv', { type: 'text/csv' }));
    expect(await screen.findByText('Line 2 has the same provider, class and date.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Import \d/ })).toBeNull();
    await userEvent.upload(input, new File(['good'], 'good.csv', { type: 'text/csv' }));
    expect(await screen.findByText('1 new, 1 corrected, 0 as they are in the book.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Import 2 rows' }));
    expect(backend.inputsOf('import_prices').at(-1)).toEqual({ csv: 'good' });
  });

  it('prices history anew after trying it', async () => {
    const backend = engine();
    renderOn(backend, <PriceBookPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Price history anew' }));
    const dialog = await screen.findByRole('dialog', { name: 'Price history anew' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Try it' }));
    expect(await within(dialog).findByText('1 deployment-hours would get another price.')).toBeTruthy();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Price history anew' }));
    expect(await within(dialog).findByText('1 deployment-hours got another price.')).toBeTruthy();
    expect(backend.inputsOf('reprice_history')).toEqual([{ isTrial: true }, {}]);
  });

  it('chooses whose prices hold, adds an exchange rate and removes a row', async () => {
    const backend = engine();
    renderOn(backend, <PriceBookPage />);
    await userEvent.selectOptions(await screen.findByRole('combobox', { name: 'Prices of checkout-web' }), 'acme, eu-west');
    await userEvent.type(screen.getByRole('textbox', { name: 'Currency' }), 'chf');
    await userEvent.type(screen.getByRole('textbox', { name: 'Worth, in USD' }), '1.2');
    await userEvent.click(screen.getByRole('button', { name: 'Add rate' }));
    await userEvent.click(screen.getByRole('button', { name: /^Remove acme eu-west/ }));
    expect(backend.inputsOf('set_price_class')).toEqual([{ deploymentId: 'dep_checkout', provider: 'acme', class: 'eu-west' }]);
    expect(backend.inputsOf('set_exchange_rate')).toEqual([{ rate: { currency: 'CHF', validFrom: '1970-01-01T00:00:00Z', rate: 1.2 } }]);
    expect(backend.inputsOf('remove_price_row')).toEqual([{ rowId: 7 }]);
  });
});
