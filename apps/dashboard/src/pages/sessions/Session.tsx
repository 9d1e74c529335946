export function Session(_: { id?: string }) {
  return null;
}
