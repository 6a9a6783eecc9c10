// Runs inside a workbench's page: an observer there is exact where polling from outside is not.

/** Notes when a row whose accessible name holds both texts is first there, in milliseconds since the epoch. */
export function watchRow([row, text]) {
  window.devyardSaw = undefined;
  const look = () => {
    const names = [...document.querySelectorAll('[role=treeitem]')].map(
      (item) => item.getAttribute('aria-label') ?? '',
    );
    if (!names.some((name) => name.includes(row) && name.includes(text))) return false;
    window.devyardSaw = Date.now();
    return true;
  };
  if (look()) return;
  const observer = new MutationObserver(() => {
    if (look()) observer.disconnect();
  });
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['aria-label'],
  });
}

export function sawAt() {
  return window.devyardSaw;
}

/** From now on notes the fewest rows that a tree on the page ever has. */
export function watchRowCount() {
  const look = () => {
    const rows = document.querySelectorAll('[role=treeitem]').length;
    window.devyardFewest = Math.min(window.devyardFewest ?? Infinity, rows);
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
}

export function fewestRows() {
  return window.devyardFewest;
}
