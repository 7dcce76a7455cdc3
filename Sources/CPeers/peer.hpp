#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "include/peers.h"

/// A peer behind the C interface. The loop over the requests is the derived class's, so that no call is virtual in it.
struct peer {
  virtual ~peer() = default;
  virtual void judge(const peer_request *requests, size_t count, uint64_t *answers) = 0;
  virtual void time(const peer_request *requests, size_t count, double *nanoseconds) = 0;
};

constexpr int protocol_count = 7;

/// Who a rule is for; what is tested before, or after, its expression.
struct Gate {
  uint64_t groups;
  uint64_t mark;
  std::string target_prefix;

  Gate(const peer_rule &rule, size_t number)
      : groups(rule.groups), mark(peer_mark(number)), target_prefix(rule.target_prefix ? rule.target_prefix : "") {}

  bool admits(const peer_request &request) const {
    return (groups & request.groups) != 0 && request.target_length >= target_prefix.size() &&
           memcmp(request.target, target_prefix.data(), target_prefix.size()) == 0;
  }
};

/// `Judge::answer` over many requests.
template <class Judge>
struct Loop : peer {
  void judge(const peer_request *requests, size_t count, uint64_t *answers) final {
    for (size_t i = 0; i < count; i++) answers[i] = static_cast<Judge *>(this)->answer(requests[i]);
  }

  void time(const peer_request *requests, size_t count, double *nanoseconds) final {
    volatile uint64_t kept;
    for (size_t i = 0; i < count; i++) {
      uint64_t before = peer_clock();
      kept = static_cast<Judge *>(this)->answer(requests[i]);
      double taken = double(peer_clock() - before);
      if (taken < nanoseconds[i]) nanoseconds[i] = taken;
    }
    (void)kept;
  }
};

std::unique_ptr<peer> make_pcre2(const peer_rule *rules, size_t count);
std::unique_ptr<peer> make_hyperscan_literals(const peer_rule *rules, size_t count, bool by_protocol);
std::unique_ptr<peer> make_hyperscan(const peer_rule *rules, size_t count);
std::unique_ptr<peer> make_re2_set(const peer_rule *rules, size_t count);
