/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How makedumpfile will make the dump, by the configuration and by what it can do. */
#pragma once

#include "run/run.h"

/*
 * Fill run->plan, for targets that are all reached over a network or not. Where that fails
 * run->no_plan says why: the log is saved all the same.
 */
void run_plan(struct run *run, bool network);
