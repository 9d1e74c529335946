export function Analytics(_: { id?: string }) {
  return null;
}
