// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/keys.h"

#include "base/nearest.h"

#include <string.h>

const struct config_key *config_key_find(const char *name)
{
	size_t i;

	for (i = 0; i < config_keys_len; i++) {
		if (strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	}
	return NULL;
}

const struct config_key *config_key_nearest(const char *name)
{
	size_t i, len = strlen(name), distance, least = SIZE_MAX;
	const struct config_key *nearest = NULL;

	for (i = 0; i < config_keys_len; i++) {
		distance = edit_distance(name, len, config_keys[i].name);
		if (distance < least) {
			least = distance;
			nearest = &config_keys[i];
		}
	}
	return nearest;
}
