// What libFuzzer offers to a program with a `main` of its own (compiler-rt, FuzzerDriver.cpp). It comes in with the
// linker flag `-fsanitize=fuzzer`.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
