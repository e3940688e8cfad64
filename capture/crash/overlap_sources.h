/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to crash/overlap*.c: where firmware and boot loader put what. */
#pragma once

#include "crash/overlap.h"

#define OVERLAP_SOURCES 3

/* Those that the device tree tells of; how many. */
size_t overlap_sources(const struct root *root, struct overlap_range out[OVERLAP_SOURCES]);
