// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/mark.h"

#include "base/cleanup.h"
#include "config/keys.h"
#include "dump/sha256.h"

#include <errno.h>
#include <string.h>

#define KEY_FILE_MAX (1 * MIB)

static void digest(const void *buf, size_t len, char out[MARK_DIGEST])
{
	uint8_t raw[SHA256_SIZE];
	size_t i;

	sha256_of(buf, len, raw);
	for (i = 0; i < SHA256_SIZE; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", raw[i]);
}

/* Comments and the order of keys are nothing to a capture. */
static int digest_config(const struct config *config, char out[MARK_DIGEST])
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return -ENOMEM;
	for (i = 0; i < config_keys_len; i++)
		config_print_key(f, config, &config_keys[i]);
	if (fclose(f) != 0)
		return -ENOMEM;
	digest(text, len, out);
	return 0;
}

static void add_file(const struct root *root, const char *path, struct mark *out)
{
	_cleanup_free_ char *text = NULL;
	struct mark_file *file = &out->files[out->n_files];
	size_t len;
	int err;

	if (!*path || strlen(path) >= sizeof(file->path))
		return;
	(void)snprintf(file->path, sizeof(file->path), "%s", path);
	err = root_read(root, path, KEY_FILE_MAX, &text, &len);
	file->unreadable = err == -EACCES || err == -EPERM;
	if (err == 0)
		digest(text, len, file->digest);
	else
		(void)snprintf(file->digest, sizeof(file->digest), "-");
	out->n_files++;
}

static bool has_ssh(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->n_targets; i++)
		if (strncmp(config->targets[i].url, "ssh:", 4) == 0)
			return true;
	return false;
}

int mark_now(const struct root *root, const struct config *config, struct mark *out)
{
	struct mark m = {.version = VERSION};
	char certificate[MARK_PATH + 10];
	int err = digest_config(config, m.config);

	if (err < 0)
		return err;
	if (has_ssh(config)) {
		(void)snprintf(certificate, sizeof(certificate), "%s-cert.pub",
			       config->identity_file);
		add_file(root, config->identity_file, &m);
		if (config->identity_file[0])
			add_file(root, certificate, &m);
		add_file(root, config->known_hosts, &m);
		add_file(root, config->ssh_config, &m);
	}
	*out = m;
	return 0;
}

void mark_print(FILE *f, const struct mark *m)
{
	size_t i;

	(void)fprintf(f, "version %s\nconfig %s\n", m->version, m->config);
	for (i = 0; i < m->n_files; i++)
		(void)fprintf(f, "file %s %s\n", m->files[i].digest, m->files[i].path);
}

static void parse_file(const char *value, struct mark *m)
{
	const char *path = strchr(value, ' ');
	struct mark_file *file = &m->files[m->n_files];

	if (!path || m->n_files == MARK_FILES || strlen(path + 1) >= sizeof(file->path))
		return;
	(void)snprintf(file->digest, sizeof(file->digest), "%.*s", (int)(path - value), value);
	(void)snprintf(file->path, sizeof(file->path), "%s", path + 1);
	m->n_files++;
}

static void parse_line(char *line, struct mark *m)
{
	char *value = strchr(line, ' ');

	if (!value)
		return;
	*value++ = '\0';
	if (strcmp(line, "version") == 0)
		(void)snprintf(m->version, sizeof(m->version), "%s", value);
	else if (strcmp(line, "kernel") == 0)
		(void)snprintf(m->kernel, sizeof(m->kernel), "%s", value);
	else if (strcmp(line, "config") == 0)
		(void)snprintf(m->config, sizeof(m->config), "%s", value);
	else if (strcmp(line, "file") == 0)
		parse_file(value, m);
}

int mark_parse(const char *buf, size_t len, struct mark *out)
{
	_cleanup_free_ char *text = strndup(buf, len);
	struct mark m = {.version = ""};
	char *rest = text, *line;

	if (!text)
		return -ENOMEM;
	while ((line = strsep(&rest, "\n")))
		parse_line(line, &m);
	if (!m.version[0] || !m.config[0])
		return -EINVAL;
	*out = m;
	return 0;
}
