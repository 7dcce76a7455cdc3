#include <string.h>

#include "text_scan.h"
#include "text_scan_vectors.h"

/// Whether the literal that is sought stands where its window was found.
static int stands(const text_scan_tables *tables, const uint8_t *text, size_t length, size_t place) {
  size_t start = place - tables->window_at;
  // It wraps around where the literal would begin before the text.
  if (start > length - tables->literal_length) return 0;
  for (size_t i = 0; i < tables->literal_length; i++) {
    if ((text[start + i] | tables->folded) != tables->literal[i]) return 0;
  }
  return 1;
}

static text_scan_hits search_literal(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                                     const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  for (; value < end; value++) {
    text_scan_hits hits = search_in_values(few->find, few, admitted, value, value + 1, bytes, found);
    if (hits.count < 0) return hits;
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < hits.count; i++) {
      found[count] = found[i];
      count += stands(tables_of(few), bytes + value->start, value->length, found[i] >> 8);
    }
    if (count > 0) return (text_scan_hits){value, count};
  }
  return (text_scan_hits){value, 0};
}

#if defined(__x86_64__)
/// Vectors that are looked at in one go: most values have no more, and how many of them one has is not foreseen.
enum { parts = 3, places_at_once = 64 * parts };

/// A call in place of this one: what it would save, it need not.
#define TAIL __attribute__((musttail))

/// At which of the first `places`, fewer than 256, of 64 a window stands. All 64 are read, and three bytes behind.
AVX512 static inline uint64_t windows_of_64(uint32_t window, const uint8_t *text, size_t places) {
  __m512i unlike = _mm512_xor_si512(_mm512_loadu_si512(text), _mm512_set1_epi8((char)window));
  // a | (b ^ c)
  for (int i = 1; i < 4; i++) {
    __m512i bytes = _mm512_set1_epi8((char)(window >> (8 * i)));
    unlike = _mm512_ternarylogic_epi32(unlike, _mm512_loadu_si512(text + i), bytes, 0xF6);
  }
  return _mm512_mask_testn_epi8_mask(_bzhi_u64(~(uint64_t)0, (unsigned)places), unlike, _mm512_set1_epi8(other_bits));
}

/// `stands` without a branch on how long the literal is.
AVX512 static inline int stands_avx512(const text_scan_tables *tables, const uint8_t *text, size_t length, size_t place) {
  size_t start = place - tables->window_at;
  if (start > length - tables->literal_length) return 0;
  uint64_t all = wanted_of_64(0, tables->literal_length);
  __m512i bytes = _mm512_or_si512(_mm512_maskz_loadu_epi8(all, text + start), _mm512_set1_epi8((char)tables->folded));
  return _mm512_mask_cmpneq_epi8_mask(all, bytes, _mm512_loadu_si512(tables->literal)) == 0;
}

/// Notes at which of the places in `masks`, the first of which is `place`, the literal stands.
AVX512 static ptrdiff_t note(const text_scan_few *few, const text_scan_value *value, const uint8_t *text, size_t place,
                          const uint64_t masks[parts], uint64_t *found) {
  ptrdiff_t count = 0;
  for (size_t part = 0; part < parts; part++) {
    for (uint64_t hits = masks[part]; hits != 0; hits &= hits - 1) {
      size_t at = place + 64 * part + (size_t)__builtin_ctzll(hits);
      found[count] = at << 8 | 1;
      count += stands_avx512(tables_of(few), text, value->length, at);
    }
  }
  return count;
}

/// Goes on where the window stands in a value of one go, with the masks in `found`.
AVX512 static text_scan_hits take_window(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                                         const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  const uint8_t *text = bytes + value->start;
  uint64_t masks[parts], any = 0;
  memcpy(masks, found, sizeof masks);
  size_t part = 0;
  int number = 0;
  ptrdiff_t count;
  for (unsigned i = 0; i < parts; i++) {
    any |= masks[i];
    part += masks[i] != 0 ? i : 0;
    number += __builtin_popcountll(masks[i]);
  }
  if (number == 1) {
    // As most: without a branch on which part it is in.
    size_t place = 64 * part + (size_t)__builtin_ctzll(any);
    found[0] = place << 8 | 1;
    count = stands_avx512(tables_of(few), text, value->length, place);
  } else {
    count = note(few, value, text, 0, masks, found);
  }
  if (count > 0) return (text_scan_hits){value, count};
  TAIL return search_literal(few, admitted, value + 1, end, bytes, found);
}

/// Goes on at a value of more than one go.
AVX512 static text_scan_hits search_long(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                                         const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  if (value->length > text_scan_longest_value) return (text_scan_hits){value, -1};
  const uint8_t *text = bytes + value->start;
  size_t places = value->length - 3;
  ptrdiff_t count = 0;
  for (size_t place = 0; place < places; place += places_at_once) {
    uint64_t masks[parts], any = 0;
#pragma unroll
    for (size_t part = 0; part < parts; part++) {
      size_t from = place + 64 * part, left = places < from ? 0 : places - from;
      masks[part] = windows_of_64(few->windows[0], text + from, left < 64 ? left : 64);
      any |= masks[part];
    }
    if (any != 0) count += note(few, value, text, place, masks, found + count);
  }
  if (count > 0) return (text_scan_hits){value, count};
  TAIL return search_literal(few, admitted, value + 1, end, bytes, found);
}

/// One literal. All that is not of most values is left to others, so that nothing need be saved here.
AVX512 static text_scan_hits search_literal_avx512(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                                                  const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  for (; value < end; value++) {
    size_t length = value->length;
    if (value->tag != few->tag || length < few->shortest) continue;
    if (length > places_at_once + 3) TAIL return search_long(few, admitted, value, end, bytes, found);
    const uint8_t *text = bytes + value->start;
    size_t places = length - 3;
    uint64_t masks[parts], any = 0;
#pragma unroll
    for (size_t part = 0; part < parts; part++) {
      masks[part] = windows_of_64(few->windows[0], text + 64 * part, places < 64 * part ? 0 : places - 64 * part);
      any |= masks[part];
    }
    if (any == 0) continue;
    memcpy(found, masks, sizeof masks);
    TAIL return take_window(few, admitted, value, end, bytes, found);
  }
  return (text_scan_hits){value, 0};
}
#endif

void text_scan_set_literal(text_scan_few *few, text_scan_tables *tables, const uint8_t *literal, uint8_t length,
                           uint8_t window_at, uint8_t folded) {
  for (int i = 0; i < length; i++) tables->literal[i] = literal[i] | folded;
  tables->literal_length = length;
  tables->window_at = window_at;
  tables->folded = folded;
  few->has_literal = 1;
  few->search = search_literal;
#if defined(__x86_64__)
  if (few->window_count == 1 && used_level() >= avx512) few->search = search_literal_avx512;
#endif
}
