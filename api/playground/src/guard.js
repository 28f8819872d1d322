/*
 * Runs before everything else and depends on nothing: whatever fails later is shown in a banner,
 * so that a broken script never leaves a page that is silently dead.
 */
(() => {
  'use strict';

  const START_LIMIT_MS = 15000;
  const MAX_LINES = 4;

  /** Adds a line to the banner; the first one is most often the cause of the others. */
  function show(text) {
    if (!document.body) {
      document.addEventListener('DOMContentLoaded', () => show(text), { once: true });
      return;
    }
    let banner = document.getElementById('problem');
    if (!banner) {
      banner = document.createElement('div');
      banner.id = 'problem';
      banner.setAttribute('role', 'alert');
      const close = document.createElement('button');
      close.type = 'button';
      close.textContent = 'Close this message';
      close.addEventListener('click', () => banner.remove());
      banner.append(close);
      document.body.prepend(banner);
    }
    if (banner.children.length <= MAX_LINES) {
      const line = document.createElement('p');
      line.textContent = `Something in this page failed: ${text}`;
      banner.lastChild.before(line);
    }
  }

  function started() {
    return document.documentElement.dataset.ready === 'yes';
  }

  // A file that cannot be loaded fires "error" at its element, without bubbling: hence the capture.
  window.addEventListener(
    'error',
    (event) => {
      const file = event.target && (event.target.src || event.target.href);
      if (file) {
        show(`${file} could not be loaded.`);
      } else if (!String(event.message).startsWith('ResizeObserver loop')) {
        // Browsers report a delayed resize notification as an error; it is none.
        show(event.message);
      }
    },
    true,
  );

  // Later rejections belong to single requests, which show their own failures.
  window.addEventListener('unhandledrejection', (event) => {
    if (!started()) {
      show(String((event.reason && event.reason.message) || event.reason));
    }
  });

  setTimeout(() => {
    if (!started() && !document.getElementById('problem')) {
      show('the page has not started. Reload it, or try another browser.');
    }
  }, START_LIMIT_MS);

  window.reportProblem = show;
})();
