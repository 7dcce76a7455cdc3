#ifndef TEXT_SCAN_LEVEL_H
#define TEXT_SCAN_LEVEL_H

#include <stdatomic.h>

enum { portable, avx2, avx512, vbmi };

/// What is used of what the processor can do.
extern _Atomic int text_scan_used_level __attribute__((visibility("hidden")));

static inline int used_level(void) { return atomic_load_explicit(&text_scan_used_level, memory_order_relaxed); }

#endif
