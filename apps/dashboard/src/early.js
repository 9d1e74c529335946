// Runs before everything else, so that a page's scripts and its first list are under way while what stands around all pages is still
// read. A file of its own, because no script may be inline. `PAGES`, the scripts of each page, stands before it when it is built.
(() => {
  const { pathname, search } = location;
  const id = /^\/traces\/([0-9a-f]{32})$/.exec(pathname)?.[1];
  for (const script of PAGES[id === undefined ? pathname : "/traces/:id"] ?? []) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = script;
    document.head.append(link);
  }
  const lists = {
    "/": "/v1/traces?limit=100",
    "/traces": "/v1/traces?limit=100",
    "/sessions": "/v1/sessions?limit=100",
    "/live": "/v1/health",
  };
  const address = id === undefined ? (search === "" ? lists[pathname] : undefined) : `/v1/traces/${id}`;
  if (address === undefined) {
    return;
  }
  const headers = new Headers();
  try {
    const key = localStorage.getItem("tracewire.key");
    if (key !== null) {
      headers.set("authorization", `Bearer ${key}`);
    }
  } catch {
    // Storage can be forbidden; then nobody gave a key.
  }
  const answer = fetch(address, { headers });
  // Whoever takes it hears what went wrong.
  answer.catch(() => undefined);
  globalThis.tracewireEarly = new Map([[address, answer]]);
})();
