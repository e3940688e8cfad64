// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/makedumpfile.h"

#include "base/child.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PROBE_MS    10000
#define FILES       64  /* open ones */
#define SCRATCH_MAX MIB /* of VMCOREINFO, some KiB */

struct confine mdf_confine(const struct mdf_needs *needs)
{
	struct stat st;

	return (struct confine){
		.memory = needs->memory,
		.files = needs->files > FILES ? needs->files : FILES,
		.file_size = needs->file_size > SCRATCH_MAX ? needs->file_size : SCRATCH_MAX,
		.read_any = true,
		.stay = stat(MDF_SCRATCH, &st) < 0 || (st.st_mode & 0003) != 0003,
	};
}

/* One number of a version; *p moves past it. -1 when there is none. */
static int version_part(const char **p, const char *end)
{
	int v = 0;
	const char *s = *p;

	for (; s < end && *s >= '0' && *s <= '9'; s++)
		if (v < 100000)
			v = v * 10 + (*s - '0');
	if (s == *p)
		return -1;
	*p = s;
	return v;
}

/* "1.7.8", "1.8", "1.7.9++": how many parts there were. */
static int parse_version(const char *p, const char *end, unsigned int version[3])
{
	int n = 0, v;

	while (n < 3) {
		v = version_part(&p, end);
		if (v < 0)
			break;
		version[n++] = (unsigned int)v;
		if (p == end || *p != '.')
			break;
		p++;
	}
	return n;
}

static bool starts_with(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - p) >= n && memcmp(p, word, n) == 0;
}

/* "lzo\tenabled" */
static void parse_feature(const char *p, const char *end, struct mdf_caps *caps)
{
	const struct {
		const char *name;
		bool *have;
	} features[] = {
		{"lzo", &caps->lzo},
		{"snappy", &caps->snappy},
		{"zstd", &caps->zstd},
	};

	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const char *s = p;

		if (!starts_with(s, end, features[i].name))
			continue;
		s += strlen(features[i].name);
		if (s == end || (*s != ' ' && *s != '\t'))
			continue;
		while (s < end && (*s == ' ' || *s == '\t'))
			s++;
		*features[i].have = starts_with(s, end, "enabled");
	}
}

int mdf_parse_caps(const char *text, size_t len, struct mdf_caps *out)
{
	static const char intro[] = "makedumpfile: version ";
	const char *end = text + len, *line = text, *eol;
	struct mdf_caps caps = {0};
	bool known = false;

	for (; line < end; line = eol < end ? eol + 1 : end) {
		eol = memchr(line, '\n', (size_t)(end - line));
		if (!eol)
			eol = end;
		if (starts_with(line, eol, intro))
			known = parse_version(line + strlen(intro), eol, caps.version) >= 2;
		else
			parse_feature(line, eol, &caps);
	}
	if (!known)
		return -EINVAL;
	*out = caps;
	return 0;
}

struct probe {
	char text[4096];
	size_t len;
};

static int keep(void *ctx, const void *buf, size_t len)
{
	struct probe *p = ctx;

	if (len > sizeof(p->text) - p->len)
		len = sizeof(p->text) - p->len;
	memcpy(p->text + p->len, buf, len);
	p->len += len;
	return 0;
}

int mdf_probe(struct mdf_caps *out)
{
	struct probe p = {.len = 0};
	struct child_spec spec = {
		.argv = (const char *const[]){"makedumpfile", "-v", NULL},
		.stdin_fd = -1,
		.deadline = clock_ms() + PROBE_MS,
		/* Which of the two it prints on depends on its version. */
		.on_stdout = keep,
		.on_stderr = keep,
		.ctx = &p,
	};
	struct child_result res;
	int r = child_run(&spec, &res);

	if (r < 0)
		return r;
	if (res.status != 0)
		return -EIO;
	return mdf_parse_caps(p.text, p.len, out);
}

/* Each row: from this kernel on, a makedumpfile up to that version does something wrong. In
 * ascending order. */
static const struct {
	unsigned int kernel[2], last_bad[3];
	const char *effect;
} floors[] = {
	{{6, 2}, {1, 7, 2}, "slab pages are wrongly excluded"},
	{{6, 6}, {1, 7, 3}, "it fails on radix MMU machines"},
	{{6, 9}, {1, 7, 4}, "it takes addresses wrongly on ppc64"},
	{{6, 9}, {1, 7, 5}, "slab and hugetlb pages are wrongly excluded or kept"},
	{{6, 12}, {1, 7, 6}, "free pages are not excluded, so that the dump is larger and slower"},
	{{7, 1}, {1, 7, 9}, "tails of compound pages are wrongly excluded"},
};

static int compare(const unsigned int *a, const unsigned int *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

void mdf_warn_too_old(const struct mdf_caps *caps, const char *osrelease, char *buf, size_t size)
{
	unsigned int kernel[3] = {0};
	const unsigned int *v = caps->version, *need = NULL;
	const char *effect = NULL;

	if (size == 0)
		return;
	buf[0] = '\0';
	if (parse_version(osrelease, osrelease + strlen(osrelease), kernel) < 2)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(floors); i++) {
		if (compare(kernel, floors[i].kernel, 2) < 0 ||
		    compare(v, floors[i].last_bad, 3) > 0)
			continue;
		need = floors[i].last_bad;
		/* The oldest trouble is the worst, and one is enough to say. */
		if (!effect)
			effect = floors[i].effect;
	}
	if (need)
		(void)snprintf(
			buf, size,
			"makedumpfile %u.%u.%u is too old for kernel %u.%u: %s; install one newer "
			"than %u.%u.%u",
			v[0], v[1], v[2], kernel[0], kernel[1], effect, need[0], need[1], need[2]);
}

const char *dump_compress_word(enum dump_compress c)
{
	static const char *const words[] = {
		[DUMP_COMPRESS_AUTO] = "auto", [DUMP_COMPRESS_LZO] = "lzo",
		[DUMP_COMPRESS_ZSTD] = "zstd", [DUMP_COMPRESS_SNAPPY] = "snappy",
		[DUMP_COMPRESS_ZLIB] = "zlib", [DUMP_COMPRESS_NONE] = "none",
	};

	return (size_t)c < ARRAY_SIZE(words) ? words[c] : "?";
}
