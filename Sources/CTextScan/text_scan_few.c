#include <string.h>

#include "text_scan.h"
#include "text_scan_vectors.h"

/// The sets that four bytes may be of.
static inline uint8_t sets_at(const text_scan_tables *tables, const uint8_t *text) {
  return tables->of[0][text[0] & 127] & tables->of[1][text[1] & 127] & tables->of[2][text[2] & 127] &
         tables->of[3][text[3] & 127];
}

/// The sets whose gate is open.
static inline uint8_t open_sets(const text_scan_few *few, uint64_t admitted) {
  uint8_t sets = 0;
  for (int i = 0; i < 8; i++) sets |= (uint8_t)(((tables_of(few)->gates[i] & admitted) != 0) << i);
  return sets;
}

size_t text_scan_find_few_portably(const text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t end,
                                   uint64_t *found) {
  size_t n = 0;
  uint8_t sets = open_sets(few, admitted);
  for (size_t place = 0; place < end; place++) {
    const uint8_t *at = text + place;
    uint8_t bits = 0;
    if (few->window_count == 0) {
      bits = sets_at(tables_of(few), at);
    } else {
      uint32_t four = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
      for (uint32_t i = 0; i < few->window_count; i++) {
        bits |= (uint8_t)((((four ^ few->windows[i]) & 0x01010101u * other_bits) == 0) << i);
      }
    }
    bits &= sets;
    // Written always, counted where it is one: no branch that depends on the text.
    found[n] = (uint64_t)place << 8 | bits;
    n += bits != 0;
  }
  return n;
}

#if defined(__x86_64__)
// AVX2

/// The bits of the sets at 32 places, by halves of bytes.
AVX2 static inline __m256i sets_at_32(const __m256i low[4], const __m256i high[4], const uint8_t *text) {
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i bits = _mm256_set1_epi8(-1);
  for (int i = 0; i < 4; i++) {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + i));
    __m256i l = _mm256_shuffle_epi8(low[i], _mm256_and_si256(bytes, nibble));
    __m256i h = _mm256_shuffle_epi8(high[i], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    bits = _mm256_and_si256(bits, _mm256_and_si256(l, h));
  }
  return bits;
}

/// The bits of the windows, four broadcast bytes each, at 32 places.
AVX2 static inline __m256i windows_at_32(const __m256i (*bytes)[4], size_t window_count, const uint8_t *text) {
  const __m256i others = _mm256_set1_epi8(other_bits);
  __m256i at[4];
  for (int i = 0; i < 4; i++) at[i] = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)(text + i)), others);
  __m256i bits = _mm256_setzero_si256();
  for (size_t w = 0; w < window_count; w++) {
    __m256i first = _mm256_and_si256(_mm256_cmpeq_epi8(at[0], bytes[w][0]), _mm256_cmpeq_epi8(at[1], bytes[w][1]));
    __m256i last = _mm256_and_si256(_mm256_cmpeq_epi8(at[2], bytes[w][2]), _mm256_cmpeq_epi8(at[3], bytes[w][3]));
    __m256i bit = _mm256_set1_epi8((char)(1 << w));
    bits = _mm256_or_si256(bits, _mm256_and_si256(_mm256_and_si256(first, last), bit));
  }
  return bits;
}

/// Which of 32 places have a bit of `mask`, and are in `wanted`.
AVX2 static inline uint32_t hits_of_32(__m256i bits, __m256i mask, uint32_t wanted) {
  __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(bits, mask), _mm256_setzero_si256());
  return ~(uint32_t)_mm256_movemask_epi8(none) & wanted;
}

/// Looks at all places with `BITS_AT`, the bits at the 32 places from an address on, and hands each place that has one to
/// `NOTE`, with the address of its four bytes and those bits.
#define FIND_ALL(BITS_AT, NOTE)                                                                       \
  size_t n = 0;                                                                                       \
  uint8_t copy[64] = {0}, each[32];                                                                   \
  for (size_t place = 0; place < end; place += 32) {                                                  \
    /* 32 places read 35 bytes. The last ones that can be read at once, without those before `place`. */ \
    size_t first = place + 32 <= end ? place : end >= 32 ? end - 32 : 0;                              \
    const uint8_t *base = text + first;                                                               \
    if (end < 32) base = memcpy(copy, text, end + 3);                                                 \
    uint32_t wanted = ~(uint32_t)0 << (place - first);                                                \
    if (end - first < 32) wanted &= ((uint32_t)1 << (end - first)) - 1;                               \
    __m256i bits = BITS_AT(base);                                                                     \
    uint32_t hits = hits_of_32(bits, mask, wanted);                                                   \
    if (hits == 0) continue;                                                                          \
    _mm256_storeu_si256((__m256i *)each, bits);                                                       \
    for (; hits != 0; hits &= hits - 1) {                                                             \
      unsigned at = (unsigned)__builtin_ctz(hits);                                                    \
      uint8_t passed = NOTE(base + at, each[at]);                                                     \
      found[n] = (uint64_t)(first + at) << 8 | passed;                                                \
      n += passed != 0;                                                                               \
    }                                                                                                 \
  }                                                                                                   \
  return n

AVX2 static size_t find_sets_avx2(const text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t end,
                                  uint64_t *found) {
  uint8_t sets = open_sets(few, admitted);
  __m256i low[4], high[4];
  for (int i = 0; i < 4; i++) {
    low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)tables_of(few)->low[i]));
    high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)tables_of(few)->high[i]));
  }
  const __m256i mask = _mm256_set1_epi8((char)sets);
#define SETS_AT(address) sets_at_32(low, high, address)
  // Halves let more pass.
#define EXACT(address, bits) (sets_at(tables_of(few), address) & sets)
  FIND_ALL(SETS_AT, EXACT);
#undef SETS_AT
}

/// Inlined for each count of windows, so that all stay in registers.
AVX2 static inline __attribute__((always_inline)) size_t find_n_windows_avx2(const text_scan_few *few, size_t count,
                                                                             uint64_t admitted, const uint8_t *text,
                                                                             size_t end, uint64_t *found) {
  __m256i bytes[text_scan_most_windows][4];
  for (size_t w = 0; w < count; w++) {
    for (int i = 0; i < 4; i++) bytes[w][i] = _mm256_set1_epi8((char)(few->windows[w] >> (8 * i)) & other_bits);
  }
  const uint8_t sets = open_sets(few, admitted);
  const __m256i mask = _mm256_set1_epi8((char)sets);
#define WINDOWS_AT(address) windows_at_32(bytes, count, address)
#define AS_THEY_ARE(address, bits) ((bits) & sets)
  FIND_ALL(WINDOWS_AT, AS_THEY_ARE);
#undef WINDOWS_AT
}

/// A search for `count` windows, as `text_scan_few` wants it.
#define FIND_WINDOWS(level, find_n_windows, name, count)                                                          \
  level static size_t name(const text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t end,          \
                           uint64_t *found) {                                                                     \
    return find_n_windows(few, count, admitted, text, end, found);                                                \
  }

FIND_WINDOWS(AVX2, find_n_windows_avx2, find_window_avx2, 1)
FIND_WINDOWS(AVX2, find_n_windows_avx2, find_two_windows_avx2, 2)
FIND_WINDOWS(AVX2, find_n_windows_avx2, find_three_windows_avx2, 3)

// AVX-512

/// The same of AVX-512.
AVX512 static inline uint8_t open_sets_avx512(const text_scan_few *few, uint64_t admitted) {
  if (admitted == ~(uint64_t)0) return few->sets;
  return _mm512_test_epi64_mask(_mm512_loadu_si512(tables_of(few)->gates), _mm512_set1_epi64((long long)admitted));
}

AVX512 static size_t find_sets_avx512(const text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t end,
                                      uint64_t *found) {
  uint8_t sets = open_sets_avx512(few, admitted);
  if (sets == 0) return 0;
  __m512i low[4], high[4];
  for (int i = 0; i < 4; i++) {
    low[i] = broadcast(tables_of(few)->low[i]);
    high[i] = broadcast(tables_of(few)->high[i]);
  }
  const __m512i mask = _mm512_set1_epi8((char)sets);
  size_t n = 0;
  for (size_t place = 0; place < end; place += 64) {
    uint64_t wanted = wanted_of_64(place, end);
    __m512i bits = both_halves(low[0], high[0], _mm512_maskz_loadu_epi8(wanted, text + place));
    for (int i = 1; i < 4; i++) {
      __m512i bytes = _mm512_maskz_loadu_epi8(wanted, text + place + i);
      bits = _mm512_and_si512(bits, both_halves(low[i], high[i], bytes));
    }
    for (uint64_t hits = _mm512_mask_test_epi8_mask(wanted, bits, mask); hits != 0; hits &= hits - 1) {
      size_t at = place + (size_t)__builtin_ctzll(hits);
      uint8_t exact = sets_at(tables_of(few), text + at) & sets;
      found[n] = (uint64_t)at << 8 | exact;
      n += exact != 0;
    }
  }
  return n;
}

static const uint8_t lane_numbers[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
};

/// Each byte is looked up in a table of 128 at once, and what that says moved to the first byte of each four: four loads, most of
/// them across lines of the cache, would cost more.
VBMI static size_t find_sets_vbmi(const text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t end,
                                  uint64_t *found) {
  uint8_t sets = open_sets_avx512(few, admitted);
  if (sets == 0) return 0;
  const __m512i lanes = _mm512_loadu_si512(lane_numbers), mask = _mm512_set1_epi8((char)sets);
  __m512i table[4][2], further[4];
  for (int i = 0; i < 4; i++) {
    table[i][0] = _mm512_loadu_si512(tables_of(few)->of[i]);
    table[i][1] = _mm512_loadu_si512(tables_of(few)->of[i] + 64);
    further[i] = _mm512_add_epi8(lanes, _mm512_set1_epi8((char)i));
  }
  size_t n = 0;
  // Four bytes at the last of 61 places end with 64.
  for (size_t place = 0; place < end; place += 61) {
    uint64_t read = wanted_of_64(place, end + 3);
    __m512i bytes = _mm512_maskz_loadu_epi8(read, text + place);
    __m512i bits = _mm512_and_si512(mask, _mm512_permutex2var_epi8(table[0][0], bytes, table[0][1]));
    for (int i = 1; i < 4; i++) {
      __m512i of = _mm512_permutex2var_epi8(table[i][0], bytes, table[i][1]);
      bits = _mm512_and_si512(bits, _mm512_permutexvar_epi8(further[i], of));
    }
    for (uint64_t hits = _mm512_mask_test_epi8_mask(read >> 3, bits, bits); hits != 0; hits &= hits - 1) {
      size_t at = place + (size_t)__builtin_ctzll(hits);
      found[n++] = (uint64_t)at << 8 | (sets_at(tables_of(few), text + at) & sets);
    }
  }
  return n;
}

VBMI static text_scan_hits search_sets_vbmi(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                                            const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  return search_in_values(find_sets_vbmi, few, admitted, value, end, bytes, found);
}

/// Vectors that are looked at in one go.
enum { parts = 3 };

/// Inlined for each count of windows, so that all stay in registers. As many places as most texts have are looked at without a
/// branch on how many there are: it would be foreseen as badly as lengths are.
AVX512 static inline __attribute__((always_inline)) size_t find_n_windows_avx512(const text_scan_few *few, size_t count,
                                                                               uint64_t admitted, const uint8_t *text,
                                                                               size_t end, uint64_t *found) {
  const __m512i others = _mm512_set1_epi8(other_bits);
  __m512i bytes[text_scan_most_windows][4];
  for (size_t w = 0; w < count; w++) {
    for (int i = 0; i < 4; i++) bytes[w][i] = _mm512_set1_epi8((char)(few->windows[w] >> (8 * i)));
  }
  size_t n = 0;
  for (size_t place = 0; place < end; place += 64 * parts) {
    // What is beyond 255 places is no matter: `bzhi` reads eight bits.
    size_t left = end - place < 255 ? end - place : 255;
    uint64_t masks[parts][text_scan_most_windows], any = 0;
#pragma unroll
    for (size_t part = 0; part < parts; part++) {
      uint64_t wanted = _bzhi_u64(~(uint64_t)0, left < 64 * part ? 0 : (unsigned)(left - 64 * part));
      __m512i at[4];
      for (int i = 0; i < 4; i++) at[i] = _mm512_maskz_loadu_epi8(wanted, text + place + 64 * part + i);
      for (size_t w = 0; w < count; w++) {
        __m512i unlike = _mm512_xor_si512(at[0], bytes[w][0]);
        // a | (b ^ c)
        for (int i = 1; i < 4; i++) unlike = _mm512_ternarylogic_epi32(unlike, at[i], bytes[w][i], 0xF6);
        masks[part][w] = _mm512_mask_testn_epi8_mask(wanted, unlike, others);
        any |= masks[part][w];
      }
    }
    if (any == 0) continue;
    uint8_t sets = open_sets_avx512(few, admitted);
    for (size_t part = 0; part < parts; part++) {
      uint64_t hits = 0;
      for (size_t w = 0; w < count; w++) hits |= masks[part][w];
      for (; hits != 0; hits &= hits - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(hits);
        uint8_t which = 0;
        for (size_t w = 0; w < count; w++) which |= (uint8_t)((masks[part][w] >> bit & 1) << w);
        which &= sets;
        found[n] = (uint64_t)(place + 64 * part + bit) << 8 | which;
        n += which != 0;
      }
    }
  }
  return n;
}

FIND_WINDOWS(AVX512, find_n_windows_avx512, find_window_avx512, 1)
FIND_WINDOWS(AVX512, find_n_windows_avx512, find_two_windows_avx512, 2)
FIND_WINDOWS(AVX512, find_n_windows_avx512, find_three_windows_avx512, 3)
#endif

void text_scan_add_window(text_scan_few *few, text_scan_tables *tables, int set, uint32_t window, uint64_t gate) {
  uint8_t bit = (uint8_t)(1 << set);
  for (int i = 0; i < 4; i++) {
    uint8_t byte = (uint8_t)(window >> (8 * i));
    for (int flip = 0; flip <= 0x20; flip += 0x20) {
      tables->of[i][(byte ^ flip) & 127] |= bit;
      // Whatever the highest bit is: a table of 128 does not look at it.
      tables->high[i][((byte ^ flip) & 127) >> 4] |= bit;
      tables->high[i][((byte ^ flip) | 128) >> 4] |= bit;
    }
    tables->low[i][byte & 15] |= bit;
  }
  tables->gates[set] |= gate;
  few->context = tables;
  few->sets |= bit;
}

static text_scan_hits search_each(const text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                                  const text_scan_value *end, const uint8_t *bytes, uint64_t *found) {
  return search_in_values(few->find, few, admitted, value, end, bytes, found);
}

void text_scan_prepare(text_scan_few *few, const uint32_t *windows, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) few->windows[i] = windows[i];
  few->window_count = (uint8_t)count;
  few->find = text_scan_find_few_portably;
  few->search = search_each;
#if defined(__x86_64__)
  typedef size_t (*search)(const text_scan_few *, uint64_t, const uint8_t *, size_t, uint64_t *);
  const search searches[][text_scan_most_windows + 1] = {
      [avx2] = {find_sets_avx2, find_window_avx2, find_two_windows_avx2, find_three_windows_avx2},
      [avx512] = {find_sets_avx512, find_window_avx512, find_two_windows_avx512, find_three_windows_avx512},
      // Two windows as many: it is as fast, and one way is foreseen better than three.
      [vbmi] = {find_sets_vbmi, find_window_avx512, find_sets_vbmi, find_sets_vbmi},
  };
  if (used_level() != portable) few->find = searches[used_level()][count];
  if (few->find == find_sets_vbmi) few->search = search_sets_vbmi;
#endif
}
