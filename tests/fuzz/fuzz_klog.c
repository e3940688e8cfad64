// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a kernel log: the same finding in one piece and line by line, with its words when
 * there is one. */
#include "crash/klog.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the child that scans would send, as it is and as anything. */
static void check_packed(const struct klog_finding *f, const uint8_t *data, size_t size)
{
	struct klog_finding again;
	struct klog_packed p;

	klog_pack(f, &p);
	if (klog_unpack(&p, &again) < 0 || again.meaning != f->meaning || again.why != f->why ||
	    strcmp(again.line, f->line) != 0)
		abort();
	memset(&p, 0, sizeof(p));
	memcpy(&p, data, size < sizeof(p) ? size : sizeof(p));
	if (klog_unpack(&p, &again) == 0 &&
	    (again.n_freed > KLOG_FREED_MAX || strlen(again.line) >= sizeof(again.line) ||
	     (again.meaning != KLOG_NOTHING) != (again.why && again.line[0])))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size;
	struct klog_finding whole, pieces = {0};
	const char *p;

	klog_scan(text, size, &whole);
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = nl ? (size_t)(nl - text) + 1 : (size_t)(end - text);

		klog_scan_more(text, n, &pieces);
		text += n;
	}
	if (whole.meaning != pieces.meaning || whole.released != pieces.released ||
	    strcmp(whole.line, pieces.line) != 0)
		abort();
	if ((whole.meaning != KLOG_NOTHING) != (whole.why && whole.advice && whole.line[0]))
		abort();
	for (p = whole.line; *p; p++)
		if (*p < ' ' || *p > '~')
			abort();
	check_packed(&whole, data, size);
	return 0;
}
