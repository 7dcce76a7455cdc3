#ifndef HPOL_MASKERS_H
#define HPOL_MASKERS_H

#include <stddef.h>
#include <stdint.h>

// What others would build to mask texts from a matching library, for comparison; for the benchmark only.

#ifdef __cplusplus
extern "C" {
#endif

/// What a text of the right shape must pass besides; the same rules as those of the engine.
typedef enum { peer_check_none, peer_check_luhn, peer_check_mod97 } peer_check;

typedef struct {
  /// What is written, in brackets, in the place of what is found.
  const char *name;
  /// In the syntax that RE2 knows.
  const char *regex;
  peer_check check;
} peer_detector;

typedef struct peer_masker peer_masker;

/// RE2 with one alternation of all expressions, leftmost and longest; null where it refuses one.
peer_masker *peer_masker_create(const peer_detector *detectors, size_t count);
void peer_masker_destroy(peer_masker *masker);

/// Masks a text that is there as a whole. What fails its check is left as it is, and passed over. `out` has room for
/// `count` bytes and for as many names as there can be matches. Returns how many bytes were written.
size_t peer_masker_mask(peer_masker *masker, const uint8_t *text, size_t count, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
