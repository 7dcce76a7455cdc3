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

INLINE const uint8_t *rows_of(const text_scan_automaton *automaton) { return (const uint8_t *)(automaton + 1); }

/// A row is one register, and a step a shuffle of it: three cycles that wait for the step before, where looking a state up in memory
/// takes six at the least. Which row it is waits for the text alone.
VBMI INLINE __m512i row(const text_scan_automaton *automaton, uint8_t byte) {
  return _mm512_load_si512(rows_of(automaton) + 64 * (size_t)automaton->classes[byte]);
}

VBMI INLINE __m512i step(const text_scan_automaton *automaton, __m512i state, uint8_t byte) {
  return _mm512_permutexvar_epi8(state, row(automaton, byte));
}

/// Where four bytes lead each state: as many shuffles, but only one waits for the state.
VBMI INLINE __m512i step_of_4(const text_scan_automaton *automaton, const uint8_t *text) {
  __m512i first = _mm512_permutexvar_epi8(row(automaton, text[0]), row(automaton, text[1]));
  __m512i last = _mm512_permutexvar_epi8(row(automaton, text[2]), row(automaton, text[3]));
  return _mm512_permutexvar_epi8(first, last);
}

VBMI void text_scan_note_resets(text_scan_automaton *automaton, size_t class_count, size_t state_count) {
  const uint64_t states = wanted_of_64(0, state_count) & ~(uint64_t)3;
  uint8_t is_reset[256] = {0};
  for (size_t i = 0; i < class_count; i++) {
    const uint8_t *row = rows_of(automaton) + 64 * i;
    __m512i next = _mm512_load_si512(row);
    // Out of where nothing is accepted any more no character leads.
    if (_mm512_mask_testn_epi8_mask(states, next, next) != 0) return;
    uint8_t one = row[automaton->start];
    uint64_t alike = _mm512_mask_cmpeq_epi8_mask(states, next, _mm512_set1_epi8((char)one));
    uint64_t accepting = _mm512_mask_cmpeq_epi8_mask(states, next, _mm512_set1_epi8(1));
    is_reset[i] = one != 1 && (alike | accepting) == states;
  }
  for (int c = 0; c < 128; c++) automaton->resets.low[c & 15] |= (uint8_t)(is_reset[automaton->classes[c]] << (c >> 4));
}

/// The last reset among the first `end` bytes; 0 if there is none.
VBMI INLINE size_t last_reset(const text_scan_automaton *automaton, const uint8_t *text, size_t end) {
  static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128};
  const __m512i low = broadcast(automaton->resets.low), high = broadcast(bits);
  while (end > 0) {
    size_t from = end > 64 ? end - 64 : 0;
    __m512i bytes = _mm512_maskz_loadu_epi8(wanted_of_64(from, end), text + from);
    const __m512i nibble = _mm512_set1_epi8(15);
    // What is not loaded counts as the character of 0.
    uint64_t found = wanted_of_64(from, end) &
                     _mm512_test_epi8_mask(_mm512_shuffle_epi8(low, _mm512_and_si512(bytes, nibble)),
                                           _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble)));
    if (found != 0) return from + 63 - (size_t)__builtin_clzll(found);
    end = from;
  }
  return 0;
}

VBMI int text_scan_walk(const text_scan_automaton *automaton, const uint8_t *text, size_t count, size_t refused, size_t last) {
  const __m512i start = _mm512_set1_epi8((char)automaton->start);
  __m512i states = start;
  uint8_t state = automaton->start;
  size_t place = refused > 0 ? last_reset(automaton, text, refused) : 0;
  // What is so near is walked through: to look for where something begins costs more.
  enum { near = 64 };
  size_t pass_from = place > 0 && refused - place <= near ? refused : 0;
  while (place < count) {
    if (place >= pass_from && automaton->first.count > 0 &&
        (state == automaton->idle[0] || state == automaton->idle[1] || state == automaton->idle[2])) {
      size_t next = next_avx512(&automaton->first, &automaton->second, text, place, count);
      if (next > place) {
        // All before is forgotten.
        if (next - 1 > last) return 0;
        states = step(automaton, start, text[next - 1]);
      }
      place = next;
    }
    // Only behind so many steps it is asked where the walk is, which is not foreseen.
    enum { at_once = 16 };
    if (count - place >= at_once) {
      for (int i = 0; i < at_once; i += 4) {
        states = _mm512_permutexvar_epi8(states, step_of_4(automaton, text + place + i));
      }
      place += at_once;
    } else if (count - place >= 4) {
      states = _mm512_permutexvar_epi8(states, step_of_4(automaton, text + place));
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

void text_scan_note_resets(text_scan_automaton *automaton, size_t class_count, size_t state_count) { __builtin_trap(); }

int text_scan_walk(const text_scan_automaton *automaton, const uint8_t *text, size_t count, size_t refused, size_t last) {
  __builtin_trap();
}

size_t text_scan_next(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text, size_t from,
                      size_t count) {
  return text_scan_next_portably(first, second, text, from, count);
}
#endif
