/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that are more than a number: room on a disk, and so many within so long. */
#pragma once

#include "base/macros.h"
#include "config/config.h"

#include <stdio.h>

/* "0", "500M", "2G", "10%". 0; -EINVAL: *out is untouched. */
int room_parse(const char *s, struct config_room *out) _must_check_;
/* " " and the value, as it would be parsed. */
void room_print(FILE *f, const struct config_room *room);

/* "off", "3/1h". 0; -EINVAL: *out is untouched. */
int rate_parse(const char *s, struct config_rate *out) _must_check_;
void rate_print(FILE *f, const struct config_rate *rate);
