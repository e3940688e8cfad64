// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arguments that other tools add to, or take off, the command line of the kernel that captures.
 * There is no such kernel here, nor a boot that only captures: what they say of the network is
 * taken over, and what differs from what those tools come with is for a person to place.
 */
#include "import/build.h"

#include "base/cleanup.h"
#include "import/split.h"
#include "net/dracut_ip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* What kdump-utils, SUSE's kdump and kdump-tools add by default, whatever the machine. */
static const char *const added[] = {
	"acpi_no_memhotplug",
	"ata_piix.prefer_ms_hyperv=0",
	"cgroup_disable=memory",
	"cma=0",
	"ehea.use_mcs=0",
	"elevator=deadline",
	"hest_disable",
	"hugetlb_cma=0",
	"initramfs_options=size=90%",
	"irqpoll",
	"kfence.sample_interval=0",
	"kvm_cma_resv_ratio=0",
	"maxcpus=1",
	"mce=off",
	"noirqdistrib",
	"nokaslr",
	"nousb",
	"novmcoredd",
	"nr_cpus=1",
	"nr_cpus=16",
	"numa=off",
	"panic=1",
	"panic=10",
	"pcie_ports=compat",
	"reset_devices",
	"rootflags=nofail",
	"sysrq=yes",
	"srcutree.big_cpu_lim=0",
	"swiotlb=noforce",
	"systemd.unit=kdump-tools-dump.service",
	"systemd.unit=kdump-tools.service",
	"transparent_hugepage=never",
	"udev.children-max=2",
	"usbcore.nousb",
	"vmcp_cma=0",
};

/* What kdump-utils takes off by default. */
static const char *const removed[] = {
	"cma",     "hugepages",   "hugepagesz",          "hugetlb_cma", "ignition.firstboot",
	"kaslr",   "log_buf_len", "prot_virt",           "quiet",       "slub_debug",
	"swiotlb", "vmcp_cma",    "zfcp.allow_lun_scan",
};

static const char *const network[] = {
	"ip=", "vlan=", "bond=", "nameserver=", "rd.route=", "ifname=", "rd.neednet"};

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n && strcmp(word, list[i]) != 0; i++)
		;
	return i < n;
}

static bool is_network(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(network); i++) {
		if (strncmp(word, network[i], strlen(network[i])) == 0)
			return true;
	}
	return false;
}

bool import_argument_is_known(const char *word)
{
	return is_one_of(word, added, ARRAY_SIZE(added)) ||
	       is_one_of(word, removed, ARRAY_SIZE(removed)) || is_network(word);
}

void import_network(struct importer *im, const char *words)
{
	_cleanup_free_ struct net_plan *plan = calloc(1, sizeof(*plan));
	struct net_error error = {.text = ""};
	int r = plan ? net_dracut_parse(words, strlen(words), plan, &error) : -ENOMEM;

	if (r == -EINVAL)
		import_lose(im,
			    "what it says of the network is not known to a capture (%s); with "
			    "network = auto it is recorded when the image is built",
			    error.text);
	else if (r < 0)
		im->error = r;
	else
		import_set(im, "network", "%s", words);
}

/* The name of one, after those that are there. */
static void add_name(char *list, size_t size, const char *word)
{
	size_t n = strlen(list), len = strspn(word, ALNUM "._-");

	(void)snprintf(list + n, size - n, "%s%.*s", n ? ", " : "", (int)(len < 60 ? len : 60),
		       word);
}

static void answer(struct importer *im, const char *words, const char *others)
{
	if (*words) {
		import_network(im, words);
		import_note(im, "network = auto, the default, records it from the running system "
				"when the image is built");
	}
	if (*others)
		import_lose(im,
			    "%s: the boot that captures is an ordinary one, with the command line "
			    "that the machine always has, so nothing is written into "
			    "bootargs_append; what a capture cannot do without belongs onto the "
			    "kernel's command line",
			    others);
	else
		import_note(im, "meant for a boot that does nothing but capture; here the one that "
				"captures goes on into production, so nothing is written into "
				"bootargs_append");
}

void import_arguments(struct importer *im, const struct setting *s)
{
	_cleanup_free_ char *words = calloc(1, strlen(s->value) + 2);
	_cleanup_(word_list_deinit) struct word_list list = {.n = 0};
	char others[400] = "", *end = words;
	size_t i;

	if (!words || word_list_init(s->value, &list) < 0) {
		im->error = -ENOMEM;
		return;
	}
	for (i = 0; i < list.n; i++) {
		const char *word = list.words[i];

		if (is_network(word) && strncmp(word, "rd.neednet", 10) != 0) {
			end = stpcpy(end, end > words ? " " : "");
			end = stpcpy(end, word);
		} else if (!import_argument_is_known(word)) {
			add_name(others, sizeof(others), word);
		}
	}
	answer(im, words, others);
}

void import_removed_arguments(struct importer *im, const struct setting *s)
{
	_cleanup_(word_list_deinit) struct word_list list = {.n = 0};
	char others[400] = "";
	size_t i;

	if (word_list_init(s->value, &list) < 0) {
		im->error = -ENOMEM;
		return;
	}
	for (i = 0; i < list.n; i++) {
		if (!is_one_of(list.words[i], removed, ARRAY_SIZE(removed)))
			add_name(others, sizeof(others), list.words[i]);
	}
	if (*others)
		import_lose(im,
			    "%s: the boot that captures has the whole command line of the "
			    "machine; take off it there what a capture cannot bear",
			    others);
	else
		import_note(im, "nothing is taken off the kernel's command line: the boot that "
				"captures goes on into production with it");
}
