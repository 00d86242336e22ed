import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { SignIn } from './SignIn';

const { whyRefused, httpBackend } = vi.hoisted(() => ({ whyRefused: vi.fn(), httpBackend: vi.fn() }));
vi.mock('../backend/http', () => ({ whyRefused, httpBackend }));
vi.mock('./App', () => ({ App: () => <p>The app</p> }));

it('asks for a token until one lets in, and keeps it nowhere', async () => {
  const user = userEvent.setup();
  render(<SignIn url="http://localhost:3000" />);
  whyRefused.mockResolvedValueOnce('This is no token of this Headroom.');
  await user.type(screen.getByLabelText('Token'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Open' }));
  expect(await screen.findByText('This is no token of this Headroom.')).toBeTruthy();
  whyRefused.mockResolvedValueOnce(null);
  httpBackend.mockReturnValue({ close: vi.fn() });
  await user.clear(screen.getByLabelText('Token'));
  await user.type(screen.getByLabelText('Token'), 'right{Enter}');
  expect(await screen.findByText('The app')).toBeTruthy();
  expect(httpBackend).toHaveBeenCalledWith({ url: 'http://localhost:3000', token: 'right' }, expect.any(Function));
  expect({ ...localStorage, ...sessionStorage }).toEqual({});
  expect(document.cookie).toBe('');
});
