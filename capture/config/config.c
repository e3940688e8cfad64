// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config.h"

#include "config/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int config_init(struct config *c)
{
	struct config_error error = {0};
	size_t i;

	*c = (struct config){0};
	/* The defaults come from the table too, through the setter that a file's values go through.
	 */
	for (i = 0; i < config_keys_len; i++) {
		int r = config_key_set(c, &config_keys[i], config_keys[i].def, &error);

		if (r < 0)
			return r;
	}
	return 0;
}

void config_deinit(struct config *c)
{
	config_clear_targets(c);
	free(c->makedumpfile_options);
	free(c->identity_file);
	free(c->known_hosts);
	free(c->ssh_config);
	free(c->network);
	*c = (struct config){0};
}

void config_clear_targets(struct config *c)
{
	size_t i;

	for (i = 0; i < c->n_targets; i++)
		free(c->targets[i].url);
	c->n_targets = 0;
}

/* The text after "also" and blanks; NULL when it does not begin so. */
static const char *behind_also(const char *text)
{
	const char *url = text + strlen("also");

	if (strncmp(text, "also", strlen("also")) != 0 || (*url != ' ' && *url != '\t'))
		return NULL;
	return url + strspn(url, " \t");
}

int config_add_target(struct config *c, const char *text, unsigned int line)
{
	const char *also = behind_also(text);
	char *copy;

	if (c->n_targets >= CONFIG_TARGETS_MAX)
		return -E2BIG;
	if (also && c->n_targets == 0)
		return -EINVAL;
	copy = strdup(also ? also : text);
	if (!copy)
		return -ENOMEM;
	c->targets[c->n_targets++] =
		(struct config_target){.url = copy, .line = line, .also = also != NULL};
	return 0;
}

int config_set_targets(struct config *c, const char *const *urls, size_t n)
{
	struct config fresh = {0};
	size_t i;

	for (i = 0; i < n; i++) {
		int r = config_add_target(&fresh, urls[i], 0);

		if (r < 0) {
			config_clear_targets(&fresh);
			return r;
		}
	}
	config_clear_targets(c);
	memcpy(c->targets, fresh.targets, sizeof(c->targets));
	c->n_targets = n;
	return 0;
}
