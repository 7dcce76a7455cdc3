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

/// Up to 64 bytes, without a branch on how many.
AVX512 static int is_equal_avx512(const uint8_t *first, const uint8_t *second, size_t count) {
  uint64_t all = wanted_of_64(0, count);
  return _mm512_mask_cmpneq_epi8_mask(all, _mm512_maskz_loadu_epi8(all, first), _mm512_maskz_loadu_epi8(all, second)) == 0;
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

int text_scan_is_equal(const uint8_t *first, const uint8_t *second, size_t count) {
#if defined(__x86_64__)
  if (used_level() >= avx512 && count <= 64) return is_equal_avx512(first, second, count);
#endif
  return memcmp(first, second, count) == 0;
}

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
