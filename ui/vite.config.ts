import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { licenses } from './licenses.ts';

export default defineConfig({
  // The desktop shell serves the bundle from its own scheme, so every address is relative.
  base: './',
  plugins: [react(), tailwindcss(), licenses()],
  // The guide imports the dashboard by this name.
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  clearScreen: false,
  server: { port: 5173, strictPort: true, host: '127.0.0.1' },
  build: {
    // WebKitGTK 2.50, WebView2 and WKWebView of the systems that the app supports.
    target: ['es2022', 'safari16.4', 'chrome111'],
    chunkSizeWarningLimit: 1_000,
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/testing/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
    testTimeout: 30_000,
    pool: 'threads',
  },
});
