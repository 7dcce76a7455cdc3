/* Judges one SQL statement: example guard.hpolb 'DELETE FROM orders' */
#include <hpol.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **words) {
  const char *identity = "{\"principal\":{\"user\":\"eve\"},\"target\":\"prod-orders\"}";
  hpol_policy *policy = NULL;
  hpol_session *session = NULL;
  const hpol_verdict *verdict = NULL;
  hpol_error error = {HPOL_ERROR_ARGUMENT, "usage: example BUNDLE SQL"};
  if (count == 3 && hpol_open_file(words[1], NULL, &policy, &error) == HPOL_OK
      && hpol_bind(policy, identity, strlen(identity), &session, &error) == HPOL_OK
      && hpol_judge(session, HPOL_POSTGRES, words[2], strlen(words[2]), 0, &verdict, &error) == HPOL_OK)
    puts(hpol_verdict_json(verdict, NULL));
  else
    fprintf(stderr, "no verdict, so nothing may pass: %s\n", error.message);
  int blocks = hpol_verdict_decision(verdict) != HPOL_ALLOW;
  hpol_session_free(session);
  hpol_free(policy);
  return blocks;
}
