/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream that failed because of what makedumpfile was not given, or cannot do: what to do
 * otherwise the next time. */
#pragma once

#include "run/run.h"

/* What makedumpfile said in the last stream, for capture.log. */
void retry_log_words(struct run *run);
/*
 * After a stream that failed. true: something is different now (run->without, run->level with its
 * plan), and one more is worth it; said and kept for the manifest. Limits stay lifted for the
 * whole capture, the level for one target. false: it failed for good.
 */
bool retry_otherwise(struct run *run);
