// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/manifest_read.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static json_object *member(json_object *o, const char *key, json_type type)
{
	json_object *v = NULL;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, type))
		return NULL;
	return v;
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
	if (!m->complete)
		return 0;
	bytes = member(dump, "bytes", json_type_int);
	n = bytes ? json_object_get_int64(bytes) : 0;
	if (n <= 0)
		return -EINVAL;
	m->bytes = (uint64_t)n;
	return read_digest(dump, m);
}

int manifest_parse(const char *buf, size_t len, struct manifest *out)
{
	json_tokener *tok = json_tokener_new();
	struct manifest m = {0};
	json_object *o = NULL;
	int err = -EINVAL;

	if (!tok)
		return -ENOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	if (len > 0 && len <= MANIFEST_MAX)
		o = json_tokener_parse_ex(tok, buf, (int)len);
	if (json_object_is_type(o, json_type_object))
		err = read_object(o, &m);
	(void)json_object_put(o);
	json_tokener_free(tok);
	if (err == 0)
		*out = m;
	return err;
}
