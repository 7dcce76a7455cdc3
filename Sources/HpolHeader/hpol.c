/* What hpol.h declares is implemented in Sources/HpolLibrary. */
#include "hpol.h"

_Static_assert(sizeof(hpol_error) == 512, "the size of hpol_error is part of the ABI");
