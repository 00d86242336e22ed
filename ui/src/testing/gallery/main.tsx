/**
 * For looking at views in a browser while they are built: `npm run dev`, then
 * `/gallery.html?scene=full&theme=dark#/overview`. No part of what ships: the bundle starts at `index.html` alone.
 */
import '../../app/locale';
import '../../theme/theme.css';

import { createRoot } from 'react-dom/client';

import { App } from '../../app/App';
import { chooseTheme, startTheme } from '../../theme/theme';
import { scene } from './scenes';

const parameters = new URLSearchParams(window.location.search);
startTheme();
const theme = parameters.get('theme') === 'dark' ? 'dark' : 'light';
chooseTheme(theme);
const root = document.getElementById('root');
if (root) createRoot(root).render(<App backend={scene(parameters.get('scene') ?? 'full', theme)} />);
