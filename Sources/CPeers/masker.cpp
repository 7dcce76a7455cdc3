#include <re2/re2.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "include/maskers.h"

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// ISO/IEC 7812-1, annex B, of 12 to 19 digits that are not all the same.
bool passes_luhn(re2::StringPiece text) {
  int digits[19];
  size_t count = 0;
  for (char c : text) {
    if (!is_digit(c)) continue;
    if (count == 19) return false;
    digits[count++] = c - '0';
  }
  if (count < 12) return false;
  int sum = 0;
  bool differ = false;
  for (size_t i = 0; i < count; i++) {
    int weighed = (count - i) % 2 == 0 ? digits[i] * 2 : digits[i];
    sum += weighed > 9 ? weighed - 9 : weighed;
    differ = differ || digits[i] != digits[0];
  }
  return differ && sum % 10 == 0;
}

/// ISO/IEC 7064 MOD 97-10 of 15 to 34 letters and digits.
bool passes_mod97(re2::StringPiece text) {
  char characters[34];
  size_t count = 0;
  for (char c : text) {
    if (c == ' ' || c == '-') continue;
    if (count == 34) return false;
    characters[count++] = c;
  }
  if (count < 15) return false;
  unsigned remainder = 0;
  for (size_t i = 0; i < count; i++) {
    char c = characters[(i + 4) % count];
    remainder = is_digit(c) ? (remainder * 10 + unsigned(c - '0')) % 97
                            : (remainder * 100 + unsigned((c | 0x20) - 'a' + 10)) % 97;
  }
  return remainder == 1;
}

struct Detector {
  std::unique_ptr<RE2> expression;
  peer_check check;
  std::string replacement;

  bool accepts(re2::StringPiece text) const {
    switch (check) {
      case peer_check_luhn: return passes_luhn(text);
      case peer_check_mod97: return passes_mod97(text);
      default: return true;
    }
  }
};

RE2::Options options() {
  RE2::Options options(RE2::Latin1);
  options.set_longest_match(true);
  options.set_log_errors(false);
  // Nothing is captured: where a match lies is all that is asked, and that the automaton alone tells.
  options.set_never_capture(true);
  options.set_max_mem(int64_t(1) << 30);
  return options;
}

std::unique_ptr<RE2> compile(const std::string &regex) {
  auto expression = std::make_unique<RE2>(regex, options());
  if (!expression->ok()) throw "RE2: " + expression->error();
  return expression;
}

}  // namespace

struct peer_masker {
  std::unique_ptr<RE2> alternation;
  std::vector<Detector> detectors;

  /// Which expression a match of the alternation is of. Asking them one after the other is faster than groups in the
  /// alternation, for which RE2 leaves its automaton.
  const Detector *detector(re2::StringPiece match) const {
    for (const Detector &detector : detectors) {
      if (detector.expression->Match(match, 0, match.size(), RE2::ANCHOR_BOTH, nullptr, 0)) return &detector;
    }
    return nullptr;
  }
};

peer_masker *peer_masker_create(const peer_detector *detectors, size_t count) {
  try {
    auto masker = std::make_unique<peer_masker>();
    std::string all;
    for (size_t i = 0; i < count; i++) {
      all += (i > 0 ? "|" : "") + std::string("(?:") + detectors[i].regex + ")";
      masker->detectors.push_back(
          {compile(detectors[i].regex), detectors[i].check, "[" + std::string(detectors[i].name) + "]"});
    }
    masker->alternation = compile(all);
    return masker.release();
  } catch (const std::string &message) {
    fprintf(stderr, "%s\n", message.c_str());
    return nullptr;
  }
}

void peer_masker_destroy(peer_masker *masker) { delete masker; }

size_t peer_masker_mask(peer_masker *masker, const uint8_t *text, size_t count, uint8_t *out) {
  re2::StringPiece all((const char *)text, count), match;
  uint8_t *end = out;
  size_t from = 0, written = 0;
  auto copy = [&](const void *bytes, size_t count) {
    memcpy(end, bytes, count);
    end += count;
  };
  while (from < count && masker->alternation->Match(all, from, count, RE2::UNANCHORED, &match, 1)) {
    size_t start = size_t(match.data() - all.data());
    from = start + match.size();
    const Detector *detector = masker->detector(match);
    if (!detector || !detector->accepts(match)) continue;
    copy(text + written, start - written);
    copy(detector->replacement.data(), detector->replacement.size());
    written = from;
  }
  copy(text + written, count - written);
  return size_t(end - out);
}
