/**
 * The fixed part at the beginning of the buffer: all numbers little-endian.
 *
 * | bytes | what | in | out |
 * |---|---|---|---|
 * | 0..16 | trace id | of the place (start, points) or of the step itself (update, event, end) | of the step or point |
 * | 16..24 | span id | as above | as above |
 * | 24..32 | the parent's span id, zeros for none | of the step itself | of the step or point |
 * | 32 | W3C trace flags | | |
 * | 33 | 1 where the bytes before say something; 0: there is no place | | 1 |
 * | 34..40 | what the guards keep for a call, zeros for nothing; u48 | of the step itself (end) | of the step |
 * | 40..48 | when the step began: nanoseconds of the wall clock, i64 | of the step itself | of the step |
 * | 48..56 | when the step began: nanoseconds of the monotonic clock, u64 | of the step itself | of the step |
 * | 56..64 | now: milliseconds since 1970, f64 | where the native half has no clock | |
 * | 64..72 | now: milliseconds of a monotonic clock, f64 | where the native half has no clock | |
 * | 72..76 | length of the kind (start, point event) or the status (end); -1 for none, i32 | | |
 * | 76..80 | length of the correlation id (start, points); -1 for none, i32 | | |
 * | 80..84 | length of the `tracestate` of a place in another process (start); -1 for none, i32 | | |
 * | 84..88 | zeros | | |
 * | 88.. | kind or status, correlation id, tracestate in UTF-8; then the members of the body, each a CBOR text and a CBOR item | | |
 *
 * A check is given what the start of the call would be; it leaves its reservation (u64) in bytes 0..8 and the number of its verdict
 * (u32, 0 for none) in 8..12. A settlement is given the reservation there, and else what the end of the call is. A call is both a check
 * and a start: the number of its verdict stands in 56..60, and where it is stopped nothing else is left.
 *
 * @module
 */

/** A step's or place's own state: what a start gives, and what everything later about it begins with. */
export const STATE_BYTES = 56;
/** The same in 32-bit words. */
export const STATE_WORDS = 14;
/** Where the texts begin. */
export const FIXED_BYTES = 88;
/** Index of the flags' byte. */
export const FLAGS = 32;
/** Index of the byte that says whether there is a place. */
export const PRESENT = 33;
/** Indices of 64-bit floats. */
export const WALL_MILLIS = 7;
export const MONOTONIC_MILLIS = 8;
/** Indices of 32-bit words. */
export const KIND_LENGTH = 18;
export const CORRELATION_LENGTH = 19;
export const TRACE_STATE_LENGTH = 20;
/** Where a call leaves the number of its verdict. */
export const VERDICT_NUMBER = 14;
