// The one call of each record, which is too frequent for a generated binding, and what is asked before one may be used: see hot.rs and
// release.rs of bindings/uniffi/src.

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

/// The version of the contract between the library and the package around it.
uint32_t tracewire_contract_version(void);

/// The release of the library, as a text that ends with a zero byte and stays.
const char *_Nonnull tracewire_library_version(void);

#ifdef __cplusplus
}
#endif

#endif
