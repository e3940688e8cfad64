/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For -v: what is done below run/ and cmd/, which alone have a log: programs that are started,
 * devices that are waited for, file systems that are mounted. Lines on stderr as they come, from
 * any thread and from the processes that serve targets; nothing is kept. The switch is the one
 * variable of the program that is neither a table nor handed on: it is set once, before any thread,
 * and read where nothing else of the caller's is known.
 */
#pragma once

#include "base/macros.h"

void trace_enable(void);
bool trace_is_on(void);
void trace(const char *fmt, ...) _printf_(1, 2);
/* "VERB ARGUMENT...", each argument in quotes where blanks are in it. */
void trace_program(const char *verb, const char *const *argv);
