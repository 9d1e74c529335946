export function Compare(_: { id?: string }) {
  return null;
}
