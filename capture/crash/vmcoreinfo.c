// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/vmcoreinfo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define PAGE_SIZE_MIN (4 * KIB)
#define PAGE_SIZE_MAX (16 * MIB)

struct text {
	const char *p;
	size_t len;
};

/* Written by arch/powerpc for 64-bit kernels and by no other architecture. */
static const char *const ppc64_keys[] = {
	"NUMBER(RADIX_MMU)",
	"SYMBOL(vmemmap_list)",
	"SYMBOL(mmu_psize_defs)",
	"SYMBOL(cur_cpu_spec)",
};

static bool text_is(struct text t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.p, word, t.len) == 0;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* All of it, and no overflow. */
static bool parse_u64(struct text t, unsigned int base, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (t.len == 0)
		return false;
	for (i = 0; i < t.len; i++) {
		unsigned int d = (unsigned int)digit_of(t.p[i]);

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

static bool copy_text(struct text t, char *out, size_t size)
{
	if (t.len == 0 || t.len >= size || memchr(t.p, '\t', t.len))
		return false;
	memcpy(out, t.p, t.len);
	out[t.len] = '\0';
	return true;
}

static bool set_osrelease(struct vmcoreinfo *v, struct text t)
{
	return copy_text(t, v->osrelease, sizeof(v->osrelease));
}

static bool set_page_size(struct vmcoreinfo *v, struct text t)
{
	uint64_t n;

	if (!parse_u64(t, 10, &n) || n < PAGE_SIZE_MIN || n > PAGE_SIZE_MAX || (n & (n - 1)))
		return false;
	v->page_size = n;
	return true;
}

static bool set_build_id(struct vmcoreinfo *v, struct text t)
{
	size_t i;

	for (i = 0; i < t.len; i++)
		if (digit_of(t.p[i]) > 15)
			return false;
	return copy_text(t, v->build_id, sizeof(v->build_id));
}

static bool set_crash_time(struct vmcoreinfo *v, struct text t)
{
	uint64_t n;

	if (!parse_u64(t, 10, &n) || n > INT64_MAX)
		return false;
	v->crash_time = (int64_t)n;
	return true;
}

static bool set_kernel_offset(struct vmcoreinfo *v, struct text t)
{
	return parse_u64(t, 16, &v->kernel_offset);
}

static const struct key {
	const char *name;
	bool (*set)(struct vmcoreinfo *v, struct text value);
	bool required; /* the others only describe; without them a dump can still be read */
} keys[] = {
	{"OSRELEASE", set_osrelease, true},         {"PAGESIZE", set_page_size, true},
	{"BUILD-ID", set_build_id, false},          {"CRASHTIME", set_crash_time, false},
	{"KERNELOFFSET", set_kernel_offset, false},
};

static bool is_text(const char *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((buf[i] < ' ' || buf[i] > '~') && buf[i] != '\n' && buf[i] != '\t')
			return false;
	return true;
}

/* The first of each key counts, as it does for makedumpfile. false: a required one is malformed. */
static bool take_line(struct vmcoreinfo *v, struct text key, struct text value, bool *seen,
		      const char **where)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!text_is(key, keys[i].name) || seen[i])
			continue;
		seen[i] = true;
		if (!keys[i].set(v, value) && keys[i].required) {
			*where = keys[i].name;
			return false;
		}
	}
	for (i = 0; i < ARRAY_SIZE(ppc64_keys); i++)
		if (text_is(key, ppc64_keys[i]))
			memcpy(v->architecture, "ppc64", sizeof("ppc64"));
	return true;
}

int vmcoreinfo_parse(const char *buf, size_t len, struct vmcoreinfo *out, const char **where)
{
	bool seen[ARRAY_SIZE(keys)] = {false};
	struct vmcoreinfo v = {0};
	const char *bad = NULL;
	size_t pos, i;

	while (len > 0 && buf[len - 1] == '\0')
		len--;
	if (!is_text(buf, len)) {
		*where = "a byte that is not text";
		return -EINVAL;
	}
	for (pos = 0; pos < len;) {
		const char *line = buf + pos;
		const char *nl = memchr(line, '\n', len - pos);
		size_t n = nl ? (size_t)(nl - line) : len - pos;
		const char *eq = memchr(line, '=', n);
		struct text key, value;

		pos += n + 1;
		if (!eq)
			continue;
		key = (struct text){line, (size_t)(eq - line)};
		value = (struct text){eq + 1, n - key.len - 1};
		if (!take_line(&v, key, value, seen, &bad)) {
			*where = bad;
			return -EINVAL;
		}
	}
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].required && !seen[i]) {
			*where = keys[i].name;
			return -EINVAL;
		}
	}
	*out = v;
	return 0;
}
