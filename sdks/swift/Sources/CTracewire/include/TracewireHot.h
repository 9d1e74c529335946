// The one call of each record, which is too frequent for a generated binding: see bindings/uniffi/src/hot.rs.

#ifndef TRACEWIRE_HOT_H
#define TRACEWIRE_HOT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Records what stands in the first `length` bytes of a buffer of `capacity` bytes, and leaves a start's or point's own state there.
/// The layout is that of core/recorder/src/host.rs. Gives a sum of 2 (sampling leaves the trace out) and 8 (there are notices).
uint32_t tracewire_record(uint64_t desk, uint32_t operation, uint8_t *_Nullable buffer, size_t capacity, size_t length);

#ifdef __cplusplus
}
#endif

#endif
