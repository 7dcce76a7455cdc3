#include "text_scan.h"

#include <string.h>

#include "text_scan_vectors.h"

/// The sets that nine bytes around a place are of.
static inline uint8_t probes_at(const text_scan_probes *probes, const uint8_t *place) {
  uint8_t bits = 0xFF;
  for (int i = 0; i < 9; i++) bits &= probes->of[i][place[i - 1]];
  return bits;
}

size_t text_scan_find_probes_portably(const text_scan_probes *probes, const uint8_t *text, size_t from, size_t end,
                                      uint64_t *found) {
  size_t n = 0;
  for (size_t place = from; place < end; place++) {
    const uint8_t *at = text + place;
    // Nearly all are ruled out by these.
    if ((probes->of[1][at[0]] & probes->of[2][at[1]] & probes->of[3][at[2]]) == 0) continue;
    uint8_t bits = probes_at(probes, at);
    found[n] = (uint64_t)place << 8 | bits;
    n += bits != 0;
  }
  return n;
}

static inline size_t find_line_portably(const uint8_t firsts[8], const uint8_t *text, size_t count, size_t from) {
  while (from < count) {
    const uint8_t *feed = memchr(text + from, '\n', count - from);
    if (feed == NULL) break;
    from = (size_t)(feed - text) + 1;
    if (from == count || memchr(firsts, text[from], 8) != NULL) return from;
  }
  return count + 1;
}

static inline uint32_t load_folded(const uint8_t *at) {
  uint32_t four;
  memcpy(&four, at, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  four = __builtin_bswap32(four);
#endif
  return four | 0x20202020;
}

/// Notes `place` if the four bytes there may be in the table: written always, counted where they are.
static inline size_t note_landmark(const uint32_t *bitmap, uint64_t cell_mask, const uint8_t *text, size_t place,
                                   uint32_t *found, size_t n) {
  uint64_t hash = text_scan_spread(load_folded(text + place));
  uint32_t cell = bitmap[hash >> 40 & cell_mask];
  found[n] = (uint32_t)place;
  return n + (cell >> (hash >> 35 & 31) & cell >> (hash >> 30 & 31) & 1);
}

size_t text_scan_find_landmarks_portably(const text_scan_pairs *pairs, const uint32_t *bitmap, uint64_t cell_mask,
                                         const uint8_t *text, size_t from, size_t end, uint32_t *found) {
  size_t n = 0;
  for (size_t place = from == 0 ? 1 : from; place < end; place++) {
    uint8_t a = text[place - 1], b = text[place];
    if (pairs->low[0][a & 15] & pairs->high[0][a >> 4] & pairs->low[1][b & 15] & pairs->high[1][b >> 4]) {
      n = note_landmark(bitmap, cell_mask, text, place, found, n);
    }
  }
  return n;
}

#if defined(__x86_64__)
AVX2 static size_t find_probes_avx2(const text_scan_probes *probes, const uint8_t *text, size_t count, size_t from,
                                    size_t end, uint64_t *found) {
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i low[5], high[5];
  for (int i = 0; i < 5; i++) {
    low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)probes->low[i]));
    high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)probes->high[i]));
  }
  size_t n = 0;
  size_t place = from;
  for (; place + 35 <= count && place < end; place += 32) {
    __m256i bits = _mm256_set1_epi8(-1);
    for (int i = 0; i < 5; i++) {
      __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + place + i - 1));
      __m256i l = _mm256_shuffle_epi8(low[i], _mm256_and_si256(bytes, nibble));
      __m256i h = _mm256_shuffle_epi8(high[i], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
      bits = _mm256_and_si256(bits, _mm256_and_si256(l, h));
    }
    uint32_t wanted = end - place >= 32 ? ~(uint32_t)0 : ((uint32_t)1 << (end - place)) - 1;
    uint32_t hits = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bits, _mm256_setzero_si256())) & wanted;
    for (; hits != 0; hits &= hits - 1) {
      size_t at = place + (size_t)__builtin_ctz(hits);
      // Halves of bytes, and few of them, let it pass.
      uint8_t exact = probes_at(probes, text + at);
      found[n] = (uint64_t)at << 8 | exact;
      n += exact != 0;
    }
  }
  // What is left is short.
  return place < end ? n + text_scan_find_probes_portably(probes, text, place, end, found + n) : n;
}

/// Which of 32 places from an address on stand behind a pair.
AVX2 static inline uint32_t pairs_at_32(const __m256i low[2], const __m256i high[2], const uint8_t *text) {
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i first = _mm256_loadu_si256((const __m256i *)(text - 1));
  __m256i second = _mm256_loadu_si256((const __m256i *)text);
  __m256i bits = _mm256_and_si256(
      _mm256_and_si256(_mm256_shuffle_epi8(low[0], _mm256_and_si256(first, nibble)),
                       _mm256_shuffle_epi8(high[0], _mm256_and_si256(_mm256_srli_epi16(first, 4), nibble))),
      _mm256_and_si256(_mm256_shuffle_epi8(low[1], _mm256_and_si256(second, nibble)),
                       _mm256_shuffle_epi8(high[1], _mm256_and_si256(_mm256_srli_epi16(second, 4), nibble))));
  return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bits, _mm256_setzero_si256()));
}

AVX2 static size_t find_landmarks_avx2(const text_scan_pairs *pairs, const uint32_t *bitmap, uint64_t cell_mask,
                                       const uint8_t *text, size_t count, size_t from, size_t end, uint32_t *found) {
  __m256i low[2], high[2];
  for (int i = 0; i < 2; i++) {
    low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)pairs->low[i]));
    high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)pairs->high[i]));
  }
  size_t n = 0;
  size_t place = from == 0 ? 1 : from;
  while (place < end) {
    uint64_t hits;
    if (place + 64 <= count) {
      hits = pairs_at_32(low, high, text + place) | (uint64_t)pairs_at_32(low, high, text + place + 32) << 32;
    } else if (place + 32 <= count) {
      hits = pairs_at_32(low, high, text + place);
      // The rest as the last of 32 places that can be read at once.
      size_t last = count - 32;
      hits |= (uint64_t)pairs_at_32(low, high, text + last) << (last - place);
    } else if (count >= 33) {
      size_t last = count - 32;
      hits = pairs_at_32(low, high, text + last) >> (place - last);
    } else {
      uint8_t copy[72] = {0};
      memcpy(copy, text + place - 1, count - place + 1);
      hits = pairs_at_32(low, high, copy + 1);
    }
    if (end - place < 64) hits &= ((uint64_t)1 << (end - place)) - 1;
    while (hits != 0) {
      size_t at = place + (size_t)__builtin_ctzll(hits);
      hits &= hits - 1;
      n = note_landmark(bitmap, cell_mask, text, at, found, n);
    }
    place += 64;
  }
  return n;
}

enum { vbmi_width = 7 };

VBMI static size_t find_probes_vbmi(const text_scan_probes *probes, const uint8_t *text, size_t from, size_t end,
                                    uint64_t *found) {
  __m512i tables[vbmi_width][2], upper[vbmi_width];
  for (int i = 0; i < vbmi_width; i++) {
    tables[i][0] = _mm512_loadu_si512(probes->of[i]);
    tables[i][1] = _mm512_loadu_si512(probes->of[i] + 64);
    upper[i] = _mm512_set1_epi8((char)probes->upper[i]);
  }
  size_t n = 0;
  size_t place = from;
  for (; place + 64 <= end; place += 64) {
    __m512i bits = _mm512_set1_epi8(-1);
    for (int i = 0; i < vbmi_width; i++) {
      __m512i bytes = _mm512_loadu_si512(text + place + i - 1);
      __m512i looked_up = _mm512_permutex2var_epi8(tables[i][0], bytes, tables[i][1]);
      bits = _mm512_and_si512(bits, _mm512_mask_mov_epi8(looked_up, _mm512_movepi8_mask(bytes), upper[i]));
    }
    uint64_t hits = _mm512_test_epi8_mask(bits, bits);
    for (; hits != 0; hits &= hits - 1) {
      size_t at = place + (size_t)__builtin_ctzll(hits);
      uint8_t exact = probes_at(probes, text + at);
      found[n] = (uint64_t)at << 8 | exact;
      n += exact != 0;
    }
  }
  // What is left is short.
  return n + text_scan_find_probes_portably(probes, text, place, end, found + n);
}

AVX512 static size_t find_landmarks_avx512(const text_scan_pairs *pairs, const uint32_t *bitmap, uint64_t cell_mask,
                                           const uint8_t *text, size_t from, size_t end, uint32_t *found) {
  __m512i low[2] = {broadcast(pairs->low[0]), broadcast(pairs->low[1])};
  __m512i high[2] = {broadcast(pairs->high[0]), broadcast(pairs->high[1])};
  size_t n = 0;
  for (size_t place = from == 0 ? 1 : from; place < end; place += 64) {
    uint64_t wanted = wanted_of_64(place, end);
    __m512i first = _mm512_maskz_loadu_epi8(wanted, text + place - 1);
    __m512i second = _mm512_maskz_loadu_epi8(wanted, text + place);
    uint64_t hits = _mm512_mask_test_epi8_mask(wanted, both_halves(low[0], high[0], first),
                                               both_halves(low[1], high[1], second));
    while (hits != 0) {
      size_t at = place + (size_t)__builtin_ctzll(hits);
      hits &= hits - 1;
      n = note_landmark(bitmap, cell_mask, text, at, found, n);
    }
  }
  return n;
}

/// For each half of a byte a bit for those of `firsts` that have it: a byte whose halves share a bit is that one.
static inline void halves_of(const uint8_t firsts[8], uint8_t low[16], uint8_t high[16]) {
  memset(low, 0, 16);
  memset(high, 0, 16);
  for (int i = 0; i < 8; i++) {
    low[firsts[i] & 15] |= (uint8_t)(1 << i);
    high[firsts[i] >> 4] |= (uint8_t)(1 << i);
  }
}

AVX512 static size_t find_line_avx512(const uint8_t firsts[8], const uint8_t *text, size_t count, size_t from) {
  const __m512i feed = _mm512_set1_epi8('\n');
  uint8_t low[16], high[16];
  halves_of(firsts, low, high);
  __m512i lows = broadcast(low), highs = broadcast(high);
  for (; from + 65 <= count; from += 64) {
    __m512i bytes = _mm512_loadu_si512(text + from);
    __m512i next = both_halves(lows, highs, _mm512_loadu_si512(text + from + 1));
    uint64_t hits = _mm512_mask_test_epi8_mask(_mm512_cmpeq_epi8_mask(bytes, feed), next, next);
    if (hits != 0) return from + (size_t)__builtin_ctzll(hits) + 1;
  }
  return find_line_portably(firsts, text, count, from);
}

AVX2 static size_t find_line_avx2(const uint8_t firsts[8], const uint8_t *text, size_t count, size_t from) {
  const __m256i feed = _mm256_set1_epi8('\n'), nibble = _mm256_set1_epi8(15);
  uint8_t low[16], high[16];
  halves_of(firsts, low, high);
  __m256i lows = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)low));
  __m256i highs = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)high));
  for (; from + 33 <= count; from += 32) {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + from));
    __m256i next = _mm256_loadu_si256((const __m256i *)(text + from + 1));
    __m256i both = _mm256_and_si256(_mm256_shuffle_epi8(lows, _mm256_and_si256(next, nibble)),
                                    _mm256_shuffle_epi8(highs, _mm256_and_si256(_mm256_srli_epi16(next, 4), nibble)));
    uint32_t feeds = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, feed));
    uint32_t hits = feeds & ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
    if (hits != 0) return from + (size_t)__builtin_ctz(hits) + 1;
  }
  return find_line_portably(firsts, text, count, from);
}

_Atomic int text_scan_used_level;

int text_scan_limit(int limit) {
  __builtin_cpu_init();
  int most = portable;
  if (__builtin_cpu_supports("avx2")) most = avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2")) most = avx512;
  if (most == avx512 && __builtin_cpu_supports("avx512vbmi")) most = vbmi;
  atomic_store_explicit(&text_scan_used_level, limit < most ? limit : most, memory_order_relaxed);
  return limit < most ? limit : most;
}

__attribute__((constructor)) static void find_level(void) { text_scan_limit(vbmi); }

size_t text_scan_find_landmarks(const text_scan_pairs *pairs, const uint32_t *bitmap, uint64_t cell_mask,
                                const uint8_t *text, size_t count, size_t from, size_t end, uint32_t *found) {
  switch (used_level()) {
    case vbmi:
    case avx512: return find_landmarks_avx512(pairs, bitmap, cell_mask, text, from, end, found);
    case avx2: return find_landmarks_avx2(pairs, bitmap, cell_mask, text, count, from, end, found);
    default: return text_scan_find_landmarks_portably(pairs, bitmap, cell_mask, text, from, end, found);
  }
}

size_t text_scan_find_line(const uint8_t firsts[8], const uint8_t *text, size_t count, size_t from) {
  switch (used_level()) {
    case vbmi:
    case avx512: return find_line_avx512(firsts, text, count, from);
    case avx2: return find_line_avx2(firsts, text, count, from);
    default: return find_line_portably(firsts, text, count, from);
  }
}

size_t text_scan_find_probes(const text_scan_probes *probes, const uint8_t *text, size_t count, size_t from, size_t end,
                             uint64_t *found) {
  switch (used_level()) {
    case vbmi: return find_probes_vbmi(probes, text, from, end, found);
    case avx512:
    case avx2: return find_probes_avx2(probes, text, count, from, end, found);
    default: return text_scan_find_probes_portably(probes, text, from, end, found);
  }
}
#else
int text_scan_limit(int limit) {
  (void)limit;
  return 0;
}

size_t text_scan_find_landmarks(const text_scan_pairs *pairs, const uint32_t *bitmap, uint64_t cell_mask,
                                const uint8_t *text, size_t count, size_t from, size_t end, uint32_t *found) {
  (void)count;
  return text_scan_find_landmarks_portably(pairs, bitmap, cell_mask, text, from, end, found);
}

size_t text_scan_find_line(const uint8_t firsts[8], const uint8_t *text, size_t count, size_t from) {
  return find_line_portably(firsts, text, count, from);
}

size_t text_scan_find_probes(const text_scan_probes *probes, const uint8_t *text, size_t count, size_t from, size_t end,
                             uint64_t *found) {
  (void)count;
  return text_scan_find_probes_portably(probes, text, from, end, found);
}
#endif

static size_t find_with_landmarks(const text_scan_few *all, uint64_t admitted, const uint8_t *text, size_t end,
                                  uint64_t *found) {
  const text_scan_landmarks *landmarks = all->context;
  size_t n = landmarks->few == NULL ? 0 : landmarks->few->find(landmarks->few, admitted, text, end, found);
  enum { at_once = 256 };
  uint32_t places[at_once + 1];
  for (size_t from = 0; from < end; from += at_once) {
    // The byte before belongs to the first place.
    size_t start = from == 0 ? 0 : from - 1;
    size_t stop = end - from < at_once ? end : from + at_once;
    size_t m = text_scan_find_landmarks(landmarks->pairs, landmarks->bitmap, landmarks->cell_mask, text + start,
                                        end + 3 - start, from - start, stop - start, places);
    for (size_t i = 0; i < m; i++) found[n++] = (uint64_t)(start + places[i]) << 8;
  }
  return n;
}

static text_scan_hits search_with_landmarks(const text_scan_few *all, uint64_t admitted, const text_scan_value *value,
                                            const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  return search_in_values(find_with_landmarks, all, admitted, value, end, bytes, found);
}

void text_scan_prepare_landmarks(text_scan_few *all, const text_scan_landmarks *landmarks) {
  all->find = find_with_landmarks;
  all->search = search_with_landmarks;
  all->context = landmarks;
  all->shortest = landmarks->shortest;
  if (landmarks->few != NULL && landmarks->few->shortest < all->shortest) all->shortest = landmarks->few->shortest;
}
