#include <hs/hs.h>

#include <map>

#include "pcre2.hpp"

namespace {

/// A compiled database and the memory to scan with it.
class Database {
 public:
  /// Compiles expressions, or plain texts; an expression's number is its place.
  Database(const std::vector<const char *> &texts, const std::vector<unsigned> &flags, bool literal) {
    if (texts.empty()) return;
    std::vector<unsigned> ids(texts.size());
    std::vector<size_t> lengths(texts.size());
    for (size_t i = 0; i < ids.size(); i++) {
      ids[i] = unsigned(i);
      lengths[i] = strlen(texts[i]);
    }
    hs_compile_error_t *error = nullptr;
    unsigned n = unsigned(ids.size());
    if (literal) {
      hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(), n, HS_MODE_BLOCK, nullptr,
                           &database_, &error);
    } else {
      hs_compile_multi(texts.data(), flags.data(), ids.data(), n, HS_MODE_BLOCK, nullptr, &database_, &error);
    }
    if (error) throw std::string("Hyperscan: ") + error->message;
    hs_alloc_scratch(database_, &scratch_);
  }
  Database(Database &&other) noexcept : database_(other.database_), scratch_(other.scratch_) {
    other.database_ = nullptr;
    other.scratch_ = nullptr;
  }
  Database(const Database &) = delete;
  ~Database() {
    hs_free_scratch(scratch_);
    hs_free_database(database_);
  }

  void scan(const peer_request &request, match_event_handler handler, void *context) const {
    if (database_) {
      hs_scan(database_, (const char *)request.command, request.command_length, 0, scratch_, handler, context);
    }
  }

 private:
  hs_database_t *database_ = nullptr;
  hs_scratch_t *scratch_ = nullptr;
};

/// Databases of the rules' literals, equal ones once; what they find is gated and confirmed.
struct Literals final : Loop<Literals> {
  struct Rule {
    Gate gate;
    uint8_t protocol;
    Expression expression;
  };
  struct Bucket {
    Database database;
    /// By the number of the literal.
    std::vector<std::vector<Rule>> rules;
  };
  /// One a protocol, or one for all.
  std::vector<Bucket> buckets;
  MatchData match;

  Literals(const peer_rule *all, size_t count, bool by_protocol) {
    for (int number = 0; number < (by_protocol ? protocol_count : 1); number++) {
      std::vector<const char *> literals;
      std::vector<unsigned> flags;
      std::vector<std::vector<Rule>> rules;
      std::map<std::pair<std::string, bool>, size_t> known;
      for (size_t i = 0; i < count; i++) {
        if (by_protocol && all[i].protocol != number) continue;
        auto [place, is_new] = known.insert({{all[i].literal, all[i].ignores_case != 0}, rules.size()});
        if (is_new) {
          literals.push_back(all[i].literal);
          flags.push_back(HS_FLAG_SINGLEMATCH | (all[i].ignores_case ? HS_FLAG_CASELESS : 0));
          rules.emplace_back();
        }
        rules[place->second].push_back({Gate(all[i], i), all[i].protocol, Expression(all[i])});
      }
      buckets.push_back({Database(literals, flags, true), std::move(rules)});
    }
  }

  struct Scan {
    const Bucket &bucket;
    const peer_request &request;
    pcre2_match_data *data;
    uint64_t sum;
  };

  static int found(unsigned id, unsigned long long, unsigned long long, unsigned, void *context) {
    Scan &scan = *static_cast<Scan *>(context);
    for (const Rule &rule : scan.bucket.rules[id]) {
      if (rule.protocol == scan.request.protocol && rule.gate.admits(scan.request) &&
          rule.expression.matches(scan.request, scan.data)) {
        scan.sum += rule.gate.mark;
      }
    }
    return 0;
  }

  uint64_t answer(const peer_request &request) {
    Scan scan{buckets.size() > 1 ? buckets[request.protocol] : buckets[0], request, match.data, 0};
    scan.bucket.database.scan(request, found, &scan);
    return scan.sum;
  }
};

/// One database of all expressions of a protocol; what matches is gated.
struct Expressions final : Loop<Expressions> {
  struct Bucket {
    Database database;
    std::vector<Gate> gates;
  };
  std::vector<Bucket> buckets;

  Expressions(const peer_rule *all, size_t count) {
    for (int protocol = 0; protocol < protocol_count; protocol++) {
      std::vector<const char *> texts;
      std::vector<unsigned> flags;
      std::vector<Gate> gates;
      for (size_t i = 0; i < count; i++) {
        if (all[i].protocol != protocol) continue;
        texts.push_back(all[i].regex);
        flags.push_back(HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL | (all[i].ignores_case ? HS_FLAG_CASELESS : 0));
        gates.emplace_back(all[i], i);
      }
      buckets.push_back({Database(texts, flags, false), std::move(gates)});
    }
  }

  struct Scan {
    const Bucket &bucket;
    const peer_request &request;
    uint64_t sum;
  };

  static int found(unsigned id, unsigned long long, unsigned long long, unsigned, void *context) {
    Scan &scan = *static_cast<Scan *>(context);
    const Gate &gate = scan.bucket.gates[id];
    if (gate.admits(scan.request)) scan.sum += gate.mark;
    return 0;
  }

  uint64_t answer(const peer_request &request) {
    Scan scan{buckets[request.protocol], request, 0};
    scan.bucket.database.scan(request, found, &scan);
    return scan.sum;
  }
};

}  // namespace

std::unique_ptr<peer> make_hyperscan_literals(const peer_rule *rules, size_t count, bool by_protocol) {
  return std::make_unique<Literals>(rules, count, by_protocol);
}

std::unique_ptr<peer> make_hyperscan(const peer_rule *rules, size_t count) {
  return std::make_unique<Expressions>(rules, count);
}
