// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/manifest_read.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static json_object *member(json_object *o, const char *key, json_type type)
{
	json_object *v = NULL;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, type))
		return NULL;
	return v;
}

/* For terminals and journals: whoever wrote it. */
static void get_text(json_object *o, const char *key, char *out, size_t size)
{
	json_object *v = member(o, key, json_type_string);

	(void)snprintf(out, size, "%s", v ? json_object_get_string(v) : "");
	for (; *out; out++)
		if (*out < ' ' || *out > '~')
			*out = '?';
}

/* "2026-01-31T23:59:59Z"; 0 when it is no such thing. */
static int64_t get_time(json_object *o, const char *key)
{
	struct tm tm = {.tm_isdst = 0};
	const char *end;
	char text[40];
	time_t when;

	get_text(o, key, text, sizeof(text));
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!end || *end)
		return 0;
	when = timegm(&tm);
	return when > 0 ? (int64_t)when : 0;
}

static void read_about(json_object *o, struct manifest_about *a)
{
	json_object *crash = member(o, "crash", json_type_object);
	json_object *sequence = member(o, "sequence", json_type_int);
	int64_t n = sequence ? json_object_get_int64(sequence) : 0;
	char id[20];

	get_text(o, "dump_id", id, sizeof(id));
	if (strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16)
		a->dump_id = strtoull(id, NULL, 16);
	a->sequence = n > 0 && (uint64_t)n <= MANIFEST_SEQUENCE_MAX ? (uint64_t)n : 0;
	a->captured = get_time(o, "captured");
	a->crashed = get_time(crash, "time");
	get_text(o, "host", a->host, sizeof(a->host));
	get_text(o, "machine", a->machine, sizeof(a->machine));
	get_text(crash, "release", a->release, sizeof(a->release));
	get_text(crash, "panic", a->panic, sizeof(a->panic));
	get_text(member(o, "policy", json_type_object), "name", a->policy, sizeof(a->policy));
}

static int read_digest(json_object *dump, struct manifest *m)
{
	json_object *digest = NULL, *algorithm, *value;

	if (!json_object_object_get_ex(dump, "digest", &digest))
		return 0;
	algorithm = member(digest, "algorithm", json_type_string);
	value = member(digest, "value", json_type_string);
	if (!algorithm || !value || !json_object_get_string_len(algorithm))
		return -EINVAL;
	(void)snprintf(m->algorithm, sizeof(m->algorithm), "%s", json_object_get_string(algorithm));
	/* Another one may be a later version's. */
	if (strcmp(m->algorithm, DIGEST_ALGORITHM) != 0)
		return 0;
	m->have_digest = true;
	return digest_parse(json_object_get_string(value), m->digest);
}

static int read_object(json_object *o, struct manifest *m)
{
	json_object *complete = member(o, "complete", json_type_boolean);
	json_object *dump = member(o, "dump", json_type_object), *bytes;
	int64_t n;

	if (!complete || !member(o, "format", json_type_int))
		return -EINVAL;
	m->complete = json_object_get_boolean(complete);
	m->unproved =
		!m->complete && json_object_get_boolean(member(o, "unproved", json_type_boolean));
	read_about(o, &m->about);
	if (!m->complete && !m->unproved)
		return 0;
	bytes = member(dump, "bytes", json_type_int);
	n = bytes ? json_object_get_int64(bytes) : 0;
	if (n <= 0)
		return -EINVAL;
	m->bytes = (uint64_t)n;
	return read_digest(dump, m);
}

struct json_object *manifest_object(const char *buf, size_t len)
{
	json_tokener *tok = json_tokener_new();
	json_object *o = NULL;

	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	if (len > 0 && len <= MANIFEST_MAX)
		o = json_tokener_parse_ex(tok, buf, (int)len);
	json_tokener_free(tok);
	if (json_object_is_type(o, json_type_object))
		return o;
	(void)json_object_put(o);
	return NULL;
}

int manifest_parse(const char *buf, size_t len, struct manifest *out)
{
	json_object *o = manifest_object(buf, len);
	struct manifest m = {0};
	int err = o ? read_object(o, &m) : -EINVAL;

	(void)json_object_put(o);
	if (err == 0)
		*out = m;
	return err;
}

static void clean(char *text, size_t size)
{
	size_t i;

	text[size - 1] = '\0';
	for (i = 0; text[i]; i++)
		if (text[i] < ' ' || text[i] >= 0x7f)
			text[i] = '?';
}

void manifest_clean(struct manifest *m)
{
	struct manifest_about *a = &m->about;

	clean(m->algorithm, sizeof(m->algorithm));
	clean(a->host, sizeof(a->host));
	clean(a->machine, sizeof(a->machine));
	clean(a->release, sizeof(a->release));
	clean(a->panic, sizeof(a->panic));
	clean(a->policy, sizeof(a->policy));
	if (a->sequence > MANIFEST_SEQUENCE_MAX)
		a->sequence = 0;
}
