import { defineConfig } from 'vite';

// Names without a hash: the program embeds the files, and two builds of the same sources are the
// same bytes. Nothing is inlined as data:, which the page's Content-Security-Policy forbids.
export default defineConfig({
  base: './',
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
