#ifndef HPOL_PEERS_H
#define HPOL_PEERS_H

#include <stddef.h>
#include <stdint.h>

// What others would build in a gateway's place from a matching library, for comparison; for the benchmark only.

#ifdef __cplusplus
extern "C" {
#endif

/// A rule as every peer is given it: it applies if the principal has one of the groups, protocol and target agree and the
/// expression matches somewhere in the command.
typedef struct {
  uint64_t groups;
  /// What the target begins with; null: any target.
  const char *target_prefix;
  /// In the syntax that PCRE2, Hyperscan and RE2 share.
  const char *regex;
  /// What every match holds; rare in commands.
  const char *literal;
  uint8_t protocol;
  uint8_t ignores_case;
} peer_rule;

typedef struct {
  uint64_t groups;
  const uint8_t *target;
  const uint8_t *command;
  uint32_t target_length;
  uint32_t command_length;
  uint8_t protocol;
} peer_request;

typedef enum {
  /// PCRE2's machine code, rules in a list for each protocol.
  peer_pcre2,
  /// Hyperscan finds the required literals of all rules; protocol, group and target are tested, PCRE2 confirms.
  peer_hyperscan_literals,
  /// The same with a database a protocol.
  peer_hyperscan_literals_by_protocol,
  /// Hyperscan finds all expressions, one database a protocol.
  peer_hyperscan,
  /// RE2::Set, one a protocol.
  peer_re2_set,
  peer_count
} peer_kind;

typedef struct peer peer;

const char *peer_name(peer_kind kind);

/// Compiles the rules; null where the library refuses one. The rules need not outlive the call.
peer *peer_create(peer_kind kind, const peer_rule *rules, size_t count);
void peer_destroy(peer *peer);

/// Judges requests one after the other. Each answer is the sum of `peer_mark` of all rules that apply.
void peer_judge(peer *peer, const peer_request *requests, size_t count, uint64_t *answers);

/// The same with a clock around each request: `nanoseconds` of each is lowered to what it took where that is less.
void peer_time(peer *peer, const peer_request *requests, size_t count, double *nanoseconds);

/// What a rule that applies adds to an answer.
static inline uint64_t peer_mark(uint64_t rule) { return (rule + 1) * 0x9E3779B97F4A7C15u; }

/// Nanoseconds of the monotonic clock.
uint64_t peer_clock(void);

/// Versions of the libraries, in one line.
const char *peer_versions(void);

#ifdef __cplusplus
}
#endif

#endif
