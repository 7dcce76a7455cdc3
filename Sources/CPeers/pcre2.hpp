#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "peer.hpp"

/// An expression as machine code of PCRE2.
class Expression {
 public:
  explicit Expression(const peer_rule &rule) {
    int error;
    PCRE2_SIZE offset;
    uint32_t options = PCRE2_DOTALL | PCRE2_NO_AUTO_CAPTURE | (rule.ignores_case ? PCRE2_CASELESS : 0);
    code_ = pcre2_compile((PCRE2_SPTR)rule.regex, PCRE2_ZERO_TERMINATED, options, &error, &offset, nullptr);
    if (!code_ || pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE) != 0) throw std::string("PCRE2 refuses ") + rule.regex;
  }
  Expression(Expression &&other) noexcept : code_(other.code_) { other.code_ = nullptr; }
  Expression(const Expression &) = delete;
  ~Expression() { pcre2_code_free(code_); }

  bool matches(const peer_request &request, pcre2_match_data *data) const {
    return pcre2_jit_match(code_, request.command, request.command_length, 0, 0, data, nullptr) >= 0;
  }

 private:
  pcre2_code *code_;
};

/// The memory of a match.
struct MatchData {
  pcre2_match_data *data = pcre2_match_data_create(1, nullptr);
  ~MatchData() { pcre2_match_data_free(data); }
};
