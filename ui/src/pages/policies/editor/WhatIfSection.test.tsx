import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router';
import { describe, expect, it } from 'vitest';

import { BackendError } from '../../../backend/backend';
import type { PlayPolicy } from '../../../backend/generated/PlayPolicy';
import type { WhatIf } from '../../../backend/generated/WhatIf';
import { FakeBackend, never, refusal, type Answers } from '../../../testing/FakeBackend';
import { draftCheck, policyView, statusOf, TEMPLATES } from '../../../testing/policies';
import { renderOn } from '../../../testing/renderApp';
import { whatIf } from '../../../testing/whatIf';
import { PolicyEditorPage } from './PolicyEditorPage';

const base = policyView();

async function open(play: Answers['play_policy']) {
  const backend = new FakeBackend({
    get_scaling_status: () => statusOf({ policy: base }),
    list_policy_templates: () => ({ templates: TEMPLATES }),
    check_policy: ({ draft }) => draftCheck(draft, { base }),
    play_policy: play ?? never,
  });
  renderOn(
    backend,
    <Routes>
      <Route path="/policies/:deploymentId" element={<PolicyEditorPage />} />
    </Routes>,
    '/policies/dep_checkout',
  );
  const bracket = await screen.findByRole('slider', { name: /Upper bracket/ });
  return { bracket };
}

const section = () => within(screen.getByRole('region', { name: 'Back-test' }));

/** Answers when told to, one question after the other. */
function byHand() {
  const waiting: ((answer: WhatIf) => void)[] = [];
  const asked: (number | undefined)[] = [];
  return {
    asked,
    play: ({ draft }: PlayPolicy) => {
      asked.push(draft.scaleUpThreshold);
      return new Promise<WhatIf>((resolve) => waiting.push(resolve));
    },
    answer: (sentence: string) =>
      act(async () => {
        waiting.shift()?.(whatIf({ sentence }));
        await Promise.resolve();
      }),
  };
}

describe('the back-test of a draft', () => {
  it('holds its place while it is played for the first time', async () => {
    await open(never);
    expect(screen.getByRole('region', { name: 'Back-test' }).querySelector('[data-skeleton]')).toBeTruthy();
  });

  it('says what is missing where there is no history yet', async () => {
    await open(() => ({ played: null, basedOn: 'An hour of readings is needed to play a policy again.' }));
    expect(await section().findByText('An hour of readings is needed to play a policy again.')).toBeTruthy();
    expect(section().queryByRole('table')).toBeNull();
  });

  it('says why it could not be played, and plays again when asked', async () => {
    let broken = true;
    await open(() => {
      if (broken) throw refusal('The store is busy.');
      return whatIf();
    });
    expect(await section().findByText(/The store is busy/)).toBeTruthy();
    broken = false;
    await userEvent.click(section().getByRole('button', { name: 'Play again' }));
    expect(await section().findByRole('table', { name: 'Back-test' })).toBeTruthy();
  });

  it('shows the verdict, three lines and every figure under both policies', async () => {
    await open(() => whatIf());
    expect(await section().findByText(/Saves \$106.74 a month/)).toBeTruthy();
    const lines = screen.getByRole('region', { name: 'Back-test' }).querySelectorAll('[data-line]');
    expect([...lines].map((line) => line.getAttribute('data-line'))).toEqual(['Needed', 'v7, now', 'Edited']);
    const row = (name: RegExp) => section().getByRole('row', { name }).textContent;
    expect(row(/Cost a month/)).toBe('Cost a month$680.63$573.89−$106.74');
    expect(row(/Requests over 2,500/)).toBe('Requests over 2,500\u00a0ms0.08\u00a0%0.28\u00a0%+0.20\u00a0pt');
    expect(row(/Too few/)).toBe('Too few instances10\u00a0min35\u00a0min+25\u00a0min');
  });

  it('has one question on its way at a time, leaves out the drafts between, and keeps the last answer meanwhile', async () => {
    const { play, answer, asked } = byHand();
    const { bracket } = await open(play);
    await answer('As it is.');
    expect(await section().findByText('As it is.')).toBeTruthy();
    bracket.focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(asked).toEqual([0.7, 0.71]);
    expect(section().getByText('As it is.')).toBeTruthy();
    expect(section().getByRole('progressbar', { name: 'Playing the draft' })).toBeTruthy();
    await answer('One step.');
    await waitFor(() => {
      expect(asked).toEqual([0.7, 0.71, 0.74]);
    });
    expect(section().queryByText('As it is.')).toBeNull();
    await answer('Four steps.');
    expect(await section().findByText('Four steps.')).toBeTruthy();
    expect(section().queryByRole('progressbar')).toBeNull();
  });

  it('leaves what is wrong with a draft to its fields, and shows the last answer', async () => {
    let plays = 0;
    const { bracket } = await open(() => {
      plays += 1;
      if (plays === 1) return whatIf();
      throw new BackendError({ code: 'invalid', message: 'Mend the draft.', errors: [{ field: 'name', message: 'Give it a name.' }] });
    });
    await section().findByText(/Saves/);
    bracket.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(section().getByText(/Saves/)).toBeTruthy();
    expect(section().queryByText(/could not be played/)).toBeNull();
  });
});
