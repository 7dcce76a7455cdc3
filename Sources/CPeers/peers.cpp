#include "include/peers.h"

#include <hs/hs.h>
#include <time.h>

#include <cstdio>

#include "pcre2.hpp"

const char *peer_name(peer_kind kind) {
  switch (kind) {
    case peer_pcre2: return "PCRE2 JIT, a list a protocol";
    case peer_hyperscan_literals: return "Hyperscan on literals, PCRE2";
    case peer_hyperscan_literals_by_protocol: return "the same, a database a protocol";
    case peer_hyperscan: return "Hyperscan, a database a protocol";
    case peer_re2_set: return "RE2::Set, one a protocol";
    default: return "";
  }
}

peer *peer_create(peer_kind kind, const peer_rule *rules, size_t count) {
  try {
    switch (kind) {
      case peer_pcre2: return make_pcre2(rules, count).release();
      case peer_hyperscan_literals: return make_hyperscan_literals(rules, count, false).release();
      case peer_hyperscan_literals_by_protocol: return make_hyperscan_literals(rules, count, true).release();
      case peer_hyperscan: return make_hyperscan(rules, count).release();
      case peer_re2_set: return make_re2_set(rules, count).release();
      default: return nullptr;
    }
  } catch (const std::string &message) {
    fprintf(stderr, "%s\n", message.c_str());
    return nullptr;
  }
}

void peer_destroy(peer *peer) { delete peer; }

void peer_judge(peer *peer, const peer_request *requests, size_t count, uint64_t *answers) {
  peer->judge(requests, count, answers);
}

void peer_time(peer *peer, const peer_request *requests, size_t count, double *nanoseconds) {
  peer->time(requests, count, nanoseconds);
}

uint64_t peer_clock(void) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}

const char *peer_versions(void) {
  static const std::string versions = [] {
    char pcre2[64];
    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    return std::string("Hyperscan ") + hs_version() + "; PCRE2 " + pcre2;
  }();
  return versions.c_str();
}
