/* What the programs here share: a check that ends them, and calls that must succeed. */
#include <hpol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(holds)                                                                    \
  do {                                                                                  \
    if (!(holds)) {                                                                     \
      fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #holds, error.message);   \
      exit(1);                                                                          \
    }                                                                                   \
  } while (0)

static hpol_error error;
static const char eve[] = "{\"principal\":{\"user\":\"eve\"},\"target\":\"prod-orders\"}";
static const char dba[] = "{\"principal\":{\"user\":\"dee\",\"groups\":[\"dba\"]},\"target\":\"prod-orders\"}";

static inline hpol_policy *opened(const char *path) {
  hpol_policy *policy;
  CHECK(hpol_open_file(path, NULL, &policy, &error) == HPOL_OK);
  return policy;
}

static inline hpol_session *bound(hpol_policy *policy, const char *identity) {
  hpol_session *session;
  CHECK(hpol_bind(policy, identity, strlen(identity), &session, &error) == HPOL_OK);
  return session;
}

static inline const hpol_verdict *judged(hpol_session *session, hpol_protocol protocol, const char *payload) {
  const hpol_verdict *verdict;
  CHECK(hpol_judge(session, protocol, payload, strlen(payload), 0, &verdict, &error) == HPOL_OK);
  return verdict;
}
