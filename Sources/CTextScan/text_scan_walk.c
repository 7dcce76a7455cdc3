#include "text_scan.h"
#include "text_scan_vectors.h"

static inline int is_one_of(const text_scan_bytes *bytes, uint8_t byte) {
  for (int i = 0; i < bytes->count; i++) {
    if (bytes->bytes[i] == byte) return 1;
  }
  return 0;
}

size_t text_scan_next_portably(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text,
                               size_t from, size_t count) {
  for (; from < count; from++) {
    if (!is_one_of(first, text[from])) continue;
    if (second->count == 0 || from + 1 == count || is_one_of(second, text[from + 1])) return from;
  }
  return count;
}

#if defined(__x86_64__)
#define INLINE __attribute__((always_inline)) static inline

// Inlined for each number of bytes, so that those that are repeated cost nothing.

AVX2 INLINE __m256i any_of_32(const __m256i *wanted, int number, const uint8_t *text) {
  __m256i here = _mm256_loadu_si256((const __m256i *)text);
  __m256i found = _mm256_setzero_si256();
  for (int i = 0; i < number; i++) found = _mm256_or_si256(found, _mm256_cmpeq_epi8(here, wanted[i]));
  return found;
}

AVX2 INLINE size_t next_of_avx2(const text_scan_bytes *first, int firsts, const text_scan_bytes *second, int seconds,
                                const uint8_t *text, size_t from, size_t count) {
  __m256i wanted[8], behind[8];
  for (int i = 0; i < firsts; i++) wanted[i] = _mm256_set1_epi8((char)first->bytes[i]);
  for (int i = 0; i < seconds; i++) behind[i] = _mm256_set1_epi8((char)second->bytes[i]);
  for (; from + 33 <= count; from += 32) {
    __m256i found = any_of_32(wanted, firsts, text + from);
    if (seconds > 0) found = _mm256_and_si256(found, any_of_32(behind, seconds, text + from + 1));
    uint32_t hits = (uint32_t)_mm256_movemask_epi8(found);
    if (hits != 0) return from + (size_t)__builtin_ctz(hits);
  }
  return text_scan_next_portably(first, second, text, from, count);
}

AVX512 INLINE uint64_t any_of_64(const __m512i *wanted, int number, uint64_t here, const uint8_t *text) {
  __m512i bytes = _mm512_maskz_loadu_epi8(here, text);
  uint64_t hits = 0;
  for (int i = 0; i < number; i++) hits |= _mm512_mask_cmpeq_epi8_mask(here, bytes, wanted[i]);
  return hits;
}

AVX512 INLINE size_t next_of_avx512(const text_scan_bytes *first, int firsts, const text_scan_bytes *second,
                                    int seconds, const uint8_t *text, size_t from, size_t count) {
  __m512i wanted[8], behind[8];
  for (int i = 0; i < firsts; i++) wanted[i] = _mm512_set1_epi8((char)first->bytes[i]);
  for (int i = 0; i < seconds; i++) behind[i] = _mm512_set1_epi8((char)second->bytes[i]);
  for (; from < count; from += 64) {
    size_t left = count - from;
    uint64_t here = wanted_of_64(from, count);
    uint64_t hits = any_of_64(wanted, firsts, here, text + from);
    if (seconds > 0 && hits != 0) {
      // Behind the last byte of the text nothing stands, which counts.
      uint64_t last = left <= 64 ? (uint64_t)1 << (left - 1) : 0;
      hits &= any_of_64(behind, seconds, left > 64 ? here : here >> 1, text + from + 1) | last;
    }
    if (hits != 0) return from + (size_t)__builtin_ctzll(hits);
  }
  return count;
}

#define BY_NUMBERS(NEXT)                                                                       \
  if (second->count == 0) return NEXT(first, 8, second, 0, text, from, count);                 \
  if (first->count <= 2 && second->count <= 4) return NEXT(first, 2, second, 4, text, from, count); \
  return NEXT(first, 8, second, 8, text, from, count)

AVX2 static size_t next_avx2(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text,
                             size_t from, size_t count) {
  BY_NUMBERS(next_of_avx2);
}

AVX512 static size_t next_avx512(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text,
                                 size_t from, size_t count) {
  BY_NUMBERS(next_of_avx512);
}

size_t text_scan_next(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text, size_t from,
                      size_t count) {
  switch (used_level()) {
    case vbmi:
    case avx512: return next_avx512(first, second, text, from, count);
    case avx2: return next_avx2(first, second, text, from, count);
    default: return text_scan_next_portably(first, second, text, from, count);
  }
}

/// A row is one register, and a step a shuffle of it: three cycles that wait for the step before, where looking a state up in memory
/// takes six at the least. Which row it is waits for the text alone.
VBMI INLINE __m512i step(const text_scan_automaton *automaton, __m512i state, uint8_t byte) {
  return _mm512_permutexvar_epi8(state, _mm512_load_si512(automaton->rows + 64 * (size_t)automaton->classes[byte]));
}

VBMI int text_scan_walk(const text_scan_automaton *automaton, const uint8_t *text, size_t count) {
  const __m512i start = _mm512_set1_epi8((char)automaton->start);
  __m512i states = start;
  uint8_t state = automaton->start;
  size_t place = 0;
  while (place < count) {
    if (automaton->first.count > 0 &&
        (state == automaton->idle[0] || state == automaton->idle[1] || state == automaton->idle[2])) {
      size_t next = next_avx512(&automaton->first, &automaton->second, text, place, count);
      if (next > place) states = step(automaton, start, text[next - 1]);
      place = next;
    }
    // Only behind every fourth step it is asked where the walk is.
    if (count - place >= 4) {
      for (int i = 0; i < 4; i++) states = step(automaton, states, text[place + i]);
      place += 4;
    } else {
      while (place < count) states = step(automaton, states, text[place++]);
    }
    state = (uint8_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(states));
    if (state < 2) break;
  }
  return state == 1 || state >= automaton->first_accepting;
}

int text_scan_can_walk(void) { return used_level() == vbmi; }
#else
int text_scan_can_walk(void) { return 0; }

int text_scan_walk(const text_scan_automaton *automaton, const uint8_t *text, size_t count) { __builtin_trap(); }

size_t text_scan_next(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text, size_t from,
                      size_t count) {
  return text_scan_next_portably(first, second, text, from, count);
}
#endif
