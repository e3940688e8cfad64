// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as an initramfs' archive, as its mark, and as a boot loader's entry. */
#include "image/boot_entry.h"
#include "image/cpio.h"
#include "image/mark.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In two pieces; what is found must not depend on where it is cut. */
static size_t feed(struct cpio *c, const uint8_t *data, size_t size, size_t cut)
{
	ssize_t n = cpio_feed(c, data, cut), more = 0;

	if (n > (ssize_t)cut)
		abort();
	if (n == (ssize_t)cut && !c->ended)
		more = cpio_feed(c, data + cut, size - cut);
	return n < 0 || more < 0 ? 0 : (size_t)(n + more);
}

static void check_archive(const uint8_t *data, size_t size)
{
	struct cpio_wanted a[] = {{.name = "etc/fadump-ng.image"}};
	struct cpio_wanted b[] = {{.name = "etc/fadump-ng.image"}};
	struct cpio c;

	cpio_init(&c, a, 1);
	(void)feed(&c, data, size, size);
	cpio_init(&c, b, 1);
	(void)feed(&c, data, size, size / 2);
	if (a[0].whole != b[0].whole || a[0].len != b[0].len ||
	    (a[0].whole && memcmp(a[0].text, b[0].text, a[0].len) != 0))
		abort();
	free(a[0].text);
	free(b[0].text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bls_entry entry;
	struct mark mark;

	check_archive(data, size);
	if (mark_parse((const char *)data, size, &mark) == 0 &&
	    (mark.n_files > MARK_FILES || !mark.version[0]))
		abort();
	bls_parse((const char *)data, size, &entry);
	if (strlen(entry.initrd) >= sizeof(entry.initrd))
		abort();
	return 0;
}
