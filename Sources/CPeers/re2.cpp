#include <re2/re2.h>
#include <re2/set.h>

#include "peer.hpp"

namespace {

/// One set a protocol; what matches is gated.
struct Sets final : Loop<Sets> {
  struct Bucket {
    std::unique_ptr<RE2::Set> set;
    std::vector<Gate> gates;
  };
  Bucket buckets[protocol_count];
  std::vector<int> matches;

  Sets(const peer_rule *rules, size_t count) {
    RE2::Options options(RE2::Latin1);
    options.set_dot_nl(true);
    options.set_log_errors(false);
    // Room for the states of the automaton: with less it is thrown away again and again.
    options.set_max_mem(int64_t(1) << 30);
    for (size_t i = 0; i < count; i++) {
      Bucket &bucket = buckets[rules[i].protocol];
      if (!bucket.set) bucket.set = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
      std::string regex = rules[i].ignores_case ? std::string("(?i)") + rules[i].regex : rules[i].regex;
      std::string error;
      if (bucket.set->Add(regex, &error) < 0) throw "RE2: " + error;
      bucket.gates.emplace_back(rules[i], i);
    }
    for (Bucket &bucket : buckets) {
      if (bucket.set && !bucket.set->Compile()) throw std::string("RE2 runs out of memory");
    }
  }

  uint64_t answer(const peer_request &request) {
    const Bucket &bucket = buckets[request.protocol];
    uint64_t sum = 0;
    if (!bucket.set) return 0;
    if (bucket.set->Match({(const char *)request.command, request.command_length}, &matches)) {
      for (int number : matches) {
        if (bucket.gates[number].admits(request)) sum += bucket.gates[number].mark;
      }
    }
    return sum;
  }
};

}  // namespace

std::unique_ptr<peer> make_re2_set(const peer_rule *rules, size_t count) {
  return std::make_unique<Sets>(rules, count);
}
