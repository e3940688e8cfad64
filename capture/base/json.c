// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_add_child(json_object *o, const char *key, json_object *child)
{
	if (!o || json_object_object_add(o, key, child) < 0)
		(void)json_object_put(child);
}

void json_append(json_object *array, json_object *item)
{
	if (!array || json_object_array_add(array, item) < 0)
		(void)json_object_put(item);
}

void json_add_text(json_object *o, const char *key, const char *value)
{
	json_add_child(o, key, value ? json_object_new_string(value) : NULL);
}

void json_add_number(json_object *o, const char *key, uint64_t value)
{
	json_add_child(o, key, json_object_new_int64((int64_t)value));
}

void json_add_bool(json_object *o, const char *key, bool value)
{
	json_add_child(o, key, json_object_new_boolean(value));
}

void json_add_known(json_object *o, const char *key, int64_t value)
{
	json_add_child(o, key, value < 0 ? NULL : json_object_new_int64(value));
}

void json_add_tristate(json_object *o, const char *key, int value)
{
	json_add_child(o, key, value < 0 ? NULL : json_object_new_boolean(value));
}

void json_add_said(json_object *o, const char *key, const char *value)
{
	if (value && *value)
		json_add_text(o, key, value);
}

char *json_format(json_object *o, int flags)
{
	const char *text = o ? json_object_to_json_string_ext(o, flags) : NULL;
	char *copy = text ? strdup(text) : NULL;

	(void)json_object_put(o);
	return copy;
}

void json_print(json_object *o)
{
	char *text = json_format(o, JSON_C_TO_STRING_NOSLASHESCAPE);

	printf("%s\n", text ? text : "{\"error\":\"out of memory\"}");
	free(text);
}
