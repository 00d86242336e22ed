import { useState, type FormEvent } from 'react';

import { httpBackend, whyRefused, type HttpBackend } from '../backend/http';
import { Button } from '../components/Button/Button';
import { Field } from '../components/Field/Field';
import { Mark } from '../components/Mark/Mark';
import { App } from './App';

/** The window in a browser: asks once for a token, keeps it in memory, and shows the app on the engine that served the page. */
export function SignIn({ url }: { url: string }) {
  const [backend, setBackend] = useState<HttpBackend | null>(null);
  const [token, setToken] = useState('');
  const [refused, setRefused] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);

  const leave = (message: string) => {
    setBackend((before) => {
      before?.close();
      return null;
    });
    setRefused(message);
  };
  const enter = async () => {
    setAsking(true);
    const address = { url, token: token.trim() };
    const why = await whyRefused(address);
    setAsking(false);
    setRefused(why);
    if (why !== null) return;
    setToken('');
    setBackend(httpBackend(address, leave));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter();
  };

  if (backend) return <App backend={backend} />;
  return (
    <main className="flex h-screen items-center justify-center bg-canvas p-6 text-body text-text">
      <form onSubmit={submit} className="flex w-[24rem] max-w-full flex-col gap-4">
        <h1 className="flex items-center gap-2 text-lead">
          <Mark /> Headroom
        </h1>
        <Field
          label="Token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={token}
          error={refused}
          advice="Made in Settings or with “headroomd token create”. It is kept until this page is closed."
          onChange={(event) => {
            setToken(event.target.value);
          }}
        />
        <div>
          <Button
            kind="primary"
            main
            type="submit"
            busy={asking}
            disabledReason={token.trim() === '' ? 'Type the token first.' : null}
          >
            {asking ? 'Asking…' : 'Open'}
          </Button>
        </div>
      </form>
    </main>
  );
}
