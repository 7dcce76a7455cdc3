#include <string.h>

#include "text_scan.h"
#include "text_scan_vectors.h"

enum { first_six = 0x3F, seventh = 0x40, eighth = 0x80 };

int text_scan_classify_portably(const text_scan_classes *classes, const uint8_t *text, size_t count, uint64_t *first,
                                uint64_t *second) {
  int seen = 0;
  for (size_t word = 0; word * 64 < count; word++) {
    uint64_t in_first = 0, in_second = 0;
    size_t end = count - word * 64 < 64 ? count - word * 64 : 64;
    for (size_t i = 0; i < end; i++) {
      uint8_t byte = text[word * 64 + i];
      uint8_t bits = byte >= 0x80 ? 0 : classes->low[byte & 15] & classes->high[byte >> 4];
      in_first |= (uint64_t)((bits & first_six) != 0) << i;
      in_second |= (uint64_t)((bits & eighth) != 0) << i;
      seen |= (bits & seventh ? 1 : 0) | (byte >= 0x80 ? 2 : 0);
    }
    first[word] = in_first;
    second[word] = in_second;
  }
  return seen;
}

#if defined(__x86_64__)
AVX512 static int classify_avx512(const text_scan_classes *classes, const uint8_t *text, size_t count, uint64_t *first,
                                  uint64_t *second) {
  __m512i low = broadcast(classes->low), high = broadcast(classes->high);
  const __m512i six = _mm512_set1_epi8(first_six), one = _mm512_set1_epi8(seventh), last = _mm512_set1_epi8((char)eighth);
  uint64_t ones = 0, beyond = 0;
  for (size_t place = 0; place < count; place += 64) {
    uint64_t wanted = wanted_of_64(place, count);
    __m512i bytes = _mm512_maskz_loadu_epi8(wanted, text + place);
    uint64_t upper = _mm512_movepi8_mask(bytes);
    __m512i bits = both_halves(low, high, bytes);
    uint64_t inner = wanted & ~upper;
    *first++ = _mm512_mask_test_epi8_mask(inner, bits, six);
    *second++ = _mm512_mask_test_epi8_mask(inner, bits, last);
    ones |= _mm512_mask_test_epi8_mask(inner, bits, one);
    beyond |= upper;
  }
  return (ones != 0) | (beyond != 0) << 1;
}

/// What `classify` says of 32 bytes.
AVX2 static inline uint32_t any_of_32(__m256i bits, int wanted) {
  __m256i some = _mm256_and_si256(bits, _mm256_set1_epi8((char)wanted));
  return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(some, _mm256_setzero_si256()));
}

AVX2 static int classify_avx2(const text_scan_classes *classes, const uint8_t *text, size_t count, uint64_t *first,
                              uint64_t *second) {
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)classes->low));
  __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)classes->high));
  uint32_t ones = 0, beyond = 0;
  for (size_t place = 0; place < count; place += 32) {
    // What is left at the end is copied, so that nothing behind is read.
    uint8_t rest[32] = {0};
    size_t length = count - place < 32 ? count - place : 32;
    const uint8_t *from = text + place;
    if (length < 32) {
      memcpy(rest, from, length);
      from = rest;
    }
    uint32_t wanted = length < 32 ? ((uint32_t)1 << length) - 1 : ~(uint32_t)0;
    __m256i bytes = _mm256_loadu_si256((const __m256i *)from);
    __m256i bits = _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
                                    _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
    uint32_t upper = (uint32_t)_mm256_movemask_epi8(bytes) & wanted, inner = wanted & ~upper;
    uint64_t in_first = any_of_32(bits, first_six) & inner, in_second = any_of_32(bits, eighth) & inner;
    if (place % 64 == 0) {
      first[place / 64] = in_first;
      second[place / 64] = in_second;
    } else {
      first[place / 64] |= in_first << 32;
      second[place / 64] |= in_second << 32;
    }
    ones |= any_of_32(bits, seventh) & inner;
    beyond |= upper;
  }
  return (ones != 0) | (beyond != 0) << 1;
}

int text_scan_classify(const text_scan_classes *classes, const uint8_t *text, size_t count, uint64_t *first,
                       uint64_t *second) {
  switch (used_level()) {
    case vbmi:
    case avx512: return classify_avx512(classes, text, count, first, second);
    case avx2: return classify_avx2(classes, text, count, first, second);
    default: return text_scan_classify_portably(classes, text, count, first, second);
  }
}
#else
int text_scan_classify(const text_scan_classes *classes, const uint8_t *text, size_t count, uint64_t *first,
                       uint64_t *second) {
  return text_scan_classify_portably(classes, text, count, first, second);
}
#endif
