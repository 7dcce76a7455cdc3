#include <microhttpd.h>
#include <string.h>

/* Paths come as they were sent: the library would end one at the NUL that it has decoded. */
static inline size_t http_as_sent(void *context, struct MHD_Connection *connection, char *text) {
  (void)context, (void)connection;
  return strlen(text);
}

/* MHD_start_daemon takes a variable number of arguments, which Swift does not pass. */
static inline struct MHD_Daemon *http_daemon_start(
    int listen_socket, unsigned int threads, unsigned int connections, unsigned int idle_seconds, size_t head_bytes,
    MHD_AccessHandlerCallback handler, MHD_RequestCompletedCallback completed, void *context) {
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, handler, context,
      MHD_OPTION_LISTEN_SOCKET, listen_socket,
      MHD_OPTION_THREAD_POOL_SIZE, threads,
      MHD_OPTION_CONNECTION_LIMIT, connections,
      MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, head_bytes,
      MHD_OPTION_UNESCAPE_CALLBACK, http_as_sent, NULL,
      MHD_OPTION_NOTIFY_COMPLETED, completed, context,
      MHD_OPTION_END);
}

/* Enumerations of the library are flags in some versions and closed in others. */
static const enum MHD_Result http_yes = MHD_YES, http_no = MHD_NO;

static inline const char *http_header(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static inline struct MHD_Response *http_response(const void *body, size_t size) {
  return MHD_create_response_from_buffer(size, (void *)body, MHD_RESPMEM_MUST_COPY);
}
