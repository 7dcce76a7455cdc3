#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

/// The number of allocations this process has made since it started. Linking this target replaces malloc and its kin
/// by wrappers that count; for benchmarks only.
uint64_t allocation_count(void);

#endif
