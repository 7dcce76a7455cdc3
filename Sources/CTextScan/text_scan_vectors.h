#ifndef TEXT_SCAN_VECTORS_H
#define TEXT_SCAN_VECTORS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "text_scan.h"

/// Of a byte of a window all but bits 5 and 7, which may be either.
enum { other_bits = 0x5F };

static inline const text_scan_tables *tables_of(const text_scan_few *few) { return few->context; }

/// `search` of `text_scan_few` with its `find`, which is inlined where it is known.
static inline __attribute__((always_inline)) text_scan_hits search_in_values(
    size_t (*find)(const text_scan_few *, uint64_t, const uint8_t *, size_t, uint64_t *), const text_scan_few *few,
    uint64_t admitted, const text_scan_value *value, const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  for (; value < end; value++) {
    if (value->tag != few->tag || value->length < few->shortest) continue;
    if (value->length > text_scan_longest_value) return (text_scan_hits){value, -1};
    size_t count = find(few, admitted, bytes + value->start, value->length - 3, found);
    if (count > 0) return (text_scan_hits){value, (ptrdiff_t)count};
  }
  return (text_scan_hits){value, 0};
}

enum { portable, avx2, avx512, vbmi };

/// What is used of what the processor can do.
extern _Atomic int text_scan_used_level __attribute__((visibility("hidden")));

static inline int used_level(void) { return atomic_load_explicit(&text_scan_used_level, memory_order_relaxed); }

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,bmi2")))
#define VBMI __attribute__((target("avx512f,avx512bw,bmi2,avx512vbmi")))

/// Which of the 64 places from `place` on are before `end`. All of them, and the three bytes behind, can be read.
static inline uint64_t wanted_of_64(size_t place, size_t end) {
  return end - place >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (end - place)) - 1;
}

/// For each byte of a vector what `low` and `high` say of its halves, both.
AVX512 static inline __m512i both_halves(__m512i low, __m512i high, __m512i bytes) {
  const __m512i nibble = _mm512_set1_epi8(15);
  return _mm512_and_si512(
      _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, nibble)),
      _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble)));
}

AVX512 static inline __m512i broadcast(const uint8_t *table) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table));
}
#endif

#endif
