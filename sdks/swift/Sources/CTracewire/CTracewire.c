// A target of C needs a source file; all code is in the native library.
#include "TracewireHot.h"
