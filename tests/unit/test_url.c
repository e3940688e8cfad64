// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/url.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void accepted(void **state)
{
	static const struct {
		const char *text;
		enum url_scheme scheme;
		const char *user, *host;
		unsigned int port;
		const char *path, *again; /* again NULL: spelled as it was */
	} cases[] = {
		{"file:///var/crash", URL_FILE, "", "", 0, "/var/crash", NULL},
		{"file:///", URL_FILE, "", "", 0, "/", NULL},
		{"file:///a//b///", URL_FILE, "", "", 0, "/a/b", "file:///a/b"},
		{"file:////", URL_FILE, "", "", 0, "/", "file:///"},
		{"file:///a%20b%25%23%3f", URL_FILE, "", "", 0, "/a b%#?",
		 "file:///a%20b%25%23%3F"},
		{"file:///\xc3\xa4", URL_FILE, "", "", 0, "/\xc3\xa4", "file:///%C3%A4"},
		{"file:///a.b/..c/d..", URL_FILE, "", "", 0, "/a.b/..c/d..", NULL},
		{"nfs://server/export", URL_NFS, "", "server", 0, "/export", NULL},
		{"nfs://10.0.2.2:2049/", URL_NFS, "", "10.0.2.2", 2049, "/", NULL},
		{"nfs://[2001:db8::1]/x", URL_NFS, "", "2001:db8::1", 0, "/x", NULL},
		{"ssh://kdump@host.example:2222/srv", URL_SSH, "kdump", "host.example", 2222,
		 "/srv", NULL},
		{"ssh://host:65535/srv", URL_SSH, "", "host", 65535, "/srv", NULL},
		{"ssh://u@[fe80::1%25eth0]:1/x", URL_SSH, "u", "fe80::1%eth0", 1, "/x", NULL},
		{"ssh://a%40b@h/x", URL_SSH, "a@b", "h", 0, "/x", NULL},
		{"ssh://DOM%5cu@h/x", URL_SSH, "DOM\\u", "h", 0, "/x", "ssh://DOM%5Cu@h/x"},
		{"ssh://h:022/x", URL_SSH, "", "h", 22, "/x", "ssh://h:22/x"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why = "";
		struct url u;
		char *again;

		if (url_parse(cases[i].text, &u, &why) != 0)
			fail_msg("%s: %s", cases[i].text, why);
		assert_int_equal(u.scheme, cases[i].scheme);
		assert_string_equal(u.user, cases[i].user);
		assert_string_equal(u.host, cases[i].host);
		assert_int_equal(u.port, cases[i].port);
		assert_string_equal(u.path, cases[i].path);
		assert_int_equal(u.n_options, 0);
		again = url_format(&u);
		assert_non_null(again);
		assert_string_equal(again, cases[i].again ? cases[i].again : cases[i].text);
		free(again);
		url_deinit(&u);
	}
}

static void options(void **state)
{
	static const struct {
		const char *text, *key, *value;
	} cases[] = {
		{"file:///c?device=UUID=1234-ABCD", "device", "UUID=1234-ABCD"},
		{"file:///c?device=UUID%3D1", "device", "UUID=1"},
		{"file:///c?device=/dev/mapper/vg-lv", "device", "/dev/mapper/vg-lv"},
		{"file:///c?device=LABEL=my%20disk", "device", "LABEL=my disk"},
		{"file:///c?device=LABEL=a%26b", "device", "LABEL=a&b"},
		{"file:///c?device=LABEL=/boot", "device", "LABEL=/boot"},
		{"file:///c?fstype=ext4&device=PARTUUID=1-01", "fstype", "ext4"},
		{"file:///c?device=/dev/vdb&fstype=btrfs&subvol=/@/x", "subvol", "/@/x"},
		{"nfs://h/x?vers=4.2&sec=krb5p", "sec", "krb5p"},
		{"ssh://u@h/x?connections=8", "connections", "8"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why = "";
		struct url u, v;
		char *again;

		if (url_parse(cases[i].text, &u, &why) != 0)
			fail_msg("%s: %s", cases[i].text, why);
		assert_non_null(url_option(&u, cases[i].key));
		assert_string_equal(url_option(&u, cases[i].key), cases[i].value);
		assert_null(url_option(&u, "x"));
		again = url_format(&u);
		assert_non_null(again);
		assert_int_equal(url_parse(again, &v, &why), 0);
		assert_string_equal(url_option(&v, cases[i].key), cases[i].value);
		assert_int_equal(u.n_options, v.n_options);
		free(again);
		url_deinit(&u);
		url_deinit(&v);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", "file:///path"},
		{"/var/crash", "file:///path"},
		{"file:/var/crash", "file:///path"},
		{"FILE:///var/crash", "file:///path"},
		{"ftp://h/x", "must begin with"},
		{"files:///x", "must begin with"},
		{"fil", "must begin with"},
		{"file://", "absolute"},
		{"file://var", "absolute"},
		{"file://var/crash", "three slashes"},
		{"file://localhost/x", "three slashes"},
		{"file:///a/../b", "\"..\""},
		{"file:///a/..", "\"..\""},
		{"file:///%2e%2E/b", "\"..\""},
		{"file:///./b", "\"..\""},
		{"file:///a%2fb", "escaped slash"},
		{"file:///a%00b", "control character"},
		{"file:///a%0ab", "control character"},
		{"file:///a%7fb", "control character"},
		{"file:///a%", "two hexadecimal"},
		{"file:///a%4", "two hexadecimal"},
		{"file:///a%g0", "two hexadecimal"},
		{"file:///a b", "%20"},
		{"file:///a\tb", "%20"},
		{"file:///a#b", "%23"},
		{"file:///a?", "key=value"},
		{"file:///a?device", "key=value"},
		{"file:///a?device=/dev/a&", "key=value"},
		{"file:///a?devise=/dev/a", "\"device\""},
		{"file:///a?fs=ext4", "\"fstype\""},
		{"file:///a?subvolume=/x", "\"subvol\""},
		{"file:///a?Device=/dev/a", "\"device\""},
		{"file:///a?=x", "unknown option"},
		{"file:///a?device=", "device takes"},
		{"file:///a?device=UUID=", "device takes"},
		{"file:///a?device=sda1", "device takes"},
		{"file:///a?device=/dev/", "device takes"},
		{"file:///a?device=/dev/a,suid", "device takes"},
		{"file:///a?device=/dev/a&fstype=a/b", "fstype takes"},
		{"file:///a?device=/dev/a&subvol=x", "subvol takes"},
		{"file:///a?device=/dev/a&subvol=/x%2cexec", "subvol takes"},
		{"file:///a?device=/dev/a&subvol=/x&fstype=xfs", "only btrfs"},
		{"file:///a?device=/dev/a&device=/dev/a", "twice"},
		{"file:///a?fstype=ext4", "need a device"},
		{"nfs://h/x?device=/dev/a", "unknown option"},
		{"nfs://u@h/x", "only ssh"},
		{"nfs:///x", "host is missing"},
		{"nfs://h", "path is missing"},
		{"ssh://u:secret@h/x", "password"},
		{"ssh://u:se@cret@h/x", "password"},
		{"ssh://@h/x", "user name"},
		{"ssh://-oProxyCommand=x@h/x", "user name"},
		{"ssh://%2doProxyCommand@h/x", "user name"},
		{"ssh://a%20b@h/x", "user name"},
		{"ssh://u@-h/x", "host name"},
		{"ssh://u@a@h/x", "host name"},
		{"ssh://u@a%41/x", "host name"},
		{"ssh://u@a;b/x", "host name"},
		{"ssh://u@/x", "host is missing"},
		{"ssh://u@:22/x", "host is missing"},
		{"ssh://h:/x", "1 to 65535"},
		{"ssh://h:0/x", "1 to 65535"},
		{"ssh://h:65536/x", "1 to 65535"},
		{"ssh://h:4294967318/x", "1 to 65535"},
		{"ssh://h:22x/x", "1 to 65535"},
		{"ssh://h:-1/x", "1 to 65535"},
		{"ssh://2001:db8::1/x", "in brackets"},
		{"ssh://[2001:db8::1/x", "closing bracket"},
		{"ssh://[2001:db8::1]22/x", "only a port"},
		{"ssh://[h]/x", "not an IPv6"},
		{"ssh://[]/x", "not an IPv6"},
		{"ssh://[fe80::1%eth0]/x", "not an IPv6"},
		{"ssh://[fe80::1%25]/x", "not an IPv6"},
		{"ssh://[fe80::1%25a%25b]/x", "not an IPv6"},
		{"ssh://h/x?connections=0", "1 to 8"},
		{"ssh://h/x?connections=100", "1 to 8"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct url u = {.port = 77}, same = u;
		const char *why = "";

		if (url_parse(cases[i].text, &u, &why) != -EINVAL)
			fail_msg("%s was accepted", cases[i].text);
		if (!strstr(why, cases[i].words))
			fail_msg("%s: %s", cases[i].text, why);
		assert_memory_equal(&u, &same, sizeof(u));
	}
}

static void lengths(void **state)
{
	char text[URL_MAX + 10] = "file:///";
	const char *why = "";
	struct url u;

	(void)state;
	memset(text + strlen(text), 'a', 255);
	assert_int_equal(url_parse(text, &u, &why), 0);
	url_deinit(&u);
	strcat(text, "a");
	assert_int_equal(url_parse(text, &u, &why), -EINVAL);
	assert_non_null(strstr(why, "255 bytes"));
	memset(text + 7, '/', URL_MAX - 7);
	assert_int_equal(url_parse(text, &u, &why), 0);
	assert_string_equal(u.path, "/");
	url_deinit(&u);
	text[URL_MAX] = '/';
	assert_int_equal(url_parse(text, &u, &why), -EINVAL);
	assert_non_null(strstr(why, "511 bytes"));
}

/* A URL cut anywhere is refused or is a URL again; never more than that. */
static void every_cut(void **state)
{
	static const char *const whole[] = {
		"file:///var/crash?device=UUID=12%2034&fstype=btrfs&subvol=/@",
		"ssh://u%40d@[fe80::1%25eth0]:2222/srv/x?connections=2",
	};
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(whole); i++) {
		for (len = 0; len < strlen(whole[i]); len++) {
			char *cut = strndup(whole[i], len);
			const char *why = NULL;
			struct url u;
			int r = url_parse(cut, &u, &why);

			free(cut);
			if (r == 0)
				url_deinit(&u);
			else
				assert_non_null(why);
			/* Until the path begins, nothing is enough. */
			if (len <= strcspn(whole[i] + 7, "/") + 7)
				assert_int_equal(r, -EINVAL);
		}
	}
}

static void added(void **state)
{
	const char *why = "";
	struct url u;
	char *text;

	(void)state;
	assert_int_equal(url_parse("file:///a", &u, &why), 0);
	assert_int_equal(url_add_option(&u, "device", "UUID=1", &why), 0);
	assert_int_equal(url_add_option(&u, "device", "UUID=2", &why), -EINVAL);
	assert_int_equal(url_add_option(&u, "fstype", "a,b", &why), -EINVAL);
	assert_int_equal(url_add_option(&u, "nothing", "x", &why), -EINVAL);
	assert_int_equal(url_add_option(&u, "fstype", "ext4", &why), 0);
	text = url_format(&u);
	assert_string_equal(text, "file:///a?device=UUID=1&fstype=ext4");
	free(text);
	url_deinit(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted), cmocka_unit_test(options),   cmocka_unit_test(refused),
		cmocka_unit_test(lengths),  cmocka_unit_test(every_cut), cmocka_unit_test(added),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
