/* calls BUNDLE OTHER KEY FIRST SECOND: makes every call of hpol.h, but for that of arrow.c, rightly and wrongly; OTHER blocks
   all; FIRST and SECOND are revisions 1 and 2 of BUNDLE, signed by the key whose public half is in the file KEY. */
#include "check.h"

static void says_versions(void) {
  CHECK(hpol_abi_version() == HPOL_ABI_VERSION);
  CHECK(strcmp(hpol_version(), "0.1.0") == 0);
}

static void judges(hpol_policy *policy) {
  hpol_session *session = bound(policy, eve);
  size_t length = 0;
  /* More often than it takes to be remembered. */
  for (int round = 0; round < 4; round++) {
    const hpol_verdict *verdict = judged(session, HPOL_POSTGRES, "DELETE FROM orders");
    CHECK(hpol_verdict_decision(verdict) == HPOL_BLOCK);
    CHECK(strcmp(hpol_verdict_message(verdict, &length), "Add a WHERE clause that restricts rows.") == 0);
    CHECK(length == 39);
    CHECK(hpol_verdict_rule_count(verdict) == 1);
    CHECK(strcmp(hpol_verdict_rule(verdict, 0, NULL), "bounded-writes") == 0);
    CHECK(hpol_verdict_rule(verdict, 1, &length) == NULL && length == 0);
    CHECK(hpol_verdict_operation_count(verdict) == 1);
    CHECK(hpol_verdict_mask_count(verdict) == 0);
    CHECK(hpol_verdict_record(verdict) == HPOL_RECORD_NONE);
    const char *json = hpol_verdict_json(verdict, &length);
    CHECK(strncmp(json, "{\"id\":null,\"decision\":\"block\"", 28) == 0 && strlen(json) == length);
    CHECK(json[length - 1] == '}');

    verdict = judged(session, HPOL_POSTGRES, "DELETE FROM orders WHERE id = 7");
    CHECK(hpol_verdict_decision(verdict) == HPOL_ALLOW);
    CHECK(hpol_verdict_message(verdict, NULL) == NULL);
    CHECK(hpol_verdict_decision(judged(session, HPOL_MYSQL, "DELETE FROM orders")) == HPOL_BLOCK);
    CHECK(hpol_verdict_decision(judged(session, HPOL_SHELL, "DELETE FROM orders")) == HPOL_ALLOW);
  }
  hpol_session *other = bound(policy, dba);
  CHECK(hpol_verdict_decision(judged(other, HPOL_POSTGRES, "DELETE FROM orders")) == HPOL_ALLOW);
  CHECK(hpol_verdict_decision(judged(session, HPOL_POSTGRES, "DELETE FROM orders")) == HPOL_BLOCK);
  /* An empty payload may have no address. */
  const hpol_verdict *verdict;
  CHECK(hpol_judge(session, HPOL_SHELL, NULL, 0, 0, &verdict, &error) == HPOL_OK);
  /* What is larger than decoders read is not parsed. */
  size_t size = 64 << 20;
  char *large = malloc(size);
  memset(large, 'x', size);
  CHECK(hpol_judge(session, HPOL_POSTGRES, large, size, 0, &verdict, &error) == HPOL_OK);
  CHECK(hpol_verdict_decision(verdict) == HPOL_BLOCK && hpol_verdict_rule_count(verdict) == 0);
  free(large);
  hpol_session_free(other);
  hpol_session_free(session);
}

/* The line for a request, which begins like `start`. */
static void decided(hpol_policy *policy, const char *request, const char *start) {
  char *line;
  size_t length;
  CHECK(hpol_decide(policy, request, strlen(request), &line, NULL, &error) == HPOL_OK);
  hpol_line_free(line);
  CHECK(hpol_decide(policy, request, strlen(request), &line, &length, &error) == HPOL_OK);
  CHECK(strncmp(line, start, strlen(start)) == 0 && line[length - 1] == '\n' && line[length] == 0);
  hpol_line_free(line);
}

static void keeps_tags(hpol_policy *policy) {
  hpol_session *session = bound(policy, eve);
  CHECK(hpol_verdict_decision(judged(session, HPOL_SHELL, "ls")) == HPOL_ALLOW);
  const hpol_verdict *verdict = judged(session, HPOL_POSTGRES, "SELECT * FROM secrets");
  CHECK(hpol_verdict_tag_count(verdict) == 1);
  CHECK(strcmp(hpol_verdict_tag(verdict, 0, NULL), "saw-secrets") == 0);
  CHECK(hpol_verdict_tag(verdict, 1, NULL) == NULL);
  CHECK(hpol_verdict_decision(judged(session, HPOL_SHELL, "ls")) == HPOL_BLOCK);
  hpol_session_free(session);

  session = bound(policy, eve);
  const void *payloads[] = {"ls", "ls", "SELECT * FROM secrets", "ls"};
  size_t lengths[] = {2, 2, 21, 2};
  hpol_decision decisions[4] = {-1, -1, -1, -1};
  CHECK(hpol_judge_batch(session, HPOL_POSTGRES, payloads + 2, lengths + 2, 1, 0, decisions, &error) == HPOL_OK);
  CHECK(decisions[0] == HPOL_ALLOW && decisions[1] == -1);
  CHECK(hpol_judge_batch(session, HPOL_SHELL, payloads, lengths, 4, 0, decisions, &error) == HPOL_OK);
  for (int index = 0; index < 4; index++) CHECK(decisions[index] == HPOL_BLOCK);
  CHECK(hpol_judge_batch(session, HPOL_SHELL, NULL, NULL, 0, 0, NULL, &error) == HPOL_OK);
  hpol_session_free(session);

  /* Requests that name their session share its tags. */
  const char *requests[] = {
      "{\"session\":\"s\",\"protocol\":\"postgres\",\"request\":\"SELECT * FROM secrets\"}",
      "{\"id\":1,\"session\":\"s\",\"protocol\":\"shell\",\"request\":\"ls\"}"};
  decided(policy, requests[0], "{\"id\":null,\"decision\":\"allow\"");
  decided(policy, requests[1], "{\"id\":1,\"decision\":\"block\"");
  /* Until it has ended; another, or one without tags, may end too. */
  CHECK(hpol_end_session(policy, "s\0", 2, &error) == HPOL_OK && hpol_end_session(policy, NULL, 0, &error) == HPOL_OK);
  decided(policy, requests[1], "{\"id\":1,\"decision\":\"block\"");
  for (int round = 0; round < 2; round++) CHECK(hpol_end_session(policy, "s", 1, &error) == HPOL_OK);
  decided(policy, requests[1], "{\"id\":1,\"decision\":\"allow\"");
}

static void judges_at_a_moment(hpol_policy *policy) {
  hpol_session *session = bound(policy, eve);
  const hpol_verdict *verdict;
  const struct { int64_t time; hpol_decision decision; } moments[] = {
      {HPOL_EPOCH, HPOL_BLOCK}, {59, HPOL_BLOCK}, {60, HPOL_ALLOW}, {-1, HPOL_ALLOW}, {7 * 86400, HPOL_BLOCK},
      {INT64_MAX, HPOL_ALLOW}, {INT64_MIN + 1, HPOL_ALLOW}};
  for (size_t index = 0; index < sizeof moments / sizeof *moments; index++) {
    CHECK(hpol_judge(session, HPOL_REDIS, "GET a", 5, moments[index].time, &verdict, &error) == HPOL_OK);
    CHECK(hpol_verdict_decision(verdict) == moments[index].decision);
    CHECK(hpol_verdict_record(verdict) == (moments[index].decision == HPOL_BLOCK ? HPOL_RECORD_FULL : HPOL_RECORD_NONE));
  }
  hpol_session_free(session);
}

static void masks(hpol_policy *policy) {
  hpol_session *session = bound(policy, eve);
  const hpol_verdict *verdict = judged(session, HPOL_POSTGRES, "SELECT 1");
  CHECK(hpol_verdict_mask_count(verdict) == 2 && !hpol_verdict_asks_response(verdict));
  hpol_mask *mask;
  CHECK(hpol_mask_open(session, verdict, "text/plain", &mask, &error) == HPOL_OK);
  const char text[] = "from ana@example.com to bob@example.com\n";
  char out[200] = "";
  const uint8_t *bytes;
  size_t length;
  for (size_t index = 0; index < sizeof text - 1; index++) {
    CHECK(hpol_mask_write(mask, text + index, 1, &bytes, &length, &error) == HPOL_OK);
    strncat(out, (const char *)bytes, length);
  }
  CHECK(hpol_mask_finish(mask, &bytes, &length, &error) == HPOL_OK);
  strncat(out, (const char *)bytes, length);
  CHECK(strcmp(out, "from [email] to [email]\n") == 0);
  CHECK(hpol_mask_finish(mask, &bytes, &length, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_mask_write(mask, text, 1, &bytes, &length, &error) == HPOL_ERROR_ARGUMENT);
  hpol_mask_free(mask);

  /* Nothing to mask: as it is. */
  verdict = judged(session, HPOL_REDIS, "GET a");
  CHECK(hpol_mask_open(session, verdict, NULL, &mask, &error) == HPOL_OK);
  CHECK(hpol_mask_write(mask, text, 5, &bytes, &length, &error) == HPOL_OK);
  CHECK(length == 5 && memcmp(bytes, text, 5) == 0);
  hpol_mask_free(mask);

  /* Only of the last verdict, and not of one that blocks. */
  judged(session, HPOL_POSTGRES, "DELETE FROM orders");
  CHECK(hpol_mask_open(session, (const hpol_verdict *)session, NULL, &mask, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(mask == NULL);
  verdict = judged(session, HPOL_POSTGRES, "DELETE FROM orders");
  CHECK(hpol_mask_open(session, verdict, NULL, &mask, &error) == HPOL_ERROR_ARGUMENT);

  /* A response as a whole. */
  const char *response = "{\"columns\":[\"mail\"],\"rows\":[[\"ana@example.com\"]]}";
  CHECK(
      hpol_judge_response(
          session, HPOL_POSTGRES, "SELECT 1", 8, 0, response, strlen(response), &verdict, &error) == HPOL_OK);
  CHECK(
      strcmp(hpol_verdict_response(verdict, &length), "{\"columns\":[\"mail\"],\"rows\":[[\"[email]\"]]}") == 0);
  CHECK(strstr(hpol_verdict_json(verdict, NULL), "\"response\":{\"columns\"") != NULL);
  verdict = judged(session, HPOL_SHELL, "cat id_rsa");
  CHECK(hpol_verdict_decision(verdict) == HPOL_ALLOW && hpol_verdict_asks_response(verdict));
  /* What is to be judged as a whole is not masked as it comes. */
  CHECK(hpol_mask_open(session, verdict, NULL, &mask, &error) == HPOL_ERROR_ARGUMENT && mask == NULL);
  response = "\"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\\n"
             "-----END PRIVATE KEY-----\\n\"";
  CHECK(
      hpol_judge_response(
          session, HPOL_SHELL, "cat id_rsa", 10, 0, response, strlen(response), &verdict, &error) == HPOL_OK);
  CHECK(hpol_verdict_decision(verdict) == HPOL_BLOCK && hpol_verdict_response(verdict, NULL) == NULL);
  hpol_session_free(session);
}

static void hashes_under_its_key(const char *path) {
  char first[64] = "";
  for (int round = 0; round < 3; round++) {
    hpol_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.mask_key = round == 2 ? "another" : "secret";
    options.mask_key_length = round == 2 ? 7 : 6;
    hpol_policy *policy;
    CHECK(hpol_open_file(path, &options, &policy, &error) == HPOL_OK);
    hpol_session *session = bound(policy, eve);
    const hpol_verdict *verdict;
    const char *response = "\"4111 1111 1111 1111\"";
    CHECK(
        hpol_judge_response(session, HPOL_POSTGRES, "SELECT 1", 8, 0, response, strlen(response), &verdict, &error)
        == HPOL_OK);
    const char *masked = hpol_verdict_response(verdict, NULL);
    CHECK(strncmp(masked, "[hash:", 6) == 0 && strlen(masked) < sizeof first);
    if (round == 0) strcpy(first, masked);
    CHECK((strcmp(first, masked) == 0) == (round < 2));
    hpol_session_free(session);
    hpol_free(policy);
  }
}

static void explains(hpol_policy *policy) {
  hpol_session *session = bound(policy, eve);
  const char *json;
  size_t length;
  CHECK(hpol_explain(session, HPOL_POSTGRES, "DELETE FROM orders", 18, 0, &json, &length, &error) == HPOL_OK);
  CHECK(strstr(json, "\"name\":\"bounded-writes\",\"applies\":true") != NULL && strlen(json) == length);
  hpol_session_free(session);
}

static void reloads(const char *path, const char *other) {
  hpol_policy *policy = opened(path);
  hpol_session *session = bound(policy, eve);
  CHECK(hpol_generation(policy) == 1);
  CHECK(hpol_verdict_decision(judged(session, HPOL_SHELL, "ls")) == HPOL_ALLOW);
  CHECK(hpol_reload(policy, "no bundle", 9, &error) == HPOL_ERROR_BUNDLE);
  CHECK(hpol_verdict_decision(judged(session, HPOL_SHELL, "ls")) == HPOL_ALLOW);
  CHECK(hpol_reload_file(policy, other, &error) == HPOL_OK);
  CHECK(hpol_generation(policy) == 2);
  CHECK(hpol_verdict_decision(judged(session, HPOL_SHELL, "ls")) == HPOL_BLOCK);
  CHECK(hpol_reload_file(policy, NULL, &error) == HPOL_OK);
  CHECK(hpol_verdict_decision(judged(session, HPOL_SHELL, "ls")) == HPOL_ALLOW);
  /* The session holds on to what it needs. */
  hpol_free(policy);
  CHECK(hpol_verdict_decision(judged(session, HPOL_POSTGRES, "DELETE FROM orders")) == HPOL_BLOCK);
  hpol_session_free(session);
}

static void refuses(hpol_policy *policy) {
  hpol_policy *none = policy;
  hpol_session *session = bound(policy, eve), *no_session = session;
  const hpol_verdict *verdict;
  const char *text;
  char *line;
  size_t length = 1;
  CHECK(hpol_open_file("/nowhere", NULL, &none, &error) == HPOL_ERROR_FILE && none == NULL);
  CHECK(error.status == HPOL_ERROR_FILE && strstr(error.message, "`/nowhere`: No such file") != NULL);
  CHECK(hpol_open_file(NULL, NULL, &none, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_open_file("/nowhere", NULL, NULL, NULL) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_open(NULL, 7, NULL, &none, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(strcmp(error.message, "`bundle` is NULL") == 0);
  CHECK(hpol_open(NULL, 0, NULL, &none, &error) == HPOL_ERROR_BUNDLE);
  CHECK(hpol_open("x", (size_t)-1, NULL, &none, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_open("x", 1, NULL, &none, &error) == HPOL_ERROR_BUNDLE);
  hpol_options options;
  memset(&options, 0, sizeof options);
  CHECK(hpol_open("x", 1, &options, &none, &error) == HPOL_ERROR_ARGUMENT);
  options.size = sizeof options;
  options.trusted_keys = "no key";
  options.trusted_keys_length = 6;
  CHECK(hpol_open("x", 1, &options, &none, &error) == HPOL_ERROR_TRUST);
  options.trusted_keys = NULL;
  CHECK(hpol_open("x", 1, &options, &none, &error) == HPOL_ERROR_ARGUMENT);
  options.trusted_keys_length = 0;
  options.mask_key_length = 6;
  CHECK(hpol_open("x", 1, &options, &none, &error) == HPOL_ERROR_ARGUMENT);

  CHECK(hpol_bind(NULL, eve, strlen(eve), &no_session, &error) == HPOL_ERROR_ARGUMENT && no_session == NULL);
  CHECK(hpol_bind(policy, eve, strlen(eve), NULL, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_bind(policy, NULL, 4, &no_session, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_bind(policy, "", 0, &no_session, &error) == HPOL_ERROR_JSON);
  const char *slip = "{\"principal\":{\"usr\":\"eve\"}}";
  CHECK(hpol_bind(policy, slip, strlen(slip), &no_session, &error) == HPOL_ERROR_JSON);
  CHECK(strstr(error.message, "`principal` has no `usr`") != NULL);
  CHECK(hpol_bind(policy, eve, HPOL_JSON_BYTES + 1, &no_session, &error) == HPOL_ERROR_LIMIT);
  char *padded = malloc(HPOL_JSON_BYTES);
  memset(padded, ' ', HPOL_JSON_BYTES);
  memcpy(padded, eve, strlen(eve));
  CHECK(hpol_bind(policy, padded, HPOL_JSON_BYTES, &no_session, &error) == HPOL_OK);
  hpol_session_free(no_session);
  free(padded);

  CHECK(hpol_judge(NULL, HPOL_SHELL, "ls", 2, 0, &verdict, &error) == HPOL_ERROR_ARGUMENT && verdict == NULL);
  CHECK(hpol_judge(session, 8, "ls", 2, 0, &verdict, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_judge(session, -1, "ls", 2, 0, &verdict, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(strcmp(error.message, "-1 is no protocol") == 0);
  CHECK(hpol_judge(session, HPOL_SHELL, NULL, 2, 0, &verdict, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_judge(session, HPOL_SHELL, "ls", 2, 0, NULL, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_judge(session, HPOL_SHELL, "ls", (size_t)-2, 0, &verdict, &error) == HPOL_ERROR_ARGUMENT);
  const void *payloads[] = {"ls", NULL};
  size_t lengths[] = {2, 2};
  hpol_decision decisions[2] = {HPOL_ALLOW, HPOL_ALLOW};
  CHECK(hpol_judge_batch(session, HPOL_SHELL, payloads, lengths, 2, 0, decisions, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(decisions[0] == HPOL_BLOCK && decisions[1] == HPOL_BLOCK);
  CHECK(hpol_judge_batch(session, HPOL_SHELL, payloads, NULL, 1, 0, decisions, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_judge_batch(session, HPOL_SHELL, payloads, lengths, 1, 0, NULL, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(
      hpol_judge_response(session, HPOL_SHELL, "ls", 2, 0, "{", 1, &verdict, &error) == HPOL_ERROR_JSON
      && verdict == NULL);
  const char *table = "{\"columns\":1,\"rows\":[]}";
  CHECK(
      hpol_judge_response(session, HPOL_SHELL, "ls", 2, 0, table, strlen(table), &verdict, &error)
      == HPOL_ERROR_JSON);
  CHECK(hpol_explain(session, HPOL_SHELL, "ls", 2, 0, NULL, &length, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_explain(NULL, HPOL_SHELL, "ls", 2, 0, &text, &length, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_decide(policy, "{}", 2, &line, &length, &error) == HPOL_ERROR_JSON && line == NULL);
  CHECK(strcmp(error.message, "request, byte 1: `protocol` is missing") == 0);
  /* What its values decide, which nobody recorded, cannot be known; that is no verdict. */
  const char *redacted =
      "{\"protocol\":\"postgres\",\"request\":\"SELECT r1\",\"redacted\":{\"facts\":[\"sql.table\"],"
      "\"operations\":[{\"protocol\":\"postgres\"}]}}";
  CHECK(hpol_decide(policy, redacted, strlen(redacted), &line, &length, &error) == HPOL_ERROR_NOT_EVALUABLE);
  CHECK(line == NULL && strstr(error.message, "cannot be known (sql.table is \"secrets\")") != NULL);
  CHECK(hpol_end_session(NULL, "s", 1, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_end_session(policy, NULL, 1, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_end_session(policy, "\xff", 1, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(strcmp(error.message, "`name` is no UTF-8") == 0);
  CHECK(hpol_decide(NULL, "{}", 2, &line, &length, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_decide(policy, "{}", 2, NULL, &length, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_reload_file(NULL, NULL, &error) == HPOL_ERROR_ARGUMENT && hpol_generation(NULL) == 0);
  CHECK(hpol_mask_open(NULL, NULL, NULL, NULL, &error) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_mask_write(NULL, NULL, 0, NULL, NULL, NULL) == HPOL_ERROR_ARGUMENT);
  CHECK(hpol_verdict_decision(NULL) == HPOL_BLOCK && hpol_verdict_json(NULL, &length) == NULL && length == 0);
  CHECK(hpol_verdict_rule_count(NULL) == 0 && hpol_verdict_rule(NULL, 0, NULL) == NULL);
  CHECK(hpol_protocol_named("k8s") == HPOL_K8S && hpol_protocol_named("ftp") == -1);
  CHECK(hpol_protocol_named(NULL) == -1);
  hpol_free(NULL);
  hpol_session_free(NULL);
  hpol_mask_free(NULL);
  hpol_line_free(NULL);
  hpol_session_free(session);
}

static void trusts(const char *unsigned_bundle, const char *key, const char *first, const char *second) {
  char pem[4096];
  FILE *file = fopen(key, "r");
  CHECK(file != NULL);
  hpol_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.trusted_keys = pem;
  options.trusted_keys_length = fread(pem, 1, sizeof pem, file);
  fclose(file);
  hpol_policy *policy;
  CHECK(hpol_open_file(unsigned_bundle, &options, &policy, &error) == HPOL_ERROR_TRUST && policy == NULL);
  CHECK(strstr(error.message, "the bundle is not signed") != NULL);
  CHECK(hpol_open_file(first, &options, &policy, &error) == HPOL_OK);
  CHECK(hpol_reload_file(policy, unsigned_bundle, &error) == HPOL_ERROR_TRUST);
  CHECK(hpol_reload_file(policy, second, &error) == HPOL_OK);
  CHECK(hpol_reload_file(policy, first, &error) == HPOL_ERROR_TRUST);
  CHECK(strstr(error.message, "revision 1 is older than 2") != NULL && hpol_generation(policy) == 2);
  CHECK(hpol_reload_file(policy, second, &error) == HPOL_OK);
  hpol_free(policy);
  /* Who trusts nobody takes any, but none that was changed. */
  CHECK(hpol_open_file(first, NULL, &policy, &error) == HPOL_OK);
  hpol_free(policy);
  static char bundle[1 << 20];
  CHECK((file = fopen(first, "r")) != NULL);
  size_t length = fread(bundle, 1, sizeof bundle, file);
  fclose(file);
  bundle[length - 1] ^= 1;
  CHECK(hpol_open(bundle, length, NULL, &policy, &error) == HPOL_ERROR_TRUST);
}

int main(int count, char **words) {
  if (count != 6) return 2;
  hpol_policy *policy = opened(words[1]);
  says_versions();
  judges(policy);
  keeps_tags(policy);
  judges_at_a_moment(policy);
  masks(policy);
  hashes_under_its_key(words[1]);
  explains(policy);
  refuses(policy);
  reloads(words[1], words[2]);
  trusts(words[1], words[3], words[4], words[5]);
  hpol_free(policy);
  puts("all holds");
  return 0;
}
