declare module "*.jsonl" {
  const text: string;
  export default text;
}
declare module "*.csv" {
  const text: string;
  export default text;
}
declare module "*.json" {
  const text: string;
  export default text;
}
declare module "*.toon" {
  const text: string;
  export default text;
}
