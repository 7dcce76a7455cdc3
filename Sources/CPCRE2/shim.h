#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* glibc and musl have it, but Swift's Glibc module hides it without _GNU_SOURCE. Linear in both lengths. */
void *memmem(const void *haystack, size_t haystackLength, const void *needle, size_t needleLength);
