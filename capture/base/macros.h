/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiler attributes and the few arithmetic helpers used everywhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)     (sizeof(a) / sizeof((a)[0]))
#define _must_check_      __attribute__((warn_unused_result))
#define _printf_(fmt, va) __attribute__((format(printf, fmt, va)))

#define KIB               1024ULL
#define MIB               (1024ULL * KIB)
#define GIB               (1024ULL * MIB)

/* Does [off, off + len) lie within [0, size)? Safe against overflow. */
static inline bool range_ok(uint64_t off, uint64_t len, uint64_t size)
{
	return off <= size && len <= size - off;
}
