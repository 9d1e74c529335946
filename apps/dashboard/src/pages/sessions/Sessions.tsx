export function Sessions(_: { id?: string }) {
  return null;
}
