/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every cmocka test needs, in the order that cmocka wants. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
