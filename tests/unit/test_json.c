// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "base/json.h"

#include <stdlib.h>

static void test_shapes(void **state)
{
	json_object *o = json_object_new_object(), *child = json_object_new_object();
	char *text;

	(void)state;
	json_add_text(o, "text", "a \"b\" /c\n");
	json_add_text(o, "no_text", NULL);
	json_add_number(o, "number", 1234567890123ULL);
	json_add_bool(o, "yes", true);
	json_add_known(o, "known", 0);
	json_add_known(o, "unknown", -1);
	json_add_tristate(o, "on", 1);
	json_add_tristate(o, "off", 0);
	json_add_tristate(o, "neither", -1);
	json_add_said(o, "said", "x");
	json_add_said(o, "unsaid", "");
	json_add_said(o, "unsaid", NULL);
	json_add_child(o, "child", child);
	json_add_child(o, "no_child", NULL);
	text = json_format(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	assert_string_equal(
		text, "{\"text\":\"a \\\"b\\\" /c\\n\",\"no_text\":null,\"number\":1234567890123,"
		      "\"yes\":true,\"known\":0,\"unknown\":null,\"on\":true,\"off\":false,"
		      "\"neither\":null,\"said\":\"x\",\"child\":{},\"no_child\":null}");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
