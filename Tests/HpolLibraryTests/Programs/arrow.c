/* arrow BUNDLE: judges record batches, right and wrong ones. */
#include "check.h"

static int released;

static void release_schema(struct ArrowSchema *schema) {
  schema->release = NULL;
  released++;
}

static void release_array(struct ArrowArray *array) {
  array->release = NULL;
  released++;
}

struct column {
  struct ArrowSchema schema;
  struct ArrowArray array;
  const void *buffers[3];
};

static void make_column(
    struct column *column, const char *name, const char *format, int64_t length, const void *first, const void *second) {
  memset(column, 0, sizeof *column);
  column->schema.format = format;
  column->schema.name = name;
  column->schema.release = release_schema;
  column->array.length = length;
  column->array.n_buffers = second ? 3 : 2;
  column->array.buffers = column->buffers;
  column->array.release = release_array;
  column->buffers[1] = first;
  column->buffers[2] = second;
}

static void judges_arrow(hpol_policy *policy) {
  const char *texts = "lsSELECT * FROM secretslsDELETE FROM orders";
  const int32_t ends[] = {0, 2, 23, 25, 43};
  const char *protocols = "shellpostgresshellpostgres";
  const int32_t protocol_ends[] = {0, 5, 13, 18, 26};
  const int16_t numbers[] = {0, 1, 1, 0};
  struct column command, protocol, session, rows;
  make_column(&command, "command", "u", 4, ends, texts);
  make_column(&protocol, "protocol", "u", 4, protocol_ends, protocols);
  make_column(&session, "session", "s", 4, numbers, NULL);
  make_column(&rows, "", "+s", 4, NULL, NULL);
  struct ArrowSchema *schemas[] = {&command.schema, &protocol.schema, &session.schema};
  struct ArrowArray *arrays[] = {&command.array, &protocol.array, &session.array};
  rows.schema.n_children = rows.array.n_children = 3;
  rows.schema.children = schemas;
  rows.array.children = arrays;
  hpol_session *sessions[] = {bound(policy, eve), bound(policy, eve)};
  struct ArrowSchema schema;
  struct ArrowArray result;
  CHECK(
      hpol_judge_arrow(policy, sessions, 2, HPOL_SHELL, &rows.schema, &rows.array, &schema, &result, &error) == HPOL_OK);
  CHECK(strcmp(schema.format, "+s") == 0 && schema.n_children == 2 && result.n_children == 2 && result.length == 4);
  CHECK(strcmp(schema.children[0]->name, "decision") == 0 && strcmp(schema.children[0]->format, "c") == 0);
  CHECK(strcmp(schema.children[1]->name, "rule") == 0 && strcmp(schema.children[1]->format, "i") == 0);
  CHECK(strcmp(schema.children[1]->dictionary->format, "u") == 0 && (schema.children[1]->flags & ARROW_FLAG_NULLABLE));
  const int8_t *decisions = result.children[0]->buffers[1];
  CHECK(
      decisions[0] == HPOL_ALLOW && decisions[1] == HPOL_ALLOW && decisions[2] == HPOL_BLOCK
      && decisions[3] == HPOL_BLOCK);
  struct ArrowArray *rules = result.children[1];
  const uint8_t *validity = rules->buffers[0];
  CHECK(validity[0] == 0x0C && rules->null_count == 2);
  const int32_t *numbers_of_rules = rules->buffers[1], *name_ends = rules->dictionary->buffers[1];
  const char *names = rules->dictionary->buffers[2];
  CHECK(strncmp(names + name_ends[numbers_of_rules[3]], "bounded-writes", 14) == 0);
  CHECK(name_ends[numbers_of_rules[3] + 1] - name_ends[numbers_of_rules[3]] == 14);
  /* A child may be moved away, and released later. */
  struct ArrowArray moved = *rules;
  rules->release = NULL;
  result.release(&result);
  CHECK(result.release == NULL);
  CHECK(((const int32_t *)moved.buffers[1])[3] >= 0);
  moved.release(&moved);
  schema.release(&schema);
  CHECK(schema.release == NULL && released == 0);

  /* Nothing is judged, and no tag set, where a row does not fit. */
  hpol_session *fresh[] = {bound(policy, eve)};
  CHECK(
      hpol_judge_arrow(policy, fresh, 1, HPOL_SHELL, &rows.schema, &rows.array, &schema, &result, &error)
      == HPOL_ERROR_COLUMN);
  CHECK(strcmp(error.message, "`session` is 1 in row 1, of 1") == 0);
  CHECK(hpol_verdict_decision(judged(fresh[0], HPOL_SHELL, "ls")) == HPOL_ALLOW);
  const int32_t unordered[] = {0, 2, 1, 25, 43};
  command.buffers[1] = unordered;
  CHECK(
      hpol_judge_arrow(policy, sessions, 2, HPOL_SHELL, &rows.schema, &rows.array, &schema, &result, &error)
      == HPOL_ERROR_COLUMN);
  command.buffers[1] = ends;
  command.array.length = 3;
  CHECK(
      hpol_judge_arrow(policy, sessions, 2, HPOL_SHELL, &rows.schema, &rows.array, &schema, &result, &error)
      == HPOL_ERROR_COLUMN);
  command.array.length = 4;
  rows.array.release = NULL;
  CHECK(
      hpol_judge_arrow(policy, sessions, 2, HPOL_SHELL, &rows.schema, &rows.array, &schema, &result, &error)
      == HPOL_ERROR_ARGUMENT);
  CHECK(
      hpol_judge_arrow(policy, sessions, 2, HPOL_SHELL, NULL, &rows.array, &schema, &result, &error)
      == HPOL_ERROR_ARGUMENT);
  hpol_session_free(fresh[0]);
  hpol_session_free(sessions[0]);
  hpol_session_free(sessions[1]);
}

int main(int count, char **words) {
  if (count != 2) return 2;
  hpol_policy *policy = opened(words[1]);
  judges_arrow(policy);
  hpol_free(policy);
  puts("all holds");
  return 0;
}
