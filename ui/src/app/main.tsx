import './locale';
import '../theme/theme.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { tauriBackend } from '../backend/tauri';
import { startTheme } from '../theme/theme';
import { App } from './App';
import { NoEngine } from './NoEngine';

startTheme();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
const backend = tauriBackend();
createRoot(root).render(
  <StrictMode>{backend ? <App backend={backend} /> : <NoEngine />}</StrictMode>,
);
