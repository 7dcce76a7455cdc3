/* decide BUNDLE < FIXTURES: prints for each line what `hpol eval --json` does. */
#include <hpol.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

int main(int count, char **words) {
  hpol_policy *policy;
  hpol_error error;
  if (count != 2 || hpol_open_file(words[1], NULL, &policy, &error) != HPOL_OK) return 2;
  char *request = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&request, &room, stdin)) > 0) {
    char *line;
    size_t line_length;
    if (hpol_decide(policy, request, (size_t)length, &line, &line_length, &error) != HPOL_OK) {
      fprintf(stderr, "%s\n", error.message);
      continue;
    }
    fwrite(line, 1, line_length, stdout);
    hpol_line_free(line);
  }
  free(request);
  hpol_free(policy);
  return 0;
}
