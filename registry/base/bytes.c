#include "registry/base/bytes.h"
