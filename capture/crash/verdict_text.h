/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to crash/verdict*.c: what is said of each verdict. */
#pragma once

#include "crash/verdict.h"

/* The verdict, with its words. */
void verdict_say(struct verdict *v, enum verdict_kind kind);
/* VERDICT_NONE, with what the log adds. */
void verdict_say_none(struct verdict *v);
/* Of a core that was given by hand. */
void verdict_say_file(struct verdict *v, bool sound);
