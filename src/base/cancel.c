// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"

volatile sig_atomic_t cancel_requested;
