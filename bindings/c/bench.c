/* bench BUNDLE: what a call costs, in nanoseconds of a core; the best of several rounds. */
#include <hpol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static hpol_error error;

static double now(void) {
  struct timespec moment;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &moment);
  return (double)moment.tv_sec * 1e9 + (double)moment.tv_nsec;
}

static void must(hpol_status status) {
  if (status == HPOL_OK) return;
  fprintf(stderr, "%s\n", error.message);
  exit(2);
}

/* `format` has a number in it if every payload is to be another. */
static void measure(hpol_session *session, const char *name, hpol_protocol protocol, const char *format, int calls) {
  enum { rounds = 5, payloads = 20000 };
  static char text[payloads][128];
  static size_t lengths[payloads];
  double best = 1e18;
  static int number = 0;
  for (int round = 0; round < rounds; round++) {
    for (int index = 0; index < payloads; index++)
      lengths[index] = (size_t)snprintf(text[index], sizeof text[index], format, number++);
    double start = now();
    for (int call = 0; call < calls; call++) {
      const hpol_verdict *verdict;
      must(hpol_judge(session, protocol, text[call % payloads], lengths[call % payloads], 0, &verdict, &error));
      if (hpol_verdict_decision(verdict) > HPOL_BLOCK) exit(3);
    }
    double each = (now() - start) / calls;
    if (each < best) best = each;
  }
  printf("%-44s %8.0f ns\n", name, best);
}

int main(int count, char **words) {
  if (count != 2) return 2;
  const char *identity = "{\"principal\":{\"user\":\"eve\",\"groups\":[\"developers\"]},\"target\":\"prod-orders\"}";
  hpol_policy *policy;
  hpol_session *session;
  must(hpol_open_file(words[1], NULL, &policy, &error));
  must(hpol_bind(policy, identity, strlen(identity), &session, &error));
  measure(session, "hpol_judge, postgres, a payload known before", HPOL_POSTGRES, "SELECT id, total FROM orders WHERE id = 7", 2000000);
  measure(session, "hpol_judge, shell, a payload known before", HPOL_SHELL, "systemctl status app.service", 2000000);
  measure(session, "hpol_judge, redis, every payload new", HPOL_REDIS, "GET session:%d", 20000);
  measure(session, "hpol_judge, shell, every payload new", HPOL_SHELL, "ls -l /srv/app/%d", 20000);
  measure(session, "hpol_judge, postgres, every payload new", HPOL_POSTGRES, "SELECT id FROM orders WHERE id = %d", 20000);
  hpol_session_free(session);
  hpol_free(policy);
  return 0;
}
