export function Feedback(_: { id?: string }) {
  return null;
}
