import './locale';
import '../theme/theme.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { tauriBackend } from '../backend/tauri';
import { startTheme } from '../theme/theme';
import { App } from './App';
import { NoEngine } from './NoEngine';
import { SignIn } from './SignIn';

startTheme();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
const backend = tauriBackend();
createRoot(root).render(<StrictMode>{content()}</StrictMode>);

/** In the desktop window the app; in a browser the app behind a token, where an engine serves the page. */
function content() {
  if (backend) return <App backend={backend} />;
  return import.meta.env.DEV ? <NoEngine /> : <SignIn url={window.location.origin} />;
}
