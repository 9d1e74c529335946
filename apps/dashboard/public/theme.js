// Before the first paint, so that a chosen theme does not flash; a file of its own, because no script may be inline.
try {
  const theme = localStorage.getItem("tracewire.theme");
  if (theme === "dark" || theme === "light") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage can be forbidden; then the system's theme holds.
}
