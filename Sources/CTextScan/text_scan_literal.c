#include <string.h>

#include "text_scan.h"
#include "text_scan_vectors.h"

// Searches in values for up to three literals that are known whole: what is found is where they stand.

/// Which of `bits`, the literals whose windows were found at a place, stand there.
static uint8_t standing(const text_scan_tables *tables, const uint8_t *text, size_t length, size_t place, uint8_t bits) {
  for (int number = 0; number < text_scan_most_windows; number++) {
    if ((bits >> number & 1) == 0) continue;
    size_t start = place - tables->literals[number].window_at, count = tables->literals[number].length;
    // It wraps around where the literal would begin before the text.
    int stands = count <= length && start <= length - count;
    for (size_t i = 0; stands && i < count; i++) {
      stands = (text[start + i] | tables->literals[number].folded) == tables->literals[number].bytes[i];
    }
    if (!stands) bits &= (uint8_t) ~(1 << number);
  }
  return bits;
}

static text_scan_hits search_literals(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                                      const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  for (; value < end; value++) {
    text_scan_hits hits = search_in_values(few->find, few, admitted, value, value + 1, bytes, found);
    if (hits.count < 0) return hits;
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < hits.count; i++) {
      size_t place = found[i] >> 8;
      uint8_t some = standing(tables_of(few), bytes + value->start, value->length, place, (uint8_t)found[i]);
      found[count] = (uint64_t)place << 8 | some;
      count += some != 0;
    }
    if (count > 0) return (text_scan_hits){value, count};
  }
  return (text_scan_hits){value, 0};
}

#if defined(__x86_64__)
#define INLINE __attribute__((always_inline)) static inline

/// A call in place of this one: what it would save, it need not. Of what is inlined all the same it would.
#define TAIL __attribute__((musttail))
#define APART __attribute__((noinline)) AVX512 static

/// Vectors that are looked at in one go: most values have no more, and how many of them one has is not foreseen.
enum { parts = 3, places_at_once = 64 * parts };

/// Notes at which of the first `places`, fewer than 256, of 64 the first three bytes of each window stand: a fourth would cost more
/// loads than it spares comparing literals. All 64 are read, and two bytes behind. Returns whether there is any.
AVX512 INLINE uint64_t windows_of_64(const text_scan_few *few, size_t windows, const uint8_t *text, size_t places,
                                     uint64_t *masks) {
  const __m512i others = _mm512_set1_epi8(other_bits);
  uint64_t wanted = _bzhi_u64(~(uint64_t)0, (unsigned)places), any = 0;
  for (size_t w = 0; w < windows; w++) {
    const uint32_t *window = tables_of(few)->literals[w].window;
    __m512i unlike = _mm512_xor_si512(_mm512_loadu_si512(text), _mm512_set1_epi32((int)window[0]));
    for (int i = 1; i < text_scan_compared; i++) {
      // a | (b ^ c)
      unlike = _mm512_ternarylogic_epi32(unlike, _mm512_loadu_si512(text + i), _mm512_set1_epi32((int)window[i]), 0xF6);
    }
    masks[w] = _mm512_mask_testn_epi8_mask(wanted, unlike, others);
    any |= masks[w];
  }
  return any;
}

/// Whether a literal stands at a place, without a branch on how long it is. What is behind it is read, too.
AVX512 INLINE int stands_avx512(const text_scan_tables *tables, size_t number, const uint8_t *text, size_t length, size_t place) {
  size_t start = place - tables->literals[number].window_at, count = tables->literals[number].length;
  if (count > length || start > length - count) return 0;
  __m512i bytes = _mm512_or_si512(_mm512_loadu_si512(text + start), _mm512_set1_epi8((char)tables->literals[number].folded));
  __m512i literal = _mm512_loadu_si512(tables->literals[number].bytes);
  return _mm512_mask_cmpneq_epi8_mask(_bzhi_u64(~(uint64_t)0, (unsigned)count), bytes, literal) == 0;
}

/// Notes at which of the places in `masks`, those of each part by window, which literals stand; the first one is `place`.
AVX512 INLINE ptrdiff_t note(const text_scan_few *few, size_t windows, const text_scan_value *value, const uint8_t *text,
                             size_t place, const uint64_t *masks, uint64_t *found) {
  ptrdiff_t count = 0;
  for (size_t part = 0; part < parts; part++) {
    uint64_t any = 0;
    for (size_t w = 0; w < windows; w++) any |= masks[windows * part + w];
    for (; any != 0; any &= any - 1) {
      unsigned bit = (unsigned)__builtin_ctzll(any);
      size_t at = place + 64 * part + bit;
      uint64_t standing = 0;
      for (size_t w = 0; w < windows; w++) {
        if ((masks[windows * part + w] >> bit & 1) == 0) continue;
        standing |= (uint64_t)stands_avx512(tables_of(few), w, text, value->length, at) << w;
      }
      found[count] = (uint64_t)at << 8 | standing;
      count += standing != 0;
    }
  }
  return count;
}

/// Looks at the places of a value from `places_at_once` on, and notes what is found behind the `count` before.
AVX512 INLINE text_scan_hits search_on(const text_scan_few *few, size_t windows, size_t places, const text_scan_value *value,
                                       const uint8_t *bytes, uint64_t *found, ptrdiff_t count) {
  if (value->length > text_scan_longest_value) return (text_scan_hits){value, -1};
  const uint8_t *text = bytes + value->start;
  for (size_t place = places_at_once; place < places; place += places_at_once) {
    uint64_t masks[parts * text_scan_most_windows], any = 0;
#pragma unroll
    for (size_t part = 0; part < parts; part++) {
      size_t at = place + 64 * part, left = places < at ? 0 : places - at;
      any |= windows_of_64(few, windows, text + at, left < 64 ? left : 64, masks + windows * part);
    }
    if (any != 0) count += note(few, windows, value, text, place, masks, found + count);
  }
  return (text_scan_hits){value, count};
}

/// What is found in a value of so many places where windows stand at the first ones, with the masks in `found`.
AVX512 INLINE text_scan_hits take_windows(const text_scan_few *few, size_t windows, size_t places, const text_scan_value *value,
                                          const uint8_t *bytes, uint64_t *found) {
  const uint8_t *text = bytes + value->start;
  uint64_t masks[parts * text_scan_most_windows], any = 0;
  memcpy(masks, found, parts * windows * sizeof masks[0]);
  size_t which = 0;
  int number = 0;
  for (size_t i = 0; i < parts * windows; i++) {
    any |= masks[i];
    which += masks[i] != 0 ? i : 0;
    number += __builtin_popcountll(masks[i]);
  }
  ptrdiff_t count;
  if (number == 1) {
    // As most: without a branch on which window it is, and where.
    size_t place = 64 * (which / windows) + (size_t)__builtin_ctzll(any);
    found[0] = (uint64_t)place << 8 | (uint64_t)1 << which % windows;
    count = stands_avx512(tables_of(few), which % windows, text, value->length, place);
  } else {
    count = note(few, windows, value, text, 0, masks, found);
  }
  if (places > places_at_once) return search_on(few, windows, places, value, bytes, found, count);
  return (text_scan_hits){value, count};
}

/// A search for so many literals, none of which has a gate. All that is not of most values is left to others, so that hardly a
/// register need be saved: `take` and `long` are told a value's places. Whether these are many is asked when the first ones are under
/// way, for it is guessed wrong.
#define SEARCH(windows, name, take, long)                                                                                 \
  AVX512 static text_scan_hits name(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,            \
                                    const text_scan_value *end, const uint8_t *bytes, uint64_t *found);                   \
  APART text_scan_hits take(const text_scan_few *few, uint64_t places, const text_scan_value *value,                      \
                            const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {                          \
    text_scan_hits hits = take_windows(few, windows, places, value, bytes, found);                                        \
    if (hits.count != 0) return hits;                                                                                     \
    TAIL return name(few, 0, value + 1, end, bytes, found);                                                               \
  }                                                                                                                       \
  APART text_scan_hits long(const text_scan_few *few, uint64_t places, const text_scan_value *value,                      \
                            const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {                          \
    text_scan_hits hits = search_on(few, windows, places, value, bytes, found, 0);                                        \
    if (hits.count != 0) return hits;                                                                                     \
    TAIL return name(few, 0, value + 1, end, bytes, found);                                                               \
  }                                                                                                                       \
  AVX512 static text_scan_hits name(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,            \
                                    const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {                  \
    (void)admitted;                                                                                                       \
    for (; value < end; value++) {                                                                                        \
      if (value->tag != few->tag || value->length < few->shortest) continue;                                              \
      uint64_t masks[parts * (windows)], any = 0, places = value->length - 3;                                             \
      unsigned first = places < places_at_once ? (unsigned)places : places_at_once;                                       \
      _Pragma("unroll") for (unsigned part = 0; part < parts; part++) {                                                   \
        unsigned left = first < 64 * part ? 0 : first - 64 * part;                                                        \
        any |= windows_of_64(few, windows, bytes + value->start + 64 * part, left, masks + (windows) * part);             \
      }                                                                                                                   \
      if (any != 0) {                                                                                                     \
        memcpy(found, masks, sizeof masks);                                                                               \
        TAIL return take(few, places, value, end, bytes, found);                                                          \
      }                                                                                                                   \
      if (places > places_at_once) TAIL return long(few, places, value, end, bytes, found);                               \
    }                                                                                                                     \
    return (text_scan_hits){value, 0};                                                                                    \
  }

SEARCH(1, search_literal_avx512, take_window, search_long_for_one)
SEARCH(2, search_two_literals_avx512, take_two_windows, search_long_for_two)
SEARCH(3, search_three_literals_avx512, take_three_windows, search_long_for_three)
#endif

void text_scan_add_literal(text_scan_few *few, text_scan_tables *tables, int number, const uint8_t *bytes, uint8_t length,
                           uint8_t window_at, uint8_t folded) {
  for (int i = 0; i < length; i++) tables->literals[number].bytes[i] = bytes[i] | folded;
  for (int i = 0; i < text_scan_compared; i++) tables->literals[number].window[i] = (few->windows[number] >> (8 * i) & 255) * 0x01010101u;
  tables->literals[number].length = length;
  tables->literals[number].window_at = window_at;
  tables->literals[number].folded = folded;
  few->has_literals = 1;
  few->search = search_literals;
#if defined(__x86_64__)
  if (used_level() < avx512) return;
  few->search = few->window_count == 1 ? search_literal_avx512
                : few->window_count == 2 ? search_two_literals_avx512 : search_three_literals_avx512;
#endif
}
