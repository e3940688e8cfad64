/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few shapes that --json output, manifests and records are made of, on json-c. Without memory
 * things are left out: json-c itself would end the program.
 */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

void json_add_text(json_object *o, const char *key, const char *value); /* NULL: JSON null */
void json_add_number(json_object *o, const char *key, uint64_t value);
void json_add_bool(json_object *o, const char *key, bool value);
/* For values that may be unknown: negative becomes null. */
void json_add_known(json_object *o, const char *key, int64_t value);
/* For 0, 1, -1 unknown: false, true, null. */
void json_add_tristate(json_object *o, const char *key, int value);
/* Left out when there is nothing to say: value NULL or "". */
void json_add_said(json_object *o, const char *key, const char *value);
/* Takes child; NULL is JSON null. */
void json_add_child(json_object *o, const char *key, json_object *child);
/* Takes item, at the end of an array. */
void json_append(json_object *array, json_object *item);
/* The text, which the caller frees; NULL without memory. flags: JSON_C_TO_STRING_*. Takes o. */
char *json_format(json_object *o, int flags);
/* One line on standard output; takes the object. */
void json_print(json_object *o);
