#include "pcre2.hpp"

namespace {

/// Rules in a list for each protocol; group and target are tested first.
struct Bucketed final : Loop<Bucketed> {
  struct Rule {
    Gate gate;
    Expression expression;
  };
  std::vector<Rule> rules[protocol_count];
  MatchData match;

  Bucketed(const peer_rule *all, size_t count) {
    for (size_t i = 0; i < count; i++) rules[all[i].protocol].push_back({Gate(all[i], i), Expression(all[i])});
  }

  uint64_t answer(const peer_request &request) {
    uint64_t sum = 0;
    for (const Rule &rule : rules[request.protocol]) {
      if (rule.gate.admits(request) && rule.expression.matches(request, match.data)) sum += rule.gate.mark;
    }
    return sum;
  }
};

}  // namespace

std::unique_ptr<peer> make_pcre2(const peer_rule *rules, size_t count) {
  return std::make_unique<Bucketed>(rules, count);
}
