export function Health(_: { id?: string }) {
  return null;
}
