/*
 * hpol.h - judge what people, services and agents are about to do, in your own process.
 *
 *     hpol_policy *policy;
 *     hpol_session *session;
 *     const hpol_verdict *verdict;
 *     hpol_error error;
 *
 *     hpol_open_file("guard.hpolb", NULL, &policy, &error);            once
 *     hpol_bind(policy, identity, identity_length, &session, &error);  once a connection
 *     hpol_judge(session, HPOL_POSTGRES, sql, length, 0, &verdict, &error);
 *     if (hpol_verdict_decision(verdict) == HPOL_ALLOW) ...
 *
 * Verdicts. HPOL_ALLOW: the request may go to its target. HPOL_APPROVE: it may once those have agreed whom the member
 * `approve` of hpol_verdict_json names. HPOL_BLOCK: it may not, and hpol_verdict_message is for who asked. Then, before any of
 * what the target answers goes to who asked: where hpol_verdict_asks_response says so, hpol_judge_response has what may be
 * passed on, or blocks; else, where hpol_verdict_mask_count is not 0, all of it goes through hpol_mask_open.
 *
 * Threads. Any number of threads may use one hpol_policy at a time. An hpol_session, and what is borrowed from it, and
 * an hpol_mask belong to one thread at a time; they may move from one to another. Nothing here keeps state of a thread.
 *
 * Memory. Handles are freed with the function of their kind, in any order; NULL may be freed. Pointers that a function hands
 * out are borrowed, valid until the next call that takes the same session or mask, if nothing else is said. Texts are
 * UTF-8 and end with a NUL that their length does not count; they may hold NULs of their own. Where a function takes
 * `size_t *length` for the length of a text, it may be NULL.
 *
 * Errors. A function that can fail returns HPOL_OK or an error, and then fills in `error` unless that is NULL; what
 * it would have stored is left as it was, pointers to handles set to NULL. Whoever cannot get a verdict must not let the
 * request pass.
 *
 * Versions. Functions and constants are only ever added within one HPOL_ABI_VERSION, which is part of the library's
 * soname. Structs that callers fill in begin with their size.
 */
#ifndef HPOL_H
#define HPOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- versions ------------------------------------------------------------------------------------------------- */

#define HPOL_ABI_VERSION 1

/* The ABI version of the library that is loaded: to be compared with HPOL_ABI_VERSION. */
uint32_t hpol_abi_version(void);

/* The version of hpol, such as "0.1.0". */
const char *hpol_version(void);

/* ---- errors --------------------------------------------------------------------------------------------------- */

typedef int32_t hpol_status;

enum {
  HPOL_OK = 0,
  HPOL_ERROR_ARGUMENT = 1,     /* NULL where something is needed, a number out of range */
  HPOL_ERROR_FILE = 2,         /* a file cannot be read */
  HPOL_ERROR_BUNDLE = 3,       /* the bytes are no bundle, or one of another version */
  HPOL_ERROR_TRUST = 4,        /* the bundle is not signed by a trusted key, has expired, or is older than the one in force */
  HPOL_ERROR_JSON = 5,         /* an identity, a request or a response is not what it should be */
  HPOL_ERROR_LIMIT = 6,        /* more than a limit of this library */
  HPOL_ERROR_COLUMN = 7,       /* an Arrow column is missing or of another type */
  HPOL_ERROR_NOT_EVALUABLE = 8 /* a redacted request lacks what its verdict rests on */
};

/* Room for the message of an error, its NUL included; a longer one is cut. */
#define HPOL_MESSAGE_BYTES 508

typedef struct hpol_error {
  hpol_status status;
  char message[HPOL_MESSAGE_BYTES];
} hpol_error;

/* ---- policies ------------------------------------------------------------------------------------------------- */

/* A policy in force. */
typedef struct hpol_policy hpol_policy;

/* Most bytes of an identity, a request or a response as JSON, and of a file of keys. */
#define HPOL_JSON_BYTES 16777216

typedef struct hpol_options {
  size_t size; /* sizeof(hpol_options) */
  /* Public keys in PEM, as `hpol keygen` writes them, one after the other: only a bundle that one of them signed is put into
     force, none that has expired, and none of an older revision than the one in force. NULL: signatures are not asked
     for. */
  const char *trusted_keys;
  size_t trusted_keys_length;
  /* The secret key of `mask … with hash`: equal values get equal hashes under one key. NULL: a key that is no secret. */
  const void *mask_key;
  size_t mask_key_length;
} hpol_options;

/* Opens a bundle, as `hpol build` writes it, from memory, which may be freed afterwards. `options` may be NULL. */
hpol_status hpol_open(
    const void *bundle, size_t length, const hpol_options *options, hpol_policy **policy, hpol_error *error);

/* Opens a bundle from a file. */
hpol_status hpol_open_file(const char *path, const hpol_options *options, hpol_policy **policy, hpol_error *error);

/* Puts another bundle into force, by the same trusted keys: requests under way end under the old one, open sessions see
   the new one at their next request. Where it fails the old one stays in force. */
hpol_status hpol_reload(hpol_policy *policy, const void *bundle, size_t length, hpol_error *error);

/* Puts the bundle of a file into force; NULL: of the file that was opened first. */
hpol_status hpol_reload_file(hpol_policy *policy, const char *path, hpol_error *error);

/* How often a bundle was put into force: 1 after hpol_open, one more after each reload. */
uint64_t hpol_generation(const hpol_policy *policy);

void hpol_free(hpol_policy *policy);

/* ---- sessions ------------------------------------------------------------------------------------------------- */

/* Who asks, through which connection, and the tags that verdicts have set. */
typedef struct hpol_session hpol_session;

/* Binds an identity: the members `principal`, `target`, `labels` and `source` of a fixture, such as
     {"principal":{"user":"eve","groups":["dba"],"actor":"human"},"target":"prod-orders","source":"10.1.2.3"}
   Binding evaluates all that depends on these alone, so a session is worth keeping. */
hpol_status hpol_bind(
    hpol_policy *policy, const char *identity, size_t length, hpol_session **session, hpol_error *error);

void hpol_session_free(hpol_session *session);

/* ---- verdicts ------------------------------------------------------------------------------------------------- */

typedef int32_t hpol_protocol;

enum {
  HPOL_POSTGRES = 0, /* SQL text */
  HPOL_MYSQL = 1,    /* SQL text */
  HPOL_REDIS = 2,    /* a command as typed, or RESP */
  HPOL_K8S = 3,      /* an HTTP/1.1 request of the Kubernetes API, head and body; or a kubectl command */
  HPOL_SSH = 4,      /* a command line, or a request as JSON */
  HPOL_SHELL = 5,    /* a script or a line */
  HPOL_HTTP = 6,     /* an HTTP/1.1 request, head and body */
  HPOL_MCP = 7       /* a JSON-RPC message */
};

/* The protocol of a name, such as "postgres"; -1: there is none. */
hpol_protocol hpol_protocol_named(const char *name);

typedef int32_t hpol_decision;

enum { HPOL_ALLOW = 0, HPOL_APPROVE = 1, HPOL_BLOCK = 2 };

/* A verdict, borrowed from the session that it was given to. */
typedef struct hpol_verdict hpol_verdict;

/* The second 0 of 1970 as a `time`, where 0 means now. */
#define HPOL_EPOCH INT64_MIN

/* Judges a payload. `time` is in seconds since 1970, UTC; 0: now. The tags that the verdict sets are the session's from
   the next request on. */
hpol_status hpol_judge(
    hpol_session *session, hpol_protocol protocol, const void *payload, size_t length, int64_t time,
    const hpol_verdict **verdict, hpol_error *error);

/* Judges several payloads of a session in order; `payloads` and `lengths` have `count` elements, and `decisions` gets as
   many; HPOL_BLOCK where the call fails. Whoever has responses to pass on asks hpol_judge, which knows their masks. */
hpol_status hpol_judge_batch(
    hpol_session *session, hpol_protocol protocol, const void *const *payloads, const size_t *lengths, size_t count,
    int64_t time, hpol_decision *decisions, hpol_error *error);

/* Judges a payload again with what the target answered, as JSON in the form of the member `response` of a fixture: a string,
   {"columns","rows"}, {"status","headers","body"}, or an MCP result. The verdict has what is to be passed on, or
   blocks. Needed where hpol_verdict_asks_response says so; else a response may be masked as it comes. */
hpol_status hpol_judge_response(
    hpol_session *session, hpol_protocol protocol, const void *payload, size_t length, int64_t time,
    const char *response, size_t response_length, const hpol_verdict **verdict, hpol_error *error);

/* HPOL_BLOCK of NULL. */
hpol_decision hpol_verdict_decision(const hpol_verdict *verdict);

/* The verdict as `hpol eval --json` prints it, without a line end; its `id` is null. */
const char *hpol_verdict_json(const hpol_verdict *verdict, size_t *length);

/* What to tell who asked; NULL: nothing. */
const char *hpol_verdict_message(const hpol_verdict *verdict, size_t *length);

/* The rules that decided, by name; none: a default did. NULL past the last. */
size_t hpol_verdict_rule_count(const hpol_verdict *verdict);
const char *hpol_verdict_rule(const hpol_verdict *verdict, size_t index, size_t *length);

/* The tags that the verdict set on the session. */
size_t hpol_verdict_tag_count(const hpol_verdict *verdict);
const char *hpol_verdict_tag(const hpol_verdict *verdict, size_t index, size_t *length);

/* How many operations the payload holds. */
size_t hpol_verdict_operation_count(const hpol_verdict *verdict);

enum { HPOL_RECORD_NONE = 0, HPOL_RECORD_COMMANDS = 1, HPOL_RECORD_FULL = 2 };

/* What is to be recorded: nothing, commands, or commands and responses. */
int32_t hpol_verdict_record(const hpol_verdict *verdict);

/* How many masks the response must go through: see hpol_mask_open. */
size_t hpol_verdict_mask_count(const hpol_verdict *verdict);

/* 1: the response must be judged as a whole, with hpol_judge_response, before any of it is passed on. */
int32_t hpol_verdict_asks_response(const hpol_verdict *verdict);

/* What is to be passed on of the response given to hpol_judge_response: its text, or its JSON if it is no text. NULL: there
   was none, or it is withheld. */
const char *hpol_verdict_response(const hpol_verdict *verdict, size_t *length);

/* Says why a payload gets its verdict, as `hpol explain --json` prints it. Leaves the session's tags as they are. */
hpol_status hpol_explain(
    hpol_session *session, hpol_protocol protocol, const void *payload, size_t length, int64_t time,
    const char **json, size_t *json_length, hpol_error *error);

/* ---- whole requests ------------------------------------------------------------------------------------------- */

/* Judges a request given as a fixture (fixtures/README.md), one JSON object, and makes the line that `hpol eval --json`
   prints for it, its line end included. A request without a time is judged now; one with a `session`, a name of at most
   1,024 bytes, gets the tags that earlier ones of this policy's set. Where `hpol eval` would say that the decision of a redacted request cannot be known,
   it fails. The line is freed with hpol_line_free. */
hpol_status hpol_decide(
    hpol_policy *policy, const char *request, size_t length, char **line, size_t *line_length, hpol_error *error);

void hpol_line_free(char *line);

/* Forgets the tags of the session that requests call `name`, for it has ended: what its name is used for next begins without
   any. One that has no tags is no error. Tags are kept until then, or until the session has asked nothing for a day; where
   65,536 sessions have some, hpol_decide fails with HPOL_ERROR_LIMIT rather than set some on another. */
hpol_status hpol_end_session(hpol_policy *policy, const char *name, size_t length, hpol_error *error);

/* ---- masks ---------------------------------------------------------------------------------------------------- */

/* Masks one response as it comes: the same bytes whatever the chunks. */
typedef struct hpol_mask hpol_mask;

/* Begins a response to the request that got `verdict`, which is the session's last. `content_type` is what the target says it
   holds, such as "application/json"; NULL: it is found out. A verdict without masks gives the bytes back as they are. One that
   asks for the response (hpol_verdict_asks_response) is refused: hpol_judge_response says what is to be passed on. The masks
   are those of the policy that judged, though another be in force by now. */
hpol_status hpol_mask_open(
    hpol_session *session, const hpol_verdict *verdict, const char *content_type, hpol_mask **mask, hpol_error *error);

/* Takes the next bytes of the response and hands out those that may be passed on, perhaps none. */
hpol_status hpol_mask_write(
    hpol_mask *mask, const void *chunk, size_t length, const uint8_t **bytes, size_t *bytes_length, hpol_error *error);

/* Takes the end of the response and hands out what is left. Nothing can be written afterwards. */
hpol_status hpol_mask_finish(hpol_mask *mask, const uint8_t **bytes, size_t *bytes_length, hpol_error *error);

void hpol_mask_free(hpol_mask *mask);

/* ---- Arrow ---------------------------------------------------------------------------------------------------- */

/* The Arrow C data interface, https://arrow.apache.org/docs/format/CDataInterface.html */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

/*
 * Judges the rows of a record batch, in order. Columns, by name, without nulls; others are passed over:
 *
 *   command    utf8, binary, their large and view forms, or a dictionary of these: the payload
 *   protocol   utf8 or a dictionary of it, such as "postgres"; without it all rows are of `protocol`
 *   principal  utf8 or a dictionary of it: identities as hpol_bind takes them. Each distinct one is bound once; rows are
 *              judged each for itself, without tags
 *   session    integers: numbers of `sessions`, which has `session_count` elements, and whose tags add up. Without it
 *              and without `principal` all rows are of `sessions[0]`
 *   time       timestamps or int64 of seconds since 1970, UTC; without it now
 *
 * The result, two columns, is for the caller to release; `schema` and `rows` stay the caller's:
 *
 *   decision   dictionary<int8, utf8> of "allow", "approve", "block", whose numbers are hpol_decision
 *   rule       dictionary<int32, utf8> of the policy's rules: the first by name that decided; null: a default did
 */
hpol_status hpol_judge_arrow(
    hpol_policy *policy, hpol_session *const *sessions, size_t session_count, hpol_protocol protocol,
    const struct ArrowSchema *schema, const struct ArrowArray *rows, struct ArrowSchema *result_schema,
    struct ArrowArray *result, hpol_error *error);

#ifdef __cplusplus
}
#endif

#endif /* HPOL_H */
