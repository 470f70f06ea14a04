import { defineConfig } from 'vite';

// Names without a hash: the program embeds the files, and two builds of the same sources are the
// same bytes. Nothing is inlined as data:, which the page's Content-Security-Policy forbids.
export default defineConfig({
  base: './',
  // `npm run dev` asks a program that was started by `turnout explore`.
  server: { proxy: { '/v1': 'http://127.0.0.1:8090' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      output: {
        entryFileNames: 'page.js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});
