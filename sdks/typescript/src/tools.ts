/**
 * What has a native half of its own because of its size: the validator and the counting of tokens.
 *
 * @packageDocumentation
 */
export { FormatError, TracewireError } from "./errors.ts";
export { loadTokens, loadTools, type ModuleSource } from "./formats/loading.ts";
export { type CountOptions, countTokens } from "./formats/tokens.ts";
export {
  type Finding,
  type Level,
  Report,
  type Severity,
  type Summary,
  type ValidateOptions,
  validate,
} from "./formats/validation.ts";
