#define _GNU_SOURCE
#include <string.h>

#include "text_scan.h"
#include "text_scan_vectors.h"

#if defined(__x86_64__)
/// Texts of up to 64 bytes: to compare one is one step, so that the search is linear whatever the text.
AVX512 static const uint8_t *find_text_avx512(const uint8_t *text, size_t count, const uint8_t *sought, size_t length) {
  uint64_t all = wanted_of_64(0, length);
  __m512i whole = _mm512_maskz_loadu_epi8(all, sought);
  __m512i first = _mm512_set1_epi8((char)sought[0]), last = _mm512_set1_epi8((char)sought[length - 1]);
  size_t end = count - length + 1;
  for (size_t place = 0; place < end; place += 64) {
    uint64_t wanted = wanted_of_64(place, end);
    __m512i starts = _mm512_maskz_loadu_epi8(wanted, text + place);
    __m512i ends = _mm512_maskz_loadu_epi8(wanted, text + place + length - 1);
    uint64_t hits = _mm512_mask_cmpeq_epi8_mask(_mm512_mask_cmpeq_epi8_mask(wanted, starts, first), ends, last);
    for (; hits != 0; hits &= hits - 1) {
      const uint8_t *at = text + place + (size_t)__builtin_ctzll(hits);
      if (_mm512_mask_cmpneq_epi8_mask(all, _mm512_maskz_loadu_epi8(all, at), whole) == 0) return at;
    }
  }
  return NULL;
}

/// Both of up to 64 bytes, without a branch on how many. What is behind them in the text is read, too.
AVX512 static int stand_near_avx512(const uint8_t *text, size_t place, const uint8_t *last, size_t last_length,
                                    const uint8_t *first, size_t first_length) {
  const uint64_t ones = ~(uint64_t)0, all = _bzhi_u64(ones, (unsigned)last_length), each = _bzhi_u64(ones, (unsigned)first_length);
  size_t from = place > 64 ? place - 64 : 0;
  if (place - from < first_length) return 0;
  uint64_t wanted = _bzhi_u64(ones, (unsigned)(place - first_length + 1 - from));
  __m512i starts = _mm512_loadu_si512(text + from), ends = _mm512_loadu_si512(text + from + first_length - 1);
  uint64_t hits = _mm512_mask_cmpeq_epi8_mask(_mm512_mask_cmpeq_epi8_mask(wanted, starts, _mm512_set1_epi8((char)first[0])),
                                              ends, _mm512_set1_epi8((char)first[first_length - 1]));
  __m512i there = _mm512_loadu_si512(text + place), whole = _mm512_maskz_loadu_epi8(each, first);
  if (_mm512_mask_cmpneq_epi8_mask(all, there, _mm512_maskz_loadu_epi8(all, last)) != 0) return 0;
  for (; hits != 0; hits &= hits - 1) {
    const uint8_t *at = text + from + (size_t)__builtin_ctzll(hits);
    if (_mm512_mask_cmpneq_epi8_mask(each, _mm512_loadu_si512(at), whole) == 0) return 1;
  }
  return 0;
}

/// The same of up to 32 bytes.
AVX2 static const uint8_t *find_text_avx2(const uint8_t *text, size_t count, const uint8_t *sought, size_t length) {
  __m256i first = _mm256_set1_epi8((char)sought[0]), last = _mm256_set1_epi8((char)sought[length - 1]);
  size_t place = 0;
  for (; place + 32 + length - 1 <= count; place += 32) {
    __m256i starts = _mm256_loadu_si256((const __m256i *)(text + place));
    __m256i ends = _mm256_loadu_si256((const __m256i *)(text + place + length - 1));
    __m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(starts, first), _mm256_cmpeq_epi8(ends, last));
    for (uint32_t hits = (uint32_t)_mm256_movemask_epi8(both); hits != 0; hits &= hits - 1) {
      const uint8_t *at = text + place + (size_t)__builtin_ctz(hits);
      if (memcmp(at, sought, length) == 0) return at;
    }
  }
  return memmem(text + place, count - place, sought, length);
}
#endif

const uint8_t *text_scan_find_text(const uint8_t *text, size_t count, const uint8_t *sought, size_t length) {
  if (length == 0) return text;
  if (length > count) return NULL;
#if defined(__x86_64__)
  int level = used_level();
  if (level >= avx512 && length <= 64) return find_text_avx512(text, count, sought, length);
  if (level == avx2 && length <= 32) return find_text_avx2(text, count, sought, length);
#endif
  return memmem(text, count, sought, length);
}

int text_scan_stand_near(const uint8_t *text, size_t place, const uint8_t *last, size_t last_length, const uint8_t *first,
                         size_t first_length) {
#if defined(__x86_64__)
  if (used_level() >= avx512 && last_length <= 64 && first_length <= 64) {
    return stand_near_avx512(text, place, last, last_length, first, first_length);
  }
#endif
  if (memcmp(text + place, last, last_length) != 0) return 0;
  size_t from = place > 64 ? place - 64 : 0;
  return text_scan_find_text(text + from, place - from, first, first_length) != NULL;
}
